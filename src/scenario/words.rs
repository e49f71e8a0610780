//! The words of scenarios.

use std::collections::BTreeSet;

use serde_json::Value;

/// The schema of scenario files. A test compares it with the one that is generated.
const SCHEMA: &str = include_str!("../../scenarios/schema.json");

/// Every word that is an allowed value of some member of a scenario.
pub(crate) fn enumerated() -> BTreeSet<String> {
    fn collect(value: &Value, words: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                let listed = members.get("enum").and_then(Value::as_array).into_iter().flatten();
                words.extend(
                    listed.chain(members.get("const")).filter_map(Value::as_str).map(ToOwned::to_owned),
                );
                members.values().for_each(|value| collect(value, words));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
            _ => {}
        }
    }
    let mut words = BTreeSet::new();
    let schema: Value = serde_json::from_str(SCHEMA).expect("a test generates it");
    collect(&schema, &mut words);
    words
}
