//! `POST /oidc/token` (contract §1.6).

mod code;
mod device_code;
mod granted;
mod machine;
mod refresh;

use aws_lc_rs::digest::{SHA384, digest};
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode};
use oauth::Scopes;
use oauth::params::Params;
use oauth::redirect_uri::Difference;
use serde_json::{Map, Value, json};

use super::endpoint::{self, Refuse, Refused};
use super::{audit, claims, client_auth, device, form};
use crate::shared::{Shared, SharedState};
use crate::store::{AccessToken, Application, RefreshToken, Store, lifetime};
use crate::version::Fact;
use crate::wire::{ErrorCode, OidcError};

/// Why no token is issued.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum TokenError {
    #[error("the parameter `{0}` is missing")]
    Missing(&'static str),
    #[error("grant_type `{0}` is not supported")]
    GrantType(String),
    #[error("`{0}` is given twice")]
    Twice(String),
    #[error("applications of this kind may not use grant_type `{0}`")]
    GrantTypeNotAllowed(String),
    #[error("neither a resource nor an organization is named")]
    NoTarget,
    #[error("the resource `{0}` was not part of the authorization")]
    Resource(String),
    #[error("the resource `{0}` is not an absolute URI")]
    ResourceNotAbsolute(String),
    #[error("the resource `{0}` has a fragment")]
    ResourceFragment(String),
    #[error("more than one resource for a single token")]
    SeveralResources,
    #[error("the user is not a member of the organization `{0}`")]
    Organization(String),
    #[error("the application does not belong to the organization `{0}`")]
    OrganizationOfApplication(String),
    #[error("the person has not decided yet")]
    Pending,
    #[error("the device code has expired")]
    DeviceCodeExpired,
    #[error("the device is refused: {0:?}")]
    Refused(ErrorCode, Option<String>),
    #[error("the code is unknown, or expired")]
    CodeUnknown,
    #[error("the code was already used; everything issued for it is revoked")]
    CodeUsed,
    #[error("the code was issued to another application")]
    CodeOfOther,
    #[error("{0}")]
    RedirectUri(Difference),
    #[error("code_verifier {0}")]
    VerifierForm(String, &'static str),
    #[error("code_verifier is missing, or does not match code_challenge")]
    Verifier,
    #[error("the session in which the code or token was issued has ended")]
    SessionOver,
    #[error("the refresh token is unknown, expired, revoked, or of another application")]
    RefreshTokenUnknown,
    #[error("the refresh token was already exchanged for another one; everything issued for it is revoked")]
    RefreshTokenUsed,
    #[error("the refresh token does not cover the scope `{0}`")]
    Scope(String),
    #[error("the user no longer exists or is suspended")]
    User,
}

impl Refuse for TokenError {
    fn wire(&self) -> OidcError {
        let target = |text: &str| OidcError::new(400, ErrorCode::InvalidTarget, text);
        let denied = |text: &str| OidcError::new(403, ErrorCode::AccessDenied, text);
        match self {
            Self::Missing(name) => OidcError::invalid_request(format!("missing required parameter '{name}'")),
            Self::GrantType(_) => {
                OidcError::new(400, ErrorCode::UnsupportedGrantType, "unsupported grant_type requested")
            }
            Self::Twice(name) => {
                OidcError::invalid_request(format!("'{name}' parameter must not be provided twice"))
            }
            Self::GrantTypeNotAllowed(_) => {
                OidcError::invalid_request("requested grant type is not allowed for this client")
            }
            Self::NoTarget => target("both `resource` and `organization_id` are not provided"),
            Self::Resource(_) => target("resource indicator is missing, or unknown"),
            Self::ResourceNotAbsolute(_) => target("resource indicator must be an absolute URI"),
            Self::ResourceFragment(_) => target("resource indicator must not contain a fragment component"),
            Self::SeveralResources => {
                target("only a single resource indicator value is supported for this grant type")
            }
            Self::Organization(_) => denied("user is not a member of the organization"),
            Self::OrganizationOfApplication(_) => denied("app has not associated with the organization"),
            Self::Pending => OidcError::new(
                400,
                ErrorCode::AuthorizationPending,
                "authorization request is still pending as the end-user hasn't yet completed the user interaction steps",
            ),
            Self::DeviceCodeExpired => OidcError::new(400, ErrorCode::ExpiredToken, "device code is expired"),
            Self::Refused(error, description) => {
                let mut told = OidcError::new(400, *error, "");
                told.description.clone_from(description);
                told
            }
            Self::VerifierForm(_, text) => OidcError::invalid_request(*text),
            Self::Scope(scope) => {
                let plural = if scope.contains(' ') { "s" } else { "" };
                let text = format!("refresh token missing requested scope{plural}");
                let mut error = OidcError::new(400, ErrorCode::InvalidScope, text);
                error.scope = Some(scope.clone());
                error
            }
            // All of these look the same to the client, on purpose.
            Self::CodeUnknown
            | Self::CodeUsed
            | Self::CodeOfOther
            | Self::RedirectUri(_)
            | Self::Verifier
            | Self::SessionOver
            | Self::RefreshTokenUnknown
            | Self::RefreshTokenUsed
            | Self::User => OidcError::new(400, ErrorCode::InvalidGrant, "grant request is invalid"),
        }
    }
}

/// Issues tokens.
pub(super) fn post(State(shared): SharedState, headers: HeaderMap, body: String) -> Response {
    let form = form::parse(&headers, &body, "/token").map_err(Refused::from);
    let done = form.and_then(|form| audited(&shared, &headers, &form));
    endpoint::answer(done.map(|tokens| (StatusCode::OK, tokens)), &headers, &shared.issuer())
}

/// Writes every attempt to the audit log.
fn audited(shared: &Shared, headers: &HeaderMap, form: &Params) -> Result<Value, Refused> {
    let presented = client_auth::Presented::of(headers, form).ok();
    let done = grant(shared, headers, form);
    match &done {
        Ok(answer) => {
            let user = answer
                .get("access_token")
                .and_then(Value::as_str)
                .and_then(|token| shared.store().access_tokens.get(token).map(|token| token.account.clone()));
            audit::exchanged(shared, form, presented.as_ref(), Ok((answer, user)));
        }
        Err(error) => {
            audit::exchanged(shared, form, presented.as_ref(), Err(&error.wire(&shared.issuer())));
        }
    }
    done
}

fn grant(shared: &Shared, headers: &HeaderMap, form: &Params) -> Result<Value, Refused> {
    let mut store = shared.store();
    let application = client_auth::authenticate(shared, &store, headers, form)?;
    let asked = form.one("grant_type").map_err(|twice| TokenError::Twice(twice.0))?;
    let asked = asked.filter(|asked| !asked.is_empty()).ok_or(TokenError::Missing("grant_type"))?;
    allowed(asked, &application)?;
    if let Some(name) = form.repeated().into_iter().find(|name| SINGLE.contains(name)) {
        return Err(TokenError::Twice(name.to_owned()).into());
    }
    let tokens = match asked {
        "authorization_code" => code::exchange(shared, &mut store, &application, form),
        device::GRANT_TYPE => device_code::exchange(shared, &mut store, &application, form),
        "refresh_token" => refresh::exchange(shared, &mut store, &application, form),
        _ => machine::grant(shared, &store, &application, form),
    };
    Ok(tokens?)
}

/// Parameters that must not be repeated, unlike `resource` (RFC 8707 §2).
const SINGLE: [&str; 9] = [
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "redirect_uri",
    "refresh_token",
    "scope",
    "organization_id",
];

/// The supported grants, and the kinds of applications that may use them (contract §1.6).
fn allowed(asked: &str, application: &Application) -> Result<(), TokenError> {
    let of_a_person = application.kind != "MachineToMachine";
    let allowed = match asked {
        "authorization_code" => of_a_person && !application.is_device_flow(),
        "refresh_token" => of_a_person,
        "client_credentials" => !of_a_person,
        device::GRANT_TYPE => application.is_device_flow(),
        "urn:ietf:params:oauth:grant-type:token-exchange" => false,
        _ => return Err(TokenError::GrantType(asked.to_owned())),
    };
    if allowed { Ok(()) } else { Err(TokenError::GrantTypeNotAllowed(asked.to_owned())) }
}

/// The API that the access token is for, among those of the authorization request (RFC 8707 §2.2).
/// `None` stands for userinfo, whose token is opaque.
fn target(
    store: &Store,
    form: &Params,
    authorized: &[String],
    scopes: &Scopes,
) -> Result<Option<String>, TokenError> {
    let asked: Vec<&str> = form.all("resource").filter(|resource| !resource.is_empty()).collect();
    let default = || store.default_resource().map(|resource| resource.indicator.clone());
    let resource = match (asked.as_slice(), authorized) {
        ([only], _) => Some((*only).to_owned()),
        ([], _) if scopes.contains("openid") => None,
        ([], []) => None,
        ([], [only]) => Some(only.clone()),
        // Of several resources the default one, if it is among them.
        _ => default(),
    };
    match resource {
        Some(resource) if !authorized.contains(&resource) => Err(TokenError::Resource(resource)),
        resource => Ok(resource),
    }
}

/// What tokens are issued for.
struct Issue<'a> {
    grant: &'a str,
    account: &'a str,
    client: &'a str,
    scopes: &'a Scopes,
    /// The API that the access token is for.
    resource: Option<&'a str>,
    /// Scopes of APIs that the token may have at most.
    api_scopes: &'a Scopes,
    nonce: Option<&'a str>,
    auth_time: Option<i64>,
    sid: Option<&'a str>,
    session_uid: Option<&'a str>,
    /// The refresh token to return, if any.
    refresh_token: Option<String>,
}

