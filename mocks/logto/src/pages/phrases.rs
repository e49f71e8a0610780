//! Texts of the sign-in page, and in which language a browser gets them. Logto has some twenty
//! languages and a tenant's own; the double has two.

use std::sync::LazyLock;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE};
use http::{HeaderMap, HeaderValue};
use oauth::params::Params;
use serde_json::{Value, json};

use super::document::in_script;
use crate::routes::settings;
use crate::shared::SharedState;
use crate::wire::{Json, Query};

/// A language of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Language {
    #[default]
    English,
    German,
}

impl Language {
    const ALL: [Self; 2] = [Self::English, Self::German];

    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// By the names that Logto gives the phrases, which a tenant's custom phrases use too.
    pub(super) fn phrases(self) -> &'static Value {
        static ENGLISH: LazyLock<Value> = LazyLock::new(|| parsed(include_str!("sign-in/en.json")));
        static GERMAN: LazyLock<Value> = LazyLock::new(|| parsed(include_str!("sign-in/de.json")));
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }

    /// Tag and phrases as the document contains them.
    pub(super) fn rendered(self) -> &'static str {
        static RENDERED: LazyLock<[String; 2]> = LazyLock::new(|| {
            Language::ALL.map(|known| in_script(&json!({ "lng": known.tag(), "data": known.phrases() })))
        });
        &RENDERED[self as usize]
    }

    /// The language of this tag, or of its first part: `de` for `de-AT`.
    fn of(tag: &str) -> Option<Self> {
        let main = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|known| known.tag().eq_ignore_ascii_case(main))
    }

    /// The first language of these that there is: of the parameter `lng`, of the browser (unless the
    /// tenant has switched that off), the tenant's fallback.
    pub(super) fn for_document(settings: &Value, params: &Params, headers: &HeaderMap) -> Self {
        let info = &settings["languageInfo"];
        let wanted = params.first("lng").into_iter().flat_map(str::split_whitespace);
        let browser = if info["autoDetect"] == true { accepted(params, headers) } else { Vec::new() };
        let tenant = info["fallbackLanguage"].as_str();
        wanted.chain(browser).chain(tenant).find_map(Self::of).unwrap_or_default()
    }
}

/// The languages that a browser accepts, the preferred ones first.
fn accepted<'a>(params: &'a Params, headers: &'a HeaderMap) -> Vec<&'a str> {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut ranked: Vec<(&str, f64)> = header
        .split(',')
        .map(|part| {
            let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
            let quality =
                rest.split(';').find_map(|item| item.trim().strip_prefix("q=")?.trim().parse().ok());
            (tag.trim(), quality.unwrap_or(1.0))
        })
        .filter(|(tag, _)| !tag.is_empty())
        .collect();
    ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    params.all("locale").chain(ranked.into_iter().map(|(tag, _)| tag)).collect()
}

/// The files are part of the program, and a test parses them.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// `GET /api/.well-known/phrases`.
pub(crate) fn get(State(shared): SharedState, Query(params): Query, headers: HeaderMap) -> Response {
    let language = Language::for_document(&settings(&shared.store()), &params, &headers);
    let mut response = Json(language.phrases().clone()).into_response();
    response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn chosen(info: &Value, query: &str, accept: &str) -> &'static str {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, accept.parse().expect("a header"));
        Language::for_document(&json!({ "languageInfo": info }), &Params::parse(query), &headers).tag()
    }

    #[test]
    fn the_first_language_that_there_is() {
        let (detect, fixed) = (
            json!({ "autoDetect": true, "fallbackLanguage": "de" }),
            json!({ "autoDetect": false, "fallbackLanguage": "de" }),
        );
        for (info, query, accept, tag) in [
            (&detect, "", "en-US,en;q=0.9", "en"),
            (&detect, "", "de-AT", "de"),
            (&detect, "", "en;q=0.5, de;q=0.8", "de"),
            (&detect, "", "ja,en;q=0.1", "en"),
            (&detect, "", "ja", "de"),
            (&detect, "lng=ja+en", "de", "en"),
            (&detect, "locale=de", "en", "de"),
            (&fixed, "", "en", "de"),
            (&fixed, "lng=en", "de", "en"),
            (&json!({ "autoDetect": true, "fallbackLanguage": "ja" }), "", "fr", "en"),
        ] {
            assert_eq!(chosen(info, query, accept), tag, "{info} {query} {accept}");
        }
    }

    fn names(value: &Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    names(value, &format!("{path}.{name}"), found);
                }
            }
            text => {
                let text = text.as_str().unwrap_or_else(|| panic!("{path} is not a text"));
                // Both languages need the same values in a text.
                let values: BTreeSet<&str> =
                    text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()).collect();
                found.insert(format!("{path} {values:?}"));
            }
        }
    }

    #[test]
    fn every_text_exists_in_both_languages() {
        let of = |language: Language| {
            let mut found = BTreeSet::new();
            names(language.phrases(), "", &mut found);
            found
        };
        assert_eq!(of(Language::English), of(Language::German));
        assert!(of(Language::English).len() > 50);
    }
}
