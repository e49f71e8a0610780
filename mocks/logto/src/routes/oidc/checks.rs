//! The ordered list of checks of an authorization request, as in `oidc-provider` 9.11.3
//! (`lib/actions/authorization/index.js`). Which of two errors is reported follows from this order;
//! where it is reported follows from how far the request got ([`Examined`]).

use oauth::params::Params;
use oauth::redirect_uri::Differences;
use oauth::{Scopes, pkce};
use serde_json::Value;
use url::Url;

use super::parameters::Assembled;
use super::pushed;
use super::refusal::Refusal;
use super::request::{AuthorizationRequest, Way};
use super::respond::ResponseMode;
use crate::routes::redirect_uri as uris;
use crate::shared::Shared;
use crate::store::{Application, Store};
use crate::version::{Fact, Version};
use crate::wire::ErrorCode;

/// Supported scopes (contract §1.1); others are dropped silently.
const SCOPES: &str = "openid offline_access profile email phone address custom_data identities roles \
                      urn:logto:scope:organizations urn:logto:scope:organization_roles urn:logto:scope:sessions \
                      urn:logto:scope:trusted_devices";

/// A request while it is checked: what is known of it by now.
#[derive(Debug)]
pub(super) struct Examined {
    /// The parameters; those of the pushed request from the moment it is opened.
    pub(super) params: Params,
    pub(super) application: Option<Application>,
    /// Whether the redirect URI was compared with the registered ones, or is the only one.
    redirect_uri_checked: bool,
}

impl Examined {
    /// `GET /oidc/auth`. The result says whether the request is good; `self` is what is known of it.
    pub(super) fn authorization(
        shared: &Shared,
        store: &Store,
        sent: &Params,
    ) -> (Self, Result<AuthorizationRequest, Refusal>) {
        let assembled = Assembled::of(sent);
        let early = assembled.once().and_then(|()| assembled.no_request_object(true));
        let mut examined = Self { params: assembled.params, application: None, redirect_uri_checked: false };
        let checked = early.and_then(|()| {
            let id = examined.params.first("client_id").ok_or(Refusal::Missing(vec!["client_id"]))?;
            examined.application = Some(loaded(store, id)?.clone());
            pushed::open(store, &mut examined.params, shared.now())?;
            examined.checked(shared, store)
        });
        (examined, checked)
    }

    /// `POST /oidc/request`, once the application is authenticated.
    pub(super) fn pushed(
        shared: &Shared,
        store: &Store,
        application: Application,
        sent: &Params,
    ) -> Result<Params, Refusal> {
        let assembled = Assembled::of(sent);
        assembled.once()?;
        assembled.no_request_object(false)?;
        let params = assembled.params;
        let kept = params.clone();
        Self { params, application: Some(application), redirect_uri_checked: false }
            .checked(shared, store)?;
        Ok(kept)
    }

    /// The checks that both endpoints have.
    fn checked(&mut self, shared: &Shared, store: &Store) -> Result<AuthorizationRequest, Refusal> {
        let application = self.application.clone().ok_or(Refusal::Missing(vec!["client_id"]))?;
        response_mode(&self.params)?;
        self.default_redirect_uri(&application);
        let params = &self.params;
        present(params, &["response_type", "client_id"])?;
        if params.first("registration").is_some() {
            return Err(Refusal::NotSupported("registration", ErrorCode::RegistrationNotSupported));
        }
        response_type(&application, params)?;
        present(params, &["redirect_uri"])?;
        let mut prompts = prompts(params)?;
        let scopes = scopes(store, &application, params)?;
        let redirect_uri = params.first("redirect_uri").unwrap_or_default().to_owned();
        allowed(store.version, &application, &redirect_uri)?;
        self.redirect_uri_checked = true;
        let text_of = |short| if short { METHOD_MISSING } else { PLAIN_DISABLED };
        let method_missing = text_of(shared.has(Fact::ShortChallengeText));
        let code_challenge = proof_key(&application, params, method_missing)?;
        let checked = for_scopes(shared, store, &application, params, scopes)?;
        // No session is young enough for a maximum age of zero: the provider turns it into a prompt.
        let max_age = checked.max_age.filter(|age| *age > 0);
        if checked.max_age != max_age && !prompts.iter().any(|prompt| prompt == "login") {
            prompts.push("login".to_owned());
        }
        let text = |name: &str| params.first(name).map(ToOwned::to_owned);
        Ok(AuthorizationRequest {
            redirect_uri,
            state: text("state"),
            nonce: text("nonce"),
            code_challenge,
            prompts,
            max_age,
            response_mode: ResponseMode::of(params),
            ..checked
        })
    }

