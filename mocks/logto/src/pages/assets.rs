//! Scripts and styles of the sign-in application, under `/assets/` as Logto's own.

use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use crate::wire;

/// Name and text of each file: what a name ends in says what it is.
const FILES: [(&str, &str); 18] = [
    ("api.js", include_str!("sign-in/api.js")),
    ("consent.js", include_str!("sign-in/consent.js")),
    ("dom.js", include_str!("sign-in/dom.js")),
    ("errors.js", include_str!("sign-in/errors.js")),
    ("first-screen.js", include_str!("sign-in/first-screen.js")),
    ("identifier.js", include_str!("sign-in/identifier.js")),
    ("main.js", include_str!("sign-in/main.js")),
    ("mfa.js", include_str!("sign-in/mfa.js")),
    ("questions.js", include_str!("sign-in/questions.js")),
    ("register.js", include_str!("sign-in/register.js")),
    ("router.js", include_str!("sign-in/router.js")),
    ("rules.js", include_str!("sign-in/rules.js")),
    ("settings.js", include_str!("sign-in/settings.js")),
    ("sign-in.css", include_str!("sign-in/sign-in.css")),
    ("social.js", include_str!("sign-in/social.js")),
    ("tab.js", include_str!("sign-in/tab.js")),
    ("terms.js", include_str!("sign-in/terms.js")),
    ("text.js", include_str!("sign-in/text.js")),
];

/// The file of this name, or 404 in plain text (contract §2.3).
pub(super) fn asset(name: &str) -> Response {
    let Some((name, text)) = FILES.iter().find(|(known, _)| *known == name) else {
        return wire::text(StatusCode::NOT_FOUND, "Not Found");
    };
    let kind =
        if name.ends_with(".css") { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    let mut response = Response::new((*text).into());
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    // The names stay the same in the next version of the double.
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
