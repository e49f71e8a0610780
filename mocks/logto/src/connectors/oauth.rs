//! What the generic connectors share: client, endpoints and the exchange of the code
//! (`@logto/connector-oauth`; contract §7, §11).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use kit::alphabet::LOWER_ALNUM;
use serde_json::{Map, Value, json};
use std::time::Duration;

use super::error::ConnectorError;
use super::fetch::{Answer, Limits, address, fetch};
use super::parameters::Parameters;
use crate::shared::Shared;
use crate::wire::{Complaint, Issue, body};

/// One attempt, `ky`'s default time-out.
const TOKEN: Limits = Limits { timeout: Duration::from_secs(10), attempts: 1 };
/// A client assertion is valid for ten minutes.
const ASSERTION_LIFETIME: i64 = 600;

const AUTH_METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "client_secret_jwt"];
const SIGNING_ALGORITHMS: [&str; 3] = ["HS256", "HS384", "HS512"];

/// A member of a configuration, or its default.
pub(super) fn text<'a>(config: &'a Map<String, Value>, name: &str, default: &'a str) -> &'a str {
    config.get(name).and_then(Value::as_str).unwrap_or(default)
}

/// Zod's complaints about the members that both connectors have, in zod's order.
pub(super) fn complaints(config: &Map<String, Value>) -> Vec<Option<Issue>> {
    let needed = |name: &str| body::needed(config, &[name], "string");
    vec![
        literal(config, "responseType", "code"),
        literal(config, "grantType", "authorization_code"),
        needed("authorizationEndpoint"),
        needed("tokenEndpoint"),
        needed("clientId"),
        needed("clientSecret"),
        body::choice(config, &["tokenEndpointAuthMethod"], &AUTH_METHODS),
        body::choice(config, &["clientSecretJwtSigningAlgorithm"], &SIGNING_ALGORITHMS),
    ]
}

fn literal(config: &Map<String, Value>, name: &str, expected: &'static str) -> Option<Issue> {
    let value = config.get(name).filter(|value| *value != expected)?;
    Some(Issue::new(&[name], Complaint::Literal { expected: expected.into(), received: Some(value.clone()) }))
}

/// An optional object whose members are all texts.
pub(super) fn texts(config: &Map<String, Value>, name: &str) -> Vec<Option<Issue>> {
    match config.get(name).and_then(Value::as_object) {
        None => vec![body::typed(config, &[name], "object")],
        Some(members) => members.keys().map(|key| body::typed(members, &[name, key], "string")).collect(),
    }
}

/// Whether a callback is valid: a code and an optional state, both texts.
pub(super) fn is_callback(data: &Map<String, Value>) -> bool {
    data.get("code").is_some_and(Value::is_string) && data.get("state").is_none_or(Value::is_string)
}

/// Appends parameters to an address, whatever the address is.
pub(super) fn with_parameters(endpoint: &str, parameters: &Parameters) -> String {
    format!("{endpoint}?{}", parameters.encoded())
}

/// Exchanges the code; the response has a success status.
pub(super) async fn exchange(
    shared: &Shared,
    config: &Map<String, Value>,
    redirect_uri: &str,
    code: &str,
) -> Result<Answer, ConnectorError> {
    let endpoint = text(config, "tokenEndpoint", "");
    let mut form = Parameters::default();
    for (name, value) in [
        ("grantType", "authorization_code"),
        ("code", code),
        ("redirectUri", redirect_uri),
        ("clientId", text(config, "clientId", "")),
        ("clientSecret", text(config, "clientSecret", "")),
    ] {
        form.set(name, value);
    }
    // Custom parameters may replace any of these, including those of the client.
    form.extend(config.get("customConfig"));
    let mut request = http::Request::post(address(endpoint)?)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8");
    match text(config, "tokenEndpointAuthMethod", "client_secret_post") {
        "client_secret_basic" => {
            let (id, secret) = (form.take("clientId"), form.take("clientSecret"));
            // Raw, not form-encoded as RFC 6749 §2.3.1 requires.
            request =
                request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))));
        }
        "client_secret_jwt" => {
            let (id, secret) = (form.take("clientId"), form.take("clientSecret"));
            let assertion = assertion(shared, config, &id, &secret);
            form.set("clientId", &id);
            form.set("clientAssertion", &assertion);
            form.set("clientAssertionType", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        }
        _ => {}
    }
    fetch(shared, request, &form.encoded(), TOKEN).await?.successful("token")
}

