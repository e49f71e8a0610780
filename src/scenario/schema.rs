//! The JSON Schema of scenario files, generated from the types that parse them.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::raw::RawScenario;

/// The JSON Schema (2020-12) of a scenario file, for editors. A test compares the committed
/// `scenarios/schema.json` with it.
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<RawScenario>().to_value();
    let Some(root) = schema.as_object_mut() else { return schema };
    // A file of shared parts has no description, and steps or `given` alone. Only its folder shows
    // that a file is one, and a schema cannot see the folder.
    root.remove("required");
    root.insert("anyOf".to_owned(), json!([{ "required": ["steps"] }, { "required": ["given"] }]));
    if let Some(definitions) = root.get_mut("$defs").and_then(Value::as_object_mut) {
        for definition in definitions.values_mut() {
            allow_parameters(definition);
        }
        let parameter = json!({
            "type": "string",
            "pattern": "^\\$\\{[^}]+\\}$",
            "description": "A parameter of the file in place of the value.",
        });
        definitions.insert("Parameter".to_owned(), parameter);
    }
    schema
}

/// Allows `${name}` as the value of every member that does not accept text.
fn allow_parameters(definition: &mut Value) {
    let Some(members) = definition.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for member in members.values_mut().filter_map(Value::as_object_mut) {
        let takes_text = match member.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
            Some(kind) => kind == "string",
            None => false,
        };
        if takes_text {
            continue;
        }
        let mut wrapped = Map::new();
        for name in ["description", "default"] {
            if let Some(value) = member.remove(name) {
                wrapped.insert(name.to_owned(), value);
            }
        }
        let alternatives = json!([member, { "$ref": "#/$defs/Parameter" }]);
        wrapped.insert("anyOf".to_owned(), alternatives);
        *member = wrapped;
    }
}
