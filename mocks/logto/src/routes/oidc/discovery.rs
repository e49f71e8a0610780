//! Discovery and the key set (contract §1.1, §1.2).

use axum::extract::State;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::cors;
use crate::shared::SharedState;
use crate::version::Fact;
use crate::wire;

/// `GET /oidc/.well-known/openid-configuration`.
pub(super) fn get(State(shared): SharedState, headers: HeaderMap) -> Response {
    let at = |path: &str| shared.here(path);
    let mut document = json!({
        "authorization_endpoint": at("/oidc/auth"),
        "device_authorization_endpoint": at("/oidc/device/auth"),
        "claims_parameter_supported": false,
        "claims_supported": ["sub", "name", "family_name", "given_name", "middle_name", "nickname",
            "preferred_username", "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale",
            "updated_at", "username", "created_at", "email", "email_verified", "phone_number",
            "phone_number_verified", "address", "custom_data", "identities", "sso_identities", "roles",
            "organizations", "organization_data", "organization_roles", "sid", "auth_time", "iss"],
        "code_challenge_methods_supported": ["S256"],
        "end_session_endpoint": at("/oidc/session/end"),
        "grant_types_supported": ["implicit", "authorization_code", "refresh_token", "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:token-exchange"],
        "issuer": shared.issuer(),
        "jwks_uri": at("/oidc/jwks"),
        "authorization_response_iss_parameter_supported": true,
        "response_modes_supported": ["form_post", "fragment", "query"],
        "response_types_supported": ["code id_token", "code", "id_token", "none"],
        "scopes_supported": ["openid", "offline_access", "profile", "email", "phone", "address", "custom_data",
            "identities", "roles", "urn:logto:scope:organizations", "urn:logto:scope:organization_roles",
            "urn:logto:scope:sessions", "urn:logto:scope:trusted_devices"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_jwt",
            "client_secret_post", "private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported": ["HS256", "RS256", "PS256", "ES256", "Ed25519",
            "EdDSA"],
        "token_endpoint": at("/oidc/token"),
        "id_token_signing_alg_values_supported": ["ES384"],
        "pushed_authorization_request_endpoint": at("/oidc/request"),
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": at("/oidc/me"),
        "introspection_endpoint": at("/oidc/token/introspection"),
        "revocation_endpoint": at("/oidc/token/revocation"),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "claim_types_supported": ["normal"],
    });
    if let Some(scopes) = document["scopes_supported"].as_array_mut() {
        scopes.retain(|scope| shared.context.version.has_scope(scope.as_str().unwrap_or_default()));
    }
    for (path, fact) in SINCE {
        without(&mut document, path, shared.has(fact));
    }
    for (path, fact) in UNTIL {
        without(&mut document, path, !shared.has(fact));
    }
    cors::allow(wire::json(StatusCode::OK, &document), &headers)
}

/// Members, and values in their lists, that not every version has.
const SINCE: [(&[&str], Fact); 3] = [
    (&["device_authorization_endpoint"], Fact::DeviceFlow),
    (&["grant_types_supported", "urn:ietf:params:oauth:grant-type:device_code"], Fact::DeviceFlow),
    (&["token_endpoint_auth_signing_alg_values_supported", "Ed25519"], Fact::Ed25519),
];
/// The same for those that later versions no longer have.
const UNTIL: [(&[&str], Fact); 1] = [(&["request_parameter_supported"], Fact::NoRequestParameter)];

/// Removes the member, or the value in its list, unless it is there.
fn without(document: &mut Value, path: &[&str], there: bool) {
    let (Value::Object(members), false) = (document, there) else { return };
    match path {
        [name, value] => {
            if let Some(list) = members.get_mut(*name).and_then(Value::as_array_mut) {
                list.retain(|listed| listed != value);
            }
        }
        path => path.iter().for_each(|name| drop(members.shift_remove(*name))),
    }
}

/// `GET /oidc/jwks`.
pub(super) fn jwks(State(shared): SharedState, method: Method, headers: HeaderMap) -> Response {
    let mut response =
        wire::json(StatusCode::OK, &json!({ "keys": shared.keys.jwks(shared.context.clock.millis()) }));
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json; charset=utf-8"));
    if method == Method::GET && shared.has(Fact::JwksNotCached) {
        fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, max-age=0, must-revalidate"));
    }
    cors::allow(response, &headers)
}