/// A client assertion (RFC 7523 §2.2), signed with the raw secret.
fn assertion(shared: &Shared, config: &Map<String, Value>, id: &str, secret: &str) -> String {
    let algorithm = text(config, "clientSecretJwtSigningAlgorithm", "HS256");
    let key = match algorithm {
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let now = shared.now();
    let claims = json!({
        "iss": id,
        "sub": id,
        "aud": text(config, "tokenEndpoint", ""),
        "jti": shared.context.random.string(LOWER_ALNUM, 21),
        "exp": now + ASSERTION_LIFETIME,
        "iat": now,
    });
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(json!({ "alg": algorithm })), encode(claims));
    let tag = hmac::sign(&hmac::Key::new(key, secret.as_bytes()), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// The fields of a configuration in the Console.
pub(super) mod form {
    use serde_json::{Value, json};

    fn needed(key: &str, label: &str, placeholder: &str) -> Value {
        json!({ "type": "Text", "key": key, "label": label, "placeholder": placeholder, "required": true })
    }

    pub(in crate::connectors) fn authorization_endpoint() -> Value {
        needed("authorizationEndpoint", "Authorization Endpoint", "<authorization-endpoint>")
    }

    pub(in crate::connectors) fn token_endpoint() -> Value {
        needed("tokenEndpoint", "Token Endpoint", "<token-endpoint>")
    }

    pub(in crate::connectors) fn user_info_endpoint() -> Value {
        needed("userInfoEndpoint", "User Info Endpoint", "<user-info-endpoint>")
    }

    pub(in crate::connectors) fn client_id() -> Value {
        needed("clientId", "Client ID", "<client-id>")
    }

    pub(in crate::connectors) fn client_secret() -> Value {
        needed("clientSecret", "Client Secret", "<client-secret>")
    }

    fn choices(options: &[&str]) -> Value {
        options.iter().map(|option| json!({ "value": option, "title": option })).collect()
    }

    pub(in crate::connectors) fn auth_method() -> Value {
        json!({
            "type": "Select",
            "selectItems": choices(&["client_secret_post", "client_secret_basic", "client_secret_jwt"]),
            "key": "tokenEndpointAuthMethod",
            "label": "Token Endpoint Auth Method",
            "required": true,
            "defaultValue": "client_secret_post",
            "description": "The method used for client authentication at the token endpoint in OAuth 2.0.",
        })
    }

    pub(in crate::connectors) fn signing_algorithm() -> Value {
        json!({
            "type": "Select",
            "selectItems": choices(&["HS256", "HS384", "HS512"]),
            "key": "clientSecretJwtSigningAlgorithm",
            "label": "Client Secret JWT Signing Algorithm",
            "required": true,
            "defaultValue": "HS256",
            "showConditions": [{ "targetKey": "tokenEndpointAuthMethod", "expectValue": "client_secret_jwt" }],
            "description": "The signing algorithm used for the client secret JWT.",
        })
    }

    pub(in crate::connectors) fn response_type() -> Value {
        json!({
            "type": "Select",
            "selectItems": choices(&["query-string", "json"]),
            "key": "tokenEndpointResponseType",
            "label": "Token Endpoint Response Type",
            "required": false,
            "defaultValue": "query-string",
        })
    }

    pub(in crate::connectors) fn scope(required: bool) -> Value {
        json!({
            "type": "MultilineText", "key": "scope", "label": "Scope",
            "placeholder": "Enter the scopes (separated by a space)", "required": required,
        })
    }

    pub(in crate::connectors) fn json(key: &str, label: &str, required: bool, default: &Value) -> Value {
        json!({ "type": "Json", "key": key, "label": label, "required": required, "defaultValue": default })
    }
}
