//! Changes of a setting that are smaller than leaving it out.

use serde_json::{Map, Value, json};

use super::{CONFIG_IN_STEP, as_is, at};
use crate::diagnose::sent::Sent;
use crate::diagnose::twin_parts::{scope_words, scopes_meant};
use crate::findings::shown_secret;
use crate::vocabulary::USER_SCOPES;

/// The scopes of an OAuth app, if its settings are not known.
const USUAL_SCOPES: [&str; 3] = ["openid", "profile", "email"];
/// Where generic connectors find Hugging Face.
const ENDPOINTS: [(&str, &str); 5] = [
    ("authorizationEndpoint", "https://huggingface.co/oauth/authorize"),
    ("tokenEndpoint", "https://huggingface.co/oauth/token"),
    ("userInfoEndpoint", "https://huggingface.co/oauth/userinfo"),
    ("idTokenVerificationConfig.jwksUri", "https://huggingface.co/oauth/jwks"),
    ("idTokenVerificationConfig.issuer", "https://huggingface.co"),
];

/// Members of a connector's configuration that a repair may add, by the place where the configuration stands.
pub(super) fn members_of_a_connector(place: &str) -> &'static [&'static str] {
    if place == CONFIG_IN_STEP {
        &["clientId", "clientSecret", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"]
    } else {
        &["scope"]
    }
}

/// The values to try for a setting, the smallest change first.
pub(super) fn smaller(document: &Map<String, Value>, path: &str, sent: &Sent) -> Vec<Value> {
    let now = at(document, path);
    let text = now.and_then(Value::as_str);
    let with = |item: Option<&String>| item.and_then(|item| appended(now?, item)).into_iter().collect();
    if let Some(member) = path.strip_prefix(CONFIG_IN_STEP) {
        return in_step(document, member.trim_start_matches('.'), text);
    }
    match path {
        "given.connector.scope" => scopes(document, text),
        "given.huggingface.app.scopes" => ticked(document, now),
        // What a custom parameter put in its place does not lead back to Logto.
        "given.huggingface.app.redirect_uris" if has_own_redirect_uri(document) => vec![],
        "given.huggingface.app.redirect_uris" => with(sent.callback_of_logto.as_ref()),
        "given.application.redirect_uris" => with(sent.redirect_uri.as_ref()),
        "given.application.post_logout_redirect_uris" => with(sent.after_sign_out.as_ref()),
        "given.application.user_scopes" => permitted(document, now).into_iter().collect(),
        "given.sign_in_experience.members.socialSignInConnectorTargets" => {
            let target =
                at(document, "given.connector.target").and_then(Value::as_str).unwrap_or("huggingface");
            with(Some(&target.to_owned()))
        }
        "given.sign_in_experience.members.signInMode" => vec![json!("SignInAndRegister")],
        "given.sign_in_experience.members.signUp" => {
            vec![json!({ "identifiers": [], "password": false, "verify": false })]
        }
        "given.connector.config.profileMap" => now.map(with_the_subject).into_iter().collect(),
        "given.app.scopes" | "given.app.resources" => without_one(now),
        _ => match path.strip_prefix("given.connector.config.") {
            Some(member) => endpoint(member, text),
            None => vec![],
        },
    }
}

/// Whether a custom parameter of the connector replaces the redirect URI.
fn has_own_redirect_uri(document: &Map<String, Value>) -> bool {
    let custom = ["customConfig", "authRequestOptionalConfig"];
    custom
        .iter()
        .any(|member| at(document, &format!("given.connector.config.{member}.redirect_uri")).is_some())
}

/// What a list becomes with one item more.
fn appended(list: &Value, item: &str) -> Option<Value> {
    let mut items = list.as_array()?.clone();
    items.push(json!(item));
    Some(Value::Array(items))
}

/// The scopes that the third-party application is permitted, with those that the app requests.
fn permitted(document: &Map<String, Value>, now: Option<&Value>) -> Option<Value> {
    let mut all: Vec<&Value> = now?.as_array()?.iter().collect();
    let usual = json!("profile");
    let reserved = at(document, "given.app.reserved_scopes") != Some(&json!(false));
    let asked = at(document, "given.app.scopes").and_then(Value::as_array).into_iter().flatten();
    for scope in asked.chain(reserved.then_some(&usual)) {
        let about_people = scope.as_str().is_some_and(|scope| USER_SCOPES.contains(&scope));
        if about_people && !all.contains(&scope) {
            all.push(scope);
        }
    }
    Some(json!(all))
}

/// A list without each of its items in turn.
fn without_one(list: Option<&Value>) -> Vec<Value> {
    let items = list.and_then(Value::as_array).cloned().unwrap_or_default();
    if items.len() < 2 {
        return vec![];
    }
    let without = |gone: usize| {
        items.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, item)| item.clone()).collect()
    };
    (0..items.len()).map(without).collect()
}

