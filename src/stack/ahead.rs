//! What is recorded before a Management API call changes a shared tenant, so that a run killed at any
//! moment leaves a file from which everything can be restored.

use std::collections::BTreeSet;

use http::Method;
use serde_json::Value;

use super::management::{Management, ManagementError};
use super::reset::{LISTS, SETTINGS};
use super::saved::{Creation, SavedState};

/// Items read per page of a list: the most that Logto returns.
const PAGE: usize = 100;

/// What has to be recorded before a call, by its effect.
#[derive(Debug)]
pub(super) enum Ahead {
    /// It changes nothing, or what the run itself created.
    Nothing,
    /// It creates something in a list.
    Creates(Creation),
    /// It creates something at a path that is known beforehand.
    CreatesAt(String),
    /// It changes what was there before the run.
    Changes { place: String, before: Value },
    /// Its effect cannot be undone.
    ForGood,
}

/// Finds out what a call is about to change.
///
/// # Errors
/// [`ManagementError`] if Logto does not answer the question; the call must then not be made.
pub(super) async fn look(
    management: &Management,
    state: &SavedState,
    method: &Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Ahead, ManagementError> {
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    if *method == Method::GET || state.has_created(path) {
        return Ok(Ahead::Nothing);
    }
    if SETTINGS.iter().any(|settings| settings.path == path) {
        let is_noted = path == "sign-in-exp" || state.before.contains_key(path);
        return Ok(match read(management, path).await? {
            _ if is_noted => Ahead::Nothing,
            Some(before) => Ahead::Changes { place: path.to_owned(), before },
            None => Ahead::CreatesAt(path.to_owned()),
        });
    }
    let Some((place, beneath)) = place(path) else {
        return match body {
            Some(body) if *method == Method::POST && !path.contains('/') => {
                creates(management, path, body).await
            }
            _ => Ok(Ahead::ForGood),
        };
    };
    match changes(management, state, place.clone()).await? {
        Ahead::Nothing if *method == Method::PUT && beneath.is_empty() => Ok(Ahead::CreatesAt(place)),
        // The API returns all of this for an account; for other things, nothing below them.
        Ahead::Changes { .. } if !beneath.is_empty() && !is_told(&place, beneath) => Ok(Ahead::ForGood),
        ahead => Ok(ahead),
    }
}

/// Splits a path into the thing it names and the rest below that: `users/abc` and `roles`.
fn place(path: &str) -> Option<(String, &str)> {
    let list = LISTS.iter().find(|list| {
        path.strip_prefix(list.path).is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
    })?;
    let rest = &path[list.path.len() + 1..];
    let (id, beneath) = rest.split_once('/').unwrap_or((rest, ""));
    Some((format!("{}/{id}", list.path), beneath))
}

fn is_told(place: &str, beneath: &str) -> bool {
    let first = beneath.split('/').next().unwrap_or_default();
    place.starts_with("users/") && ["is-suspended", "profile", "custom-data", "identities"].contains(&first)
}

async fn creates(management: &Management, list: &str, body: &Value) -> Result<Ahead, ManagementError> {
    // A connector can be created with a chosen id; Logto refuses one that exists.
    if let Some(id) = body.get("id").and_then(Value::as_str).filter(|_| list == "connectors") {
        let place = format!("connectors/{id}");
        return Ok(match read(management, &place).await? {
            None => Ahead::CreatesAt(place),
            Some(_) => Ahead::Nothing,
        });
    }
    let already = alike(management, list, body).await?;
    Ok(Ahead::Creates(Creation { list: list.to_owned(), body: body.clone(), already }))
}

/// The present value, unless its original one is recorded already.
async fn changes(
    management: &Management,
    state: &SavedState,
    place: String,
) -> Result<Ahead, ManagementError> {
    let borrowed = state.borrowed_connector.as_ref().map(|connector| format!("connectors/{}", connector.id));
    if borrowed.is_some_and(|borrowed| borrowed == place) || state.before.contains_key(&place) {
        return Ok(Ahead::Nothing);
    }
    Ok(match read(management, &place).await? {
        // An account that signs in through the run's application belongs to the run.
        Some(user) if place.starts_with("users/") && state.is_own(&user) => Ahead::Nothing,
        Some(before) => Ahead::Changes { place, before },
        None => Ahead::Nothing,
    })
}

/// `None` if it does not exist: an older Logto answers 404, the double 501 to what it does not play.
pub(super) async fn read(management: &Management, path: &str) -> Result<Option<Value>, ManagementError> {
    match management.get(path).await {
        Ok(answer) => Ok(Some(answer.body)),
        Err(ManagementError::Refused { status: 404 | 501, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Paths of the items of a list that may have been created from this body.
///
/// # Errors
/// [`ManagementError`] when Logto refuses.
pub(super) async fn alike(
    management: &Management,
    list: &str,
    body: &Value,
) -> Result<Vec<String>, ManagementError> {
    // Created at a path of their own, and listed with the other applications.
    let list = if list == "saml-applications" { "applications" } else { list };
    let known = LISTS.iter().find(|known| known.path == list);
    let search = if list == "users" { search(body) } else { String::new() };
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for page in 1.. {
        let paged = known.is_some_and(|known| known.paged);
        let pages = if paged { format!("?page={page}&page_size={PAGE}{search}") } else { String::new() };
        let items = read(management, &format!("{list}{pages}")).await?;
        let items = items.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut new = false;
        for item in items {
            let place = match known {
                Some(known) => known.place(item),
                None => format!("{list}/{}", item.get("id").and_then(Value::as_str).unwrap_or_default()),
            };
            if seen.insert(place.clone()) {
                new = true;
                found.extend(is_like(item, body).then_some(place));
            }
        }
        if !paged || !new || items.len() < PAGE {
            break;
        }
    }
    Ok(found)
}

/// A tenant may have many accounts, so this searches by a unique member, or else by name.
fn search(body: &Value) -> String {
    let given = |field: &&str| body.get(*field).and_then(Value::as_str).filter(|value| !value.is_empty());
    let field =
        ["username", "primaryEmail", "primaryPhone", "name"].into_iter().find(|field| given(field).is_some());
    let Some((field, value)) = field.and_then(|field| Some((field, given(&field)?))) else {
        return String::new();
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair(&format!("search.{field}"), value)
        .append_pair(&format!("mode.{field}"), "exact")
        .finish();
    format!("&{query}")
}

/// Whether the item contradicts nothing in the body and shares at least one member with it.
fn is_like(item: &Value, body: &Value) -> bool {
    let members = body.as_object().into_iter().flatten();
    let mut told = members.filter_map(|(name, value)| Some((item.get(name)?, value))).peekable();
    told.peek().is_some() && told.all(|(found, wanted)| agrees(found, wanted))
}

/// Logto adds members of its own, drops unknown ones, and writes e-mail addresses in lower case.
fn agrees(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| found.get(name).is_none_or(|found| agrees(found, wanted)))
        }
        (Value::String(found), Value::String(wanted)) => found.to_lowercase() == wanted.to_lowercase(),
        (found, wanted) => found == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_a_thing_or_beneath_it() {
        let of = |path| place(path).map(|(place, beneath)| (place, beneath.to_owned()));
        let both = |place: &str, beneath: &str| Some((place.to_owned(), beneath.to_owned()));
        assert_eq!(of("users/abc/identities/huggingface"), both("users/abc", "identities/huggingface"));
        assert_eq!(of("connectors/abc"), both("connectors/abc", ""));
        assert_eq!(
            of("configs/jwt-customizer/access-token"),
            both("configs/jwt-customizer/access-token", "")
        );
        for other in
            ["users", "users/", "sign-in-exp", "configs/oidc/cookie-keys/rotate", "organization-invitations"]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn what_may_have_been_made_of_a_body_says_nothing_else() {
        let item = json!({ "id": "a", "username": "eve", "primaryEmail": "eve@example.com", "profile": {},
            "customClientMetadata": { "corsAllowedOrigins": [] }, "description": null });
        for (body, like) in [
            (json!({ "username": "eve", "password": "secret" }), true),
            (json!({ "primaryEmail": "Eve@example.com" }), true),
            (json!({ "username": "eve", "customClientMetadata": { "unknown": 1 } }), true),
            (json!({ "username": "ada" }), false),
            (json!({ "username": "eve", "description": "of a run" }), false),
            (json!({ "password": "secret" }), false),
            (json!({}), false),
        ] {
            assert_eq!(is_like(&item, &body), like, "{body}");
        }
    }
}
