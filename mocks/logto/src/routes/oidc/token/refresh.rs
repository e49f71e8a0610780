//! The refresh token grant (RFC 6749 §6; contract §1.6, "Refresh").

use oauth::Scopes;
use oauth::params::Params;
use serde_json::Value;

use super::{Issue, TokenError, issue, no_resource};
use crate::shared::Shared;
use crate::store::{Application, Store};

/// Gives new tokens. A confidential client gets the same refresh token back:
/// it is rotated only after 70 % of its life.
pub(super) fn exchange(
    shared: &Shared,
    store: &mut Store,
    application: &Application,
    form: &Params,
) -> Result<Value, TokenError> {
    let given = form.first("refresh_token").ok_or(TokenError::Missing("refresh_token"))?;
    let now = shared.now();
    let found =
        store.refresh_tokens.get(given).filter(|token| token.expires > now && token.client == application.id);
    let token = found.cloned().ok_or(TokenError::RefreshTokenUnknown)?;
    if token.session_uid.as_ref().is_some_and(|uid| store.session_by_uid(uid).is_none()) {
        return Err(TokenError::SessionOver);
    }
    let scopes = match form.first("scope") {
        None => token.scopes.clone(),
        Some(asked) => {
            let asked = Scopes::parse(asked);
            let wider = asked.minus(&token.scopes);
            if !wider.is_empty() {
                return Err(TokenError::Scope(wider.to_string()));
            }
            asked
        }
    };
    if let Some(organization) = form.first("organization_id").filter(|id| !id.is_empty()) {
        return Err(TokenError::Organization(organization.to_owned()));
    }
    no_resource(form)?;
    let what = Issue {
        grant: &token.grant,
        account: &token.account,
        client: &application.id,
        scopes: &scopes,
        nonce: token.nonce.as_deref(),
        auth_time: token.auth_time,
        session_uid: token.session_uid.as_deref(),
        refresh_token: Some(given.to_owned()),
    };
    issue(shared, store, &what)
}
