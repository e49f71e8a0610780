//! Pages of lists (contract §4, "Pagination"): `page`, `page_size`,
//! `Total-Number` and `Link`.

use axum::response::{IntoResponse, Response};
use http::header::LINK;
use http::{HeaderValue, StatusCode};
use oauth::params::Params;
use serde_json::Value;

use crate::wire::{self, Code};

/// Items per page by default, and at most.
const SIZE: (usize, usize) = (20, 100);

/// The page or its size is not a number, or is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("page or page_size is not a number, or is too large")]
pub(super) struct PaginationError;

impl IntoResponse for PaginationError {
    fn into_response(self) -> Response {
        Code::GuardInvalidPagination.error().response(self.to_string())
    }
}

/// A page of a list, with its number and size; or the whole list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page(Option<(usize, usize)>);

impl Page {
    /// The requested page, by default the first.
    pub(super) fn of(params: &Params) -> Result<Self, PaginationError> {
        let number = |name: &str, default: usize| match params.first(name).filter(|text| !text.is_empty()) {
            None => Ok(default),
            Some(text) => text.parse().ok().filter(|number| *number >= 1).ok_or(PaginationError),
        };
        let (number, size) = (number("page", 1)?, number("page_size", SIZE.0)?);
        if size > SIZE.1 { Err(PaginationError) } else { Ok(Self(Some((number, size)))) }
    }

    /// The requested page; without one, the whole list.
    pub(super) fn optional(params: &Params) -> Result<Self, PaginationError> {
        let asked = ["page", "page_size"].iter().any(|name| params.first(name).is_some());
        if asked { Self::of(params) } else { Ok(Self(None)) }
    }

    /// The items of this page, with the total number and the addresses of the other pages.
    /// `address` is Logto's endpoint with the path below `/api`.
    pub(super) fn answer(
        self,
        address: &str,
        params: &Params,
        items: impl ExactSizeIterator<Item = Value>,
    ) -> Response {
        let Some((page, size)) = self.0 else { return wire::Json(items.collect()).into_response() };
        let all = items.len();
        let shown = items.skip((page - 1) * size).take(size).collect();
        let mut response = wire::json(StatusCode::OK, &Value::Array(shown));
        let fields = response.headers_mut();
        fields.insert("total-number", HeaderValue::from(all));
        let last = all.div_ceil(size).max(1);
        for (relation, to) in [
            ("first", Some(1)),
            ("prev", (page > 1).then(|| page - 1)),
            ("last", Some(last)),
            ("next", (page < last).then_some(page + 1)),
        ] {
            let link = to.map(|to| link(address, params, to, relation));
            if let Some(Ok(link)) = link.as_deref().map(HeaderValue::from_str) {
                fields.append(LINK, link);
            }
        }
        response
    }
}

/// The same query with another page (RFC 8288).
fn link(address: &str, params: &Params, page: usize, relation: &str) -> String {
    let page = page.to_string();
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut placed = false;
    for (name, value) in params.iter() {
        placed |= name == "page";
        query.append_pair(name, if name == "page" { &page } else { value });
    }
    if !placed {
        query.append_pair("page", &page);
    }
    format!("<{address}?{}>; rel=\"{relation}\"", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in the responses of a real Logto.
    #[test]
    fn links_keep_the_query() {
        let params = Params::parse("page=2&page_size=3&search=%25zzz%25");
        assert_eq!(
            link("http://localhost:3001/users", &params, 1, "first"),
            "<http://localhost:3001/users?page=1&page_size=3&search=%25zzz%25>; rel=\"first\""
        );
        let params = Params::parse("search=a");
        assert!(link("u", &params, 1, "last").contains("?search=a&page=1>"));
    }
}
