//! `GET /oauth/authorize` and `POST /oauth/authorize`
//!
//! `GET` shows a page or redirects; the permission form is a `POST` to the same URL. An empty body
//! grants the permission: the real site's own tests send one.

mod decision;
pub(super) mod metadata_document;
mod refusal;
pub(super) mod request;
#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};
use kit::Note;
use oauth::{Params, Scopes};
use url::Url;

use self::decision::Decision;
use self::refusal::{Delivery, Refusal, Rejected};
use self::request::AuthorizationRequest;
use crate::answer;
use crate::config::{UnverifiedEmail, User};
use crate::store::{Authorization, Code, Grant, Session};
use crate::{HuggingFace, pages};

pub(super) async fn get(State(mock): State<HuggingFace>, uri: Uri, headers: HeaderMap) -> Response {
    let query = Params::parse(uri.query().unwrap_or_default());
    let shown = match resolve(&mock, &query).await {
        Ok(()) => show(&mock, &uri, &headers, &query),
        Err(rejected) => Err(rejected),
    };
    shown.unwrap_or_else(|rejected| refuse(&mock, rejected))
}

pub(super) async fn post(
    State(mock): State<HuggingFace>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = Params::parse(uri.query().unwrap_or_default());
    let form = Params::parse(&String::from_utf8_lossy(&body));
    let decided = match resolve(&mock, &query).await {
        Ok(()) => decide(&mock, &uri, &headers, &query, &form),
        Err(rejected) => Err(rejected),
    };
    decided.unwrap_or_else(|rejected| refuse(&mock, rejected))
}

/// Fetches the metadata document if the client is identified by one.
async fn resolve(mock: &HuggingFace, query: &Params) -> Result<(), Rejected> {
    let client_id = query.first("client_id").unwrap_or_default();
    let resolved = metadata_document::resolve(mock, client_id).await;
    resolved.map_err(|unusable| Rejected::page(Refusal::MetadataDocument(unusable)))
}

/// Answers a request with a page or a redirect.
fn show(mock: &HuggingFace, uri: &Uri, headers: &HeaderMap, query: &Params) -> Result<Response, Rejected> {
    let mut request = AuthorizationRequest::check(query, &mock.store())?;
    let signed_in = mock.signed_in(headers).filter(|_| !request.prompt.login);
    let Some((user, session)) = signed_in else {
        if request.prompt.none {
            return Err(request.rejected(Refusal::LoginRequired));
        }
        return Ok(to_login(uri, query, request));
    };
    check_email(mock, &request, &user)?;
    check_audience(&request, &user)?;
    request.keep_organizations_of(&user, &mock.store());
    let remembered = mock.store().grant(&user.sub, &request.app.client_id, &request.scopes).cloned();
    let remembered = remembered.filter(|grant| !request.asks_again(grant));
    if let Some(grant) = remembered {
        return Ok(with_code(mock, request, &user, &session, grant.orgs));
    }
    if request.prompt.none {
        return Err(request.rejected(Refusal::ConsentRequired));
    }
    let page = {
        let store = mock.store();
        let orgs: Vec<_> = store.organizations_of(&user).collect();
        let path = uri.path_and_query().map_or("/oauth/authorize", |path| path.as_str());
        pages::consent(&request.app, &user, &request.scopes, &orgs, &request.org_ids, path, None)
    };
    Ok(answer::noted(answer::html(StatusCode::OK, page), request.notes))
}

/// Answers a submitted permission form with a redirect.
fn decide(
    mock: &HuggingFace,
    uri: &Uri,
    headers: &HeaderMap,
    query: &Params,
    form: &Params,
) -> Result<Response, Rejected> {
    mock.check_own_form(headers).map_err(|foreign| Rejected::page(foreign.into()))?;
    let mut request = AuthorizationRequest::check(query, &mock.store())?;
    let Some((user, session)) = mock.signed_in(headers) else {
        return Ok(to_login(uri, query, request));
    };
    check_email(mock, &request, &user)?;
    check_audience(&request, &user)?;
    request.keep_organizations_of(&user, &mock.store());
    let orgs = match Decision::read(form).map_err(Rejected::page)? {
        Decision::Deny => return Err(request.rejected(Refusal::Denied)),
        Decision::Authorize { orgs } => orgs.unwrap_or_else(|| request.org_ids.clone()),
    };
    let orgs = {
        let store = mock.store();
        let own: Vec<_> = store.organizations_of(&user).map(|org| org.sub.clone()).collect();
        orgs.into_iter().filter(|org| own.contains(org)).collect::<Vec<_>>()
    };
    mock.store().put_grant(Grant {
        sub: user.sub.clone(),
        client_id: request.app.client_id.clone(),
        scopes: request.scopes.clone(),
        orgs: orgs.clone(),
        given_at: mock.clock().now(),
    });
    Ok(with_code(mock, request, &user, &session, orgs))
}

