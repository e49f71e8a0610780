//! Continues a valid authorization request, and every resumed one: asks for a login, asks for
//! consent, or issues the code (contract §1.3, §1.4).

use axum::response::Response;
use http::StatusCode;
use indexmap::IndexMap;
use oauth::Scopes;
use serde_json::{Value, json};

use super::audit;
use super::device::approval;
use super::refusal::Refusal;
use super::request::AuthorizationRequest;
use super::respond;
use crate::shared::Shared;
use crate::store::{Application, Code, Interaction, Prompt, Session, Store, lifetime};
use crate::version::Fact;
use crate::wire::{self, Cookies, SetCookies};

/// What the person has done so far for this request.
#[derive(Debug, Clone, Default)]
pub(super) struct Done {
    /// The interaction that is resumed; its cookie is removed once the code is issued.
    pub(super) uid: String,
    pub(super) logged_in: bool,
    pub(super) consented: bool,
}

/// The next step of a request in a session.
pub(super) fn proceed(
    shared: &Shared,
    store: &mut Store,
    request: &AuthorizationRequest,
    session: Option<Session>,
    done: Option<&Done>,
    cookies: &Cookies,
) -> Result<Response, Refusal> {
    // The provider loads the account of a session before it looks at any prompt.
    let account = session.as_ref().and_then(|session| session.account.as_deref());
    if account.is_some_and(|account| store.user(account).is_none_or(|user| !store.admits(user))) {
        return Err(Refusal::User);
    }
    let logged_in = done.is_some_and(|done| done.logged_in);
    let reasons = login_reasons(request, session.as_ref(), logged_in, shared.now());
    let session = match (session, reasons.first()) {
        (Some(session), None) => session,
        (_, Some((_, why))) if request.asks("none") => return Err(Refusal::LoginRequired(why)),
        // A session that must sign in again is kept until a person does.
        (session, _) => return Ok(ask(shared, store, request, Asked::Login { reasons }, session, cookies)),
    };
    let consented = done.is_some_and(|done| done.consented);
    let wanted = request.granted_scopes();
    let grant = session.grant_of(&request.client_id).cloned();
    let granted = grant.as_ref().and_then(|id| store.grants.get(id));
    let account = session.account.as_deref().unwrap_or_default();
    let missing_of = |resource: &String, scopes: Scopes| match granted {
        Some(grant) => scopes.minus(grant.resources.get(resource).unwrap_or(&Scopes::default())),
        None => scopes,
    };
    let wanted_of_resources = request.resource_scopes(store, account);
    let nothing_wanted = wanted.is_empty() && wanted_of_resources.values().all(Scopes::is_empty);
    let of_resources: IndexMap<String, Scopes> = wanted_of_resources
        .into_iter()
        .map(|(resource, scopes)| (resource.clone(), missing_of(&resource, scopes)))
        .filter(|(_, scopes)| !scopes.is_empty())
        .collect();
    let missing = granted.map_or_else(|| wanted.clone(), |grant| wanted.minus(&grant.scopes));
    // Scopes that were granted before, or none at all, need no consent.
    let needed = !missing.is_empty() || !of_resources.is_empty();
    // At a native application a person cannot be distinguished from a script (RFC 8252 §8.6).
    let native = store.application(&request.client_id).is_some_and(|known| known.kind == "Native");
    if !consented && (needed || native || request.asks("consent")) {
        if request.asks("none") {
            return Err(if native { Refusal::InteractionRequired } else { Refusal::ConsentRequired });
        }
        let prompt = Asked::Consent { logged_in, native, missing, of_resources };
        return Ok(ask(shared, store, request, prompt, Some(session), cookies));
    }
    let (Some(grant), false) = (grant, nothing_wanted) else { return Err(Refusal::NothingGranted) };
    Ok(match &request.device_code {
        Some(code) => approval::approve(
            shared,
            store,
            code,
            request,
            &session,
            grant,
            done.map(|done| done.uid.as_str()),
        ),
        None => give_code(shared, store, request, &session, grant, done),
    })
}

/// Why the person must sign in, if so (OIDC Core §3.1.2.1): the reasons of oidc-provider, in its order, each
/// with its words.
fn login_reasons(
    request: &AuthorizationRequest,
    session: Option<&Session>,
    logged_in: bool,
    now: i64,
) -> Vec<(&'static str, &'static str)> {
    let known = session.and_then(|session| Some((session, session.account.as_ref()?)));
    let too_old = |age| known.is_none_or(|(session, _)| !logged_in && now - session.login_at > age);
    let another = |hinted| known.is_none_or(|(_, account)| hinted != account);
    [
        (!logged_in && request.asks("login"), "login_prompt", "login prompt was not resolved"),
        (known.is_none(), "no_session", "End-User authentication is required"),
        (request.max_age.is_some_and(too_old), "max_age", "End-User authentication could not be obtained"),
        (
            request.hinted.as_ref().is_some_and(another),
            "id_token_hint",
            "id_token_hint and authenticated subject do not match",
        ),
    ]
    .into_iter()
    .filter_map(|(needed, reason, words)| needed.then_some((reason, words)))
    .collect()
}

