//! Zod's complaints, as `data` and `details` of a refusal (contract §0.2).

use serde_json::{Value, json};

/// One complaint about a member of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Issue {
    /// Names of members, and indexes of lists.
    path: Vec<Value>,
    complaint: Complaint,
}

/// The reason of a complaint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Complaint {
    /// The type differs from the expected one.
    Type { expected: &'static str, received: &'static str },
    /// The text does not match its pattern.
    Pattern,
    /// The text is not an e-mail address.
    Email,
    /// The text is not a URL.
    Url,
    /// The text has fewer characters than this.
    TooShort(usize),
    /// The text has more characters than this.
    TooLong(usize),
    /// The list has fewer items than this.
    TooFew(usize),
    /// The number is above this one.
    TooLarge(i64),
    /// The number is below this one.
    TooSmall(i64),
    /// The number is not above this one.
    NotAbove(i64),
    /// The value is not one of these, or is absent.
    Choice { options: &'static [&'static str], received: Option<Value> },
    /// The `type` is not one of these.
    Discriminator(&'static [&'static str]),
    /// The value is not the only allowed one.
    Literal { expected: Value, received: Option<Value> },
    /// The value matches no alternative; the complaints of each alternative.
    Union(Vec<Vec<Issue>>),
    /// Logto's own check failed.
    Custom,
    /// The same, with words of Logto's own.
    Said(&'static str),
}

impl Issue {
    pub(crate) fn new(path: &[&str], complaint: Complaint) -> Self {
        Self { path: path.iter().map(|name| json!(name)).collect(), complaint }
    }

