//! `POST /oidc/device/auth` (RFC 8628 §3.1): a device requests its codes.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kit::Random;
use serde_json::{Value, json};

use crate::pages;
use crate::routes::oidc::endpoint::{self, Refuse, Refused};
use crate::routes::oidc::parameters::Assembled;
use crate::routes::oidc::{checks, client_auth, form};
use crate::shared::{Shared, SharedState};
use crate::store::{DeviceCode, DeviceState, lifetime};
use crate::wire::OidcError;

/// Letters of a user code: no vowels, so that codes do not form words (RFC 8628 §6.1).
const LETTERS: &str = "BCDFGHJKLMNPQRSTVWXZ";

/// The application may not use the device flow.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the application is not a native application with `isDeviceFlow`")]
struct NotAllowed;

impl Refuse for NotAllowed {
    fn wire(&self) -> OidcError {
        OidcError::invalid_request(format!("{} is not allowed for this client", super::GRANT_TYPE))
    }
}

/// Issues the codes.
pub(in crate::routes::oidc) fn post(
    State(shared): SharedState,
    headers: HeaderMap,
    body: String,
) -> Response {
    let codes = authorize(&shared, &headers, &body).map(|codes| (StatusCode::OK, codes));
    endpoint::answer(codes, &headers, &shared.issuer())
}

fn authorize(shared: &Shared, headers: &HeaderMap, body: &str) -> Result<Value, Refused> {
    let form = form::parse(headers, body, "/device/auth")?;
    let mut store = shared.store();
    let application = client_auth::authenticate(shared, &store, headers, &form)?;
    let assembled = Assembled::of_device(&form::sent(headers, body, "/device/auth")?);
    assembled.once()?;
    assembled.no_request_object(false)?;
    let params = assembled.params;
    if !application.is_device_flow() {
        return Err(NotAllowed.into());
    }
    checks::device(shared, &store, &application, &params)?;
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

/// The form in which codes are compared: letter case and hyphens are ignored.
pub(super) fn normalized(typed: &str) -> String {
    typed.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').map(|c| c.to_ascii_uppercase()).collect()
}

/// The form in which codes are shown.
pub(super) fn denormalized(code: &str) -> String {
    let (first, second) = code.split_at_checked(4).unwrap_or((code, ""));
    format!("{first}-{second}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_may_be_typed_in_any_form() {
        assert_eq!(normalized("stsv ghvd"), "STSVGHVD");
        assert_eq!(denormalized(&normalized("StSv-GhVd")), "STSV-GHVD");
    }
}
