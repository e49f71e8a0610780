//! The user's side of the device flow (RFC 8628 §3.3): enter the code, then approve or deny.
//!
//! Look and form of the real pages are not known. The real site was observed to ask for permission
//! on every device grant, even if the app already has it.

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};
use kit::Note;
use oauth::Params;
use thiserror::Error;

use crate::answer;
use crate::config::{App, UnverifiedEmail, User, VerificationUriComplete};
use crate::session::ForeignForm;
use crate::store::{Authorization, Device, DeviceDecision, Grant, Session, Store};
use crate::{HuggingFace, pages};

kit::reasons! {
    /// Why a submitted form is refused.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    enum Refusal {
        #[error(transparent)]
        ForeignForm(#[from] ForeignForm) => code of 0,
        #[error("the e-mail address of `{0}` is not verified")]
        UnverifiedEmail(String) => "hf/email-not-verified",
        #[error("no user_code was sent")]
        NoCode => "hf/user-code-missing",
        #[error("user_code `{given}` {reason}")]
        BadCode { given: String, reason: &'static str } => "hf/user-code-invalid",
        #[error("the form's action is `{0}`, neither authorize nor deny")]
        UnknownAction(String) => "hf/unknown-action",
    }
}

/// `GET /oauth/device`
pub(in crate::routes) fn get(State(mock): State<HuggingFace>, uri: Uri, headers: HeaderMap) -> Response {
    let Some((user, _)) = mock.signed_in(&headers) else {
        return to_login(&uri);
    };
    let query = Params::parse(uri.query().unwrap_or_default());
    let sent = query.first("user_code").unwrap_or_default();
    let filled_in = mock.switches().verification_uri_complete == VerificationUriComplete::Present;
    let page = pages::device_entry(&user, if filled_in { sent } else { "" }, None);
    let response = answer::html(StatusCode::OK, page);
    if sent.is_empty() || filled_in {
        response
    } else {
        let text = "the user_code in the URL is ignored, as on the real site";
        kit::note(response, Note::new("hf/user-code-ignored", text))
    }
}

/// `POST /oauth/device/verify`: first with the code only, then with the decision.
pub(in crate::routes) fn verify(
    State(mock): State<HuggingFace>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some((user, session)) = mock.signed_in(&headers) else {
        return to_login(&Uri::from_static("/oauth/device"));
    };
    let form = Params::parse(&String::from_utf8_lossy(&body));
    decide(&mock, &headers, &form, &user, &session).unwrap_or_else(|refusal| {
        let (status, text) = refusal.public();
        let page = match refusal {
            Refusal::NoCode | Refusal::BadCode { .. } => {
                pages::device_entry(&user, form.first("user_code").unwrap_or_default(), Some(text))
            }
            _ => pages::error(status, text),
        };
        kit::note(answer::html(status, page), &refusal)
    })
}

fn decide(
    mock: &HuggingFace,
    headers: &HeaderMap,
    form: &Params,
    user: &User,
    session: &Session,
) -> Result<Response, Refusal> {
    mock.check_own_form(headers)?;
    check_email(mock, user)?;
    let mut store = mock.store();
    let (device_code, device, app) = check_code(&store, form, mock.clock().seconds())?;
    let decision = match form.first("action") {
        None => return Ok(ask(&store, user, &device, &app)),
        Some("deny") => DeviceDecision::Denied,
        Some("authorize") => {
            let own: Vec<_> = store.organizations_of(user).map(|org| org.sub.as_str()).collect();
            let orgs: Vec<_> =
                form.all("orgIds").filter(|org| own.contains(org)).map(ToOwned::to_owned).collect();
            store.put_grant(Grant {
                sub: user.sub.clone(),
                client_id: app.client_id.clone(),
                scopes: device.scopes.clone(),
                orgs: orgs.clone(),
                given_at: mock.clock().now(),
            });
            DeviceDecision::Allowed(Box::new(Authorization {
                client_id: app.client_id.clone(),
                sub: user.sub.clone(),
                scopes: device.scopes,
                orgs,
                session_id: mock.random().hex(12),
                auth_time: session.signed_in_at,
            }))
        }
        Some(other) => return Err(Refusal::UnknownAction(other.to_owned())),
    };
    let allowed = matches!(decision, DeviceDecision::Allowed(_));
    if let Some(own) = store.devices.get_mut(&device_code) {
        own.decision = decision;
    }
    Ok(answer::html(StatusCode::OK, pages::device_done(&app, allowed)))
}

/// The permission page for a device.
fn ask(store: &Store, user: &User, device: &Device, app: &App) -> Response {
    let orgs: Vec<_> = store.organizations_of(user).collect();
    let (path, code) = ("/oauth/device/verify", Some(device.user_code.as_str()));
    answer::html(StatusCode::OK, pages::consent(app, user, &device.scopes, &orgs, &[], path, code))
}

/// As at `/oauth/authorize`, except that it cannot redirect to an app.
fn check_email(mock: &HuggingFace, user: &User) -> Result<(), Refusal> {
    if user.email_verified || mock.switches().unverified_email == UnverifiedEmail::Allowed {
        return Ok(());
    }
    Err(Refusal::UnverifiedEmail(user.username.clone()))
}

/// Finds the pending device that shows this code. Users may type the code in lowercase and without
/// its dash (RFC 8628 §6.1).
fn check_code(store: &Store, form: &Params, now: i64) -> Result<(String, Device, App), Refusal> {
    let given = form.first("user_code").unwrap_or_default();
    let plain = |code: &str| -> String {
        code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
    };
    let wanted = plain(given);
    if wanted.is_empty() {
        return Err(Refusal::NoCode);
    }
    let bad = |reason| Refusal::BadCode { given: given.to_owned(), reason };
    let found = store.devices.iter().find(|(_, device)| plain(&device.user_code) == wanted);
    let Some((device_code, device)) = found else {
        let is_device_code = store.devices.get(given.trim()).is_some();
        return Err(bad(if is_device_code {
            "is the device_code, which only the device uses"
        } else {
            "was never issued"
        }));
    };
    if !matches!(device.decision, DeviceDecision::Pending) {
        return Err(bad("was already approved or denied"));
    }
    if device.expires_at <= now {
        return Err(bad("has expired"));
    }
    let app = store.app(&device.client_id).ok_or_else(|| bad("belongs to an app that no longer exists"))?;
    Ok((device_code.clone(), device.clone(), app.clone()))
}

/// Redirects to the login page, which returns to this one.
fn to_login(uri: &Uri) -> Response {
    let path = uri.path_and_query().map_or("/oauth/device", |path| path.as_str());
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    answer::see_other(&format!("/login?next={next}"))
}

impl Refusal {
    /// Status and text of the error page.
    fn public(&self) -> (StatusCode, &'static str) {
        match self {
            Refusal::ForeignForm(_) => (StatusCode::FORBIDDEN, "This form was not sent by this site."),
            Refusal::UnverifiedEmail(_) => (
                StatusCode::FORBIDDEN,
                "You must verify your email address before you can authorize an application.",
            ),
            Refusal::NoCode => (StatusCode::BAD_REQUEST, "Enter the code."),
            Refusal::BadCode { .. } => (StatusCode::BAD_REQUEST, "This code is invalid or has expired."),
            Refusal::UnknownAction(_) => (StatusCode::BAD_REQUEST, "Invalid action"),
        }
    }
}
