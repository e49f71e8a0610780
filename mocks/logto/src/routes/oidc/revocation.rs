//! `POST /oidc/token/revocation` (contract §1.7; RFC 7009).

use axum::extract::State;
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, StatusCode};

use super::endpoint::{Refuse, Refused};
use super::{audit, client_auth, cors, form};
use crate::shared::{Shared, SharedState};
use crate::version::Fact;
use crate::wire::{self, OidcError};

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the token was issued to another application")]
struct OfOther {
    /// Whether the answer names the application.
    named: bool,
}

impl Refuse for OfOther {
    fn wire(&self) -> OidcError {
        OidcError::invalid_request(match self.named {
            true => "client is not authorized to revoke the presented token",
            false => "this token does not belong to you",
        })
    }
}

/// Revokes the whole grant of a token; an unknown token is not an error (RFC 7009 §2.2).
pub(super) fn post(State(shared): SharedState, headers: HeaderMap, body: String) -> Response {
    // The only endpoint whose responses caches may store.
    match revoke(&shared, &headers, &body) {
        Ok(()) => cors::allow_with_reason(wire::text(StatusCode::OK, ""), &headers),
        Err(Refused::Request(error, reason)) => cors::allow_with_reason(error.response(reason), &headers),
        Err(refused @ Refused::Client(_)) => {
            let mut response = refused.response(&headers, &shared.issuer());
            response.headers_mut().remove(CACHE_CONTROL);
            response
        }
    }
}

fn revoke(shared: &Shared, headers: &HeaderMap, body: &str) -> Result<(), Refused> {
    let form = form::parse(headers, body, "/token/revocation")?;
    let mut store = shared.store();
    let application = client_auth::authenticate(shared, &store, headers, &form)?;
    let token = form::token(shared, &form, "revoked", "revocation")?;
    let of_access =
        store.access_tokens.get(token).map(|token| (token.client.clone(), token.grant.clone(), None));
    let found = of_access.or_else(|| {
        let token = store.refresh_tokens.get(token)?;
        Some((token.client.clone(), token.grant.clone(), Some(token.account.clone())))
    });
    let Some((client, grant, refreshed)) = found else { return Ok(()) };
    if client != application.id && !application.is_confidential() {
        // A client that is not authenticated does not learn that the token exists.
        return Ok(());
    }
    if client != application.id {
        return Err(OfOther { named: shared.has(Fact::NamesRevokingClient) }.into());
    }
    store.revoke_grant(&grant);
    if let (Some(account), Ok(presented)) = (refreshed, client_auth::Presented::of(headers, &form)) {
        audit::revoked(shared, &mut store, &form, &presented, (&account, &grant));
    }
    Ok(())
}
