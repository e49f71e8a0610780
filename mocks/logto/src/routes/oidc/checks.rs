//! The ordered list of checks of an authorization request.

use oauth::params::Params;
use oauth::redirect_uri::Differences;
use oauth::{Scopes, pkce};
use serde_json::Value;
use url::Url;

use super::refusal::Refusal;
use super::request::{AuthorizationRequest, Way};
use super::respond::ResponseMode;
use crate::routes::redirect_uri as uris;
use crate::shared::Shared;
use crate::store::{Application, Store};
use crate::version::{Fact, Version};
use crate::wire::ErrorCode;

/// What is known once the redirect URI can be trusted.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) application: Application,
    pub(super) redirect_uri: String,
}

/// Supported scopes (contract §1.1); others are dropped silently.
const SCOPES: &str = "openid offline_access profile email phone address custom_data identities roles \
                      urn:logto:scope:organizations urn:logto:scope:organization_roles urn:logto:scope:sessions \
                      urn:logto:scope:trusted_devices";

/// Checks whose refusal is shown, never redirected (RFC 6749 §4.1.2.1).
pub(super) fn direct(store: &Store, params: &Params) -> Result<Checked, Refusal> {
    let id = once(params, "client_id")?.ok_or(Refusal::Missing("client_id"))?;
    let application = store.application(id).ok_or_else(|| Refusal::UnknownClient(id.to_owned()))?;
    let redirect_uri = match redirect_uri_of(store.version, application, params) {
        // The first complaint about an empty request.
        Err(Refusal::Missing(_)) if params.first("response_type").is_none() => {
            return Err(Refusal::Missing("response_type"));
        }
        found => found?,
    };
    Ok(Checked { application: application.clone(), redirect_uri })
}

/// Checks whose refusal is sent to the application, in order.
pub(super) fn redirected(
    shared: &Shared,
    store: &Store,
    checked: &Checked,
    params: &Params,
) -> Result<AuthorizationRequest, Refusal> {
    well_formed(params)?;
    response_type(&checked.application, params)?;
    let prompts = prompts(params)?;
    let scopes = scopes(store, &checked.application, params)?;
    let text_of = |short| if short { METHOD_MISSING } else { PLAIN_DISABLED };
    let method_missing = text_of(shared.has(Fact::ShortChallengeText));
    let code_challenge = proof_key(&checked.application, params, method_missing)?;
    let text = |name: &str| params.first(name).map(ToOwned::to_owned);
    Ok(AuthorizationRequest {
        redirect_uri: checked.redirect_uri.clone(),
        state: text("state"),
        nonce: text("nonce"),
        code_challenge,
        prompts,
        response_mode: ResponseMode::of(params),
        ..for_scopes(shared, store, &checked.application, params, scopes)?
    })
}

/// Checks of a device authorization request (RFC 8628 §3.1), which has neither a redirect URI nor a
/// response type nor a prompt.
pub(super) fn device(
    shared: &Shared,
    store: &Store,
    application: &Application,
    params: &Params,
) -> Result<AuthorizationRequest, Refusal> {
    for_scopes(shared, store, application, params, scopes(store, application, params)?)
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

/// Checks of the parameters alone, before those that depend on the application.
pub(super) fn well_formed(params: &Params) -> Result<(), Refusal> {
    once_and_supported(params)?;
    response_mode(params)
}

/// The first of these checks.
pub(super) fn once_and_supported(params: &Params) -> Result<(), Refusal> {
    no_parameter_twice(params)?;
    unsupported_parameters(params)
}

fn once<'a>(params: &'a Params, name: &str) -> Result<Option<&'a str>, Refusal> {
    params.one(name).map_err(|_| Refusal::Twice(name.to_owned()))
}

/// The redirect URI is compared as a parsed URL (contract §1.3), with wildcards, and for native
/// applications without the port of a loopback address; if none is sent, the only registered one is
/// used.
pub(super) fn redirect_uri_of(
    version: Version,
    application: &Application,
    params: &Params,
) -> Result<String, Refusal> {
    let registered = application.redirect_uris();
    let given = match (params.one("redirect_uri"), registered.as_slice()) {
        // Given twice, it counts as absent if there is a default to report that to.
        (Err(_), [_]) => None,
        (Err(_), _) => return Err(Refusal::Twice("redirect_uri".to_owned())),
        (Ok(given), _) => given,
    };
    let Some(given) = given else {
        return match registered.as_slice() {
            [only] if only.contains('*') => Err(Refusal::Wildcard((*only).clone())),
            [only] => Ok(only.clone()),
            _ => Err(Refusal::Missing("redirect_uri")),
        };
    };
    let native = application.kind == "Native";
    if uris::matches(version, &registered, given) || native && uris::matches_but_port(&registered, given) {
        return Ok(given.to_owned());
    }
    let signs_in = application.kind != "MachineToMachine" && !application.is_device_flow();
    if registered.is_empty() && signs_in {
        return Err(Refusal::NoRedirectUri);
    }
    Err(Refusal::RedirectUri(Differences::of(&registered, given)))
}

