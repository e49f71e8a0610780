//! How Logto speaks HTTP: cookies, error bodies, redirects.

mod answer;
mod api_error;
mod cookies;
mod headers;
mod oidc_error;

pub(crate) use answer::{json, redirect, text};
pub(crate) use api_error::{ApiError, Complaint, Issue, kind};
pub(crate) use cookies::{CookieKey, Cookies, SetCookies};
pub(crate) use headers::common;
pub(crate) use oidc_error::OidcError;
