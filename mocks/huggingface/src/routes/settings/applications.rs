//! `/settings/applications`: list, make, change and delete apps and their secrets.
//!
//! Every user sees every app: who owns one plays no part in a sign-in.

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};
use kit::Reason;
use oauth::Params;
use thiserror::Error;

use super::guard::{Refusal, submitter, viewer};
use crate::HuggingFace;
use crate::answer::{self, path_segment};
use crate::config::{App, Invalid, new_secret};
use crate::pages::{self, AppForm};

const LIST: &str = "/settings/applications";

/// Why the fields of the form make no app. The text is shown above the form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum FormError {
    #[error("the app needs a name")]
    NoName,
    #[error("the token duration `{0}` is not a number of minutes")]
    TokenDuration(String),
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

impl Reason for FormError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoName { .. } => "hf/app-name-missing",
            Self::TokenDuration { .. } => "hf/token-duration-invalid",
            Self::Invalid { .. } => "hf/app-invalid",
        }
    }
}

pub(super) async fn list(State(mock): State<HuggingFace>, uri: Uri, headers: HeaderMap) -> Response {
    match viewer(&mock, &headers, &uri) {
        Ok(_) => answer::html(StatusCode::OK, pages::applications(&mock.apps())),
        Err(refusal) => refusal.answer(),
    }
}

pub(super) async fn new(State(mock): State<HuggingFace>, uri: Uri, headers: HeaderMap) -> Response {
    match viewer(&mock, &headers, &uri) {
        Ok(_) => {
            let app = App { name: String::new(), ..App::default() };
            let form = AppForm { app: &app, error: None };
            answer::html(StatusCode::OK, pages::new_application(&form))
        }
        Err(refusal) => refusal.answer(),
    }
}

pub(super) async fn create(State(mock): State<HuggingFace>, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(refusal) = submitter(&mock, &headers, LIST) {
        return refusal.answer();
    }
    let form = Params::parse(&String::from_utf8_lossy(&body));
    let mut app = App { public: form.first("public") == Some("true"), ..App::default() };
    match fill_in(&mut app, &form) {
        Ok(()) => to_app(&mock.add_app(app)),
        Err(error) => {
            let form = AppForm { app: &app, error: Some(error.to_string()) };
            refused(pages::new_application(&form), &error)
        }
    }
}

pub(super) async fn show(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match viewer(&mock, &headers, &uri).and_then(|_| find(&mock, client_id)) {
        Ok(app) => answer::html(StatusCode::OK, pages::application(&AppForm { app: &app, error: None })),
        Err(refusal) => refusal.answer(),
    }
}

pub(super) async fn save(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut app = match submitter(&mock, &headers, LIST).and_then(|_| find(&mock, client_id)) {
        Ok(app) => app,
        Err(refusal) => return refusal.answer(),
    };
    match fill_in(&mut app, &Params::parse(&String::from_utf8_lossy(&body))) {
        Ok(()) => to_app(&mock.add_app(app)),
        Err(error) => {
            let form = AppForm { app: &app, error: Some(error.to_string()) };
            refused(pages::application(&form), &error)
        }
    }
}

pub(super) async fn make_secret(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let secret = new_secret(mock.random());
    change(&mock, &headers, client_id, |app| {
        app.public = false;
        app.secret = Some(secret);
    })
}

pub(super) async fn delete_secret(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    change(&mock, &headers, client_id, |app| {
        app.public = true;
        app.secret = None;
    })
}

pub(super) async fn delete(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match submitter(&mock, &headers, LIST).and_then(|_| find(&mock, client_id)) {
        Ok(app) => {
            mock.remove_app(&app.client_id);
            answer::see_other(LIST)
        }
        Err(refusal) => refusal.answer(),
    }
}

fn change(
    mock: &HuggingFace,
    headers: &HeaderMap,
    client_id: String,
    with: impl FnOnce(&mut App),
) -> Response {
    let changed = submitter(mock, headers, LIST).and_then(|_| {
        let mut store = mock.store();
        let app = store.app_mut(&client_id).ok_or(Refusal::NoApp(client_id))?;
        with(app);
        Ok(app.clone())
    });
    changed.map_or_else(|refusal| refusal.answer(), |app| to_app(&app))
}

fn find(mock: &HuggingFace, client_id: String) -> Result<App, Refusal> {
    mock.store().app(&client_id).cloned().ok_or(Refusal::NoApp(client_id))
}

fn to_app(app: &App) -> Response {
    answer::see_other(&format!("{LIST}/{}", path_segment(&app.client_id)))
}

/// Fills the fields of the form into the app, so that they can be shown again,
/// and checks them by the rules of the configuration file.
fn fill_in(app: &mut App, form: &Params) -> Result<(), FormError> {
    let text = |name: &str| form.first(name).map(str::trim).filter(|text| !text.is_empty());
    let lines = form.first("redirect_uris").unwrap_or_default().lines();
    app.name = text("name").unwrap_or_default().to_owned();
    app.homepage_url = text("homepage_url").map(str::to_owned);
    app.logo_url = text("logo_url").map(str::to_owned);
    app.redirect_uris = lines.map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    app.scopes = form.all("scopes").collect();
    if app.name.is_empty() {
        return Err(FormError::NoName);
    }
    if let Some(minutes) = text("token_duration_minutes") {
        app.token_duration_minutes =
            minutes.parse().map_err(|_| FormError::TokenDuration(minutes.to_owned()))?;
    }
    Ok(app.check()?)
}

/// The form again, with what is wrong.
fn refused(page: maud::Markup, error: &FormError) -> Response {
    kit::note(answer::html(StatusCode::BAD_REQUEST, page), error)
}
