//! Records of Logto's Management API: applications with their secrets and permissions, sign-in
//! experiences, API resources.

use serde_json::{Map, Value};

use super::{kind, object, shape};
use crate::diagnose::error::InputError;
use crate::diagnose::members::Record;
use crate::setup::ApiResource;

/// Kinds of applications that can be walked, and the one to which people cannot sign in.
const KINDS: [&str; 4] = ["Traditional", "SPA", "Native", "MachineToMachine"];

pub(in crate::diagnose) fn application(value: Value, file: &str) -> Result<Map<String, Value>, InputError> {
    let members = object(value, file, "an application (`GET /api/applications/:id`)")?;
    if !members.get("oidcClientMetadata").is_some_and(Value::is_object) {
        let hint = "it should be the object that `GET /api/applications/:id` returns";
        return shape(file, "it has no `oidcClientMetadata`", hint);
    }
    for name in ["redirectUris", "postLogoutRedirectUris"] {
        let strings = |uris: &Value| uris.as_array().is_some_and(|uris| uris.iter().all(Value::is_string));
        if !members["oidcClientMetadata"].get(name).is_none_or(strings) {
            let what = format!("`oidcClientMetadata.{name}` is not a list of strings");
            let hint = "Logto stores a list of URLs there, such as [\"https://shop.example/callback\"]";
            return shape(file, what, hint);
        }
    }
    secrets(members.get("secrets"), file)?;
    if let Some(scopes) = members.get("userConsentScopes").filter(|scopes| !scopes.is_null()) {
        consent_scopes(scopes.clone(), file)?;
    }
    fits(Record::Application, &members, file)?;
    let kind = members.get("type").and_then(Value::as_str).unwrap_or("Traditional");
    if !KINDS.contains(&kind) {
        let what = format!("this application has the type `{kind}`");
        let hint = match kind {
            "Protected" => {
                "Logto's own proxy signs people in to a protected app: your app takes no part in the sign-in"
            }
            "SAML" => "it talks SAML with Logto: only sign-ins with OpenID Connect can be walked",
            _ => "only Traditional, SPA, Native, MachineToMachine are supported",
        };
        return shape(file, what, hint);
    }
    Ok(members)
}

/// The member `secrets`: the answer of `GET /api/applications/:id/secrets`.
fn secrets(value: Option<&Value>, file: &str) -> Result<(), InputError> {
    let hint = "it should be the list that `GET /api/applications/:id/secrets` returns, such as \
                [{\"name\": \"Default secret\", \"value\": \"…\", \"expiresAt\": null}]";
    let items = match value {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(items)) => items,
        Some(other) => return shape(file, format!("`secrets` is {}", kind(other)), hint),
    };
    for (at, item) in items.iter().enumerate() {
        let Some(secret) = item.as_object() else {
            return shape(file, format!("`secrets[{at}]` is {}", kind(item)), hint);
        };
        if !secret.get("value").is_some_and(Value::is_string) {
            let found = secret.get("value").map_or("missing", kind);
            return shape(file, format!("`secrets[{at}].value` is {found}"), hint);
        }
        if let Some(at_ms) = secret.get("expiresAt").filter(|at| !at.is_null() && !at.is_number()) {
            let hint = "Logto writes the time in milliseconds since 1970 there, or null";
            return shape(file, format!("`secrets[{at}].expiresAt` is {}", kind(at_ms)), hint);
        }
    }
    Ok(())
}

/// The answer of `GET /api/applications/:id/user-consent-scopes`.
pub(in crate::diagnose) fn consent_scopes(
    value: Value,
    file: &str,
) -> Result<Map<String, Value>, InputError> {
    let of = "the permissions of a third-party application (`GET /api/applications/:id/user-consent-scopes`)";
    let members = object(value, file, of)?;
    let hint = format!("it should be {of}");
    if !["userScopes", "resourceScopes"].iter().any(|name| members.contains_key(*name)) {
        return shape(file, "it has neither `userScopes` nor `resourceScopes`", hint);
    }
    let users = members.get("userScopes").and_then(Value::as_array);
    if members.contains_key("userScopes") && !users.is_some_and(|all| all.iter().all(Value::is_string)) {
        return shape(file, "`userScopes` is not a list of strings", hint);
    }
    for name in ["resourceScopes", "organizationResourceScopes"] {
        let whole = |one: &Value| {
            let named = |scope: &Value| scope.get("name").is_some_and(Value::is_string);
            let scopes = one.get("scopes").and_then(Value::as_array);
            one.pointer("/resource/indicator").is_some_and(Value::is_string)
                && scopes.is_some_and(|scopes| scopes.iter().all(named))
        };
        let fits = |all: &Value| all.as_array().is_some_and(|all| all.iter().all(whole));
        if !members.get(name).is_none_or(fits) {
            return shape(file, format!("`{name}` is not a list of resources with their scopes"), hint);
        }
    }
    Ok(members)
}

/// The answer of `GET /api/resources?includeScopes=true`.
pub(in crate::diagnose) fn resources(value: &Value, file: &str) -> Result<Vec<ApiResource>, InputError> {
    let hint = "it should be the list that `GET /api/resources?includeScopes=true` returns";
    let items = match value {
        Value::Array(items) => items,
        Value::Object(_) => {
            let members = object(value.clone(), file, "API resources")?;
            let what =
                if members.contains_key("indicator") { "found one API resource" } else { "found an object" };
            return shape(file, what, hint);
        }
        other => return shape(file, format!("found {}", kind(other)), hint),
    };
    let mut found: Vec<ApiResource> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let Some(indicator) = item.get("indicator").and_then(Value::as_str) else {
            return shape(file, format!("item {} has no `indicator`", at + 1), hint);
        };
        let scopes = item.get("scopes").and_then(Value::as_array).into_iter().flatten();
        if found.iter().all(|known| known.indicator != indicator) {
            found.push(ApiResource {
                indicator: indicator.to_owned(),
                name: None,
                scopes: scopes.filter_map(|scope| Some(scope.get("name")?.as_str()?.to_owned())).collect(),
                access_token_ttl: None,
                is_default: item.get("isDefault") == Some(&Value::Bool(true)),
            });
        }
    }
    Ok(found)
}

pub(in crate::diagnose) fn experience(value: Value, file: &str) -> Result<Map<String, Value>, InputError> {
    let members = object(value, file, "the sign-in experience (`GET /api/sign-in-exp`)")?;
    if !Record::SignInExperience.knows_any(&members) {
        let hint = "it should be the object that `GET /api/sign-in-exp` returns, with `socialSignInConnectorTargets` in it";
        return shape(file, "it has no known member of a sign-in experience", hint);
    }
    fits(Record::SignInExperience, &members, file)?;
    Ok(members)
}

/// Refuses a value that Logto never stores: what it means cannot be known.
pub(super) fn fits(record: Record, members: &Map<String, Value>, file: &str) -> Result<(), InputError> {
    let Some(misfit) = record.misfit(members) else { return Ok(()) };
    let shown = match &misfit.value {
        Value::String(text) => format!("`{text}`"),
        Value::Bool(_) | Value::Number(_) => format!("`{}`", misfit.value),
        Value::Array(_) => misfit.value.to_string(),
        other => kind(other).to_owned(),
    };
    let hint = format!("Logto stores {} there: save the Management API's answer unchanged", misfit.should);
    shape(file, format!("`{}` is {shown}", misfit.path), hint)
}
