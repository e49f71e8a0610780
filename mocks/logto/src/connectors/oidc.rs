//! The generic connector `oidc`: any OpenID provider. It reads the profile from the ID token, and
//! does not call userinfo (contract §11; goldens `connectors/oidc-*`).

use kit::alphabet::LOWER_ALNUM;
use serde_json::{Map, Value, json};

use super::error::{self, ConnectorError};
use super::fetch::fetch_keys;
use super::id_token::{Expected, IdToken};
use super::id_token_error::IdTokenError;
use super::keys::KeySet;
use super::kind::{Arrival, Asked, Authorization, Departure, SocialConnector};
use super::numbers;
use super::oauth::{self, form, text};
use super::parameters::Parameters;
use crate::shared::Shared;
use crate::store::{ConnectorSession, SocialUser};
use crate::wire::{Complaint, Issue, body, kind};

/// Parameters of OpenID Connect Core §3.1.2.1 that a configuration may set, in the order in which
/// they are sent.
const OPTIONAL: [&str; 8] =
    ["responseMode", "display", "prompt", "maxAge", "uiLocales", "idTokenHint", "loginHint", "acrValues"];

#[derive(Debug)]
pub(super) struct Oidc;

impl SocialConnector for Oidc {
    fn id(&self) -> &'static str {
        "oidc"
    }

    fn target(&self) -> &'static str {
        "oidc"
    }

    fn is_standard(&self) -> bool {
        true
    }

    fn description(&self) -> Value {
        let switch = |key: &str, label: &str| json!({ "type": "Switch", "key": key, "label": label, "required": false, "defaultValue": false });
        let mut string_booleans =
            switch("acceptStringTypedBooleanClaims", "Accept String-typed Boolean Claims");
        string_booleans["description"] = json!(STRING_BOOLEANS);
        let mut trust = switch("trustUnverifiedEmail", "Trust Unverified Email");
        trust["description"] = json!(TRUST);
        trust["tooltip"] = json!(TRUST_TOOLTIP);
        json!({
            "name": { "en": "OIDC", "zh-CN": "OIDC", "tr-TR": "OIDC", "ko": "OIDC" },
            "description": { "en": "OpenID Connect 1.0 is a simple identity layer on top of the OAuth 2.0 protocol." },
            "logo": LOGO,
            "logoDark": null,
            "readme": "# OIDC connector\n\nA double of Logto's generic OIDC connector, for tests.\n",
            "formItems": [
                form::authorization_endpoint(),
                form::token_endpoint(),
                form::client_id(),
                form::client_secret(),
                form::auth_method(),
                form::signing_algorithm(),
                form::scope(true),
                string_booleans,
                trust,
                form::json(
                    "idTokenVerificationConfig",
                    "ID Token Verification Config",
                    true,
                    &json!({ "jwksUri": "<jwks-uri>" }),
                ),
                form::json("authRequestOptionalConfig", "Authentication Request Optional Config", false, &json!({})),
                form::json("customConfig", "Custom Config", false, &json!({})),
            ],
            "platform": "Universal",
            "isStandard": true,
            "isTokenStorageSupported": true,
        })
    }

    fn complaints(&self, config: &Map<String, Value>) -> Vec<Issue> {
        let mut issues = oauth::complaints(config);
        issues.push(body::needed(config, &["scope"], "string"));
        issues.push(body::typed(config, &["acceptStringTypedBooleanClaims"], "boolean"));
        issues.push(body::typed(config, &["trustUnverifiedEmail"], "boolean"));
        issues.extend(verification(config));
        match config.get("authRequestOptionalConfig").and_then(Value::as_object) {
            None => issues.push(body::typed(config, &["authRequestOptionalConfig"], "object")),
            Some(members) => issues.extend(
                OPTIONAL
                    .iter()
                    .map(|name| body::typed(members, &["authRequestOptionalConfig", name], "string")),
            ),
        }
        issues.extend(oauth::texts(config, "customConfig"));
        issues.into_iter().flatten().collect()
    }

    fn authorization(&self, departure: Departure<'_>) -> Result<Authorization, ConnectorError> {
        let Departure { shared, config, state, redirect_uri } = departure;
        self.check_config(config)?;
        let nonce = shared.context.random.string(LOWER_ALNUM, 21);
        let mut query = Parameters::default();
        for (name, value) in [
            ("responseType", "code"),
            ("clientId", text(config, "clientId", "")),
            ("scope", &with_openid(text(config, "scope", ""))),
            ("redirectUri", redirect_uri),
            ("state", state),
            ("nonce", &nonce),
        ] {
            query.set(name, value);
        }
        let optional = config.get("authRequestOptionalConfig").and_then(Value::as_object);
        for name in OPTIONAL {
            if let Some(value) = optional.and_then(|members| members.get(name)).and_then(Value::as_str) {
                query.set(name, value);
            }
        }
        query.extend(config.get("customConfig"));
        Ok(Authorization {
            uri: oauth::with_parameters(text(config, "authorizationEndpoint", ""), &query),
            session: ConnectorSession { redirect_uri: redirect_uri.to_owned(), nonce: Some(nonce) },
        })
    }

    fn user_info<'a>(&'a self, arrival: Arrival<'a>) -> Asked<'a> {
        let Arrival { shared, config, session, data } = arrival;
        Box::pin(async move {
            // Additional parameters of the callback must be texts, too.
            if !oauth::is_callback(data) || !data.values().all(Value::is_string) {
                return Err(ConnectorError::Callback(Value::Object(data.clone())));
            }
            let code = text(data, "code", "");
            let answer = oauth::exchange(shared, config, &session.redirect_uri, code).await?;
            let id_token = id_token(&answer.body)?;
            let claims = verified(shared, config, &id_token).await?;
            user(config, session, claims)
        })
    }
}

