//! Issues tokens in the formats of the real site.

use serde::Serialize;

use crate::HuggingFace;
use crate::claims::{Changed, Person};
use crate::config::{App, IdTokenClaims, IdTokenKid, User};
use crate::keys::{self, KeyError};
use crate::store::{Authorization, Token};

/// Lifetime of an id_token in seconds, independent of that of the access token.
const ID_TOKEN_SECONDS: i64 = 3600;

/// Claims of an access token, in the order of the real site.
#[derive(Serialize)]
struct AccessClaims<'a> {
    scope: Vec<&'a str>,
    aud: &'a str,
    #[serde(rename = "oauthApp")]
    oauth_app: &'a str,
    #[serde(rename = "sessionId")]
    session_id: &'a str,
    iat: i64,
    sub: &'a str,
    exp: i64,
    iss: &'a str,
}

/// Claims of an id_token, in the order of the real site.
#[derive(Serialize)]
struct IdClaims<'a> {
    sub: &'a str,
    #[serde(flatten)]
    person: Person,
    aud: &'a str,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    iat: i64,
    exp: i64,
    iss: &'a str,
}

/// Body of a successful token response, in the order of the real site.
#[derive(Debug, Serialize)]
pub(crate) struct TokenReply {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// RFC 8693 §2.2.1: only after an exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
}

/// RFC 8693 §3.
const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
/// Lifetime of a CI job's token in seconds.
const CI_SECONDS: i64 = 3600;

impl TokenReply {
    /// The response to a token exchange.
    pub(crate) fn exchanged(self) -> TokenReply {
        TokenReply { issued_token_type: Some(ACCESS_TOKEN_TYPE), ..self }
    }
}

/// Claims of a token for one repository. The real contents are not known; these are a guess.
#[derive(Serialize)]
struct RepositoryClaims<'a> {
    aud: &'a str,
    resource: &'a str,
    iat: i64,
    exp: i64,
    iss: &'a str,
}

/// A token for a CI job: `hf_oauth_…`, which reads in a user's name, or `hf_jwt_…` for one
/// repository, which the endpoints of this mock do not accept. The response has neither a refresh
/// token nor the scopes (hub-docs, `trusted-publishers.md`).
pub(crate) fn issue_for_ci(
    mock: &HuggingFace,
    authorization: Option<Authorization>,
    resource: &str,
) -> Result<TokenReply, KeyError> {
    let now = mock.clock().seconds();
    let (iat, exp, iss) = (now, now + CI_SECONDS, mock.origin());
    let key = mock.access_token_key()?;
    let access_token = match authorization {
        Some(authorization) => {
            let claims = AccessClaims {
                scope: authorization.scopes.iter().collect(),
                aud: iss,
                oauth_app: &authorization.client_id,
                session_id: &authorization.session_id,
                iat,
                sub: &authorization.sub,
                exp,
                iss,
            };
            let access_token = format!("hf_oauth_{}", key.sign(&claims, true)?);
            let token = Token { authorization, expires_at: Some(exp), ended: None };
            mock.store().access_tokens.insert(access_token.clone(), token);
            access_token
        }
        None => {
            let claims = RepositoryClaims { aud: iss, resource, iat, exp, iss };
            format!("hf_jwt_{}", key.sign(&claims, true)?)
        }
    };
    Ok(TokenReply {
        access_token,
        token_type: "bearer",
        expires_in: CI_SECONDS,
        id_token: None,
        scope: None,
        refresh_token: None,
        issued_token_type: Some(ACCESS_TOKEN_TYPE),
    })
}

/// What tokens are issued for.
pub(crate) struct Issue {
    pub(crate) authorization: Authorization,
    pub(crate) user: User,
    pub(crate) app: App,
    pub(crate) nonce: Option<String>,
    pub(crate) with_refresh_token: bool,
}

/// Generates, signs and stores the tokens of one response.
pub(crate) async fn issue(mock: &HuggingFace, issue: Issue) -> Result<TokenReply, KeyError> {
    let Issue { authorization, user, app, nonce, with_refresh_token } = issue;
    let (now, switches) = (mock.clock().seconds(), mock.switches());
    let expires_in = i64::from(app.token_duration_minutes) * 60;
    let access_claims = AccessClaims {
        scope: authorization.scopes.iter().collect(),
        aud: mock.origin(),
        oauth_app: &authorization.client_id,
        session_id: &authorization.session_id,
        iat: now,
        sub: &authorization.sub,
        exp: now + expires_in,
        iss: mock.origin(),
    };
    let access_token = format!("hf_oauth_{}", mock.access_token_key()?.sign(&access_claims, true)?);
    let id_token = if authorization.scopes.contains("openid") {
        let all = switches.id_token_claims == IdTokenClaims::All;
        let granted = |scope| all || authorization.scopes.contains(scope);
        let claims = IdClaims {
            sub: &user.sub,
            person: Person::new(&user, mock.origin(), granted("profile"), granted("email")),
            aud: &authorization.client_id,
            auth_time: authorization.auth_time,
            nonce: nonce.as_deref(),
            iat: now,
            exp: now + ID_TOKEN_SECONDS,
            iss: mock.origin(),
        };
        let with_kid = switches.id_token_kid == IdTokenKid::Thumbprint;
        let claims = Changed { claims: &claims, changes: &switches.claims.id_token };
        let rotated = mock.store().rotated_key.clone();
        let key = match rotated {
            Some(rotated) => rotated.key,
            None => keys::rsa().await?,
        };
        Some(key.sign(&claims, with_kid)?)
    } else {
        None
    };
    let refresh_token = with_refresh_token
        .then(|| format!("hf_oauth__refresh_{}", mock.random().string(kit::alphabet::ALNUM, 34)));
    let scope = authorization.scopes.to_string();

    let mut store = mock.store();
    if let Some(refresh_token) = &refresh_token {
        let lifetime = switches.refresh_token_lifetime_seconds.map(i64::from);
        let expires_at = lifetime.map(|seconds| now + seconds);
        let token = Token { authorization: authorization.clone(), expires_at, ended: None };
        store.refresh_tokens.insert(refresh_token.clone(), token);
    }
    let token = Token { authorization, expires_at: Some(now + expires_in), ended: None };
    store.access_tokens.insert(access_token.clone(), token);
    Ok(TokenReply {
        access_token,
        token_type: "bearer",
        expires_in,
        id_token,
        scope: Some(scope),
        refresh_token,
        issued_token_type: None,
    })
}
