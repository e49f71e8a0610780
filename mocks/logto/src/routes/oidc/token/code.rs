//! The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.5).

use oauth::params::Params;
use oauth::pkce;
use oauth::redirect_uri::Difference;
use serde_json::Value;

use super::TokenError;
use super::granted::{self, Granted};
use crate::shared::Shared;
use crate::store::{Application, Code, Store};

/// Exchanges a code. A failed attempt does not use it up, a replay revokes everything issued for it
/// (contract §1.6).
pub(super) fn exchange(
    shared: &Shared,
    store: &mut Store,
    application: &Application,
    form: &Params,
) -> Result<Value, TokenError> {
    let given = form.first("code").ok_or(TokenError::Missing("code"))?;
    let registered = application.redirect_uris();
    let redirect_uri = match (form.first("redirect_uri"), registered.as_slice()) {
        (Some(given), _) => given,
        // As at the authorization endpoint, where it is optional as well.
        (None, [only]) => only,
        (None, _) => return Err(TokenError::Missing("redirect_uri")),
    };
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
    let granted = Granted {
        request: &code.request,
        grant: &code.grant,
        account: &code.account,
        scopes: &code.scopes,
        session_uid: &code.session_uid,
        nonce: code.request.nonce.as_deref(),
        auth_time: code.auth_time,
        sid: code.sid.as_deref(),
    };
    granted::is_alive(store, &granted)?;
    if let Some(kept) = store.codes.get_mut(given) {
        kept.used = true;
    }
    granted::tokens(shared, store, application, form, &granted)
}

/// A malformed verifier is reported differently from a wrong one.
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

/// Compared as text with what was sent to the authorization endpoint.
fn same_redirect_uri(code: &Code, given: &str) -> Result<(), TokenError> {
    if code.request.redirect_uri == given {
        return Ok(());
    }
    Err(TokenError::RedirectUri(Difference::between(&code.request.redirect_uri, given)))
}

fn proof(code: &Code, verifier: Option<&str>) -> Result<(), TokenError> {
    match (&code.request.code_challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if pkce::verify_s256(challenge, verifier) => Ok(()),
        _ => Err(TokenError::Verifier),
    }
}