/// Adds `openid` to a scope that lacks it; `+` is a separator like a space.
fn with_openid(scope: &str) -> String {
    let mut scopes: Vec<&str> = scope.split([' ', '+']).filter(|part| !part.is_empty()).collect();
    if scopes.contains(&"openid") {
        return scope.to_owned();
    }
    scopes.push("openid");
    scopes.join(" ")
}

fn verification(config: &Map<String, Value>) -> Vec<Option<Issue>> {
    const NAME: &str = "idTokenVerificationConfig";
    let Some(members) = config.get(NAME).and_then(Value::as_object) else {
        return vec![body::needed(config, &[NAME], "object")];
    };
    let mut issues = vec![
        body::needed(members, &[NAME, "jwksUri"], "string"),
        text_or(members, &[NAME, "issuer"], list_of_texts),
        text_or(members, &[NAME, "audience"], list_of_texts),
    ];
    issues.extend(list_of_texts(members, &[NAME, "algorithms"]).into_iter().map(Some));
    issues.push(text_or(members, &[NAME, "clockTolerance"], number));
    match members.get("crit").and_then(Value::as_object) {
        None => issues.push(body::typed(members, &[NAME, "crit"], "object")),
        Some(crit) => {
            issues.extend(crit.keys().map(|key| body::typed(crit, &[NAME, "crit", key], "boolean")));
        }
    }
    // JSON has no dates.
    issues.push(body::typed(members, &[NAME, "currentDate"], "date"));
    issues.push(text_or(members, &[NAME, "maxTokenAge"], number));
    issues.push(body::typed(members, &[NAME, "subject"], "string"));
    issues.push(body::typed(members, &[NAME, "typ"], "string"));
    issues
}

/// Zod complains about each of two alternatives.
fn text_or(
    members: &Map<String, Value>,
    path: &[&str],
    other: fn(&Map<String, Value>, &[&str]) -> Vec<Issue>,
) -> Option<Issue> {
    let no_text = body::typed(members, path, "string")?;
    let other = other(members, path);
    (!other.is_empty()).then(|| Issue::new(path, Complaint::Union(vec![vec![no_text], other])))
}

fn number(members: &Map<String, Value>, path: &[&str]) -> Vec<Issue> {
    body::typed(members, path, "number").into_iter().collect()
}

fn list_of_texts(members: &Map<String, Value>, path: &[&str]) -> Vec<Issue> {
    match path.last().and_then(|name| members.get(*name)) {
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .filter(|(_, item)| !item.is_string())
            .map(|(index, item)| Issue::not_a_string(path, item).at(index))
            .collect(),
        _ => body::typed(members, path, "array").into_iter().collect(),
    }
}

fn id_token(answer: &str) -> Result<String, ConnectorError> {
    let value: Value = numbers::parsed(answer).map_err(|_| ConnectorError::Unreadable(answer.to_owned()))?;
    let members = error::members(&value)?;
    let optional = |name: &str, expected| body::typed(members, &[name], expected);
    let issues = [
        body::needed(members, &["id_token"], "string"),
        optional("access_token", "string"),
        optional("token_type", "string"),
        optional("expires_in", "number"),
        optional("refresh_token", "string"),
        optional("scope", "string"),
        optional("code", "string"),
    ];
    error::without(issues, ConnectorError::InvalidResponse)?;
    Ok(text(members, "id_token", "").to_owned())
}

