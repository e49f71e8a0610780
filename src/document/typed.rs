//! From the tree of values to types, with the position of values that do not fit.

use std::marker::PhantomData;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::hint::nearest;
use super::node::{Key, Kind, Node, Place};
use super::spelling::is_old;

/// A value does not fit its type.
#[derive(Debug)]
pub(crate) struct TypeError {
    /// The position of the innermost value that does not fit.
    pub(crate) at: Option<Place>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// Reads a value of a type.
pub(crate) fn typed<T: DeserializeOwned>(node: &Node) -> Result<T, TypeError> {
    T::deserialize(node).map_err(|error| error.or_at(&node.at))
}

impl TypeError {
    pub(crate) fn new(message: String, hint: Option<String>) -> Self {
        Self { at: None, message, hint }
    }

    /// Adds a position, unless there already is one: the innermost position counts.
    fn or_at(mut self, at: &Place) -> Self {
        self.at.get_or_insert_with(|| at.clone());
        self
    }
}

impl std::fmt::Display for TypeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TypeError {}

/// The hint for a word that is not one of `known`.
pub(crate) fn known(given: &str, known: &[&str]) -> Option<String> {
    let all = known.join(", ");
    match nearest(given, known.iter().copied()) {
        _ if known.is_empty() => None,
        Some(near) => Some(format!("did you mean `{near}`? Valid here: {all}")),
        None => Some(format!("valid here: {all}")),
    }
}

/// A type's name for readers who do not write Rust.
fn plainly(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "a string" | "string" => "text",
        "a sequence" => "a list",
        _ if expected.starts_with("struct ") => "a map",
        _ => expected,
    }
}

impl serde::de::Error for TypeError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::new(message.to_string(), None)
    }

    fn invalid_type(given: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let given = match given {
            Unexpected::Str(text) => format!("the text “{text}”"),
            Unexpected::Bool(value) => format!("`{value}`"),
            Unexpected::Unsigned(value) => format!("the number {value}"),
            Unexpected::Signed(value) => format!("the number {value}"),
            Unexpected::Float(value) => format!("the number {value}"),
            Unexpected::Unit => "nothing".to_owned(),
            Unexpected::Seq => "a list".to_owned(),
            Unexpected::Map => "a map".to_owned(),
            other => other.to_string(),
        };
        Self::new(format!("expected {}, found {given}", plainly(&expected.to_string())), None)
    }

    fn invalid_value(given: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(given, expected)
    }

    fn unknown_field(given: &str, expected: &'static [&'static str]) -> Self {
        let keys: Vec<&str> = expected.iter().copied().filter(|key| !is_old(key)).collect();
        Self::new(format!("unknown key `{given}`"), known(given, &keys))
    }

    fn unknown_variant(given: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("`{given}` is not valid here"), known(given, expected))
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(format!("`{name}` is missing"), None)
    }
}

impl Node {
    /// The error for a value of another kind.
    fn not(&self, expected: &dyn Expected) -> TypeError {
        let given = match &self.kind {
            Kind::Null => Unexpected::Unit,
            Kind::Bool(value) => Unexpected::Bool(*value),
            Kind::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), _, _) => Unexpected::Unsigned(value),
                (None, Some(value), _) => Unexpected::Signed(value),
                (None, None, value) => Unexpected::Float(value.unwrap_or(f64::NAN)),
            },
            Kind::Text(text) => Unexpected::Str(text),
            Kind::List(_) => Unexpected::Seq,
            Kind::Map(_) => Unexpected::Map,
        };
        serde::de::Error::invalid_type(given, expected)
    }
}

/// Structures, texts and lists do not go through `deserialize_any`: the code for the kinds of values that they
/// cannot be would be compiled for each type.
impl<'de> Deserializer<'de> for &Node {
    type Error = TypeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match &self.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), _, _) => visitor.visit_u64(value),
                (None, Some(value), _) => visitor.visit_i64(value),
                (None, None, value) => visitor.visit_f64(value.unwrap_or(f64::NAN)),
            },
            Kind::Text(text) => visitor.visit_str(text),
            Kind::List(items) => visitor.visit_seq(Items { items: items.iter() }),
            Kind::Map(members) => visitor.visit_map(Members { members: members.iter(), value: None }),
        }
        .map_err(|error| error.or_at(&self.at))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match self.kind {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        if name == AT {
            visitor.visit_seq(WithPlace { node: self, next: 0 })
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        match &self.kind {
            Kind::Text(text) => visitor.visit_enum(Word(text)),
            _ => Err(TypeError::new(format!("expected a word, found {}", self.description()), None)),
        }
        .map_err(|error| error.or_at(&self.at))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match &self.kind {
            Kind::Map(members) => visitor.visit_map(Members { members: members.iter(), value: None }),
            _ => Err(self.not(&visitor)),
        }
        .map_err(|error| error.or_at(&self.at))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match &self.kind {
            Kind::List(items) => visitor.visit_seq(Items { items: items.iter() }),
            _ => Err(self.not(&visitor)),
        }
        .map_err(|error| error.or_at(&self.at))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match &self.kind {
            Kind::Text(text) => visitor.visit_str(text),
            _ => Err(self.not(&visitor)),
        }
        .map_err(|error| error.or_at(&self.at))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        self.deserialize_str(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        identifier ignored_any
    }
}

/// The type name with which a [`Placed`] asks the deserializer for the position, too.
const AT: &str = "$placed";

/// A value of a type, and its position.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed<T> {
    pub(crate) at: Place,
    pub(crate) value: T,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Placed<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value with its position")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Placed<T>, A::Error> {
                let (file, line, column) =
                    (seq.next_element::<String>()?, seq.next_element()?, seq.next_element()?);
                match (file, line, column, seq.next_element()?) {
                    (Some(file), Some(line), Some(column), Some(value)) => {
                        Ok(Placed { at: Place { file: Arc::new(file.into()), line, column }, value })
                    }
                    _ => Err(serde::de::Error::custom("only the tree of a scenario has positions")),
                }
            }
        }

        deserializer.deserialize_newtype_struct(AT, Reader(PhantomData))
    }
}

