//! An app of an organization requests a token for a member, by e-mail address (the site's OAuth
//! page, "Token exchange").

use oauth::{Params, Scopes};

use super::super::client::Client;
use super::super::refusal::Refusal;
use crate::HuggingFace;
use crate::config::{App, Organization, Plan, User, is_scope};
use crate::store::{Authorization, Store};
use crate::tokens::{self, Issue, TokenReply};

/// Runs the checks, in order, and issues the token. It does not issue a refresh token, which is a
/// guess: the app can repeat the exchange.
pub(super) async fn redeem(
    mock: &HuggingFace,
    params: &Params,
    client: &Client,
    email: &str,
) -> Result<TokenReply, Refusal> {
    let now = mock.clock().seconds();
    let issue = {
        let store = mock.store();
        let app = check_app(&store, client)?;
        let organization = check_organization(&store, app)?;
        let user = check_member(&store, email, organization)?;
        let scopes = check_scope(params, app)?;
        Issue {
            authorization: Authorization {
                client_id: app.client_id.clone(),
                sub: user.sub.clone(),
                scopes,
                orgs: vec![organization.sub.clone()],
                session_id: mock.random().hex(12),
                auth_time: now,
            },
            user: user.clone(),
            app: app.clone(),
            nonce: None,
            with_refresh_token: false,
        }
    };
    Ok(tokens::issue(mock, issue).await?.exchanged())
}

/// The app authenticates with its secret.
fn check_app<'a>(store: &'a Store, client: &Client) -> Result<&'a App, Refusal> {
    let id = client.id().ok_or(Refusal::ExchangeWithoutClient)?;
    let app = store.app(id).ok_or(Refusal::AppGone)?;
    if client.is_proven() { Ok(app) } else { Err(Refusal::NoSecret(app.name.clone())) }
}

/// The app is bound to an Enterprise organization; on the real site, by the staff.
fn check_organization<'a>(store: &'a Store, app: &App) -> Result<&'a Organization, Refusal> {
    let name = app.token_exchange_org.as_deref().ok_or_else(|| Refusal::UnboundApp(app.name.clone()))?;
    let organization = store.organization_named(name);
    organization
        .filter(|organization| matches!(organization.plan, Some(Plan::Enterprise | Plan::Plus)))
        .ok_or_else(|| Refusal::NoEnterprise(name.to_owned()))
}

/// The address belongs to a member. It is case-sensitive, which is a guess.
fn check_member<'a>(store: &'a Store, email: &str, organization: &Organization) -> Result<&'a User, Refusal> {
    let found = store.users.iter().find(|user| user.email.as_deref() == Some(email));
    let user = found.ok_or_else(|| Refusal::NoSuchEmail(email.to_owned()))?;
    if user.orgs.iter().any(|member| member.org == organization.username) {
        return Ok(user);
    }
    Err(Refusal::NoMember { user: user.username.clone(), org: organization.username.clone() })
}

/// `scope` contains scopes of the app; if it is absent, all of them are requested.
fn check_scope(params: &Params, app: &App) -> Result<Scopes, Refusal> {
    let asked = Scopes::parse(params.first("scope").unwrap_or_default());
    let lacking = asked.iter().find(|scope| !is_scope(scope) || !app.scopes.contains(scope));
    if let Some(scope) = lacking {
        return Err(Refusal::ExchangeScope(scope.to_owned()));
    }
    Ok(if asked.is_empty() { app.scopes.clone() } else { asked })
}
