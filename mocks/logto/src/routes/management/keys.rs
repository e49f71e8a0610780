//! Rotation of the keys of tokens and cookies (contract §15). A new key is used from the next
//! request on.

use axum::extract::Path;
use http::StatusCode;
use serde_json::{Value, json};

use super::auth::Authorized;
use crate::keys::KeyError;
use crate::shared::Shared;
use crate::wire::body::{self, object};
use crate::wire::{Answer, ApiError, Code, Complaint, Issue, Json, NotImplemented, refusals};

const KINDS: &[&str] = &["private-keys", "cookie-keys"];
const ALGORITHMS: &[&str] = &["RSA", "EC"];

refusals! {
    /// Why a request about keys is refused.
    enum RotationError {
        #[error("{0}")]
        Key(error: KeyError, id: String) => match error {
                KeyError::Pending => Code::OidcInvalidRequest.error(),
                KeyError::Only => Code::OidcKeyRequired.error(),
                KeyError::Unknown => Code::OidcKeyNotFound.about(&[id]),
                KeyError::NotPrevious => Code::OidcOnlyPreviousKeyCanBeDeleted.error(),
            },
        #[error("keys of cookies have no grace period")]
        GraceOfCookies => Code::OidcInvalidRequest.error(),
        #[error("this double signs with EC keys only")]
        NotDone => NotImplemented,
        #[error("this double does not play `GET /api/configs/oidc/session`")]
        Session => NotImplemented,
    }
}

/// Whether the keys of tokens are meant, or else those of cookies.
fn of_tokens(kind: &str) -> Result<bool, ApiError> {
    if KINDS.contains(&kind) {
        return Ok(kind == KINDS[0]);
    }
    let complaint = Complaint::Choice { options: KINDS, received: Some(json!(kind)) };
    Err(ApiError::guard_of("params", &[Issue::new(&["keyType"], complaint)]))
}

fn shown(shared: &Shared, tokens: bool) -> Json {
    Json(if tokens { shared.keys.shown(shared.context.clock.millis()) } else { shared.cookie_key.shown() })
}

/// `GET /configs/oidc/:keyType`.
pub(super) fn list(shared: Authorized, Path(kind): Path<String>) -> Answer {
    if kind == "session" {
        return Err(RotationError::Session.into());
    }
    Ok(shown(&shared, of_tokens(&kind)?))
}

/// `POST /configs/oidc/:keyType/rotate`: returns the keys after the rotation.
pub(super) fn rotate(shared: Authorized, Path(kind): Path<String>, text: String) -> Answer {
    let tokens = of_tokens(&kind)?;
    let members = object(&text)?;
    let grace = members.get("rotationGracePeriod").and_then(Value::as_i64);
    let too_small = grace
        .filter(|grace| *grace < 0)
        .map(|_| Issue::new(&["rotationGracePeriod"], Complaint::TooSmall(0)));
    body::without([
        body::choice(&members, &["signingKeyAlgorithm"], ALGORITHMS),
        body::typed(&members, &["rotationGracePeriod"], "number"),
        too_small,
    ])?;
    let (random, clock) = (&shared.context.random, &shared.context.clock);
    match tokens {
        false if grace.is_some() => return Err(RotationError::GraceOfCookies.into()),
        false => shared.cookie_key.rotate(random, clock.seconds()),
        true if members.get("signingKeyAlgorithm").is_some_and(|algorithm| algorithm == "RSA") => {
            return Err(RotationError::NotDone.into());
        }
        true => {
            let rotated = shared.keys.rotate(random, clock.millis(), grace.unwrap_or_default());
            rotated.map_err(|error| RotationError::Key(error, String::new()))?;
        }
    }
    Ok(shown(&shared, tokens))
}

/// `DELETE /configs/oidc/:keyType/:keyId`: signatures of the key become invalid.
pub(super) fn delete(shared: Authorized, Path((kind, id)): Path<(String, String)>) -> Answer<StatusCode> {
    let now = shared.context.clock.millis();
    let tokens = of_tokens(&kind)?;
    let deleted = if tokens { shared.keys.delete(now, &id) } else { shared.cookie_key.delete(&id) };
    deleted.map_err(|error| RotationError::Key(error, id))?;
    Ok(StatusCode::NO_CONTENT)
}
