//! How responses of the authorization endpoint reach the application (OAuth 2.0 Multiple Response
//! Type Encoding §2.1, Form Post Response Mode §2).

use axum::response::Response;
use http::StatusCode;
use oauth::params::Params;
use url::Url;

use crate::pages;
use crate::wire;

/// `response_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

impl ResponseMode {
    /// The requested mode if it exists, otherwise the default of the response type, which an error
    /// uses too.
    pub(super) fn of(params: &Params) -> Self {
        match params.first("response_mode") {
            Some("query") => Self::Query,
            Some("fragment") => Self::Fragment,
            Some("form_post") => Self::FormPost,
            _ if params.first("response_type").is_some_and(|kind| kind.contains("token")) => Self::Fragment,
            _ => Self::Query,
        }
    }
}

/// Sends the parameters to the redirect URI, in this order.
pub(super) fn send(mode: ResponseMode, redirect_uri: &str, parameters: &[(&str, &str)]) -> Response {
    wire::uncached(match (mode, Url::parse(redirect_uri)) {
        (ResponseMode::FormPost, _) => form(redirect_uri, parameters),
        (_, Err(_)) => wire::redirect(StatusCode::SEE_OTHER, redirect_uri),
        (ResponseMode::Query, Ok(mut url)) => {
            url.query_pairs_mut().extend_pairs(parameters);
            wire::redirect(StatusCode::SEE_OTHER, url.as_str())
        }
        (ResponseMode::Fragment, Ok(mut url)) => {
            let fragment = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
            url.set_fragment(Some(&fragment));
            wire::redirect(StatusCode::SEE_OTHER, url.as_str())
        }
    })
}

/// A page that posts the parameters by itself; status 400 for an error.
fn form(redirect_uri: &str, parameters: &[(&str, &str)]) -> Response {
    let refused = parameters.iter().any(|(name, _)| *name == "error");
    let mut response = wire::html(pages::submitting(redirect_uri, parameters));
    *response.status_mut() = if refused { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    response
}