    /// If none is sent, the only registered one is used.
    fn default_redirect_uri(&mut self, application: &Application) {
        if let (None, [only]) = (self.params.first("redirect_uri"), application.redirect_uris().as_slice()) {
            self.params = self.params.iter().chain([("redirect_uri", only.as_str())]).collect();
            self.redirect_uri_checked = true;
        }
    }

    /// What is reported for a refusal, and the redirect URI to which it is sent: none if it must be
    /// shown instead, because the application or its redirect URI cannot be trusted
    /// (RFC 6749 §4.1.2.1).
    pub(super) fn reported(&mut self, store: &Store, refusal: Refusal) -> (Refusal, Option<String>) {
        if self.application.is_none() {
            let id = self.params.first("client_id");
            self.application = id.and_then(|id| loaded(store, id).ok()).cloned();
        }
        let Some(application) = self.application.clone() else { return (refusal, None) };
        if refusal.is_shown() {
            return (refusal, None);
        }
        if !self.redirect_uri_checked {
            self.default_redirect_uri(&application);
            if let Some(Err(wrong)) =
                self.params.first("redirect_uri").map(|uri| allowed(store.version, &application, uri))
            {
                return (wrong, None);
            }
        }
        (refusal, self.params.first("redirect_uri").map(ToOwned::to_owned))
    }
}

/// The application as the provider loads it: it refuses one whose metadata is incomplete (seen with
/// 1.42.0).
fn loaded<'a>(store: &'a Store, id: &str) -> Result<&'a Application, Refusal> {
    let application = store.application(id).ok_or_else(|| Refusal::UnknownClient(id.to_owned()))?;
    let signs_in = application.kind != "MachineToMachine" && !application.is_device_flow();
    if signs_in && application.redirect_uris().is_empty() {
        return Err(Refusal::NoRedirectUri);
    }
    Ok(application)
}

