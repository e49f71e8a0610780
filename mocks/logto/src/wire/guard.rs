//! Logto's zod schemas as data: which values they accept, what they complain about, and what they keep
//! of a value.

use serde_json::{Map, Value};
use url::Url;

use super::api_error::ApiError;
use super::body;
use super::issue::{Complaint, Issue, kind};

/// A schema.
#[derive(Debug)]
pub(crate) enum Guard {
    Text(&'static [Rule]),
    Number(&'static [Bound]),
    Flag,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// This text and no other.
    Only(&'static str),
    /// This truth value and no other.
    Is(bool),
    List(&'static Self),
    /// Members in the order in which they are checked and returned; unknown ones are dropped.
    Object(&'static [(&'static str, Self)]),
    /// An object whose members are all of this kind.
    Record(&'static Self),
    Anything,
    Optional(&'static Self),
    Nullable(&'static Self),
    /// The first that accepts the value.
    Either(&'static [Self]),
    /// With a further check of a value that has the right structure.
    Checked(&'static Self, fn(&Value) -> Option<Issue>),
}

/// A rule about a text.
#[derive(Debug)]
pub(crate) enum Rule {
    /// At least so many characters.
    Least(usize),
    /// At most so many characters.
    Most(usize),
    /// A pattern.
    Fits(fn(&str) -> bool),
    /// An e-mail address, by this check.
    Email(fn(&str) -> bool),
    Url,
    /// A check of Logto's own.
    Passes(fn(&str) -> bool),
}

/// A rule about a number.
#[derive(Debug)]
pub(crate) enum Bound {
    Whole,
    Least(i64),
    Most(i64),
    /// More than this.
    Above(i64),
}

/// What a schema makes of a value.
struct Parsed {
    /// What it keeps.
    value: Option<Value>,
    issues: Vec<Issue>,
    /// The value does not have the right structure. Of several alternatives one that it has the
    /// structure of determines the complaints.
    is_odd: bool,
}

impl Parsed {
    fn kept(value: Option<&Value>) -> Self {
        Self { value: value.cloned(), issues: vec![], is_odd: false }
    }

    fn odd(complaint: Complaint) -> Self {
        Self { value: None, issues: vec![Issue::new(&[], complaint)], is_odd: true }
    }

    /// Not the only value that is accepted.
    fn other(expected: Value, received: Option<&Value>) -> Self {
        Self::odd(Complaint::Literal { expected, received: received.cloned() })
    }
}

impl Guard {
    /// The members that a request body gives.
    ///
    /// # Errors
    /// The body is not JSON, or not what the schema accepts.
    pub(crate) fn members(&self, text: &str) -> Result<Map<String, Value>, ApiError> {
        self.parse(body::object(text)?.into())
    }

    /// The same for a body that is an object already.
    ///
    /// # Errors
    /// The object is not what the schema accepts.
    pub(crate) fn parse(&self, body: Value) -> Result<Map<String, Value>, ApiError> {
        self.parse_part("body", body)
    }

    /// The same for another part of the request: `query`.
    ///
    /// # Errors
    /// The part is not what the schema accepts.
    pub(crate) fn parse_part(&self, part: &str, given: Value) -> Result<Map<String, Value>, ApiError> {
        let Parsed { value, issues, .. } = self.check(Some(&given));
        match value {
            Some(Value::Object(members)) if issues.is_empty() => Ok(members),
            _ => Err(ApiError::guard_of(part, &issues)),
        }
    }

    fn check(&self, value: Option<&Value>) -> Parsed {
        match (self, value) {
            (Self::Anything, _) | (Self::Optional(_), None) | (Self::Nullable(_), Some(Value::Null)) => {
                Parsed::kept(value)
            }
            (Self::Optional(inner) | Self::Nullable(inner), _) => inner.check(value),
            (Self::Text(rules), Some(Value::String(text))) => {
                let broken = rules.iter().filter_map(|rule| rule.broken(text));
                let issues = broken.map(|complaint| Issue::new(&[], complaint)).collect();
                Parsed { issues, ..Parsed::kept(value) }
            }
            (Self::Number(bounds), Some(Value::Number(number))) => {
                let number = number.as_f64().unwrap_or_default();
                let broken = bounds.iter().filter_map(|bound| bound.broken(number));
                let issues = broken.map(|complaint| Issue::new(&[], complaint)).collect();
                Parsed { issues, ..Parsed::kept(value) }
            }
            (Self::Flag, Some(Value::Bool(_))) => Parsed::kept(value),
            (Self::Choice(options), Some(Value::String(text))) if options.contains(&text.as_str()) => {
                Parsed::kept(value)
            }
            (Self::Choice(options), _) => {
                Parsed::odd(Complaint::Choice { options, received: value.cloned() })
            }
            (Self::Only(expected), Some(Value::String(text))) if text == expected => Parsed::kept(value),
            (Self::Only(expected), _) => Parsed::other(Value::from(*expected), value),
            (Self::Is(expected), Some(Value::Bool(flag))) if flag == expected => Parsed::kept(value),
            (Self::Is(expected), _) => Parsed::other(Value::from(*expected), value),
            (Self::List(inner), Some(Value::Array(items))) => {
                let parsed =
                    items.iter().enumerate().map(|(at, item)| (Value::from(at), inner.check(Some(item))));
                gathered(parsed, |kept| kept.into_iter().map(|(_, item)| item).collect())
            }
            (Self::Object(members), Some(Value::Object(given))) => {
                let parsed =
                    members.iter().map(|(name, guard)| (Value::from(*name), guard.check(given.get(*name))));
                gathered(parsed, object)
            }
            (Self::Record(inner), Some(Value::Object(given))) => {
                let parsed =
                    given.iter().map(|(name, item)| (Value::from(name.as_str()), inner.check(Some(item))));
                gathered(parsed, object)
            }
            (Self::Either(alternatives), _) => either(alternatives, value),
            (Self::Checked(inner, check), _) => {
                let mut parsed = inner.check(value);
                if !parsed.is_odd {
                    parsed.issues.extend(check(value.unwrap_or(&Value::Null)));
                }
                parsed
            }
            (
                Self::Text(_)
                | Self::Number(_)
                | Self::Flag
                | Self::List(_)
                | Self::Object(_)
                | Self::Record(_),
                _,
            ) => {
                let received = value.map_or("undefined", kind);
                Parsed::odd(Complaint::Type { expected: self.expected(), received })
            }
        }
    }

    const fn expected(&self) -> &'static str {
        match self {
            Self::Number(_) => "number",
            Self::Flag => "boolean",
            Self::List(_) => "array",
            Self::Object(_) | Self::Record(_) => "object",
            _ => "string",
        }
    }
}

/// A list or an object from what was made of its items.
fn gathered(parts: impl Iterator<Item = (Value, Parsed)>, whole: fn(Vec<(Value, Value)>) -> Value) -> Parsed {
    let (mut kept, mut issues, mut is_odd) = (Vec::new(), Vec::new(), false);
    for (place, part) in parts {
        issues.extend(part.issues.into_iter().map(|issue| issue.inside(&place)));
        is_odd |= part.is_odd;
        kept.extend(part.value.map(|value| (place, value)));
    }
    Parsed { value: Some(whole(kept)), issues, is_odd }
}

fn object(kept: Vec<(Value, Value)>) -> Value {
    let members = kept.into_iter().filter_map(|(name, value)| Some((name.as_str()?.to_owned(), value)));
    Value::Object(members.collect())
}

fn either(alternatives: &[Guard], value: Option<&Value>) -> Parsed {
    let mut refused = Vec::new();
    for alternative in alternatives {
        let parsed = alternative.check(value);
        if parsed.issues.is_empty() {
            return parsed;
        }
        refused.push(parsed);
    }
    match refused.iter().position(|parsed| !parsed.is_odd) {
        Some(at) => refused.swap_remove(at),
        None => Parsed::odd(Complaint::Union(refused.into_iter().map(|parsed| parsed.issues).collect())),
    }
}

impl Rule {
    fn broken(&self, text: &str) -> Option<Complaint> {
        // JavaScript counts UTF-16 code units.
        let length = || text.encode_utf16().count();
        match self {
            Self::Least(least) => (length() < *least).then_some(Complaint::TooShort(*least)),
            Self::Most(most) => (length() > *most).then_some(Complaint::TooLong(*most)),
            Self::Fits(fits) => (!fits(text)).then_some(Complaint::Pattern),
            Self::Email(fits) => (!fits(text)).then_some(Complaint::Email),
            Self::Url => Url::parse(text).is_err().then_some(Complaint::Url),
            Self::Passes(passes) => (!passes(text)).then_some(Complaint::Custom),
        }
    }
}

impl Bound {
    fn broken(&self, number: f64) -> Option<Complaint> {
        #[expect(clippy::cast_precision_loss, reason = "the bounds are small")]
        match self {
            Self::Whole => {
                (number.fract() != 0.0).then_some(Complaint::Type { expected: "integer", received: "float" })
            }
            Self::Least(least) => (number < *least as f64).then_some(Complaint::TooSmall(*least)),
            Self::Most(most) => (number > *most as f64).then_some(Complaint::TooLarge(*most)),
            Self::Above(limit) => (number <= *limit as f64).then_some(Complaint::NotAbove(*limit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static NAME: Guard = Guard::Text(&[Rule::Least(1), Rule::Most(3)]);
    static ADDRESS: Guard = Guard::Text(&[Rule::Url]);
    static PERSON: Guard = Guard::Object(&[
        ("name", Guard::Text(&[Rule::Least(1), Rule::Most(3)])),
        ("site", Guard::Optional(&Guard::Either(&[Guard::Nullable(&ADDRESS), Guard::Only("")]))),
        ("tags", Guard::Optional(&Guard::List(&NAME))),
        ("age", Guard::Optional(&Guard::Number(&[Bound::Whole, Bound::Least(1)]))),
    ]);

    fn details(body: Value) -> String {
        PERSON.parse(body).unwrap_err().details.unwrap()
    }

    #[test]
    fn what_is_kept_has_the_known_members_in_their_order() {
        let kept = PERSON.parse(json!({ "odd": 1, "site": null, "name": "Ada", "tags": [] })).unwrap();
        assert_eq!(Value::Object(kept).to_string(), r#"{"name":"Ada","site":null,"tags":[]}"#);
    }

    #[test]
    fn complaints_say_where_and_what() {
        assert_eq!(
            details(json!({})),
            "Error in key path \"name\": (invalid_type) Expected string but received undefined."
        );
        assert_eq!(
            details(json!({ "name": "Augusta", "tags": ["", 1], "age": 0.5 })),
            "Error in key path \"name\": (too_big) String must contain at most 3 character(s)\n\
             Error in key path \"tags.0\": (too_small) String must contain at least 1 character(s)\n\
             Error in key path \"tags.1\": (invalid_type) Expected string but received number.\n\
             Error in key path \"age\": (invalid_type) Expected integer but received float.\n\
             Error in key path \"age\": (too_small) Number must be greater than or equal to 1"
        );
    }

    /// As zod 3 does: an alternative of the right structure complains alone.
    #[test]
    fn of_alternatives_the_one_with_the_right_structure_complains() {
        let told = |site: Value| details(json!({ "name": "Ada", "site": site }));
        assert_eq!(told(json!("x")), "Error in key path \"site\": (invalid_string) Invalid url");
        assert_eq!(told(json!(1)), "Error in key path \"site\": (invalid_union) Invalid input");
    }
}