/// What the person is asked for.
enum Asked {
    /// Why, as [`login_reasons`] says.
    Login { reasons: Vec<(&'static str, &'static str)> },
    /// Whether there was a login for this very request, whether the application is a native one,
    /// and the scopes that are not granted yet.
    Consent { logged_in: bool, native: bool, missing: Scopes, of_resources: IndexMap<String, Scopes> },
}

impl Asked {
    /// The prompt as the audit log shows it.
    fn told(&self, request: &AuthorizationRequest) -> Value {
        match self {
            Self::Login { reasons } => {
                let reasons: Vec<&str> = reasons.iter().map(|(reason, _)| *reason).collect();
                let mut details = json!({});
                if let Some(age) = request.max_age {
                    details["max_age"] = json!(age.to_string());
                }
                json!({ "name": "login", "details": details, "reasons": reasons })
            }
            Self::Consent { missing, native, of_resources, .. } => {
                let mut reasons = Vec::new();
                reasons.extend(request.asks("consent").then_some("consent_prompt"));
                reasons.extend((*native).then_some("native_client_prompt"));
                let mut details = json!({});
                if !missing.is_empty() {
                    reasons.push("op_scopes_missing");
                    details["missingOIDCScope"] = missing.iter().collect();
                }
                if !of_resources.is_empty() {
                    reasons.push("rs_scopes_missing");
                    let told = |(of, scopes): (&String, &Scopes)| (of.clone(), scopes.iter().collect());
                    let told: serde_json::Map<String, Value> = of_resources.iter().map(told).collect();
                    details["missingResourceScopes"] = Value::Object(told);
                }
                json!({ "name": "consent", "details": details, "reasons": reasons })
            }
        }
    }
}

/// Redirects the person to a page, with the cookies for the way back.
fn ask(
    shared: &Shared,
    store: &mut Store,
    request: &AuthorizationRequest,
    asked: Asked,
    session: Option<Session>,
    cookies: &Cookies,
) -> Response {
    let now = shared.now();
    let uid = shared.uid();
    let expires = now + lifetime::INTERACTION;
    audit::asked(shared, store, request, session.as_ref(), &uid, asked.told(request));
    let location = match asked {
        Asked::Login { .. } => request.login_page.clone(),
        Asked::Consent { .. } => format!("/consent?app_id={}", request.client_id),
    };
    let (prompt, logged_in, missing_scopes, missing_resource_scopes) = match asked {
        Asked::Login { .. } => (Prompt::Login, false, Scopes::default(), IndexMap::new()),
        Asked::Consent { logged_in, missing, of_resources, .. } => {
            (Prompt::Consent, logged_in, missing, of_resources)
        }
    };
    let mut set = SetCookies::default();
    set.logto(shared, &request.shown.cookie());
    if let Some(credential) = &request.google_one_tap_credential {
        set.google_one_tap(&shared.cookie_key, credential, now + lifetime::ONE_TAP);
    }
    let known = cookies.signed(&shared.cookie_key, "_interaction");
    let known = interactions(known, &request.client_id, &uid, shared.has(Fact::EncodedInteractions));
    set.interaction(&shared.cookie_key, &known, expires);
    set.resume(&shared.cookie_key, &uid, &request.resume_path(&uid), expires);
    if let Some(session) = &session {
        set.session(&shared.cookie_key, &session.id, now + lifetime::SESSION);
    }
    store.interactions.insert_sized(
        uid.clone(),
        Interaction {
            return_to: shared.here(&request.resume_path(&uid)),
            uid,
            request: request.clone(),
            prompt,
            logged_in,
            missing_scopes,
            missing_resource_scopes,
            session_uid: session.filter(|session| session.account.is_some()).map(|session| session.uid),
            login: None,
            grant: None,
            experience: None,
            expires,
        },
        request.bytes(),
    );
    set.into(wire::uncached(wire::redirect(StatusCode::SEE_OTHER, &location)))
}

/// Maximum number of applications in the `_interaction` cookie, and its maximum size (contract §8).
const INTERACTIONS_LIMIT: (usize, usize) = (10, 3072);

