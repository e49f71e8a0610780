//! The levers of a twin's `given`, and how to reset one: an omitted lever is as in the guide.

use serde_json::{Map, Value};

/// A setting in which a twin may differ from the healthy set-up, by its path below `given`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lever {
    path: Vec<String>,
    /// Settings that must agree with it: the other side of the same agreement.
    with: Option<Vec<String>>,
}

/// Settings that must agree with one another: what one party sends, and what the other has on its
/// list. Resetting only one may just move the difference.
const AGREE: [(&str, &str); 6] = [
    ("application.redirect_uris", "app.redirect_uri"),
    ("application.post_logout_redirect_uris", "app.post_sign_out_uri"),
    ("application.type", "app.app_secret"),
    ("connector.client_secret", "huggingface.app.secret"),
    ("connector.client_id", "huggingface.app.client_id"),
    ("connector.scope", "huggingface.app.scopes"),
];

impl Lever {
    fn of(path: Vec<String>) -> Self {
        Self { path, with: None }
    }

    /// The path as written in a scenario: `connector.client_secret`.
    fn path(&self) -> String {
        self.path.join(".")
    }

    /// The name in consoles and APIs: `connector.config.clientSecret`.
    pub(super) fn name(&self) -> String {
        let path = self.path();
        let parts: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["connector", "sync_profile"] => "connector.syncProfile".to_owned(),
            ["connector", "config", ..] | ["connector", "without"] => path,
            ["connector", member] => format!("connector.config.{}", camel(member)),
            ["sign_in_experience", "members", member] => format!("signInExperience.{member}"),
            ["sign_in_experience", member] => format!("signInExperience.{}", camel(member)),
            ["application", "redirect_uris"] => "application.oidcClientMetadata.redirectUris".to_owned(),
            ["application", "post_logout_redirect_uris"] => {
                "application.oidcClientMetadata.postLogoutRedirectUris".to_owned()
            }
            ["application", "always_issue_refresh_token" | "custom_client_metadata"] => {
                "application.customClientMetadata".to_owned()
            }
            ["application", "secret_expires_in"] => "application.secrets".to_owned(),
            ["application", member] => format!("application.{}", camel(member)),
            _ => path,
        }
    }
}

/// Converts `client_secret` to `clientSecret`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        name + &initial.to_uppercase() + rest
    })
}

/// Parts whose members are levers of their own.
const PARTS: [&[&str]; 7] = [
    &["connector"],
    &["connector", "config"],
    &["sign_in_experience"],
    &["sign_in_experience", "members"],
    &["huggingface", "app"],
    &["application"],
    &["app"],
];
/// Members that are not levers because they select what is examined.
const FIXED: [&str; 4] =
    ["connector.id", "connector.factory", "connector.target", "huggingface.app.client_id"];

/// The levers of a scenario's `given`, those of `area` first.
pub(super) fn levers(document: &Map<String, Value>, area: &str) -> Vec<Lever> {
    let mut found = Vec::new();
    for part in PARTS {
        let Some(members) = at(document, part).and_then(Value::as_object) else { continue };
        for name in members.keys() {
            let path: Vec<&str> = part.iter().copied().chain([name.as_str()]).collect();
            if !PARTS.contains(&path.as_slice()) && !FIXED.contains(&path.join(".").as_str()) {
                found.push(Lever::of(path.into_iter().map(ToOwned::to_owned).collect()));
            }
        }
    }
    // Other parts as a whole.
    for (name, value) in document.get("given").and_then(Value::as_object).into_iter().flatten() {
        let inner = value.as_object().into_iter().flatten();
        let others = inner.filter(|(member, _)| name == "huggingface" && *member != "app");
        found.extend(others.map(|(member, _)| Lever::of(vec![name.clone(), member.clone()])));
        if name == "users" {
            found.push(Lever::of(vec![name.clone()]));
        }
    }
    let part = match area {
        "experience" => "sign_in_experience",
        other => other,
    };
    found.sort_by_key(|lever| lever.path[0] != part);
    let parts = |name: &str| name.split('.').map(ToOwned::to_owned).collect::<Vec<String>>();
    let there = |name: &str| {
        let path = parts(name);
        at(document, &path.iter().map(String::as_str).collect::<Vec<_>>()).is_some()
    };
    let both = AGREE.iter().filter(|(one, other)| there(one) && there(other));
    let both: Vec<Lever> =
        both.map(|(one, other)| Lever { path: parts(one), with: Some(parts(other)) }).collect();
    found.extend(both);
    found
}

fn at<'d>(document: &'d Map<String, Value>, path: &[&str]) -> Option<&'d Value> {
    path.iter().try_fold(document.get("given")?, |value, name| value.get(name))
}

/// The scenario with this lever as in the guide.
pub(super) fn without(document: &Map<String, Value>, lever: &Lever) -> Map<String, Value> {
    let mut changed = document.clone();
    // What the app sends comes first: the list depends on it.
    if let Some(other) = &lever.with {
        take_back(&mut changed, other);
    }
    take_back(&mut changed, &lever.path);
    changed
}

/// Logto's lists, with the lever that says what the app sends, and what it sends without that.
const LISTS: [(&str, &str, &str); 2] = [
    ("application.redirect_uris", "redirect_uri", "[APP]/callback"),
    ("application.post_logout_redirect_uris", "post_sign_out_uri", "[APP]/"),
];

fn take_back(document: &mut Map<String, Value>, lever: &[String]) {
    let Some((last, path)) = lever.split_last() else { return };
    let list = LISTS.iter().find(|(list, ..)| *list == lever.join("."));
    let sent = list.map(|(_, sent, usual)| {
        at(document, &["app", sent]).and_then(Value::as_str).unwrap_or(usual).to_owned()
    });
    let mut part = document.get_mut("given");
    for name in path {
        part = part.and_then(|value| value.get_mut(name));
    }
    if let Some(Value::Object(members)) = part {
        // A list is right if it has what the app sends.
        if let (Some(sent), Some(Value::Array(list))) = (sent, members.get_mut(last)) {
            list.push(Value::from(sent));
        } else {
            members.remove(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Map<String, Value> {
        let given = json!({
            "connector": { "id": "abc", "client_secret": "x\n", "config": { "a": 1 } },
            "huggingface": { "app": { "client_id": "c", "redirect_uris": [] }, "answers": [] },
            "app": { "app_id": "y" },
        });
        Map::from_iter([("given".to_owned(), given)])
    }

    #[test]
    fn levers_of_the_area_come_first() {
        let names: Vec<String> = levers(&document(), "huggingface").iter().map(Lever::path).collect();
        assert_eq!(
            names,
            [
                "huggingface.app.redirect_uris",
                "huggingface.answers",
                "connector.client_secret",
                "connector.config.a",
                "app.app_id"
            ]
        );
    }

    #[test]
    fn a_lever_is_taken_back_alone() {
        let document = document();
        let lever = levers(&document, "connector").remove(0);
        let changed = without(&document, &lever);
        assert_eq!(lever.name(), "connector.config.clientSecret");
        assert_eq!(changed["given"]["connector"], json!({ "id": "abc", "config": { "a": 1 } }));
        assert_eq!(changed["given"]["app"], document["given"]["app"]);
    }
}
