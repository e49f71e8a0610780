//! The authorization code grant (RFC 6749 §4.1.3).

use kit::Note;
use oauth::redirect_uri::Difference;
use oauth::{Params, pkce, secret};

use super::client::Client;
use super::refusal::Refusal;
use crate::config::{CodeReuse, RefreshTokens};
use crate::store::{Challenge, Code, Store};
use crate::tokens::Issue;

/// Runs the checks, in order, and uses up the code. A refused attempt does not use it up, which is
/// a guess.
pub(super) fn redeem(
    store: &mut Store,
    params: &Params,
    client: Client,
    now: i64,
    notes: &mut Vec<Note>,
) -> Result<Issue, Refusal> {
    let given = check_presence(params)?;
    let code = check_existence(store, given)?;
    check_use(store, &code)?;
    check_age(&code, now)?;
    check_owner(&code, &client)?;
    check_redirect_uri(&code, params)?;
    check_verifier(&code, params, notes)?;
    let app = store.app(&code.authorization.client_id).ok_or(Refusal::AppGone)?.clone();
    check_proof(&code, &client, &app.name, app.public)?;
    let user = store.user(&code.authorization.sub).ok_or(Refusal::UserGone)?.clone();

    if client.id().is_none() {
        let text = format!("no client_id was sent: the code belongs to `{}`", app.client_id);
        notes.push(Note::new("hf/client-id-told-by-code", text));
    }
    if let Some(own) = store.codes.get_mut(given) {
        own.used = true;
    }
    Ok(Issue {
        with_refresh_token: store.switches.refresh_tokens == RefreshTokens::Issued,
        authorization: code.authorization,
        nonce: code.nonce,
        user,
        app,
    })
}

fn check_presence(params: &Params) -> Result<&str, Refusal> {
    params.first("code").ok_or(Refusal::NoCode)
}

fn check_existence(store: &Store, given: &str) -> Result<Code, Refusal> {
    store.codes.get(given).cloned().ok_or_else(|| {
        Refusal::UnknownCode(if given.is_empty() {
            "is empty"
        } else if given.starts_with("hf_") {
            "is a token, not an authorization code"
        } else if store.codes.get(given.trim()).is_some() {
            "differs from an issued one only by leading or trailing whitespace"
        } else {
            "was never issued"
        })
    })
}

/// A code can be used only once (RFC 6749 §4.1.2).
fn check_use(store: &mut Store, code: &Code) -> Result<(), Refusal> {
    if !code.used {
        return Ok(());
    }
    if store.switches.code_reuse == CodeReuse::RevokesTokens {
        let session = &code.authorization.session_id;
        store.end_tokens("its code was used a second time", |of| of.session_id == *session);
    }
    Err(Refusal::UsedCode)
}

fn check_age(code: &Code, now: i64) -> Result<(), Refusal> {
    if code.expires_at <= now { Err(Refusal::ExpiredCode(code.lifetime)) } else { Ok(()) }
}

/// The client is the one that the code was issued to (RFC 6749 §4.1.3).
fn check_owner(code: &Code, client: &Client) -> Result<(), Refusal> {
    match client.id() {
        Some(given) if given != code.authorization.client_id => {
            Err(Refusal::ForeignCode { owner: code.authorization.client_id.clone(), given: given.to_owned() })
        }
        _ => Ok(()),
    }
}

/// `redirect_uri` is exactly that of the authorization request (RFC 6749 §4.1.3).
fn check_redirect_uri(code: &Code, params: &Params) -> Result<(), Refusal> {
    match params.first("redirect_uri") {
        Some(given) if given == code.redirect_uri => Ok(()),
        Some(given) => Err(Refusal::RedirectUri(Difference::between(&code.redirect_uri, given))),
        None if code.redirect_uri_sent => Err(Refusal::NoRedirectUri),
        None => Ok(()),
    }
}

/// `code_verifier` matches the challenge (RFC 7636 §4.6).
fn check_verifier(code: &Code, params: &Params, notes: &mut Vec<Note>) -> Result<(), Refusal> {
    let Some(challenge) = &code.challenge else {
        if params.first("code_verifier").is_some() {
            let text = "code_verifier has no effect: the authorization request had no code_challenge";
            notes.push(Note::new("hf/code-verifier-ignored", text));
        }
        return Ok(());
    };
    let verifier = params.first("code_verifier").ok_or(Refusal::NoVerifier)?;
    pkce::check_verifier(verifier).map_err(Refusal::MalformedVerifier)?;
    let matches = match challenge {
        Challenge::S256(challenge) => pkce::verify_s256(challenge, verifier),
        Challenge::Plain(challenge) => secret::equal(challenge, verifier),
    };
    if matches { Ok(()) } else { Err(Refusal::WrongVerifier) }
}

/// The client must authenticate with its secret or with PKCE, which the site accepts alone even
/// from apps with a secret. A public app that was allowed to omit the challenge must at least send
/// its client id (RFC 6749 §4.1.3).
fn check_proof(code: &Code, client: &Client, name: &str, public: bool) -> Result<(), Refusal> {
    let named_public = public && client.id().is_some();
    if client.is_proven() || code.challenge.is_some() || named_public {
        Ok(())
    } else {
        Err(Refusal::NoSecret(name.to_owned()))
    }
}