/// The value of `_interaction`: application → interaction, the newest also as `_legacy`. The application
/// that is written becomes the last one, so that the one that waited longest is dropped first. Percent-encoded if
/// `encoded`.
fn interactions(known: Option<&str>, client_id: &str, uid: &str, encoded: bool) -> String {
    let decoded =
        known.map(|value| percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned());
    let mut map: IndexMap<String, String> =
        decoded.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    map.shift_remove(client_id);
    map.insert(client_id.to_owned(), uid.to_owned());
    map.insert("_legacy".to_owned(), uid.to_owned());
    loop {
        let json = serde_json::to_string(&map).unwrap_or_default();
        let value = if encoded { encode_component(&json) } else { json };
        let applications = map.len() - 1;
        if applications <= INTERACTIONS_LIMIT.0 && value.len() <= INTERACTIONS_LIMIT.1 || applications <= 1 {
            return value;
        }
        let oldest = map.keys().find(|id| *id != "_legacy" && *id != client_id).cloned();
        match oldest {
            Some(oldest) => map.shift_remove(&oldest),
            None => return value,
        };
    }
}

/// JavaScript's `encodeURIComponent`.
fn encode_component(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'!')
        .remove(b'~')
        .remove(b'*')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')');
    utf8_percent_encode(text, KEPT).to_string()
}

/// The name of the session for an application that wants it.
pub(super) fn sid(store: &Store, request: &AuthorizationRequest, session: &Session) -> Option<String> {
    let client = &request.client_id;
    let wanted = store.application(client).is_some_and(Application::wants_sid);
    session.authorizations.get(client).filter(|_| wanted).map(|authorization| authorization.sid.clone())
}

/// The authorization response: `code`, `state`, `iss`, in that order.
fn give_code(
    shared: &Shared,
    store: &mut Store,
    request: &AuthorizationRequest,
    session: &Session,
    grant: String,
    done: Option<&Done>,
) -> Response {
    let now = shared.now();
    let code = shared.opaque();
    let auth_time = (request.asks("login") || request.max_age.is_some()).then_some(session.login_at);
    store.codes.insert_sized(
        code.clone(),
        Code {
            grant,
            account: session.account.clone().unwrap_or_default(),
            client: request.client_id.clone(),
            scopes: request.granted_scopes(),
            request: request.clone(),
            session_uid: session.uid.clone(),
            auth_time,
            sid: sid(store, request, session),
            used: false,
            expires: now + lifetime::CODE,
        },
        request.bytes(),
    );
    let issuer = shared.issuer();
    let mut parameters = vec![("code", code.as_str())];
    parameters.extend(request.state.as_deref().map(|state| ("state", state)));
    parameters.push(("iss", &issuer));
    let mut set = SetCookies::default();
    if let Some(done) = done {
        set.clear_resume(&shared.cookie_key, &request.resume_path(&done.uid));
    }
    set.session(&shared.cookie_key, &session.id, now + lifetime::SESSION);
    set.into(respond::send(request.response_mode, &request.redirect_uri, &parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interaction_cookie_keeps_other_applications_and_names_the_newest_twice() {
        let first = interactions(None, "a", "1", true);
        assert_eq!(first, "%7B%22a%22%3A%221%22%2C%22_legacy%22%3A%221%22%7D");
        let second = interactions(Some(&first), "b", "2", true);
        let decoded = percent_encoding::percent_decode_str(&second).decode_utf8().unwrap();
        assert_eq!(decoded, r#"{"a":"1","_legacy":"2","b":"2"}"#);
        // Until 1.41 the cookie holds the same JSON as it is.
        assert_eq!(interactions(Some(&first), "b", "2", false), decoded);
    }

    /// Seen with the fork's own code (contract §8).
    #[test]
    fn an_application_that_is_used_again_moves_to_the_end() {
        let mut value = None;
        for (application, uid) in [("a", "1"), ("a", "2"), ("b", "3"), ("c", "4"), ("b", "5")] {
            value = Some(interactions(value.as_deref(), application, uid, true));
        }
        let value = value.unwrap();
        let decoded = percent_encoding::percent_decode_str(&value).decode_utf8().unwrap();
        assert_eq!(decoded, r#"{"_legacy":"5","a":"2","c":"4","b":"5"}"#);
    }

    #[test]
    fn the_interaction_cookie_stays_within_its_bounds() {
        let mut value = None;
        for number in 0..30 {
            value = Some(interactions(value.as_deref(), &format!("app-{number}"), &"u".repeat(43), true));
        }
        let value = value.unwrap();
        let decoded = percent_encoding::percent_decode_str(&value).decode_utf8().unwrap();
        assert_eq!(decoded.matches("app-").count(), 10);
        assert!(decoded.contains("app-29") && !decoded.contains("app-19"), "{decoded}");
        // The application that waited longest is dropped, not one that was just used again.
        let again = interactions(Some(&value), "app-20", &"v".repeat(43), true);
        let full = interactions(Some(&again), "app-30", &"u".repeat(43), true);
        assert!(full.contains("app-20") && !full.contains("app-21"), "{full}");
    }
}