    /// The same for an item of the list.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.path.push(json!(index));
        self
    }

    /// The same if the whole value is a member of an object, or an item of a list.
    pub(crate) fn inside(mut self, place: &Value) -> Self {
        self.path.insert(0, place.clone());
        if let Complaint::Union(alternatives) = self.complaint {
            let inside = |issues: Vec<Self>| issues.into_iter().map(|issue| issue.inside(place)).collect();
            self.complaint = Complaint::Union(alternatives.into_iter().map(inside).collect());
        }
        self
    }

    /// The member is not a string.
    pub(crate) fn not_a_string(path: &[&str], value: &Value) -> Self {
        Self::new(path, Complaint::Type { expected: "string", received: kind(value) })
    }

    /// The whole value is not an object.
    pub(crate) fn not_an_object(value: &Value) -> Self {
        Self::new(&[], Complaint::Type { expected: "object", received: kind(value) })
    }

    /// The path as text, such as `a.b.0`.
    pub(crate) fn place(&self) -> String {
        let part = |part: &Value| part.as_str().map_or_else(|| part.to_string(), ToOwned::to_owned);
        self.path.iter().map(part).collect::<Vec<_>>().join(".")
    }

    /// Members in zod's order, which differs by complaint.
    pub(super) fn json(&self) -> Value {
        let (path, message) = (&self.path, self.message());
        let no_such_text = |validation: &str| json!({ "validation": validation, "code": "invalid_string", "message": message, "path": path });
        let inclusive = !matches!(self.complaint, Complaint::NotAbove(_));
        let outside = |code: &str, bound: &str, limit: Value, kind: &str| {
            json!({
                "code": code, bound: limit, "type": kind, "inclusive": inclusive, "exact": false,
                "message": message, "path": path,
            })
        };
        match &self.complaint {
            // A check of a number, not of a type.
            Complaint::Type { expected: expected @ "integer", received } => json!({
                "code": "invalid_type", "expected": expected, "received": received, "message": message,
                "path": path,
            }),
            Complaint::Type { expected, received } => json!({
                "code": "invalid_type", "expected": expected, "received": received, "path": path,
                "message": message,
            }),
            Complaint::Email => no_such_text("email"),
            Complaint::Pattern => no_such_text("regex"),
            Complaint::Url => no_such_text("url"),
            Complaint::TooShort(minimum) => outside("too_small", "minimum", json!(minimum), "string"),
            Complaint::TooFew(minimum) => outside("too_small", "minimum", json!(minimum), "array"),
            Complaint::TooLong(maximum) => outside("too_big", "maximum", json!(maximum), "string"),
            Complaint::TooLarge(maximum) => outside("too_big", "maximum", json!(maximum), "number"),
            Complaint::NotAbove(minimum) | Complaint::TooSmall(minimum) => {
                outside("too_small", "minimum", json!(minimum), "number")
            }
            Complaint::Choice { options, received } => match no_choice(received.as_ref()) {
                Some(received) => json!({
                    "expected": alternatives(options), "received": received, "code": "invalid_type",
                    "path": path, "message": message,
                }),
                None => json!({
                    "received": received, "code": "invalid_enum_value", "options": options, "path": path,
                    "message": message,
                }),
            },
            Complaint::Discriminator(options) => json!({
                "code": "invalid_union_discriminator", "options": options, "path": path, "message": message,
            }),
            Complaint::Literal { expected, received: Some(received) } => json!({
                "received": received, "code": "invalid_literal", "expected": expected, "path": path,
                "message": message,
            }),
            Complaint::Literal { expected, received: None } => json!({
                "code": "invalid_literal", "expected": expected, "path": path, "message": message,
            }),
            Complaint::Union(alternatives) => {
                let of = |issues: &Vec<Self>| {
                    let issues: Vec<Value> = issues.iter().map(Self::json).collect();
                    json!({ "issues": issues, "name": "ZodError" })
                };
                let alternatives: Vec<Value> = alternatives.iter().map(of).collect();
                json!({
                    "code": "invalid_union", "unionErrors": alternatives, "path": path, "message": message,
                })
            }
            Complaint::Custom | Complaint::Said(_) => {
                json!({ "code": "custom", "message": message, "path": path })
            }
        }
    }

    fn message(&self) -> String {
        match &self.complaint {
            Complaint::Type { received: "undefined", .. } | Complaint::Choice { received: None, .. } => {
                "Required".to_owned()
            }
            Complaint::Type { expected, received } => format!("Expected {expected}, received {received}"),
            Complaint::Pattern => "Invalid".to_owned(),
            Complaint::Email => "Invalid email".to_owned(),
            Complaint::Url => "Invalid url".to_owned(),
            Complaint::TooShort(minimum) => format!("String must contain at least {minimum} character(s)"),
            Complaint::TooFew(minimum) => format!("Array must contain at least {minimum} element(s)"),
            Complaint::TooLong(maximum) => format!("String must contain at most {maximum} character(s)"),
            Complaint::TooLarge(maximum) => format!("Number must be less than or equal to {maximum}"),
            Complaint::TooSmall(minimum) => format!("Number must be greater than or equal to {minimum}"),
            Complaint::NotAbove(minimum) => format!("Number must be greater than {minimum}"),
            Complaint::Choice { options, received: Some(received) } => {
                if let Some(received) = no_choice(Some(received)) {
                    return format!("Expected {}, received {received}", alternatives(options));
                }
                let received = received.as_str().map_or_else(|| received.to_string(), ToOwned::to_owned);
                format!("Invalid enum value. Expected {}, received '{received}'", alternatives(options))
            }
            Complaint::Discriminator(options) => {
                format!("Invalid discriminator value. Expected {}", alternatives(options))
            }
            Complaint::Literal { expected, .. } => format!("Invalid literal value, expected {expected}"),
            Complaint::Union(_) | Complaint::Custom => "Invalid input".to_owned(),
            Complaint::Said(words) => (*words).to_owned(),
        }
    }

    /// A line of `details`.
    pub(super) fn line(&self) -> String {
        let code = match &self.complaint {
            Complaint::Type { expected, received } => {
                return self.told(&format!("(invalid_type) Expected {expected} but received {received}."));
            }
            Complaint::Choice { options, received } => {
                if let Some(received) = no_choice(received.as_ref()) {
                    let expected = alternatives(options);
                    return self
                        .told(&format!("(invalid_type) Expected {expected} but received {received}."));
                }
                "invalid_enum_value"
            }
            Complaint::Pattern | Complaint::Email | Complaint::Url => "invalid_string",
            Complaint::TooShort(_)
            | Complaint::TooFew(_)
            | Complaint::TooSmall(_)
            | Complaint::NotAbove(_) => "too_small",
            Complaint::TooLong(_) | Complaint::TooLarge(_) => "too_big",
            Complaint::Discriminator(_) => "invalid_union_discriminator",
            Complaint::Literal { .. } => "invalid_literal",
            Complaint::Union(_) => "invalid_union",
            Complaint::Custom | Complaint::Said(_) => "custom",
        };
        self.told(&format!("({code}) {}", self.message()))
    }

    fn told(&self, what: &str) -> String {
        format!("Error in key path \"{}\": {what}", self.place())
    }
}

/// The type of a value that cannot be a choice; texts and numbers can.
fn no_choice(received: Option<&Value>) -> Option<&'static str> {
    match received {
        None => Some("undefined"),
        Some(Value::String(_) | Value::Number(_)) => None,
        Some(other) => Some(kind(other)),
    }
}

fn alternatives(options: &[&str]) -> String {
    options.iter().map(|option| format!("'{option}'")).collect::<Vec<_>>().join(" | ")
}

/// The type of a value as zod names it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
