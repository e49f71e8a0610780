//! Reads a profile from a response, by a map of member names.

use serde_json::{Map, Value, json};

use super::error::ConnectorError;
use super::numbers;
use crate::store::SocialUser;
use crate::wire::{Complaint, Issue};

/// The members of a profile; by default, the response has them under the same names.
pub(super) const MEMBERS: [&str; 5] = ["id", "email", "phone", "name", "avatar"];

/// Reads a profile: `map` names a member of the response for each of [`MEMBERS`], with dots for
/// nested ones (`user.emails.0`). Members that are empty, zero, false or null count as absent; the
/// id may be a number.
pub(super) fn read(raw: &Value, map: Option<&Map<String, Value>>) -> Result<SocialUser, ConnectorError> {
    let mut issues = Vec::new();
    let mut found = MEMBERS.map(|member| {
        let source = map.and_then(|map| map.get(member)).and_then(Value::as_str).unwrap_or(member);
        let value = at(raw, source).filter(|value| is_truthy(value));
        match (member, value) {
            (_, Some(Value::String(text))) => Some(text.clone()),
            ("id", Some(Value::Number(number))) => Some(numbers::as_text(number)),
            ("id", other) => {
                issues.push(neither_text_nor_number(other));
                None
            }
            (_, None) => None,
            (_, Some(other)) => {
                issues.push(Issue::not_a_string(&[member], other));
                None
            }
        }
    });
    if !issues.is_empty() {
        return Err(ConnectorError::InvalidResponse(issues));
    }
    let mut next = |index: usize| found.get_mut(index).and_then(Option::take);
    Ok(SocialUser {
        id: next(0).unwrap_or_default(),
        email: next(1),
        phone: next(2),
        name: next(3),
        avatar: next(4),
        raw: raw.clone(),
    })
}

fn neither_text_nor_number(value: Option<&Value>) -> Issue {
    let received = value.map_or("undefined", crate::wire::kind);
    let expected = |expected| vec![Issue::new(&["id"], Complaint::Type { expected, received })];
    Issue::new(&["id"], Complaint::Union(vec![expected("string"), expected("number")]))
}

fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, key| match value {
        Value::Object(members) => members.get(key),
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Whether JavaScript treats it as true.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// The example map that the Console shows.
pub(super) fn example() -> Value {
    json!({
        "id": "user_id", "email": "email_verified", "phone": "phone_verified", "name": "full_name",
        "avatar": "avatar_url",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(raw: Value, map: Value) -> Result<SocialUser, ConnectorError> {
        read(&raw, map.as_object())
    }

    #[test]
    fn members_are_found_by_paths_and_defaults() {
        let raw = json!({ "user": { "ids": [{ "n": 12345 }] }, "name": "", "email": "a@example.com", "avatar": null });
        let user = read_with(raw.clone(), json!({ "id": "user.ids.0.n", "phone": "name.x.y" })).unwrap();
        assert_eq!(
            user,
            SocialUser {
                id: "12345".into(),
                email: Some("a@example.com".into()),
                phone: None,
                name: None,
                avatar: None,
                raw
            }
        );
    }

    #[test]
    fn an_id_is_a_text_or_a_number_other_than_zero() {
        for (id, expected) in [
            (json!("x"), "x"),
            (json!(-1.5), "-1.5"),
            (json!(12_345_678_901_234_567_890_u64), "12345678901234567000"),
            (json!(1e21), "1e+21"),
            (json!(1e-7), "1e-7"),
        ] {
            assert_eq!(read_with(json!({ "id": id }), json!({})).unwrap().id, expected);
        }
        for id in [json!(0), json!(""), json!(true), json!({}), Value::Null] {
            let error = read_with(json!({ "id": id }), json!({})).unwrap_err();
            assert!(matches!(error, ConnectorError::InvalidResponse(issues) if issues.len() == 1), "{id}");
        }
    }

    #[test]
    fn everything_else_must_be_a_text() {
        let error = read_with(json!({ "id": "x", "name": 5, "avatar": [] }), json!({})).unwrap_err();
        let ConnectorError::InvalidResponse(issues) = error else { panic!("{error}") };
        assert_eq!(issues.iter().map(Issue::place).collect::<Vec<_>>(), ["name", "avatar"]);
    }
}
