//! `/settings/applications`: list, create, change and delete apps and their secrets.
//!
//! Every user sees every app, because the owner of an app does not affect sign-ins.

use axum::extract::{Path, State};
use axum::response::{Response, Result};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};
use maud::Markup;
use oauth::Params;
use thiserror::Error;

use super::guard::{Refusal, submitter, viewer};
use crate::HuggingFace;
use crate::answer::{self, path_segment};
use crate::config::{App, Invalid, new_secret};
use crate::pages::{self, AppForm};

const LIST: &str = "/settings/applications";

kit::reasons! {
    /// Why the fields of the form are invalid. The text is shown above the form.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    enum FormError {
        #[error("the app needs a name")]
        NoName => "hf/app-name-missing",
        #[error("the token duration `{0}` is not a number of minutes")]
        TokenDuration(String) => "hf/token-duration-invalid",
        #[error(transparent)]
        Invalid(#[from] Invalid) => "hf/app-invalid",
    }
}

pub(in crate::routes) fn list(
    State(mock): State<HuggingFace>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response> {
    viewer(&mock, &headers, &uri)?;
    Ok(answer::html(StatusCode::OK, pages::applications(&mock.apps())))
}

pub(in crate::routes) fn new(
    State(mock): State<HuggingFace>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response> {
    viewer(&mock, &headers, &uri)?;
    let app = App { name: String::new(), ..App::default() };
    Ok(answer::html(StatusCode::OK, pages::new_application(&AppForm { app: &app, error: None })))
}

pub(in crate::routes) fn create(
    State(mock): State<HuggingFace>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    submitter(&mock, &headers, LIST)?;
    let public = Params::parse(&String::from_utf8_lossy(&body)).first("public") == Some("true");
    filled_in(&mock, App { public, ..App::default() }, &body, pages::new_application)
}

pub(in crate::routes) fn show(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response> {
    viewer(&mock, &headers, &uri)?;
    let app = find(&mock, client_id)?;
    Ok(answer::html(StatusCode::OK, pages::application(&AppForm { app: &app, error: None })))
}

pub(in crate::routes) fn save(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    submitter(&mock, &headers, LIST)?;
    filled_in(&mock, find(&mock, client_id)?, &body, pages::application)
}

/// Saves the app with the fields of the form, or shows the form again with the error.
fn filled_in(
    mock: &HuggingFace,
    mut app: App,
    body: &Bytes,
    page: fn(&AppForm<'_>) -> Markup,
) -> Result<Response> {
    match fill_in(&mut app, &Params::parse(&String::from_utf8_lossy(body))) {
        Ok(()) => Ok(to_app(&mock.add_app(app))),
        Err(error) => {
            let page = page(&AppForm { app: &app, error: Some(error.to_string()) });
            Err(kit::note(answer::html(StatusCode::BAD_REQUEST, page), &error).into())
        }
    }
}

pub(in crate::routes) fn make_secret(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let secret = new_secret(mock.random());
    change(&mock, &headers, client_id, |app| {
        app.public = false;
        app.secret = Some(secret);
    })
}

pub(in crate::routes) fn delete_secret(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    change(&mock, &headers, client_id, |app| {
        app.public = true;
        app.secret = None;
    })
}

pub(in crate::routes) fn delete(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    submitter(&mock, &headers, LIST)?;
    mock.remove_app(&find(&mock, client_id)?.client_id);
    Ok(answer::see_other(LIST))
}

fn change(
    mock: &HuggingFace,
    headers: &HeaderMap,
    client_id: String,
    with: impl FnOnce(&mut App),
) -> Result<Response> {
    submitter(mock, headers, LIST)?;
    let mut store = mock.store();
    let app = store.app_mut(&client_id).ok_or(Refusal::NoApp(client_id))?;
    with(app);
    Ok(to_app(app))
}

fn find(mock: &HuggingFace, client_id: String) -> Result<App, Refusal> {
    mock.store().app(&client_id).cloned().ok_or(Refusal::NoApp(client_id))
}

fn to_app(app: &App) -> Response {
    answer::see_other(&format!("{LIST}/{}", path_segment(&app.client_id)))
}

/// Copies the fields of the form into the app, so that they can be shown again, and validates them
/// by the rules of the configuration file.
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
