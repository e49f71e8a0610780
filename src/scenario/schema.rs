//! The JSON Schema of scenario files, made from the types that read them.

use schemars::transform::{Transform, transform_subschemas};
use schemars::{Schema, generate::SchemaSettings};
use serde_json::{Value, json};

use super::raw::RawScenario;

/// The JSON Schema (2020-12) of a scenario file, for editors. The committed
/// `scenarios/schema.json` is this, and a test holds it to that.
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(Parameterized);
    let mut schema = settings.into_generator().into_root_schema_for::<RawScenario>().to_value();
    // A file of shared parts has no description; whether a file is one, its folder says.
    if let Some(required) = schema.get_mut("required") {
        *required = json!(["steps"]);
    }
    schema
}

/// Wherever something other than text is expected, a parameter may stand for it.
#[derive(Debug, Clone)]
struct Parameterized;

impl Transform for Parameterized {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let is_number = |kind: &Value| matches!(kind.as_str(), Some("integer" | "number" | "boolean"));
        let kind = match schema.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().any(is_number),
            Some(kind) => is_number(kind),
            None => false,
        };
        if kind {
            let description = schema.remove("description");
            let original = std::mem::take(schema);
            schema.insert(
                "anyOf".to_owned(),
                json!([original, { "type": "string", "pattern": "^\\$\\{[^}]+\\}$" }]),
            );
            if let Some(description) = description {
                schema.insert("description".to_owned(), description);
            }
        }
    }
}
