//! Writes the calls of the OIDC endpoints to the audit log.

use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::client_auth::Presented;
use super::device::GRANT_TYPE as DEVICE_CODE;
use super::request::AuthorizationRequest;
use crate::shared::Shared;
use crate::store::{LogDetails, LogDraft, Session, Store};
use crate::wire::OidcError;

/// Replaces a secret.
const HIDDEN: &str = "******";

/// The person is asked for something; `prompt` says what for, and why.
pub(super) fn asked(
    shared: &Shared,
    store: &mut Store,
    request: &AuthorizationRequest,
    session: Option<&Session>,
    interaction: &str,
    prompt: Value,
) {
    let more = [("prompt", prompt), ("interactionId", json!(interaction))];
    let user = session.and_then(|session| session.account.clone());
    // A browser without a session gets one that is not stored.
    let session = session.map_or_else(|| shared.opaque(), |session| session.id.clone());
    let draft = LogDraft {
        key: "Interaction.Create".to_owned(),
        error: None,
        user,
        application: Some(request.client_id.clone()),
        details: LogDetails::Oidc {
            session: Some(session),
            params: Some(params_of(request)),
            more: members(more),
        },
    };
    store.log(shared, draft);
}

/// The person has done what they were asked for.
pub(super) fn ended(
    shared: &Shared,
    store: &mut Store,
    request: &AuthorizationRequest,
    session: &str,
    interaction: &str,
) {
    let more = members([("interactionId", json!(interaction))]);
    let draft = LogDraft {
        key: "Interaction.End".to_owned(),
        error: None,
        user: None,
        application: Some(request.client_id.clone()),
        details: LogDetails::Oidc {
            session: Some(session.to_owned()),
            params: Some(params_of(request)),
            more,
        },
    };
    store.log(shared, draft);
}

/// Tokens were requested, and issued or not.
pub(super) fn exchanged(
    shared: &Shared,
    form: &Params,
    presented: Option<&Presented>,
    outcome: Result<(&Value, Option<String>), &OidcError>,
) {
    let (by, named): (&str, &[&str]) = match form.first("grant_type") {
        Some("authorization_code") => ("AuthorizationCode", &["client_secret"]),
        Some("refresh_token") => ("RefreshToken", &["client_secret"]),
        Some("client_credentials") => ("ClientCredentials", &["client_secret"]),
        Some(DEVICE_CODE) => ("DeviceCode", &["client_secret"]),
        Some("urn:ietf:params:oauth:grant-type:token-exchange") => {
            ("TokenExchange", &["client_secret", "actor_token", "subject_token"])
        }
        _ => ("Unknown", &["actor_token", "client_secret", "refresh_token", "subject_token"]),
    };
    let (answer, user) = match &outcome {
        Ok((answer, user)) => (Some(*answer), user.clone()),
        Err(_) => (None, None),
    };
    let given = |name: &str| answer.is_some_and(|answer| answer.get(name).is_some());
    let kinds = [("access_token", "AccessToken"), ("refresh_token", "RefreshToken"), ("id_token", "IdToken")];
    let kinds: Vec<&str> = kinds.into_iter().filter(|(name, _)| given(name)).map(|(_, kind)| kind).collect();
    let mut more = members([("tokenTypes", json!(kinds))]);
    if let Some(scope) = answer.and_then(|answer| answer.get("scope")) {
        more.insert("scope".to_owned(), scope.clone());
    }
    let mut store = shared.store();
    let known = presented.and_then(|presented| store.application(&presented.id));
    let application = known.map(|known| known.id.clone());
    if let Some(name) = presented.and_then(|presented| secret_name(&store, presented)) {
        more.insert("applicationSecret".to_owned(), json!({ "name": name }));
    }
    let draft = LogDraft {
        key: format!("ExchangeTokenBy.{by}"),
        error: outcome.err().map(|error| json!(error_text(error))),
        user,
        application,
        details: LogDetails::Oidc { session: None, params: Some(sent(form, named)), more },
    };
    store.log(shared, draft);
}

/// A grant ended because its refresh token was revoked; the revocation of an access token is not
/// logged.
pub(super) fn revoked(
    shared: &Shared,
    store: &mut Store,
    form: &Params,
    presented: &Presented,
    (user, grant): (&str, &str),
) {
    let mut more = members([("grantId", json!(grant)), ("tokenTypes", json!(["RefreshToken"]))]);
    if let Some(name) = secret_name(store, presented) {
        more.insert("applicationSecret".to_owned(), json!({ "name": name }));
    }
    let params = Some(sent(form, &["client_secret", "token"]));
    let draft = LogDraft {
        key: "RevokeToken".to_owned(),
        error: None,
        user: Some(user.to_owned()),
        application: Some(presented.id.clone()),
        details: LogDetails::Oidc { session: None, params, more },
    };
    store.log(shared, draft);
}

/// The name of the secret that the application used.
fn secret_name(store: &Store, presented: &Presented) -> Option<String> {
    let given = presented.secret.as_ref()?;
    let secrets = &store.application(&presented.id)?.secrets;
    secrets.iter().find(|known| known.value == *given).map(|known| known.name.clone())
}

fn members<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The parameters of a form; secrets are hidden, even those that were not sent but are supported.
fn sent(form: &Params, hidden: &[&str]) -> Map<String, Value> {
    let mut params: Map<String, Value> =
        form.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    for name in hidden {
        params.insert((*name).to_owned(), json!(HIDDEN));
    }
    for name in ["refresh_token", "client_secret", "subject_token", "actor_token"] {
        if params.contains_key(name) {
            params.insert(name.to_owned(), json!(HIDDEN));
        }
    }
    params
}

/// The supported parameters of an authorization request.
fn params_of(request: &AuthorizationRequest) -> Map<String, Value> {
    let mut params = members([
        ("client_id", json!(request.client_id)),
        ("redirect_uri", json!(request.redirect_uri)),
        ("response_type", json!("code")),
        ("one_time_token", json!(HIDDEN)),
        ("google_one_tap_credential", json!(HIDDEN)),
    ]);
    let mut scope = request.asked.clone();
    if !request.asks("consent") {
        scope = scope.minus(&oauth::Scopes::parse("offline_access"));
    }
    let prompt = request.prompts.join(" ");
    for (name, value) in [
        ("scope", Some(scope.to_string()).filter(|text| !text.is_empty())),
        ("prompt", Some(prompt).filter(|text| !text.is_empty())),
        ("state", request.state.clone()),
        ("nonce", request.nonce.clone()),
        ("code_challenge", request.code_challenge.clone()),
        ("code_challenge_method", request.code_challenge.as_ref().map(|_| "S256".to_owned())),
        ("resource", request.resources.first().cloned()),
    ] {
        if let Some(value) = value {
            params.insert(name.to_owned(), json!(value));
        }
    }
    if let Some(age) = request.max_age {
        params.insert("max_age".to_owned(), json!(age.to_string()));
    }
    params
}

/// An error as JavaScript serializes it, without its stack.
fn error_text(error: &OidcError) -> String {
    let code = error.error.as_str();
    let name: String = code.split('_').map(capitalised).collect();
    let mut text = members([
        ("message", json!(code)),
        ("allow_redirect", json!(true)),
        ("name", json!(name)),
        ("error", json!(code)),
        ("status", json!(error.status)),
        ("statusCode", json!(error.status)),
        ("expose", json!(true)),
    ]);
    for (name, value) in [("scope", &error.scope), ("error_description", &error.description)] {
        if let Some(value) = value {
            text.insert(name.to_owned(), json!(value));
        }
    }
    Value::Object(text).to_string()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