/// The response, with its members in Logto's order.
fn issue(shared: &Shared, store: &mut Store, issue: &Issue<'_>) -> Result<Value, TokenError> {
    let now = shared.now();
    let user = store.user(issue.account).filter(|user| store.admits(user)).ok_or(TokenError::User)?;
    let mut answer = Map::new();
    let access = match issue.resource {
        Some(indicator) => for_resource(shared, store, issue, indicator)?,
        None => Access {
            token: shared.opaque(),
            lifetime: lifetime::ACCESS_TOKEN,
            scope: issue.scopes.to_string(),
        },
    };
    answer.insert("access_token".to_owned(), json!(access.token));
    answer.insert("expires_in".to_owned(), json!(access.lifetime));
    if issue.scopes.contains("openid") {
        let mut claims = claims::of(store, user, issue.scopes, claims::Document::IdToken);
        if let Some(at) = issue.auth_time {
            claims.insert("auth_time".to_owned(), json!(at));
        }
        if let Some(nonce) = issue.nonce {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        if let Some(sid) = issue.sid {
            claims.insert("sid".to_owned(), json!(sid));
        }
        if !shared.has(Fact::NoTokenHash) {
            claims.insert("at_hash".to_owned(), json!(at_hash(&access.token)));
        }
        claims.insert("aud".to_owned(), json!(issue.client));
        claims.insert("exp".to_owned(), json!(now + id_token_lifetime(store, issue.client)));
        claims.insert("iat".to_owned(), json!(now));
        claims.insert("iss".to_owned(), json!(shared.issuer()));
        answer.insert("id_token".to_owned(), json!(shared.sign_id_token(&Value::Object(claims))));
    }
    if let Some(token) = &issue.refresh_token {
        answer.insert("refresh_token".to_owned(), json!(token));
    }
    answer.insert("scope".to_owned(), json!(access.scope));
    answer.insert("token_type".to_owned(), json!("Bearer"));
    // Only opaque tokens are stored: a JWT is self-contained.
    if issue.resource.is_none() {
        let kept = AccessToken {
            grant: issue.grant.to_owned(),
            account: issue.account.to_owned(),
            client: issue.client.to_owned(),
            scopes: issue.scopes.clone(),
            session_uid: issue.session_uid.map(ToOwned::to_owned),
            issued: now,
            expires: now + access.lifetime,
        };
        store.access_tokens.insert(access.token, kept);
    }
    Ok(Value::Object(answer))
}

/// The hash of an access token in an ID token that is signed with ES384 (OIDC Core §3.1.3.6).
fn at_hash(token: &str) -> String {
    let hash = digest(&SHA384, token.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..hash.as_ref().len() / 2])
}

