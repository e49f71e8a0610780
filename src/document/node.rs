//! YAML and TOML as a tree that keeps the position of each value.
//!
//! Parameters and includes change the tree before its types are checked, and a type error must
//! still name the line that a person wrote.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use kit::document::{self, Fault};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::Spanned;

/// A position in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: Arc<PathBuf>,
    /// Line, from 1.
    pub(crate) line: u64,
    /// Column, from 1.
    pub(crate) column: u64,
}

/// A value and its position.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) at: Place,
    pub(crate) kind: Kind,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key and its position.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) at: Place,
}

impl Node {
    /// Parses a document.
    pub(crate) fn parse(text: &str, file: &Arc<PathBuf>) -> Result<Self, Fault> {
        let raw: Spanned<Raw> = document::yaml(text)?;
        Ok(placed(raw, file))
    }

    /// Parses a TOML document. Dates are not supported: no setting is one.
    pub(crate) fn toml(text: &str, file: &Arc<PathBuf>) -> Result<Self, Fault> {
        let lines = Lines::of(text, file);
        let root =
            toml_span::parse(text).map_err(|error| lines.fault(error.span.start, error.to_string()))?;
        lines.node(&root)
    }

    /// A value that is not written in a file: every part of it gets this position.
    pub(crate) fn of(value: Value, at: &Place) -> Self {
        let kind = match value {
            Value::Null => Kind::Null,
            Value::Bool(value) => Kind::Bool(value),
            Value::Number(number) => Kind::Number(number),
            Value::String(text) => Kind::Text(text),
            Value::Array(items) => Kind::List(items.into_iter().map(|item| Self::of(item, at)).collect()),
            Value::Object(members) => {
                let member = |(name, value)| (Key { name, at: at.clone() }, Self::of(value, at));
                Kind::Map(members.into_iter().map(member).collect())
            }
        };
        Self { at: at.clone(), kind }
    }

    /// Returns the member of a map.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(members) => members.iter().find(|(key, _)| key.name == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Removes a member from a map and returns it.
    pub(crate) fn take(&mut self, name: &str) -> Option<Self> {
        let Kind::Map(members) = &mut self.kind else { return None };
        let at = members.iter().position(|(key, _)| key.name == name)?;
        Some(members.remove(at).1)
    }

    /// The value without the positions.
    pub(crate) fn plain(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::from(*value),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::from(text.as_str()),
            Kind::List(items) => items.iter().map(Self::plain).collect(),
            Kind::Map(members) => {
                let members = members.iter().map(|(key, value)| (key.name.clone(), value.plain()));
                members.collect::<Map<_, _>>().into()
            }
        }
    }

    /// The kind of the value, for use in a sentence.
    pub(crate) fn description(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// Calls `visit` with every text in it and its position, except for keys.
    pub(crate) fn texts<E>(&self, visit: &mut impl FnMut(&str, &Place) -> Result<(), E>) -> Result<(), E> {
        match &self.kind {
            Kind::Text(text) => visit(text, &self.at),
            Kind::List(items) => items.iter().try_for_each(|item| item.texts(visit)),
            Kind::Map(members) => members.iter().try_for_each(|(_, value)| value.texts(visit)),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => Ok(()),
        }
    }

    /// Merges `over` into this value: maps member by member, everything else as a whole.
    pub(crate) fn overlaid(self, over: Self) -> Self {
        match (self.kind, over) {
            (Kind::Map(mut below), Self { at, kind: Kind::Map(above) }) => {
                for (key, value) in above {
                    match below.iter_mut().find(|(known, _)| known.name == key.name) {
                        Some(slot) => {
                            let before =
                                std::mem::replace(&mut slot.1, Self { at: key.at, kind: Kind::Null });
                            slot.1 = before.overlaid(value);
                        }
                        None => below.push((key, value)),
                    }
                }
                Self { at, kind: Kind::Map(below) }
            }
            (_, over) => over,
        }
    }
}

