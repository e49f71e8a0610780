//! The refresh token grant (RFC 6749 §6), with rotation: every use issues a new refresh token and
//! invalidates the old one.

use oauth::{Params, Scopes};

use super::client::Client;
use super::refusal::Refusal;
use crate::config::App;
use crate::store::{Authorization, Store, Token};
use crate::tokens::Issue;

/// Runs the checks, in order, and uses up the token.
pub(super) fn redeem(store: &mut Store, params: &Params, client: Client, now: i64) -> Result<Issue, Refusal> {
    let given = check_presence(params)?;
    let token = check_existence(store, given)?;
    check_life(&token, now)?;
    check_owner(&token, &client)?;
    let app = store.app(&token.authorization.client_id).ok_or(Refusal::AppGone)?.clone();
    check_proof(&client, &app)?;
    let scopes = check_scope(params, &token.authorization)?;
    let user = store.user(&token.authorization.sub).ok_or(Refusal::UserGone)?.clone();

    if let Some(own) = store.refresh_tokens.get_mut(given) {
        own.ended = Some("it was already used, and replaced by a newer one");
    }
    let authorization = Authorization { scopes, ..token.authorization };
    Ok(Issue { authorization, user, app, nonce: None, with_refresh_token: true })
}

fn check_presence(params: &Params) -> Result<&str, Refusal> {
    params.first("refresh_token").ok_or(Refusal::NoRefreshToken)
}

fn check_existence(store: &Store, given: &str) -> Result<Token, Refusal> {
    store.refresh_tokens.get(given).cloned().ok_or_else(|| {
        Refusal::UnknownRefreshToken(if given.is_empty() {
            "is empty"
        } else if store.access_tokens.get(given).is_some() {
            "is an access token"
        } else if store.refresh_tokens.get(given.trim()).is_some() {
            "differs from an issued one only by leading or trailing whitespace"
        } else {
            "was never issued"
        })
    })
}

fn check_life(token: &Token, now: i64) -> Result<(), Refusal> {
    if let Some(reason) = token.ended {
        return Err(Refusal::EndedRefreshToken(reason));
    }
    match token.expires_at {
        Some(end) if end <= now => Err(Refusal::ExpiredRefreshToken(now - end)),
        _ => Ok(()),
    }
}

fn check_owner(token: &Token, client: &Client) -> Result<(), Refusal> {
    match client.id() {
        Some(given) if given != token.authorization.client_id => Err(Refusal::ForeignRefreshToken {
            owner: token.authorization.client_id.clone(),
            given: given.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// An app with a secret must send it (RFC 6749 §6).
fn check_proof(client: &Client, app: &App) -> Result<(), Refusal> {
    if app.public || client.is_proven() { Ok(()) } else { Err(Refusal::NoSecret(app.name.clone())) }
}

/// `scope` may narrow what was granted, but not extend it (RFC 6749 §6).
fn check_scope(params: &Params, authorization: &Authorization) -> Result<Scopes, Refusal> {
    let asked = Scopes::parse(params.first("scope").unwrap_or_default());
    if asked.is_empty() {
        return Ok(authorization.scopes.clone());
    }
    match asked.minus(&authorization.scopes).iter().next() {
        Some(scope) => Err(Refusal::WiderScope(scope.to_owned())),
        None => Ok(asked),
    }
}