/// Supported parameters; others are ignored. Only `resource` may be repeated (RFC 8707 §2).
const ONCE: &str = "client_id redirect_uri response_type response_mode scope state nonce prompt max_age \
                    ui_locales login_hint id_token_hint acr_values display code_challenge \
                    code_challenge_method request request_uri registration first_screen interaction_mode \
                    direct_sign_in identifier organization_id one_time_token google_one_tap_credential";

fn no_parameter_twice(params: &Params) -> Result<(), Refusal> {
    match params.repeated().into_iter().find(|name| ONCE.split_whitespace().any(|once| once == *name)) {
        Some(name) => Err(Refusal::Twice(name.to_owned())),
        None => Ok(()),
    }
}

/// Request objects and registration by parameter (OIDC Core §6, §7).
fn unsupported_parameters(params: &Params) -> Result<(), Refusal> {
    for (name, code) in [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ] {
        if params.first(name).is_some() {
            return Err(Refusal::NotSupported(name, code));
        }
    }
    Ok(())
}

fn response_type(application: &Application, params: &Params) -> Result<(), Refusal> {
    match params.first("response_type") {
        // Neither these applications nor those of the device flow have a response type.
        Some("code") if application.kind == "MachineToMachine" || application.is_device_flow() => {
            Err(Refusal::ResponseTypeNotAllowed("code".to_owned()))
        }
        Some("code") => Ok(()),
        None => Err(Refusal::Missing("response_type")),
        Some(known @ ("id_token" | "code id_token" | "none")) => {
            Err(Refusal::ResponseTypeNotAllowed(known.to_owned()))
        }
        Some(unknown) => Err(Refusal::ResponseType(unknown.to_owned())),
    }
}

fn response_mode(params: &Params) -> Result<(), Refusal> {
    match params.first("response_mode") {
        None | Some("query" | "fragment" | "form_post") => Ok(()),
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
    let gated = ["acr_values", "id_token_hint", "max_age", "nonce"];
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
    match (params.first("code_challenge"), params.first("code_challenge_method")) {
        (None, None) if application.is_confidential() => Ok(None),
        (None, None) => Err(Refusal::PkceMissing),
        (None, Some(_)) => refused("code_challenge must be provided with code_challenge_method"),
        (Some(_), None) => refused(method_missing),
        (Some(challenge), Some("S256")) => match pkce::check_challenge(challenge) {
            Ok(()) => Ok(Some(challenge.to_owned())),
            Err(pkce::Defect::TooShort(_)) => {
                refused("code_challenge must be a string with a minimum length of 43 characters")
            }
            Err(pkce::Defect::TooLong(_)) => {
                refused("code_challenge must be a string with a maximum length of 128 characters")
            }
            Err(pkce::Defect::Character(_)) => refused("code_challenge contains invalid characters"),
        },
        (Some(_), Some(_)) => refused("not supported value of code_challenge_method"),
    }
}

fn prompts(params: &Params) -> Result<Vec<String>, Refusal> {
    // Every space is a separator: two of them have an empty prompt between them.
    let asked: Vec<String> =
        params.first("prompt").into_iter().flat_map(|text| text.split(' ')).map(ToOwned::to_owned).collect();
    if let Some(unknown) =
        asked.iter().find(|prompt| !["none", "login", "consent"].contains(&prompt.as_str()))
    {
        return Err(Refusal::Prompt(unknown.clone()));
    }
    if asked.len() > 1 && asked.iter().any(|prompt| prompt == "none") {
        return Err(Refusal::PromptNoneNotAlone);
    }
    Ok(asked)
}

fn max_age(params: &Params) -> Result<Option<i64>, Refusal> {
    params
        .first("max_age")
        .map(|text| text.parse().ok().filter(|age| *age >= 0).ok_or_else(|| Refusal::MaxAge(text.to_owned())))
        .transpose()
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
    let asked = params.all("resource").flat_map(|value| value.split(',')).filter(|text| !text.is_empty());
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
