//! The person's side: enter the code, then allow or deny.

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use oauth::Params;
use thiserror::Error;

use crate::answer::{self, ForeignForm, check_own_form};
use crate::config::{App, User};
use crate::store::{Authorization, Device, DeviceState, Session, Store};
use crate::{HuggingFace, pages};

/// Why a code is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Refusal {
    #[error(transparent)]
    ForeignForm(#[from] ForeignForm),
    #[error("user_code `{0}` was never given, has expired, or was used")]
    UnknownCode(String),
    #[error("the form's action is `{0}`, neither authorize nor deny")]
    UnknownAction(String),
}

impl Refusal {
    fn response(&self) -> Response {
        let (status, text) = match self {
            Self::ForeignForm(_) => (StatusCode::FORBIDDEN, "This form was not sent by this site."),
            Self::UnknownCode(_) => (StatusCode::BAD_REQUEST, "This code is not valid."),
            Self::UnknownAction(_) => (StatusCode::BAD_REQUEST, "Authorize or deny?"),
        };
        kit::note(answer::html(status, pages::device_code(Some(text))), self.to_string())
    }
}

/// `GET /oauth/device`. A code in the query is not looked at, as on the real site.
pub(in crate::routes) async fn page(State(mock): State<HuggingFace>, headers: HeaderMap) -> Response {
    match mock.signed_in(&headers) {
        Some(_) => answer::html(StatusCode::OK, pages::device_code(None)),
        None => to_login(),
    }
}

fn to_login() -> Response {
    answer::see_other("/login?next=%2Foauth%2Fdevice")
}

/// `POST /oauth/device/verify`: the code alone asks for permission, with an
/// action it is given or denied.
pub(in crate::routes) async fn verify(
    State(mock): State<HuggingFace>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some((user, session)) = mock.signed_in(&headers) else { return to_login() };
    let form = Params::parse(&String::from_utf8_lossy(&body));
    step(&mock, &headers, &form, &user, &session).unwrap_or_else(|refusal| refusal.response())
}

fn step(
    mock: &HuggingFace,
    headers: &HeaderMap,
    form: &Params,
    user: &User,
    session: &Session,
) -> Result<Response, Refusal> {
    check_own_form(headers)?;
    // People type it as they like.
    let typed = form.first("user_code").unwrap_or_default().trim().to_ascii_uppercase();
    let now = mock.clock().seconds();
    let mut store = mock.store();
    let (device_code, app) = find(&store, &typed, now)?;
    let device =
        store.devices.get(&device_code).cloned().ok_or_else(|| Refusal::UnknownCode(typed.clone()))?;
    let state = match form.first("action") {
        None => {
            let page = pages::device_consent(&app, user, &device.scopes, &typed);
            return Ok(answer::html(StatusCode::OK, page));
        }
        Some("authorize") => DeviceState::Allowed(Authorization {
            client_id: app.client_id,
            sub: user.sub.clone(),
            scopes: device.scopes.clone(),
            orgs: vec![],
            session_id: mock.random().hex(12),
            auth_time: session.signed_in_at,
        }),
        Some("deny") => DeviceState::Denied,
        Some(other) => return Err(Refusal::UnknownAction(other.to_owned())),
    };
    let allowed = matches!(state, DeviceState::Allowed(_));
    store.devices.insert(device_code, Device { state, ..device });
    Ok(answer::html(StatusCode::OK, pages::device_done(allowed)))
}

/// The device that shows the code and still waits.
fn find(store: &Store, typed: &str, now: i64) -> Result<(String, App), Refusal> {
    let unknown = || Refusal::UnknownCode(typed.to_owned());
    let (code, device) = store
        .devices
        .iter()
        .find(|(_, device)| {
            let waits = matches!(device.state, DeviceState::Pending) && device.expires_at > now;
            waits && device.user_code == typed
        })
        .ok_or_else(unknown)?;
    let app = store.app(&device.client_id).ok_or_else(unknown)?;
    Ok((code.clone(), app.clone()))
}
