//! The refresh token grant (RFC 6749 §6; contract §1.6, "Refresh").

use oauth::Scopes;
use oauth::params::Params;
use serde_json::Value;

use super::{Issue, TokenError, issue, refresh_token, target};
use crate::shared::Shared;
use crate::store::{Application, RefreshToken, Store, lifetime};

/// How long a rotated token still works, because the response with the new one may be lost.
const LEEWAY_MILLIS: i64 = 3000;
/// Tokens of confidential clients are rotated in the last part of their lifetime.
const ROTATED_AFTER_PERCENT: i64 = 70;

/// `customClientMetadata.refreshTokenTtlInDays`, by default 14 days; in seconds.
pub(super) fn lifetime(application: &Application) -> i64 {
    let days = application.custom("refreshTokenTtlInDays").as_i64();
    days.map_or(lifetime::REFRESH_TOKEN, |days| days * 24 * 3600)
}

/// Issues new tokens.
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
    // A consent ends after half a year, however often tokens were refreshed.
    if !store.grants.contains_key(&token.grant) {
        return Err(TokenError::RefreshTokenUnknown);
    }
    let (scopes, of_apis) = match form.first("scope") {
        None => (token.scopes.clone(), token.api_scopes.clone()),
        Some(asked) => {
            let asked = Scopes::parse(asked);
            let wider = asked.minus(&token.scopes).minus(&token.api_scopes);
            if !wider.is_empty() {
                return Err(TokenError::Scope(wider.to_string()));
            }
            let of_apis = asked.intersect(&token.api_scopes);
            (asked, of_apis)
        }
    };
    if token.consumed_at.is_some_and(|at| at + LEEWAY_MILLIS < shared.context.clock.millis()) {
        // The token was stolen or copied: revoke everything that was issued.
        store.revoke_grant(&token.grant);
        return Err(TokenError::RefreshTokenUsed);
    }
    if let Some(organization) = form.first("organization_id").filter(|id| !id.is_empty()) {
        return Err(TokenError::Organization(organization.to_owned()));
    }
    let resource = target(store, form, &token.resources, &scopes)?;
    let next = if rotates(&token, application, now) {
        rotate(shared, store, application, given, &token)
    } else {
        given.to_owned()
    };
    let what = Issue {
        grant: &token.grant,
        account: &token.account,
        client: &application.id,
        scopes: &scopes,
        resource: resource.as_deref(),
        api_scopes: &of_apis,
        nonce: token.nonce.as_deref(),
        auth_time: token.auth_time,
        sid: token.sid.as_deref(),
        session_uid: token.session_uid.as_deref(),
        refresh_token: Some(next),
    };
    issue(shared, store, &what)
}

/// Tokens of public clients are rotated at every use, unless the application is configured
/// otherwise (contract §1.6).
fn rotates(token: &RefreshToken, application: &Application, now: i64) -> bool {
    if application.custom("rotateRefreshToken") == &Value::Bool(false) {
        return false;
    }
    let (age, life) = (now - token.issued, token.expires - token.issued);
    !application.is_confidential() || age * 100 >= life * ROTATED_AFTER_PERCENT
}

/// Replaces the token. For a single-page application the new one expires when the first one would
/// have.
fn rotate(
    shared: &Shared,
    store: &mut Store,
    application: &Application,
    given: &str,
    token: &RefreshToken,
) -> String {
    let now = shared.now();
    if let Some(kept) = store.refresh_tokens.get_mut(given) {
        kept.consumed_at = Some(shared.context.clock.millis());
    }
    let expires = if application.kind == "SPA" { token.expires } else { now + lifetime(application) };
    let next = RefreshToken { issued: now, expires, consumed_at: None, ..token.clone() };
    refresh_token(shared, store, next)
}