/// An access token and what the response says about it.
struct Access {
    token: String,
    lifetime: i64,
    scope: String,
}

/// An access token for an API: a JWT (RFC 9068), with the scopes of the grant that the user still
/// holds.
fn for_resource(
    shared: &Shared,
    store: &Store,
    issue: &Issue<'_>,
    indicator: &str,
) -> Result<Access, TokenError> {
    let lifetime =
        store.access_token_ttl(indicator).ok_or_else(|| TokenError::Resource(indicator.to_owned()))?;
    let granted = store.grants.get(issue.grant).and_then(|grant| grant.resources.get(indicator));
    let granted = granted.cloned().unwrap_or_default().intersect(issue.api_scopes);
    let scope = store.held_scopes(issue.client, issue.account, indicator, &granted).to_string();
    let now = shared.now();
    let claims = json!({
        "jti": shared.opaque(),
        "sub": issue.account,
        "iat": now,
        "exp": now + lifetime,
        "scope": scope,
        "client_id": issue.client,
        "iss": shared.issuer(),
        "aud": indicator,
    });
    Ok(Access { token: shared.sign(Some("at+jwt"), &claims), lifetime, scope })
}

/// Requested scopes of APIs that a grant covers.
fn api_scopes(store: &Store, grant: &str, asked: &Scopes) -> Scopes {
    let resources = store.grants.get(grant).into_iter().flat_map(|grant| grant.resources.values());
    asked.intersect(&resources.flat_map(Scopes::iter).collect())
}

/// `customClientMetadata.idTokenTtl`, by default an hour.
fn id_token_lifetime(store: &Store, client: &str) -> i64 {
    store
        .application(client)
        .and_then(|application| application.custom("idTokenTtl").as_i64())
        .unwrap_or(lifetime::ID_TOKEN)
}

/// Issues and stores a refresh token.
fn refresh_token(shared: &Shared, store: &mut Store, token: RefreshToken) -> String {
    let value = shared.opaque();
    store.refresh_tokens.insert(value.clone(), token);
    value
}
