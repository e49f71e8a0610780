//! Cross-origin access: scripts of any page may read discovery, tokens and userinfo.

use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
};
use http::{HeaderValue, StatusCode};

use crate::answer;

/// Lets every origin read the response. Credentials are not allowed, because these endpoints do not
/// use cookies.
pub(super) async fn open(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag,X-Error-Message"));
    response
}

/// `OPTIONS`: answers a preflight request.
pub(super) fn preflight() -> Response {
    let mut response = answer::empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,POST,OPTIONS"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Authorization,Content-Type"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

#[cfg(test)]
mod tests {
    use crate::routes::testing::Site;

    #[tokio::test]
    async fn preflights_are_answered_where_scripts_fetch() {
        let site = Site::new();
        for path in [
            "/.well-known/openid-configuration",
            "/oauth/token",
            "/oauth/register",
            "/oauth/userinfo",
            "/api/whoami-v2",
        ] {
            let answer = site.send("OPTIONS", path, &[("origin", "https://app.example")], "").await;
            assert_eq!(answer.status, 204, "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
            assert!(answer.header("access-control-allow-headers").unwrap().contains("Authorization"));
        }
    }

    #[tokio::test]
    async fn refusals_are_readable_across_origins_too() {
        let site = Site::new();
        let answer = site.send("POST", "/oauth/token", &[], "").await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (400, Some("*")));
        let answer = site.get("/oauth/userinfo").await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (401, Some("*")));
    }

    #[tokio::test]
    async fn pages_with_a_session_are_not_readable() {
        let answer = Site::new().get("/oauth/authorize").await;
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}