fn present(params: &Params, names: &[&'static str]) -> Result<(), Refusal> {
    let missing: Vec<&str> = names.iter().copied().filter(|name| params.first(name).is_none()).collect();
    if missing.is_empty() { Ok(()) } else { Err(Refusal::Missing(missing)) }
}

/// The redirect URI is compared as a parsed URL (contract §1.3), with wildcards, and for native
/// applications without the port of a loopback address.
fn allowed(version: Version, application: &Application, given: &str) -> Result<(), Refusal> {
    let registered = application.redirect_uris();
    let native = application.kind == "Native";
    if uris::matches(version, &registered, given) || native && uris::matches_but_port(&registered, given) {
        return Ok(());
    }
    Err(Refusal::RedirectUri(Differences::of(&registered, given)))
}

/// Checks of a device authorization request (RFC 8628 §3.1), which has neither a redirect URI nor a
/// response type nor a prompt.
pub(super) fn device(
    shared: &Shared,
    store: &Store,
    application: &Application,
    params: &Params,
) -> Result<AuthorizationRequest, Refusal> {
    if params.first("registration").is_some() {
        return Err(Refusal::NotSupported("registration", ErrorCode::RegistrationNotSupported));
    }
    let checked = for_scopes(shared, store, application, params, scopes(store, application, params)?)?;
    Ok(AuthorizationRequest { max_age: checked.max_age.filter(|age| *age > 0), ..checked })
}

/// The checks that both kinds of requests have last, and what they have in common.
fn for_scopes(
    shared: &Shared,
    store: &Store,
    application: &Application,
    params: &Params,
    scopes: Scopes,
) -> Result<AuthorizationRequest, Refusal> {
    let resources = resources(store, params)?;
    let max_age = max_age(params)?;
    let hinted = hinted(shared, application, params)?;
    let way = Way::of(&application.id, params);
    Ok(AuthorizationRequest {
        client_id: application.id.clone(),
        redirect_uri: String::new(),
        scopes,
        asked: Scopes::parse(params.first("scope").unwrap_or_default()),
        resources,
        state: None,
        nonce: None,
        code_challenge: None,
        prompts: vec![],
        max_age,
        response_mode: ResponseMode::Query,
        hinted,
        device_code: None,
        shown: way.shown,
        google_one_tap_credential: way.google_one_tap_credential,
        login_page: way.login_page,
    })
}

fn response_type(application: &Application, params: &Params) -> Result<(), Refusal> {
    // Its words have no order (OAuth 2.0 Multiple Response Types §3).
    let mut words: Vec<&str> = params.first("response_type").unwrap_or_default().split(' ').collect();
    words.sort_unstable();
    words.dedup();
    match words.join(" ").as_str() {
        // Neither these applications nor those of the device flow have a response type.
        "code" if application.kind == "MachineToMachine" || application.is_device_flow() => {
            Err(Refusal::ResponseTypeNotAllowed("code".to_owned()))
        }
        "code" => Ok(()),
        known @ ("id_token" | "code id_token" | "none") => {
            Err(Refusal::ResponseTypeNotAllowed(known.to_owned()))
        }
        unknown => Err(Refusal::ResponseType(unknown.to_owned())),
    }
}

fn response_mode(params: &Params) -> Result<(), Refusal> {
    match params.first("response_mode") {
        None | Some("fragment" | "form_post") => Ok(()),
        // Tokens must not get into the address that a server logs.
        Some("query") if params.first("response_type").is_some_and(|kind| kind.contains("token")) => {
            Err(Refusal::ResponseModeForType)
        }
        Some("query") => Ok(()),
        Some(other) => Err(Refusal::ResponseMode(other.to_owned())),
    }
}

/// Scopes of every third-party application; others are enabled for each.
const THIRD_PARTY_SCOPES: [&str; 2] = ["openid", "offline_access"];

fn scopes(store: &Store, application: &Application, params: &Params) -> Result<Scopes, Refusal> {
    let asked = Scopes::parse(params.first("scope").unwrap_or_default());
    let supported = Scopes::parse(SCOPES).iter().filter(|scope| store.version.has_scope(scope)).collect();
    let scopes = asked.intersect(&supported);
    if application.is_third_party
        && let Some(scope) = scopes
            .iter()
            .find(|scope| !THIRD_PARTY_SCOPES.contains(scope) && !application.consent.user.contains(*scope))
    {
        return Err(Refusal::ScopeNotAllowed(scope.to_owned()));
    }
    let gated = ["acr_values", "claims_locales", "id_token_hint", "max_age", "nonce"];
    if let Some(name) = gated.into_iter().find(|name| params.first(name).is_some())
        && !scopes.contains("openid")
    {
        return Err(Refusal::WithoutOpenid(name));
    }
    Ok(scopes)
}

const METHOD_MISSING: &str = "code_challenge_method must be provided";
const PLAIN_DISABLED: &str =
    "plain code_challenge_method fallback disabled, code_challenge_method must be provided";

/// PKCE (RFC 7636 §4.3): optional for Traditional applications, S256 only.
fn proof_key(
    application: &Application,
    params: &Params,
    method_missing: &str,
) -> Result<Option<String>, Refusal> {
    let refused = |text: &str| Err(Refusal::Pkce(text.to_owned()));
    let challenge = match (params.first("code_challenge"), params.first("code_challenge_method")) {
        (Some(_), None) => return refused(method_missing),
        (_, Some(method)) if method != "S256" => {
            return refused("not supported value of code_challenge_method");
        }
        (None, Some(_)) => return refused("code_challenge must be provided with code_challenge_method"),
        (None, None) if application.is_confidential() => return Ok(None),
        (None, None) => return Err(Refusal::PkceMissing),
        (Some(challenge), Some(_)) => challenge,
    };
    match pkce::check_challenge(challenge) {
        Ok(()) => Ok(Some(challenge.to_owned())),
        Err(pkce::Defect::TooShort(_)) => {
            refused("code_challenge must be a string with a minimum length of 43 characters")
        }
        Err(pkce::Defect::TooLong(_)) => {
            refused("code_challenge must be a string with a maximum length of 128 characters")
        }
        Err(pkce::Defect::Character(_)) => refused("code_challenge contains invalid characters"),
    }
}

fn prompts(params: &Params) -> Result<Vec<String>, Refusal> {
    let mut asked: Vec<String> = Vec::new();
    // Every space is a separator: two of them have an empty prompt between them.
    for prompt in params.first("prompt").into_iter().flat_map(|text| text.split(' ')) {
        if !["none", "login", "consent"].contains(&prompt) {
            return Err(Refusal::Prompt(prompt.to_owned()));
        }
        if !asked.iter().any(|known| known == prompt) {
            asked.push(prompt.to_owned());
        }
    }
    if asked.len() > 1 && asked.iter().any(|prompt| prompt == "none") {
        return Err(Refusal::PromptNoneNotAlone);
    }
    Ok(asked)
}

fn max_age(params: &Params) -> Result<Option<i64>, Refusal> {
    let Some(text) = params.first("max_age") else { return Ok(None) };
    javascript_integer(text).filter(|age| *age >= 0).map(Some).ok_or_else(|| Refusal::MaxAge(text.to_owned()))
}

/// What JavaScript's `Number` makes of a text, if it is an integer that it can represent.
fn javascript_integer(text: &str) -> Option<i64> {
    const GREATEST: i64 = (1 << 53) - 1;
    let text = text.trim();
    if text.is_empty() {
        return Some(0);
    }
    let prefixed = [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)];
    let integer = match prefixed
        .into_iter()
        .find_map(|(prefix, radix)| Some((text.strip_prefix(prefix)?, radix)))
    {
        Some((digits, radix)) => {
            u64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))?.try_into().ok()?
        }
        None => {
            let decimal =
                text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
            let number: f64 = text.parse().ok().filter(|number: &f64| decimal && number.fract() == 0.0)?;
            // Every integer up to the greatest is exact; what is longer does not fit.
            format!("{number:.0}").parse().ok()?
        }
    };
    (-GREATEST..=GREATEST).contains(&integer).then_some(integer)
}