/// "The e-mail address must be verified before it can authorise any app"
/// (comment of a site engineer in Auth.js); how it is refused is a switch.
fn check_email(mock: &HuggingFace, request: &AuthorizationRequest, user: &User) -> Result<(), Rejected> {
    let allowed = mock.switches().unverified_email == UnverifiedEmail::Allowed;
    if user.email_verified || allowed {
        return Ok(());
    }
    Err(request.rejected(Refusal::UnverifiedEmail { username: user.username.clone() }))
}

/// "Only members may sign in" (`hf_oauth_authorized_org`); how others are refused is a switch.
fn check_audience(request: &AuthorizationRequest, user: &User) -> Result<(), Rejected> {
    let orgs = &request.app.authorized_orgs;
    if orgs.is_empty() || user.orgs.iter().any(|member| orgs.contains(&member.org)) {
        return Ok(());
    }
    let username = user.username.clone();
    Err(request.rejected(Refusal::OutsideAudience { username, orgs: orgs.join(", ") }))
}

/// Redirects to the login page, which returns to this request.
fn to_login(uri: &Uri, query: &Params, request: AuthorizationRequest) -> Response {
    let next = if request.prompt.login {
        // Once the user has signed in, the request must not ask for it again.
        let kept = query.iter().filter(|(name, _)| *name != "prompt");
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        format!("{}?{query}", uri.path())
    } else {
        uri.path_and_query().map_or_else(String::new, ToString::to_string)
    };
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    answer::noted(answer::see_other(&format!("/login?next={next}")), request.notes)
}

/// Redirects to the app with a new code.
fn with_code(
    mock: &HuggingFace,
    request: AuthorizationRequest,
    user: &User,
    session: &Session,
    orgs: Vec<String>,
) -> Response {
    let code = mock.random().base64url(32);
    let mut store = mock.store();
    let withheld: Scopes = store.switches.withheld_scopes.iter().map(String::as_str).collect();
    let mut notes = request.notes;
    notes.extend(
        request
            .scopes
            .intersect(&withheld)
            .iter()
            .map(|scope| Note::new("hf/scope-not-granted", format!("scope `{scope}` is not granted"))),
    );
    let lifetime = i64::from(store.switches.code_lifetime_seconds);
    let expires_at = mock.clock().seconds() + lifetime;
    let location = back(&request.redirect_to, &[("code", Some(&code)), ("state", request.state.as_deref())]);
    let authorization = Authorization {
        client_id: request.app.client_id,
        sub: user.sub.clone(),
        scopes: request.scopes.minus(&withheld),
        orgs,
        session_id: mock.random().hex(12),
        auth_time: session.signed_in_at,
    };
    let sent = request.redirect_uri.len() + request.nonce.as_ref().map_or(0, String::len);
    store.codes.insert_sized(
        code,
        Code {
            authorization,
            redirect_uri: request.redirect_uri,
            redirect_uri_sent: request.redirect_uri_sent,
            challenge: request.challenge,
            nonce: request.nonce,
            expires_at,
            lifetime,
            used: false,
        },
        sent,
    );
    answer::noted(answer::see_other(&location), notes)
}

fn refuse(mock: &HuggingFace, rejected: Rejected) -> Response {
    let Rejected { refusal, back: to, notes } = rejected;
    let response = match (refusal.delivery(&mock.switches()), to) {
        (Delivery::Redirect { code, description }, Some(to)) => {
            let pairs = [
                ("error", Some(code.as_str())),
                ("error_description", Some(description)),
                ("state", to.state.as_deref()),
            ];
            answer::see_other(&back(&to.redirect_to, &pairs))
        }
        (Delivery::Redirect { description, .. }, None) => {
            answer::html(StatusCode::BAD_REQUEST, pages::error(StatusCode::BAD_REQUEST, description))
        }
        (Delivery::Page { status, text }, _) => answer::html(status, pages::error(status, text)),
    };
    kit::note(answer::noted(response, notes), &refusal)
}

/// The address with these parameters appended, serialized as a WHATWG URL.
fn back(redirect_to: &Url, pairs: &[(&str, Option<&str>)]) -> String {
    let mut location = redirect_to.clone();
    let present = pairs.iter().filter_map(|(name, value)| value.map(|value| (*name, value)));
    location.query_pairs_mut().extend_pairs(present);
    location.into()
}
