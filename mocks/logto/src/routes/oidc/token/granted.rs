//! The first tokens for what a person agreed to, for every grant by which the application receives
//! them.

use oauth::Scopes;
use oauth::params::Params;
use serde_json::Value;

use super::{Issue, TokenError, api_scopes, issue, refresh_token, target};
use crate::routes::oidc::request::AuthorizationRequest;
use crate::shared::Shared;
use crate::store::{Application, RefreshToken, Store};

/// What the person agreed to.
pub(super) struct Granted<'a> {
    pub(super) request: &'a AuthorizationRequest,
    pub(super) grant: &'a str,
    pub(super) account: &'a str,
    pub(super) scopes: &'a Scopes,
    pub(super) session_uid: &'a str,
    pub(super) nonce: Option<&'a str>,
    pub(super) auth_time: Option<i64>,
    pub(super) sid: Option<&'a str>,
}

impl Granted<'_> {
    fn is_offline(&self) -> bool {
        self.scopes.contains("offline_access")
    }

    /// The session with which the tokens end.
    fn session(&self) -> Option<&str> {
        (!self.is_offline()).then_some(self.session_uid)
    }
}

/// Checks that grant and session still exist.
pub(super) fn is_alive(store: &Store, granted: &Granted<'_>) -> Result<(), TokenError> {
    let session_over = granted.session().is_some_and(|uid| store.session_by_uid(uid).is_none());
    if session_over || !store.grants.contains_key(granted.grant) {
        return Err(TokenError::SessionOver);
    }
    Ok(())
}

/// The token response.
pub(super) fn tokens(
    shared: &Shared,
    store: &mut Store,
    application: &Application,
    form: &Params,
    granted: &Granted<'_>,
) -> Result<Value, TokenError> {
    let now = shared.now();
    let resource = target(store, form, &granted.request.resources, granted.scopes)?;
    let of_apis = api_scopes(store, granted.grant, &granted.request.asked);
    let always = application.custom("alwaysIssueRefreshToken") == &Value::Bool(true);
    let token = (granted.is_offline() || always).then(|| {
        let token = RefreshToken {
            grant: granted.grant.to_owned(),
            account: granted.account.to_owned(),
            client: application.id.clone(),
            scopes: granted.scopes.clone(),
            resources: granted.request.resources.clone(),
            api_scopes: of_apis.clone(),
            nonce: granted.nonce.map(ToOwned::to_owned),
            auth_time: granted.auth_time,
            sid: granted.sid.map(ToOwned::to_owned),
            session_uid: granted.session().map(ToOwned::to_owned),
            issued: now,
            expires: now + super::refresh::lifetime(application),
            consumed_at: None,
        };
        refresh_token(shared, store, token)
    });
    let what = Issue {
        grant: granted.grant,
        account: granted.account,
        client: &application.id,
        scopes: granted.scopes,
        resource: resource.as_deref(),
        api_scopes: &of_apis,
        nonce: granted.nonce,
        auth_time: granted.auth_time,
        sid: granted.sid,
        session_uid: granted.session(),
        refresh_token: token,
    };
    issue(shared, store, &what)
}
