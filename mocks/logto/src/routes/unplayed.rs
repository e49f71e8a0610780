//! Logto's operations that the double does not play: 501, after the check of the caller that a real Logto
//! makes first, with a line in the journal.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::ALLOW;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};

use super::experience::{Call, Started};
use super::management::{Authorized, Person};
use crate::shared::Shared;
use crate::wire::{self, NotImplemented};

/// The version whose operations the double has, as the list names it.
const VERSION: &str = "1fbc5544";

/// Method and path of every operation that Logto documents.
pub(crate) fn operations() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("operations.tsv").lines().filter_map(|line| {
        let (method, rest) = line.split_once('\t')?;
        let (path, versions) = rest.split_once('\t')?;
        versions.split(' ').any(|version| version == VERSION).then_some((method, path))
    })
}

/// The operations at a path.
fn at(path: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let fits = |pattern: &str| {
        let mut asked = path.split('/');
        let same = |part: &str| {
            asked.next().is_some_and(|asked| asked == part || (part.starts_with('{') && !asked.is_empty()))
        };
        pattern.split('/').all(same) && asked.next().is_none()
    };
    operations().filter(move |(_, pattern)| fits(pattern))
}

/// The answer to a call of an operation that the double has no route for; `None` if Logto has no such
/// operation either.
pub(crate) async fn answer(parts: &mut Parts, shared: &Arc<Shared>) -> Option<Response> {
    let path = parts.uri.path().to_owned();
    if parts.method == Method::OPTIONS {
        return preflight(&path);
    }
    // A `GET` answers `HEAD` too.
    let method = if parts.method == Method::HEAD { Method::GET } else { parts.method.clone() };
    let (method, pattern) = at(&path).find(|(known, _)| *known == method.as_str())?;
    if let Err(refused) = caller(pattern, parts, shared).await {
        return Some(refused);
    }
    Some(NotImplemented.response(format!("this double does not play `{method} {pattern}`")))
}

/// Logto answers `OPTIONS` wherever it has an operation, without asking for a token.
fn preflight(path: &str) -> Option<Response> {
    let mut methods: Vec<&str> = Vec::new();
    for (method, _) in at(path) {
        methods.extend((method == "GET").then_some("HEAD"));
        methods.push(method);
    }
    let allowed = HeaderValue::from_str(&methods.join(",")).ok().filter(|_| !methods.is_empty())?;
    let mut response = wire::text(StatusCode::OK, "");
    response.headers_mut().insert(ALLOW, allowed);
    Some(response)
}

/// Operations that anyone may call.
const PUBLIC: [&str; 7] = [
    "/api/.well-known/",
    "/api/authn/",
    "/api/saml/",
    "/api/saml-applications/{id}/callback",
    "/api/saml-applications/{id}/metadata",
    "/api/status",
    "/api/swagger.json",
];

/// Operations of a signed-in person.
const OF_PERSONS: [&str; 2] = ["/api/my-account", "/api/verifications/"];

/// Checks the caller of an operation.
async fn caller(pattern: &str, parts: &mut Parts, shared: &Arc<Shared>) -> Result<(), Response> {
    let among = |beginnings: &[&str]| beginnings.iter().any(|start| pattern.starts_with(start));
    match () {
        () if among(&PUBLIC) => Ok(()),
        () if among(&OF_PERSONS) => checked::<Person>(parts, shared).await,
        () if among(&["/api/experience/preflight/"]) => checked::<Call>(parts, shared).await,
        () if among(&["/api/experience"]) => checked::<Started>(parts, shared).await,
        () => checked::<Authorized>(parts, shared).await,
    }
}

async fn checked<T>(parts: &mut Parts, shared: &Arc<Shared>) -> Result<(), Response>
where
    T: FromRequestParts<Arc<Shared>>,
{
    T::from_request_parts(parts, shared).await.map(drop).map_err(IntoResponse::into_response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_found_by_the_form_of_its_path() {
        let found = |path: &str| at(path).map(|(method, _)| method).collect::<Vec<_>>();
        assert_eq!(found("/api/hooks/x/recent-logs"), ["GET"]);
        assert_eq!(found("/api/organizations/a%2Fb"), ["DELETE", "GET", "PATCH"]);
        assert!(found("/api/hooks//recent-logs").is_empty());
        assert!(found("/api/nothing").is_empty());
        assert!(found("/api/interaction/submit").is_empty(), "gone since 1.31");
    }

    /// As many as a real Logto documents (trial of a real Logto, §5).
    #[test]
    fn all_operations_are_read() {
        assert_eq!(operations().count(), 359);
    }
}
