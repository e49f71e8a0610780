//! Writes a document as readable YAML.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Lists and maps that are shorter than this are written in one line.
const LINE: usize = 96;

/// A map as a block of YAML.
pub(super) fn document(members: &Map<String, Value>) -> String {
    let mut text = String::new();
    block(&mut text, members, 0);
    text
}

fn block(text: &mut String, members: &Map<String, Value>, depth: usize) {
    for (name, value) in members {
        let _ = write!(text, "{:depth$}{}:", "", scalar(name));
        child(text, value, depth);
    }
}

fn child(text: &mut String, value: &Value, depth: usize) {
    let short = flow(value);
    let in_line = depth > 0 && short.len() + depth < LINE;
    match value {
        Value::Object(members) if !members.is_empty() && !in_line => {
            text.push('\n');
            block(text, members, depth + 2);
        }
        Value::Array(items) if !items.is_empty() && !in_line => {
            text.push('\n');
            for item in items {
                match item {
                    Value::Object(members) if !members.is_empty() => {
                        let mut inner = String::new();
                        block(&mut inner, members, depth + 4);
                        // The first member follows the dash on the same line.
                        let _ = write!(text, "{:1$}- {2}", "", depth + 2, inner.trim_start());
                    }
                    other => {
                        let _ = writeln!(text, "{:1$}- {2}", "", depth + 2, flow(other));
                    }
                }
            }
        }
        _ => {
            let _ = writeln!(text, " {short}");
        }
    }
}

/// A value in one line.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", scalar(name), flow(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// Plain if it cannot be mistaken for something else, otherwise in quotes.
fn scalar(text: &str) -> String {
    let first = text.chars().next();
    let plain = first.is_some_and(|c| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || " /_.-".contains(c))
        && !text.ends_with(' ')
        && !is_word(text);
    if plain { text.to_owned() } else { quoted(text) }
}

/// Words that some version of YAML does not read as text.
fn is_word(text: &str) -> bool {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan"];
    words.contains(&text.to_ascii_lowercase().as_str())
}

/// A text in double quotes: JSON's escapes are valid in YAML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_shown(c) => quoted.push(c),
            c if u32::from(c) > 0xffff => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(c));
            }
            c => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a reader can recognize the character.
fn is_shown(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || c.is_ascii_graphic() || matches!(c, '–' | '—' | '…' | '“' | '”' | '’')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Value {
        serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[test]
    fn reads_like_what_people_write() {
        let Value::Object(value) = json!({
            "description": "A person signs in: it fails.",
            "given": { "connector": { "client_secret": "abc\n", "config": { "a": [1, true, null] } } },
            "steps": [{ "visit": "/sign-in" }, { "sign_in_as": "ada", "expect": { "session": {} } }],
        }) else {
            panic!("an object")
        };
        let text = document(&value);
        assert_eq!(
            text,
            "description: \"A person signs in: it fails.\"\n\
             given:\n  connector: { client_secret: \"abc\\n\", config: { a: [1, true, null] } }\n\
             steps:\n  - visit: /sign-in\n  - sign_in_as: ada\n    expect: { session: {} }\n"
        );
        assert_eq!(read(&text), Value::Object(value));
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            "[ \\n\\t:#'\"{}\\[\\],&*!|>%@`a-z0-9-]{0,10}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-z~:\" ]{1,6}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_as_it_was(members in proptest::collection::btree_map("[a-z]{1,6}", values(), 1..4)) {
            let members: Map<String, Value> = members.into_iter().collect();
            let text = document(&members);
            prop_assert_eq!(read(&text), Value::Object(members), "{}", text);
        }
    }
}
