//! Checks of every settings page: that a user is signed in, and that a form is the site's own.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri};
use thiserror::Error;

use crate::answer;
use crate::config::User;
use crate::session::ForeignForm;
use crate::{HuggingFace, pages};

kit::reasons! {
    /// Why a settings page is not shown, or its form not accepted.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    pub(super) enum Refusal {
        #[error("no user is signed in: redirected to the login page")]
        NotSignedIn { next: String } => "hf/not-signed-in",
        #[error(transparent)]
        ForeignForm(#[from] ForeignForm) => code of 0,
        #[error("app with client_id `{0}` does not exist")]
        NoApp(String) => "hf/app-unknown",
        #[error("`{0}` did not grant access to an app with client_id `{1}`")]
        NoGrant(String, String) => "hf/grant-unknown",
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let page = |status, text| answer::html(status, pages::error(status, text));
        let response = match &self {
            Refusal::NotSignedIn { next } => {
                let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
                answer::see_other(&format!("/login?next={next}"))
            }
            Refusal::ForeignForm(_) => page(StatusCode::FORBIDDEN, "This form was not sent by this site."),
            Refusal::NoApp(_) => page(StatusCode::NOT_FOUND, "This app does not exist."),
            Refusal::NoGrant(..) => page(StatusCode::NOT_FOUND, "This app has no access to your account."),
        };
        kit::note(response, &self)
    }
}

/// The user who views a page.
pub(super) fn viewer(mock: &HuggingFace, headers: &HeaderMap, uri: &Uri) -> Result<User, Refusal> {
    let next = uri.path_and_query().map_or_else(String::new, ToString::to_string);
    mock.signed_in(headers).map(|(user, _)| user).ok_or(Refusal::NotSignedIn { next })
}

/// The user who submits a form of this site. A form is not repeated after signing in; the list is
/// shown instead.
pub(super) fn submitter(mock: &HuggingFace, headers: &HeaderMap, list: &str) -> Result<User, Refusal> {
    mock.check_own_form(headers)?;
    let not_signed_in = || Refusal::NotSignedIn { next: list.to_owned() };
    mock.signed_in(headers).map(|(user, _)| user).ok_or_else(not_signed_in)
}
