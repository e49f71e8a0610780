//! `POST /oidc/device/auth` (RFC 8628 §3.1): a device asks for its codes.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, StatusCode};
use kit::Random;
use oauth::params::Params;
use serde_json::{Value, json};

use crate::pages;
use crate::routes::oidc::client_auth::{self, ClientAuthError};
use crate::routes::oidc::refusal::Refusal;
use crate::routes::oidc::{checks, cors, form};
use crate::shared::Shared;
use crate::store::{DeviceCode, DeviceState, lifetime};
use crate::wire::{self, OidcError};

/// Letters of a user code: no vowels, so that no words come out (RFC 8628 §6.1).
const LETTERS: &str = "BCDFGHJKLMNPQRSTVWXZ";

/// Why a device gets no codes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum AuthorizationError {
    #[error(transparent)]
    ContentType(#[from] form::WrongContentType),
    #[error(transparent)]
    Client(#[from] ClientAuthError),
    #[error("the application is no native one with `isDeviceFlow`")]
    NotAllowed,
    #[error("{}", .0)]
    Request(Refusal),
}

impl AuthorizationError {
    fn wire(&self, issuer: &str) -> OidcError {
        match self {
            Self::ContentType(error) => error.wire(),
            Self::Client(error) => error.wire(issuer),
            Self::NotAllowed => {
                OidcError::invalid_request(format!("{} is not allowed for this client", super::GRANT_TYPE))
            }
            Self::Request(refusal) => refusal.as_json(),
        }
    }
}

/// Gives the codes.
pub(in crate::routes::oidc) async fn post(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    match authorize(&shared, &headers, &body) {
        Ok(answer) => {
            let mut response = wire::json(StatusCode::OK, &answer);
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            cors::allow_with_reason(response, &headers)
        }
        Err(AuthorizationError::Client(error)) => error.response(&headers, &shared.issuer()),
        Err(error) => {
            cors::allow_with_reason(error.wire(&shared.issuer()).uncached(error.to_string()), &headers)
        }
    }
}

fn authorize(shared: &Shared, headers: &HeaderMap, body: &str) -> Result<Value, AuthorizationError> {
    let form = form::parse(headers, body, "/device/auth")?;
    let mut store = shared.store();
    let application = client_auth::authenticate(shared, &store, headers, &form)?;
    let params: Params = form.iter().filter(|(_, value)| !value.is_empty()).collect();
    checks::once_and_supported(&params).map_err(AuthorizationError::Request)?;
    if !application.is_device_flow() {
        return Err(AuthorizationError::NotAllowed);
    }
    checks::device(shared, &store, &application, &params).map_err(AuthorizationError::Request)?;
    let (code, user_code) = (shared.opaque(), user_code(&shared.context.random));
    let kept = DeviceCode {
        client: application.id,
        params,
        user_code: normalized(&user_code),
        state: DeviceState::Pending,
        used: false,
        expires: shared.now() + lifetime::DEVICE_CODE,
    };
    store.device_codes.insert_sized(code.clone(), kept, body.len());
    let address = shared.endpoint(pages::DEVICE);
    Ok(json!({
        "device_code": code,
        "user_code": user_code,
        "verification_uri": address,
        "verification_uri_complete": format!("{address}?user_code={user_code}"),
        "expires_in": lifetime::DEVICE_CODE,
    }))
}

fn user_code(random: &Random) -> String {
    denormalized(&random.string(LETTERS, 8))
}

/// As codes are compared: small letters and hyphens do not matter.
pub(super) fn normalized(typed: &str) -> String {
    typed.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').map(|c| c.to_ascii_uppercase()).collect()
}

/// As codes are shown.
pub(super) fn denormalized(code: &str) -> String {
    let (first, second) = code.split_at_checked(4).unwrap_or((code, ""));
    format!("{first}-{second}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_may_be_typed_as_one_likes() {
        assert_eq!(normalized("stsv ghvd"), "STSVGHVD");
        assert_eq!(denormalized(&normalized("StSv-GhVd")), "STSV-GHVD");
    }
}
