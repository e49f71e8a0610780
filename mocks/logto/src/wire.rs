//! HTTP as Logto uses it: cookies, error bodies, redirects.

mod answer;
mod api_error;
pub(crate) mod body;
mod code;
mod cookies;
mod frames;
mod guard;
mod headers;
mod issue;
mod oidc_error;
mod options;
mod v8;

pub(crate) use answer::{
    Answer, Json, NotImplemented, Query, html, json, redirect, text, uncached, without_nulls,
};
pub(crate) use api_error::{ApiError, refusals};
pub(crate) use code::{Code, ErrorCode};
pub(crate) use cookies::{CookieKey, Cookies, SetCookies};
pub(crate) use frames::{frames, policy};
pub(crate) use guard::{Bound, Guard, Rule};
pub(crate) use headers::common;
pub(crate) use issue::{Complaint, Issue, kind};
pub(crate) use oidc_error::OidcError;
pub(crate) use v8::syntax_error;
