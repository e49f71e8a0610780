//! What is made up anew in every run and stands at the same place of both
//! responses, also where no later request repeats it. The first meeting of a
//! value decides; from then on it has to be the same.

use serde_json::Value;

use super::compare;
use super::places::at;
use super::story::Response;
use super::values::Values;

/// Members of bodies whose values are made up.
const MADE_UP: [&str; 17] = [
    "id",
    "userId",
    "sub",
    "access_token",
    "refresh_token",
    "verificationId",
    "value",
    "request_uri",
    "resourceId",
    "scopeId",
    "applicationId",
    "nonce",
    "sessionId",
    "interactionId",
    "grantId",
    "device_code",
    "user_code",
];

/// Shorter strings are never random.
const SHORTEST_ID: usize = 9;

pub(super) fn dynamic(recorded: &Response, here: &Response, values: &mut Values) {
    for ((name, old), (other, new)) in recorded.cookies().zip(here.cookies()) {
        if name != other || name.ends_with(".sig") {
            continue;
        }
        if name == "_interaction" {
            same_place("set-cookie _interaction uid", recorded, here, values);
        } else if name != "_logto" {
            // `_logto` says how the sign-in page was asked for; nothing in it is made up.
            values.learn(old, new);
        }
    }
    for place in ["header etag", "location.query.code"] {
        same_place(place, recorded, here, values);
    }
    if let (Some(old), Some(new)) = (recorded.json(), here.json()) {
        members(&old, &new, "", values);
    }
    // Pages are told by their forms, whose hidden values are made up.
    if recorded.body.get("forms").is_some() {
        members(&recorded.body, &here.body, "", values);
    }
}

fn same_place(place: &str, recorded: &Response, here: &Response, values: &mut Values) {
    if let (Some(old), Some(new)) = (at(recorded, place), at(here, place)) {
        values.learn(&old, &new);
    }
}

fn nonce(uri: &str) -> Option<String> {
    let uri = url::Url::parse(uri).ok()?;
    let (_, nonce) = uri.query_pairs().find(|(name, _)| name == "nonce")?;
    (nonce.len() >= SHORTEST_ID).then(|| nonce.into_owned())
}

fn members(old: &Value, new: &Value, name: &str, values: &mut Values) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, old) in old {
                if let Some(new) = new.get(name) {
                    members(old, new, name, values);
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            old.iter().zip(new).for_each(|(old, new)| members(old, new, name, values));
        }
        (Value::String(old), Value::String(new)) => {
            if let (Some((_, old)), Some((_, new))) = (compare::claims(old), compare::claims(new)) {
                members(&old, &new, "", values);
            } else if name == "authorizationUri" {
                // The nonce of an OpenID connector, made up for each request.
                if let (Some(old), Some(new)) = (nonce(old), nonce(new)) {
                    values.learn(&old, &new);
                }
            } else if MADE_UP.contains(&name) && old.len() == new.len() && old.len() >= SHORTEST_ID {
                values.learn(old, new);
            }
        }
        _ => {}
    }
}
