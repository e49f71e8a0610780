//! JSON and YAML that people provide: every error has a position, and a map must not contain a key
//! twice.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};

/// The error for a document that exceeds the limits.
const TOO_LARGE: &str =
    "this is larger, or nested deeper, than the limits allow; an alias counts as what it stands for";

/// Why a text is not a valid document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct Fault {
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub column: u64,
    /// What is wrong at this position.
    pub message: String,
    /// Whether the text ends before the document does.
    pub cut_off: bool,
}

/// Parses JSON in which no map contains a key twice.
///
/// # Errors
/// [`Fault`] with the position.
pub fn json<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let fault = |error: &serde_json::Error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        Fault {
            line: error.line() as u64,
            column: error.column() as u64,
            message: message.to_owned(),
            cut_off: error.is_eof(),
        }
    };
    serde_json::from_str::<KeysOnce>(text).map_err(|error| fault(&error))?;
    serde_json::from_str(text).map_err(|error| fault(&error))
}

/// Parses YAML, or JSON, which is also YAML: a single document in which no map contains a key
/// twice.
///
/// # Errors
/// [`Fault`] with the position.
pub fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_saphyr::from_str_with_options(text, limits()).map_err(|error| yaml_fault(&error, text))
}

/// Limits for the YAML itself. Sixteen levels of nesting are twice what the deepest lever of a
/// scenario has; each level costs kilobytes of stack.
fn limits() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_nodes: 50_000,
            max_events: 200_000,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_documents: 2,
            max_merge_keys: 1_000,
            max_recorded_anchor_events: 50_000,
            max_recorded_anchor_bytes: 1024 * 1024,
            max_total_scalar_bytes: 4 * 1024 * 1024,
        },
    }
}

fn yaml_fault(error: &serde_saphyr::Error, text: &str) -> Fault {
    use serde_saphyr::Error;
    let error = error.without_snippet();
    let (mut line, mut column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
    let message = match meant(error) {
        Error::DuplicateMappingKey { key: Some(key), .. } => twice(key),
        Error::MultipleDocuments { .. } => {
            // The parser reports where the first document ends.
            (line, column) = (second_document(text).unwrap_or(line), 1);
            "a second document starts here; a file must contain only one".to_owned()
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => TOO_LARGE.to_owned(),
        // The first line is the message, with its position at the end; the rest is a drawing of the
        // source.
        other => {
            let text = other.to_string();
            let line = text.lines().next().unwrap_or_default();
            match line.rsplit_once(" at line ").map_or(line, |(message, _)| message) {
                "recursion limit exceeded" => TOO_LARGE.to_owned(),
                message => message.to_owned(),
            }
        }
    };
    Fault { line, column, message, cut_off: matches!(meant(error), Error::Eof { .. }) }
}

/// The error without a wrapper that only says that an alias was used.
fn meant(error: &serde_saphyr::Error) -> &serde_saphyr::Error {
    match error.without_snippet() {
        serde_saphyr::Error::AliasError { error, .. } => meant(error),
        other => other,
    }
}

/// The line on which a second document starts, after the end of the first.
fn second_document(text: &str) -> Option<u64> {
    let begins = |line: &str| line == "---" || line.starts_with("--- ") || line.starts_with("---\t");
    let ends = |line: &str| line == "..." || line.starts_with("... ");
    let says =
        |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#') && !line.starts_with('%');
    let (mut content, mut ended) = (false, false);
    for (line, number) in text.lines().zip(1..) {
        if begins(line) && content || ended && says(line) && !ends(line) {
            return Some(number);
        }
        ended |= ends(line) && content;
        content |= says(line) && (!begins(line) || line.len() > 4);
    }
    None
}

fn twice(key: &str) -> String {
    format!("`{key}` appears here twice")
}

/// A document that is parsed only for its keys.
struct KeysOnce;

impl<'de> serde::Deserialize<'de> for KeysOnce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for KeysOnce {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            if keys.contains(&key) {
                return Err(serde::de::Error::custom(twice(&key)));
            }
            members.next_value::<Self>()?;
            keys.insert(key);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn wrong(told: Result<Value, Fault>) -> (u64, u64, String) {
        let fault = told.unwrap_err();
        (fault.line, fault.column, fault.message)
    }

    #[test]
    fn a_key_that_stands_twice_in_json_is_told_with_its_place() {
        let text = "{\n  \"config\": {\n    \"clientId\": \"a\",\n    \"clientId\": \"b\"\n  }\n}";
        assert_eq!(wrong(json(text)), (4, 14, "`clientId` appears here twice".to_owned()));
        // The same key in another spelling, and in a list.
        assert_eq!(wrong(json(r#"[{ "a": 1, "\u0061": 2 }]"#)).2, "`a` appears here twice");
        let fine = r#"{ "a": { "b": 1 }, "c": { "b": [1, 2.5, -3, null, true, "x"] } }"#;
        assert_eq!(json::<Value>(fine).unwrap(), serde_json::from_str::<Value>(fine).unwrap());
    }

    #[test]
    fn json_that_is_none_has_its_place_and_says_whether_it_is_cut_off() {
        let cut = json::<Value>("{\n  \"a\": [1,\n").unwrap_err();
        assert!(cut.cut_off && cut.line == 3, "{cut:?}");
        let wrong = json::<Value>("{ a: 1 }").unwrap_err();
        assert!(!wrong.cut_off && (wrong.line, wrong.column) == (1, 3), "{wrong:?}");
        assert!(json::<Value>(&"[".repeat(200_000)).is_err());
    }

    #[test]
    fn a_key_that_stands_twice_in_yaml_is_told_with_its_place() {
        for text in ["a: 1\nb:\n  c: 1\n  c: 2\n", "{ a: 1,\n b: 1,\n c: 1,\n  c: 2 }"] {
            let (line, column, message) = wrong(yaml(text));
            assert_eq!((line, column, message.as_str()), (4, 3, "`c` appears here twice"), "{text}");
        }
    }

    #[test]
    fn a_second_document_is_told_where_it_begins() {
        for (text, line) in [
            ("a: 1\nb: 2\n\n---\n\nc: 3\n", 4),
            ("---\na: 1\n---\nb: 1\n", 3),
            ("# first\n--- # really\na: 1\n--- { b: 1 }\n", 4),
            ("--- { a: 1 }\n---\nb: 1\n", 2),
            ("a: 1\n...\n# and\nb: 1\n", 4),
            ("a: |\n  ---\n  x\n---\nb: 1\n", 4),
        ] {
            let (at, column, message) = wrong(yaml(text));
            assert_eq!((at, column), (line, 1), "{text}");
            assert!(message.starts_with("a second document starts here"), "{message}");
        }
    }

    #[test]
    fn what_grows_by_its_aliases_is_refused_in_a_sentence() {
        let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..30 {
            let before = format!("*a{}, ", level - 1).repeat(9);
            laughs.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        let told = wrong(yaml(&laughs)).2;
        assert!(told.starts_with("this is larger, or nested deeper, than the limits allow"), "{told}");
        let deep = wrong(yaml(&"[".repeat(1000))).2;
        assert!(deep.starts_with("this is larger, or nested deeper"), "{deep}");
    }
}
