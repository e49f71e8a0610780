//! The document of the sign-in application, with the settings that Logto renders into it
//! (contract §2.3).

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, HeaderName};
use http::{HeaderMap, HeaderValue};
use oauth::params::Params;
use serde_json::Value;

use super::phrases::Language;
use crate::routes::{rendered, settings};
use crate::shared::Shared;
use crate::wire::{self, Cookies};

const PACKAGE: HeaderName = HeaderName::from_static("logto-static-package");

/// The document, without its settings.
const DOCUMENT: &str = include_str!("sign-in/index.html");

/// What stands in the document for its settings (`ssrPlaceholder` of `@logto/schemas`), and stays where
/// Logto renders none.
const PLACEHOLDER: &str = "\"__LOGTO_SSR__\"";

/// The sign-in application, which determines itself what to show. Its settings are as old as the
/// document; they are those of the application in the cookie `_logto`, the one that began last.
pub(super) fn document(shared: &Shared, params: &Params, headers: &HeaderMap) -> Response {
    let settings = settings(&shared.store());
    let language = Language::for_document(&settings, params, headers);
    let experience = in_script(&rendered(settings, &Cookies::of(headers)));
    let script =
        format!(r#"Object.freeze({{"signInExperience":{experience},"phrases":{}}})"#, language.rendered());
    page(DOCUMENT.replacen(PLACEHOLDER, &script, 1), Some(language))
}

/// The same where Logto renders nothing, and states no language (recorded for the consent): the script
/// asks for the settings and the texts.
pub(crate) fn without_settings() -> Response {
    page(DOCUMENT.to_owned(), None)
}

/// JSON as an expression in a script: nothing in it can end the script, or a line of it.
pub(super) fn in_script(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => text += &format!("\\u{:04x}", u32::from(c)),
            c => text.push(c),
        }
    }
    text
}

/// A page of Logto's.
pub(super) fn page(html: impl Into<Body>, language: Option<Language>) -> Response {
    let mut response = wire::html(html);
    let fields = response.headers_mut();
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store, must-revalidate"));
    if let Some(language) = language {
        fields.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    }
    fields.insert(PACKAGE, HeaderValue::from_static("experience"));
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_cannot_end_the_script_that_contains_them() {
        let hostile = json!({ "name": "</script><script>alert(1)</script>&\u{2028}\u{2029}" });
        let text = in_script(&hostile);
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("it is still JSON"), hostile);
    }
}