/// The claims of a valid ID token.
async fn verified(
    shared: &Shared,
    config: &Map<String, Value>,
    token: &str,
) -> Result<Map<String, Value>, ConnectorError> {
    let none = Map::new();
    let settings = config.get("idTokenVerificationConfig").and_then(Value::as_object).unwrap_or(&none);
    let expected = Expected { settings, audience: text(config, "clientId", ""), now: shared.now() };
    let token = IdToken::parse(token, &expected)?;
    let answer = fetch_keys(shared, text(settings, "jwksUri", "")).await?;
    let keys = match answer.status {
        200 => KeySet::parse(&answer.body),
        status => return Err(IdTokenError::NoKeySet { status }.into()),
    };
    Ok(token.claims(&keys.ok_or(IdTokenError::RubbishKeySet)?, &expected)?)
}

fn user(
    config: &Map<String, Value>,
    session: &ConnectorSession,
    claims: Map<String, Value>,
) -> Result<SocialUser, ConnectorError> {
    let lenient = config.get("acceptStringTypedBooleanClaims") == Some(&Value::Bool(true));
    error::without(complaints_of_claims(&claims, lenient), ConnectorError::Claims)?;
    let member = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    // An empty or missing nonce is accepted.
    if member("nonce").is_some_and(|nonce| session.nonce.as_deref() != Some(nonce)) {
        return Err(ConnectorError::Nonce);
    }
    let trusts = config.get("trustUnverifiedEmail") == Some(&Value::Bool(true));
    let email_counts = flag(claims.get("email_verified")).unwrap_or(trusts);
    let phone_counts = flag(claims.get("phone_verified")).unwrap_or(false);
    let told = |name: &str| member(name).map(ToOwned::to_owned);
    Ok(SocialUser {
        id: text(&claims, "sub", "").to_owned(),
        name: told("name"),
        avatar: told("picture"),
        email: told("email").filter(|_| email_counts),
        phone: told("phone").filter(|_| phone_counts),
        raw: Value::Object(claims),
    })
}

const TEXT_CLAIMS: [&str; 9] =
    ["sub", "name", "email", "email_verified", "phone", "phone_verified", "picture", "profile", "nonce"];

/// In zod's order, which differs if texts count as booleans.
fn complaints_of_claims(claims: &Map<String, Value>, lenient: bool) -> Vec<Option<Issue>> {
    let is_flag = |name: &&str| name.ends_with("_verified");
    let present = |name: &str| claims.get(name).is_some_and(|value| !value.is_null());
    let of = |name: &&str| match *name {
        "sub" => body::needed(claims, &["sub"], "string"),
        name if !present(name) => None,
        name if is_flag(&name) && lenient => claims.get(name).and_then(no_flag(name)),
        name if is_flag(&name) => body::typed(claims, &[name], "boolean"),
        name => body::typed(claims, &[name], "string"),
    };
    if lenient {
        let texts = TEXT_CLAIMS.iter().filter(|name| !is_flag(name));
        return texts.chain(TEXT_CLAIMS.iter().filter(|name| is_flag(name))).map(of).collect();
    }
    TEXT_CLAIMS.iter().map(of).collect()
}

fn no_flag(name: &str) -> impl Fn(&Value) -> Option<Issue> {
    move |value| {
        let expected =
            |expected| vec![Issue::new(&[name], Complaint::Type { expected, received: kind(value) })];
        let is_one = value.is_boolean() || value.is_string();
        (!is_one)
            .then(|| Issue::new(&[name], Complaint::Union(vec![expected("boolean"), expected("string")])))
    }
}

/// Texts that count as true, regardless of case.
const YES: [&str; 6] = ["1", "true", "y", "yes", "yep", "yeah"];

fn flag(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => Some(YES.contains(&text.to_lowercase().as_str())),
        _ => None,
    }
}

const STRING_BOOLEANS: &str = "Whether to accept string-typed boolean claims. For standard OIDC protocol, some claims such as `email_verified` and `phone_verified` are boolean-typed, but some providers may return them as string-typed. Enabling this option will convert string-typed boolean claims to boolean-typed.";
const TRUST: &str = "Whether to trust the `email` claim even when `email_verified` is missing or false. Enable this only if you trust the provider to supply verified emails.";
const TRUST_TOOLTIP: &str = "Some OIDC identity providers don't return the `email_verified` claim, so emails may be unverified. Logto won’t sync unverified email to the user profile by default. Enable this only if you fully trust the identity provider's email validation.";

/// Our own drawing.
const LOGO: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAyNCAyNCI+PHJlY3QgeD0iMiIgeT0iMiIgd2lkdGg9IjIwIiBoZWlnaHQ9IjIwIiBmaWxsPSIjZjc4YzQwIi8+PC9zdmc+";

#[cfg(test)]
mod tests;
