//! Pages of lists (contract §4, "Pagination"): `page`, `page_size`,
//! `Total-Number` and `Link`.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::LINK;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use oauth::params::Params;
use serde_json::Value;

use crate::shared::Shared;
use crate::version::Fact;
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

/// The requested page of a list, by default the first.
#[derive(Debug)]
pub(super) struct Page {
    /// The query.
    pub(super) params: Params,
    /// The list's path below `/api`.
    path: String,
    number: usize,
    size: usize,
}

impl<S: Sync> FromRequestParts<S> for Page {
    type Rejection = PaginationError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PaginationError> {
        let params = Params::parse(parts.uri.query().unwrap_or_default());
        let path =
            percent_encoding::percent_decode_str(parts.uri.path().strip_prefix("/api").unwrap_or_default());
        let number = |name: &str, default: usize| match params.first(name).filter(|text| !text.is_empty()) {
            None => Ok(default),
            Some(text) => text.parse().ok().filter(|number| *number >= 1).ok_or(PaginationError),
        };
        let (number, size) = (number("page", 1)?, number("page_size", SIZE.0)?);
        let path = path.decode_utf8_lossy().into_owned();
        if size > SIZE.1 { Err(PaginationError) } else { Ok(Self { params, path, number, size }) }
    }
}

impl Page {
    /// The items of this page; the whole list if none was requested.
    pub(super) fn or_all(self, shared: &Shared, items: impl ExactSizeIterator<Item = Value>) -> Response {
        let asked = ["page", "page_size"].iter().any(|name| self.params.first(name).is_some());
        if asked { self.answer(shared, items) } else { wire::Json(items.collect()).into_response() }
    }

    /// The items of this page, with the total number and the addresses of the other pages.
    pub(super) fn answer(self, shared: &Shared, items: impl ExactSizeIterator<Item = Value>) -> Response {
        let Self { params, path, number: page, size } = self;
        let (address, all) = (shared.here(&path), items.len());
        let shown = items.skip((page - 1) * size).take(size).collect();
        let mut response = wire::json(StatusCode::OK, &Value::Array(shown));
        let fields = response.headers_mut();
        fields.insert("total-number", HeaderValue::from(all));
        let last = all.div_ceil(size).max(1);
        let mut links = [
            ("first", Some(1)),
            ("prev", (page > 1).then(|| page - 1)),
            ("last", Some(last)),
            ("next", (page < last).then_some(page + 1)),
        ];
        if !shared.has(Fact::LastLinkAfterPrev) {
            links.swap(1, 2);
        }
        for (relation, to) in links {
            let link = to.map(|to| link(&address, &params, to, relation));
            if let Some(Ok(link)) = link.as_deref().map(HeaderValue::from_str) {
                fields.append(LINK, link);
            }
        }
        response
    }
}

/// The same query with another page (RFC 8288). Of a parameter that is given twice, the values are joined.
fn link(address: &str, params: &Params, page: usize, relation: &str) -> String {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for (name, value) in params.iter() {
        match pairs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => {
                values.push(',');
                values.push_str(value);
            }
            None => pairs.push((name, value.to_owned())),
        }
    }
    match pairs.iter_mut().find(|(name, _)| *name == "page") {
        Some((_, value)) => *value = page.to_string(),
        None => pairs.push(("page", page.to_string())),
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("<{address}?{query}>; rel=\"{relation}\"")
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