/// An earlier ID token: of this Logto and for this application, expired or not.
fn hinted(shared: &Shared, application: &Application, params: &Params) -> Result<Option<String>, Refusal> {
    let Some(hint) = params.first("id_token_hint") else { return Ok(None) };
    let claims = shared.keys.verify(hint).ok_or(Refusal::Hint)?;
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    match (claim("aud"), claim("sub")) {
        (Some(audience), Some(subject)) if audience == application.id => Ok(Some(subject.to_owned())),
        _ => Err(Refusal::Hint),
    }
}

/// Resource indicators (RFC 8707 §2): several values, or one with commas. If none is requested, the
/// default resource is used.
fn resources(store: &Store, params: &Params) -> Result<Vec<String>, Refusal> {
    let asked = params.all("resource").flat_map(|value| value.split(','));
    let mut resources: Vec<String> = Vec::new();
    for resource in asked {
        let text = || resource.to_owned();
        match Url::parse(resource) {
            Err(_) => return Err(Refusal::ResourceNotAbsolute(text())),
            Ok(url) if url.fragment().is_some() => return Err(Refusal::ResourceFragment(text())),
            Ok(_) if store.access_token_ttl(resource).is_none() => return Err(Refusal::Resource(text())),
            Ok(_) => resources.push(text()),
        }
    }
    if resources.is_empty() {
        resources.extend(store.default_resource().map(|resource| resource.indicator.clone()));
    }
    Ok(resources)
}