/// The schema of a placed value is that of the value.
#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Placed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

/// File, line, column and value, for [`Placed`].
struct WithPlace<'n> {
    node: &'n Node,
    next: u8,
}

impl<'de> SeqAccess<'de> for WithPlace<'_> {
    type Error = TypeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, TypeError> {
        let at = &self.node.at;
        self.next += 1;
        match self.next {
            1 => seed.deserialize(at.file.to_string_lossy().into_owned().into_deserializer()).map(Some),
            2 => seed.deserialize(at.line.into_deserializer()).map(Some),
            3 => seed.deserialize(at.column.into_deserializer()).map(Some),
            4 => seed.deserialize(self.node).map(Some).map_err(|error| error.or_at(at)),
            _ => Ok(None),
        }
    }
}

struct Items<'n> {
    items: std::slice::Iter<'n, Node>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = TypeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, TypeError> {
        let Some(item) = self.items.next() else { return Ok(None) };
        seed.deserialize(item).map(Some).map_err(|error| error.or_at(&item.at))
    }
}

struct Members<'n> {
    members: std::slice::Iter<'n, (Key, Node)>,
    value: Option<&'n Node>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = TypeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, TypeError> {
        let Some((key, value)) = self.members.next() else { return Ok(None) };
        self.value = Some(value);
        let name: StrDeserializer<'_, TypeError> = key.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|error| error.or_at(&key.at))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, TypeError> {
        match self.value.take() {
            Some(value) => seed.deserialize(value).map_err(|error| error.or_at(&value.at)),
            None => Err(serde::de::Error::custom("a value was requested before its key")),
        }
    }
}

/// The name of a variant without data.
struct Word<'n>(&'n str);

impl<'de> EnumAccess<'de> for Word<'_> {
    type Error = TypeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), TypeError> {
        let name: StrDeserializer<'_, TypeError> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Word<'_> {
    type Error = TypeError;

    fn unit_variant(self) -> Result<(), TypeError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, TypeError> {
        Err(serde::de::Error::custom(format!("`{}` needs a value here", self.0)))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, TypeError> {
        Err(serde::de::Error::custom(format!("`{}` needs a value here", self.0)))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, TypeError> {
        Err(serde::de::Error::custom(format!("`{}` needs a value here", self.0)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(default)]
        numbers: Vec<u16>,
        #[serde(default)]
        word: Option<Word>,
        text: String,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Lax,
        NotLax,
    }

    fn read(text: &str) -> Result<Sample, String> {
        let node = Node::parse(text, &Arc::new(PathBuf::from("a.yaml"))).unwrap();
        typed(&node).map_err(|error| {
            let at = error.at.unwrap();
            format!("{}:{} {} | {}", at.line, at.column, error.message, error.hint.unwrap_or_default())
        })
    }

    #[test]
    fn reads_what_fits() {
        let sample = read("numbers: [1, 2]\nword: not_lax\ntext: x\n").unwrap();
        assert_eq!((sample.numbers, sample.word, &*sample.text), (vec![1, 2], Some(Word::NotLax), "x"));
    }

    #[test]
    fn names_the_innermost_place() {
        assert_eq!(
            read("text: x\nnumbers:\n  - 1\n  - yes please\n").unwrap_err(),
            "4:5 expected a whole number, found the text “yes please” | "
        );
        assert_eq!(read("numbers: []\n").unwrap_err(), "1:1 `text` is missing | ");
        assert_eq!(
            read("text: x\nnumberz: []\n").unwrap_err(),
            "2:1 unknown key `numberz` | did you mean `numbers`? Valid here: numbers, word, text"
        );
        assert_eq!(
            read("text: x\nword: laxx\n").unwrap_err(),
            "2:7 `laxx` is not valid here | did you mean `lax`? Valid here: lax, not_lax"
        );
    }
}
