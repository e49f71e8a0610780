//! Request parameters of the generic connectors: members of an object, in snake case.

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Members of an object, in the order in which their names first occurred. A later value replaces
/// an earlier one in its place.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameters(IndexMap<String, String>);

impl Parameters {
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Adds all members that are texts.
    pub(super) fn extend(&mut self, members: Option<&Value>) {
        let members = members.and_then(Value::as_object).into_iter().flatten();
        for (name, value) in members {
            if let Some(value) = value.as_str() {
                self.set(name, value);
            }
        }
    }

    /// Removes and returns a parameter.
    pub(super) fn take(&mut self, name: &str) -> String {
        self.0.shift_remove(name).unwrap_or_default()
    }

    /// `application/x-www-form-urlencoded`, with the names in snake case: if two names become one,
    /// the last value is used.
    pub(super) fn encoded(&self) -> String {
        let snake: IndexMap<String, &String> =
            self.0.iter().map(|(name, value)| (snake_case(name), value)).collect();
        form_urlencoded::Serializer::new(String::new()).extend_pairs(snake).finish()
    }
}

/// `redirectUri` → `redirect_uri`: words are split before a capital, in `XMLName` before the last
/// capital, and at every character that is neither a letter nor a digit, which is dropped.
fn snake_case(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after = characters.get(at + 1);
        let begins = character.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if begins || !character.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if character.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(character.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words.join("_")
}

/// A form or query as `query-string` 9 parses it: texts, null for a name without `=`, a list for a
/// repeated name. Null if there is nothing.
pub(super) fn parsed(text: &str) -> Value {
    let text = text.trim();
    let text = text.strip_prefix(['?', '#', '&']).unwrap_or(text);
    let mut members = Map::new();
    for parameter in text.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = match parameter.split_once('=') {
            Some((name, value)) => (decoded(name), Value::String(decoded(value))),
            None => (decoded(parameter), Value::Null),
        };
        let value = match members.shift_remove(&name) {
            None => value,
            Some(Value::Array(mut values)) => {
                values.push(value);
                Value::Array(values)
            }
            Some(earlier) => Value::Array(vec![earlier, value]),
        };
        members.insert(name, value);
    }
    Value::Object(members)
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_become_snake_case() {
        for (name, snake) in [
            ("redirectUri", "redirect_uri"),
            ("XMLHttpName", "xml_http_name"),
            ("already_snake", "already_snake"),
            ("X-Odd Name.2Fa", "x_odd_name_2_fa"),
            ("sha256Hash", "sha256_hash"),
            ("__é__", ""),
        ] {
            assert_eq!(snake_case(name), snake, "{name}");
        }
    }

    #[test]
    fn a_later_value_takes_the_place_of_an_earlier_one() {
        let mut parameters = Parameters::default();
        parameters.set("clientId", "a");
        parameters.set("state", "s+ &");
        parameters.extend(Some(&json!({ "client_id": "b", "accessType": "c d", "number": 5 })));
        assert_eq!(parameters.encoded(), "client_id=b&state=s%2B+%26&access_type=c+d");
    }

    #[test]
    fn a_form_is_read_leniently() {
        assert_eq!(
            parsed(" ?a=1+2&b&c=%C3%A9&&a=3&a=&=x"),
            json!({ "b": null, "c": "é", "a": ["1 2", "3", ""], "": "x" })
        );
        assert_eq!(parsed("{\"a\":1}"), json!({ "{\"a\":1}": null }));
        assert_eq!(parsed(""), json!({}));
    }
}
