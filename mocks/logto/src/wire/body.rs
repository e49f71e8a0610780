//! Request bodies of Logto's APIs (contract §0.2, §2.2, §11): parsed, and checked member by member.

use serde_json::{Map, Value};

use super::api_error::ApiError;
use super::issue::{Complaint, Issue, kind};
use super::v8;

/// Parses a JSON object. An absent body counts as an empty object.
pub(crate) fn object(text: &str) -> Result<Map<String, Value>, ApiError> {
    match text.trim_start().chars().next() {
        None => return Ok(Map::new()),
        Some('{' | '[') => {}
        Some(_) => return Err(ApiError::syntax("invalid JSON, only supports object and array")),
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(other) => Err(ApiError::guard(&[Issue::not_an_object(&other)])),
        Err(error) => Err(ApiError::syntax(v8::syntax_error(text, &error))),
    }
}

/// Refuses a body with any issue.
pub(crate) fn without(issues: impl IntoIterator<Item = Option<Issue>>) -> Result<(), ApiError> {
    let issues: Vec<Issue> = issues.into_iter().flatten().collect();
    if issues.is_empty() { Ok(()) } else { Err(ApiError::guard(&issues)) }
}

/// Checks the type of an optional member.
pub(crate) fn typed(members: &Map<String, Value>, path: &[&str], expected: &'static str) -> Option<Issue> {
    let value = members.get(*path.last()?)?;
    (kind(value) != expected).then(|| Issue::new(path, Complaint::Type { expected, received: kind(value) }))
}

/// Checks the presence and type of a required member.
pub(crate) fn needed(members: &Map<String, Value>, path: &[&str], expected: &'static str) -> Option<Issue> {
    if path.last().is_some_and(|name| members.contains_key(*name)) {
        return typed(members, path, expected);
    }
    Some(Issue::new(path, Complaint::Type { expected, received: "undefined" }))
}

/// Checks that a member is a text; it is optional unless `is_needed`.
pub(crate) fn text(members: &Map<String, Value>, name: &str, is_needed: bool) -> Option<Issue> {
    (if is_needed { needed } else { typed })(members, &[name], "string")
}

/// An issue if a text is present but empty.
pub(crate) fn empty(members: &Map<String, Value>, name: &str) -> Option<Issue> {
    (members.get(name)? == "").then(|| Issue::new(&[name], Complaint::TooShort(1)))
}

/// Checks that an optional member is a text or `null`.
pub(crate) fn nullable(members: &Map<String, Value>, name: &str) -> Option<Issue> {
    typed(members, &[name], "string").filter(|_| members[name] != Value::Null)
}

/// Checks that an optional member is one of these texts.
pub(crate) fn choice(
    members: &Map<String, Value>,
    path: &[&str],
    options: &'static [&'static str],
) -> Option<Issue> {
    let value = members.get(*path.last()?)?;
    let known = value.as_str().is_some_and(|text| options.contains(&text));
    (!known).then(|| Issue::new(path, Complaint::Choice { options, received: Some(value.clone()) }))
}

/// Checks that a required member is one of these texts.
pub(crate) fn needed_choice(
    members: &Map<String, Value>,
    path: &[&str],
    options: &'static [&'static str],
) -> Option<Issue> {
    if path.last().is_some_and(|name| members.contains_key(*name)) {
        return choice(members, path, options);
    }
    Some(Issue::new(path, Complaint::Choice { options, received: None }))
}

/// The texts of a list, without empty ones.
pub(crate) fn texts<'a>(members: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    members.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Checks that the items of a list are texts that are not empty.
pub(crate) fn text_items(members: &Map<String, Value>, name: &str) -> Vec<Option<Issue>> {
    let items = members.get(name).and_then(Value::as_array).into_iter().flatten().enumerate();
    let checked = items.map(|(index, item)| {
        let complaint = match item.as_str() {
            None => Complaint::Type { expected: "string", received: kind(item) },
            Some("") => Complaint::TooShort(1),
            Some(_) => return None,
        };
        Some(Issue::new(&[name], complaint).at(index))
    });
    checked.collect()
}

#[cfg(test)]
mod tests {
    use super::super::code::Code;
    use super::*;

    #[test]
    fn only_objects_and_arrays_are_read_at_all() {
        assert_eq!(object("").unwrap(), Map::new());
        assert_eq!(object("\"SignIn\"").unwrap_err().message, "invalid JSON, only supports object and array");
        assert_eq!(object("[]").unwrap_err().code, Some(Code::GuardInvalidInput));
        assert_eq!(object("{\"a\":").unwrap_err().message, "Unexpected end of JSON input");
    }
}
