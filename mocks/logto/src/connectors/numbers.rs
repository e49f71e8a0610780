//! Numbers as JavaScript has them: all of them are 64-bit floating-point numbers.

use serde_json::{Number, Value};

/// Parses JSON as JavaScript does: large integers lose their last digits.
pub(super) fn parsed(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).map(rounded)
}

fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(serde_json::from_str(&as_text(&number)).unwrap_or(number)),
        Value::Array(items) => items.into_iter().map(rounded).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, rounded(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

/// A number as JavaScript formats it: large and tiny ones have an exponent (ECMA-262 §6.1.6.1.20).
pub(super) fn as_text(number: &Number) -> String {
    let value = number.as_f64().unwrap_or_default();
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if (1e-6..1e21).contains(&size) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_doubles() {
        let text = r#"{"a":[12345678901234567890,-9007199254740993,1.0,-0.0,1.50,1e3,5],"b":"12345678901234567890"}"#;
        let expected =
            r#"{"a":[12345678901234567000,-9007199254740992,1,0,1.5,1000,5],"b":"12345678901234567890"}"#;
        assert_eq!(parsed(text).unwrap().to_string(), expected);
    }

    #[test]
    fn very_large_and_very_small_ones_have_an_exponent() {
        for (text, expected) in
            [("1e21", "1e+21"), ("123e20", "1.23e+22"), ("1e-7", "1e-7"), ("0.000001", "0.000001")]
        {
            let number: Number = serde_json::from_str(text).unwrap();
            assert_eq!(as_text(&number), expected);
        }
    }
}