/// The scopes of the connector: with spaces between them, then without those that Hugging Face does not have, then
/// without those that the OAuth app does not have, then with those that Logto needs.
fn scopes(document: &Map<String, Value>, given: Option<&str>) -> Vec<Value> {
    let text = given.unwrap_or("profile").replace("%20", " ");
    let words: Vec<&str> = scope_words(&text).collect();
    let meant = scopes_meant(&text);
    let existing: Vec<&str> = meant.iter().map(String::as_str).collect();
    let ticked = ticked_scopes(document);
    let allowed: Vec<&str> =
        existing.iter().copied().filter(|scope| ticked.iter().any(|one| one == scope)).collect();
    let with = |more: &'static str| [existing.as_slice(), &[more]].concat();
    let mut found: Vec<Value> = Vec::new();
    for scopes in [words, existing.clone(), allowed, with("email"), with("profile"), with("openid")] {
        let mut once: Vec<&str> = Vec::new();
        for scope in scopes {
            if !once.contains(&scope) {
                once.push(scope);
            }
        }
        let value = as_is(&once.join(" "));
        if !once.is_empty() && !found.contains(&value) && given != Some(once.join(" ").as_str()) {
            found.push(value);
        }
    }
    found
}

fn ticked_scopes(document: &Map<String, Value>) -> Vec<String> {
    match at(document, "given.huggingface.app.scopes").and_then(Value::as_array) {
        Some(list) => list.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        None => USUAL_SCOPES.map(ToOwned::to_owned).to_vec(),
    }
}

/// The scopes of the OAuth app with those that the connector asks for.
fn ticked(document: &Map<String, Value>, now: Option<&Value>) -> Vec<Value> {
    let asked = at(document, "given.connector.scope").and_then(Value::as_str).unwrap_or("profile");
    let mut all = ticked_scopes(document);
    for scope in scopes_meant(asked) {
        if !all.contains(&scope) {
            all.push(scope);
        }
    }
    now.map(|_| json!(all)).into_iter().collect()
}

/// An endpoint of a generic connector: over https, then with the right host, then the right one.
fn endpoint(member: &str, given: Option<&str>) -> Vec<Value> {
    let Some((_, right)) = ENDPOINTS.iter().find(|(name, _)| *name == member) else { return vec![] };
    let mut found = Vec::new();
    if let Some(rest) = given.and_then(|given| given.strip_prefix("http://")) {
        found.push(as_is(&format!("https://{rest}")));
    }
    found.push(as_is(right));
    found
}

/// A member of a configuration that Logto refuses: what it has to be.
fn in_step(document: &Map<String, Value>, member: &str, given: Option<&str>) -> Vec<Value> {
    let filled = |text: &str| vec![json!(text)];
    match member {
        "clientId" => filled("[HF_CLIENT_ID]"),
        "clientSecret" => filled("[HF_CLIENT_SECRET]"),
        // What the connector asks for when it says nothing may not be enough.
        "scope" if given.is_none() => vec![as_is(&ticked_scopes(document).join(" "))],
        "scope" => scopes(document, given),
        "tokenEndpointResponseType" => filled("json"),
        "profileMap" => vec![json!({ "id": "sub" })],
        _ => endpoint(member, given),
    }
}

fn with_the_subject(map: &Value) -> Value {
    let mut map = map.clone();
    if let Value::Object(members) = &mut map {
        members.insert("id".to_owned(), json!("sub"));
    }
    map
}

/// What a setting is changed to, in words. Only what is known to be public is shown.
pub(super) fn shown(path: &str, value: &Value) -> String {
    let public = [
        "scope",
        "scopes",
        "redirect_uris",
        "post_logout_redirect_uris",
        "user_scopes",
        "signInMode",
        "type",
        "socialSignInConnectorTargets",
        "signUp",
        "profileMap",
        "resources",
        "authorizationEndpoint",
        "tokenEndpoint",
        "userInfoEndpoint",
        "tokenEndpointResponseType",
        "jwksUri",
        "issuer",
    ];
    let last = path.rsplit('.').next().unwrap_or(path);
    match value {
        Value::String(text) if text == "[HF_CLIENT_ID]" => "set to the client ID of the OAuth app".to_owned(),
        Value::String(text) if text == "[HF_CLIENT_SECRET]" => {
            "set to the secret of the OAuth app".to_owned()
        }
        Value::String(text) if public.contains(&last) => format!("set to `{text}`"),
        Value::String(text) => format!("set to {}", shown_secret(text)),
        Value::Array(items) if public.contains(&last) && items.iter().all(Value::is_string) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            format!("set to `{}`", items.join("`, `"))
        }
        value if public.contains(&last) => format!("set to `{value}`"),
        _ => "corrected".to_owned(),
    }
}