/// A TOML document, whose parser counts bytes.
struct Lines<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
    file: &'t Arc<PathBuf>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str, file: &'t Arc<PathBuf>) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(starts).collect(), file }
    }

    fn place(&self, at: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= at);
        let before = line.checked_sub(1).and_then(|line| self.text.get(self.starts[line]..at));
        let column = before.unwrap_or_default().chars().count() + 1;
        Place { file: self.file.clone(), line: line as u64, column: column as u64 }
    }

    fn fault(&self, at: usize, message: impl Into<String>) -> Fault {
        let Place { line, column, .. } = self.place(at);
        Fault { line, column, message: message.into(), cut_off: at >= self.text.len() }
    }

    fn node(&self, value: &toml_span::Value<'_>) -> Result<Node, Fault> {
        use toml_span::value::ValueInner;
        let at = value.span.start;
        let kind = match value.as_ref() {
            ValueInner::String(text) => Kind::Text(text.to_string()),
            ValueInner::Integer(number) => Kind::Number((*number).into()),
            ValueInner::Float(number) => {
                let number = Number::from_f64(*number);
                Kind::Number(number.ok_or_else(|| self.fault(at, "`inf` and `nan` are not supported"))?)
            }
            ValueInner::Boolean(value) => Kind::Bool(*value),
            ValueInner::Array(items) => {
                Kind::List(items.iter().map(|item| self.node(item)).collect::<Result<_, _>>()?)
            }
            ValueInner::Table(members) => {
                let mut members: Vec<_> = members.iter().collect();
                // In the order of the file.
                members.sort_by_key(|(key, _)| key.span.start);
                let member = |(key, value): (&toml_span::value::Key<'_>, _)| {
                    let name = Key { name: key.name.to_string(), at: self.place(key.span.start) };
                    Ok((name, self.node(value)?))
                };
                Kind::Map(members.into_iter().map(member).collect::<Result<_, _>>()?)
            }
        };
        Ok(Node { at: self.place(at), kind })
    }
}

/// A value as the YAML parser returns it.
enum Raw {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

fn placed(raw: Spanned<Raw>, file: &Arc<PathBuf>) -> Node {
    let place =
        |at: serde_saphyr::Location| Place { file: file.clone(), line: at.line(), column: at.column() };
    let at = place(raw.referenced);
    let kind = match raw.value {
        Raw::Null => Kind::Null,
        Raw::Bool(value) => Kind::Bool(value),
        Raw::Number(value) => Kind::Number(value),
        Raw::Text(text) => Kind::Text(text),
        Raw::List(items) => Kind::List(items.into_iter().map(|item| placed(item, file)).collect()),
        Raw::Map(members) => Kind::Map(
            members
                .into_iter()
                .map(|(key, value)| (Key { at: place(key.referenced), name: key.value }, placed(value, file)))
                .collect(),
        ),
    };
    Node { at, kind }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Raw;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a number, a boolean, a list or a map with keys of text")
            }

            fn visit_unit<E>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }

            fn visit_none<E>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }

            fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Raw, D::Error> {
                Raw::deserialize(inner)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
                Ok(Raw::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
                Ok(Raw::Number(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
                Ok(Raw::Number(value.into()))
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Raw, E> {
                let number = Number::from_f64(value);
                number
                    .map(Raw::Number)
                    .ok_or_else(|| E::custom("infinity and not-a-number are not supported"))
            }

            fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
                Ok(Raw::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Raw, E> {
                Ok(Raw::Text(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Raw::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
                let mut members = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    members.push(entry);
                }
                Ok(Raw::Map(members))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The value as JSON, without the positions.
    fn json(node: &Node) -> Value {
        crate::document::typed::typed(node).unwrap()
    }

    fn node(text: &str) -> Node {
        Node::parse(text, &Arc::new(PathBuf::from("a.yaml"))).unwrap()
    }

    #[test]
    fn remembers_where_every_value_and_key_stands() {
        let node = node("a: 1\nb:\n  - c: [x, true]\n");
        assert_eq!(json(&node), serde_json::json!({ "a": 1, "b": [{ "c": ["x", true] }] }));
        let Kind::List(items) = &node.get("b").unwrap().kind else { panic!() };
        let Kind::Map(members) = &items[0].kind else { panic!() };
        assert_eq!((members[0].0.at.line, members[0].0.at.column), (3, 5));
        let Kind::List(inner) = &members[0].1.kind else { panic!() };
        assert_eq!((inner[1].at.line, inner[1].at.column), (3, 12));
    }

    #[test]
    fn maps_are_laid_over_member_by_member_and_lists_as_a_whole() {
        let below = node("app: { scopes: [email], prompt: login }\nusers: [ada]\n");
        let above = node("app: { prompt: '' }\nusers: [grace]\n");
        let expected =
            serde_json::json!({ "app": { "scopes": ["email"], "prompt": "" }, "users": ["grace"] });
        assert_eq!(json(&below.overlaid(above)), expected);
    }
}
