//! The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.5).

use oauth::params::Params;
use oauth::{pkce, redirect_uri};
use serde_json::Value;

use super::{Issue, TokenError, api_scopes, issue, refresh_token, target};
use crate::shared::Shared;
use crate::store::{Application, Code, RefreshToken, Store};

/// Exchanges a code. A failed attempt does not use it up, a replay revokes
/// everything given for it (contract §1.6).
pub(super) fn exchange(
    shared: &Shared,
    store: &mut Store,
    application: &Application,
    form: &Params,
) -> Result<Value, TokenError> {
    let given = form.first("code").ok_or(TokenError::Missing("code"))?;
    let redirect_uri = form.first("redirect_uri").ok_or(TokenError::Missing("redirect_uri"))?;
    let verifier = form.first("code_verifier");
    verifier_form(verifier)?;
    let now = shared.now();
    let found = store.codes.get(given).filter(|code| code.expires > now).cloned();
    let code = found.ok_or(TokenError::CodeUnknown)?;
    if code.client != application.id {
        return Err(TokenError::CodeOfOther);
    }
    if code.used {
        store.revoke_grant(&code.grant);
        return Err(TokenError::CodeUsed);
    }
    same_redirect_uri(&code, redirect_uri)?;
    proof(&code, verifier)?;
    let offline = code.scopes.contains("offline_access");
    let session_uid = (!offline).then_some(code.session_uid.as_str());
    if session_uid.is_some_and(|uid| store.session_by_uid(uid).is_none()) {
        return Err(TokenError::SessionOver);
    }
    if !store.grants.contains_key(&code.grant) {
        return Err(TokenError::SessionOver);
    }
    if let Some(kept) = store.codes.get_mut(given) {
        kept.used = true;
    }
    let resource = target(store, form, &code.request.resources, &code.scopes)?;
    let of_apis = api_scopes(store, &code.grant, &code.request.asked);
    let always = application.custom("alwaysIssueRefreshToken") == &Value::Bool(true);
    let token = (offline || always).then(|| {
        let token = RefreshToken {
            grant: code.grant.clone(),
            account: code.account.clone(),
            client: application.id.clone(),
            scopes: code.scopes.clone(),
            resources: code.request.resources.clone(),
            api_scopes: of_apis.clone(),
            nonce: code.request.nonce.clone(),
            auth_time: code.auth_time,
            session_uid: session_uid.map(ToOwned::to_owned),
            issued: now,
            expires: now + super::refresh::lifetime(application),
            consumed_at: None,
        };
        refresh_token(shared, store, token)
    });
    let what = Issue {
        grant: &code.grant,
        account: &code.account,
        client: &application.id,
        scopes: &code.scopes,
        resource: resource.as_deref(),
        api_scopes: &of_apis,
        nonce: code.request.nonce.as_deref(),
        auth_time: code.auth_time,
        session_uid,
        refresh_token: token,
    };
    issue(shared, store, &what)
}

/// A verifier of the wrong form is told apart from a wrong one.
fn verifier_form(verifier: Option<&str>) -> Result<(), TokenError> {
    let Some(verifier) = verifier else { return Ok(()) };
    pkce::check_verifier(verifier).map_err(|defect| {
        let text = match defect {
            pkce::Defect::TooShort(_) => {
                "code_verifier must be a string with a minimum length of 43 characters"
            }
            pkce::Defect::TooLong(_) => {
                "code_verifier must be a string with a maximum length of 128 characters"
            }
            pkce::Defect::Character(_) => "code_verifier contains invalid characters",
        };
        TokenError::VerifierForm(defect.to_string(), text)
    })
}

/// Compared as text, with what was sent to the authorization endpoint.
fn same_redirect_uri(code: &Code, given: &str) -> Result<(), TokenError> {
    if code.request.redirect_uri == given {
        return Ok(());
    }
    Err(TokenError::RedirectUri(redirect_uri::difference_from(&code.request.redirect_uri, given)))
}

fn proof(code: &Code, verifier: Option<&str>) -> Result<(), TokenError> {
    match (&code.request.code_challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if pkce::verify_s256(challenge, verifier) => Ok(()),
        _ => Err(TokenError::Verifier),
    }
}
