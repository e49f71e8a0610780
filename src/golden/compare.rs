//! One response, recorded and here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use url::Url;

use super::story::{Request, Response};
use super::values::Values;

/// Headers that are compared; `Set-Cookie` and `ETag` apart.
const HEADERS: [&str; 18] = [
    "location",
    "content-type",
    "content-language",
    "cache-control",
    "pragma",
    "www-authenticate",
    "retry-after",
    "allow",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-credentials",
    "access-control-max-age",
    "access-control-expose-headers",
    "vary",
    // Of the headers of helmet, those that say who may frame a page.
    "x-frame-options",
    "total-number",
    "link",
];

/// Members that hold times.
const TIMES: [&str; 9] = [
    "createdAt",
    "updatedAt",
    "lastSignInAt",
    "created_at",
    "updated_at",
    "iat",
    "exp",
    "expiresAt",
    "auth_time",
];

/// The recorded build of Logto says the second where Logto itself says the first
/// (README of the goldens, known deviations): not compared.
const COOKIE_NOT_FOUND: (&str, &str) =
    ("interaction session id cookie not found", "interaction session not found");

/// Field, recorded and here, where they differ. `now` is the time at which the
/// response came, on the clock of the Logto that sent it.
pub(super) fn differences(
    request: &Request,
    recorded: &Response,
    here: &Response,
    values: &Values,
    now: Timestamp,
) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut check = |what: &str, expected: String, got: String| {
        if expected != got {
            found.push((what.to_owned(), expected, got));
        }
    };
    check("status", recorded.status.to_string(), here.status.to_string());
    let uncounted = counts_everything(request);
    for name in HEADERS.into_iter().filter(|name| !uncounted || !["total-number", "link"].contains(name)) {
        let show = |text: Option<String>| text.unwrap_or_else(|| "(absent)".to_owned());
        check(name, values.here(&show(recorded.header(name))), show(here.header(name)));
    }
    let etag = |response: &Response| {
        response.header("etag").map_or_else(|| "(absent)".to_owned(), |_| "<etag>".to_owned())
    };
    check("etag", etag(recorded), etag(here));
    let then = recorded.header("date").and_then(|date| time(&date)).unwrap_or(now);
    let cookies = |response: &Response, now: Timestamp, map: &dyn Fn(&str) -> String| {
        response.all("set-cookie").map(|line| cookie(&map(line), now)).collect::<Vec<_>>().join("\n")
    };
    check(
        "set-cookie",
        cookies(recorded, then, &|line| values.here(line)),
        cookies(here, now, &ToOwned::to_owned),
    );
    let (mut expected, mut got) = (recorded.body.clone(), here.body.clone());
    if !in_english(request) && code(recorded).is_some() && code(recorded) == code(here) {
        (expected, got) = (without_message(&expected), without_message(&got));
    }
    check("body", body(&expected, &|text| values.here(text)), body(&got, &ToOwned::to_owned));
    found
}

/// The audit log without a filter counts every entry the instance ever wrote
/// (notes of the recordings): not compared.
fn counts_everything(request: &Request) -> bool {
    let Ok(url) = Url::parse(&request.url) else { return false };
    let filtered = url.query_pairs().any(|(name, _)| name == "applicationId" || name == "userId");
    url.path() == "/api/logs" && !filtered
}

/// Whether messages are asked for in English. A double need not speak other
/// languages (contract §10); codes do not depend on them.
fn in_english(request: &Request) -> bool {
    let locale = Url::parse(&request.url).ok().and_then(|url| {
        url.query_pairs().find(|(name, _)| name == "locale").map(|(_, value)| value.into_owned())
    });
    let asked = locale.or_else(|| request.header("accept-language").map(ToOwned::to_owned));
    asked.is_none_or(|asked| asked.trim().is_empty() || asked.starts_with("en") || asked.starts_with('*'))
}

/// The `code` of a refusal.
fn code(response: &Response) -> Option<String> {
    Some(response.json()?.get("code")?.as_str()?.to_owned())
}

fn without_message(body: &Value) -> Value {
    let parsed = body.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    match parsed {
        Some(Value::Object(mut members)) => {
            members.shift_remove("message");
            Value::String(Value::Object(members).to_string())
        }
        _ => body.clone(),
    }
}

/// A `Set-Cookie` line, its signature masked, its expiry told from now.
fn cookie(line: &str, now: Timestamp) -> String {
    let parts = line.split("; ").map(|part| match part.split_once('=') {
        Some((name, value)) if name.ends_with(".sig") && !value.is_empty() => {
            format!("{name}=<{} characters>", value.len())
        }
        Some(("expires", value)) if !value.contains("1970") => match time(value) {
            Some(at) => format!("expires=<in {} min>", nearest_ten_minutes(at, now)),
            None => part.to_owned(),
        },
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// Sessions last 14 days, interactions an hour; requests take a while.
fn nearest_ten_minutes(at: Timestamp, now: Timestamp) -> i64 {
    (at.as_second() - now.as_second() + 300).div_euclid(600) * 10
}

/// A time of HTTP (RFC 9110 §5.6.7).
fn time(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

fn body(body: &Value, map: &dyn Fn(&str) -> String) -> String {
    match body {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(json) => pretty(&normal(&json, map, "")),
            Err(_) => map(text),
        },
        Value::Object(page) if page.get("title").is_some_and(Value::is_string) => {
            let shown = ["title", "forms", "fields_outside_forms", "submits_itself"];
            let shown: Map<String, Value> =
                shown.iter().map(|name| ((*name).to_owned(), page[*name].clone())).collect();
            pretty(&normal(&Value::Object(shown), map, ""))
        }
        Value::Object(page) if page.contains_key("omitted") && !page.contains_key("forms") => {
            "(page of the sign-in application)".to_owned()
        }
        told => format!("(a body of {} bytes)", told["bytes"]),
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

fn normal(value: &Value, map: &dyn Fn(&str) -> String, name: &str) -> Value {
    match value {
        Value::Number(_) if TIMES.contains(&name) => json!("<time>"),
        Value::String(text) if ["kid", "x", "y", "jti"].contains(&name) && text.len() > 20 => json!("<key>"),
        // Long texts and pictures that the recording left out, and that say nothing of the protocol.
        Value::String(text) if ["readme", "logo", "logoDark"].contains(&name) => {
            json!(if text.is_empty() { "<empty>" } else { "<text>" })
        }
        Value::String(text) => match claims(text) {
            Some((header, claims)) => {
                json!({ "header": normal(&header, map, ""), "claims": normal(&lasting(&claims), map, "") })
            }
            None => Value::String(map(text).replace(COOKIE_NOT_FOUND.0, COOKIE_NOT_FOUND.1)),
        },
        Value::Array(items) => items.iter().map(|item| normal(item, map, name)).collect(),
        Value::Object(members) => members
            .iter()
            // Translations of a connector's description are not carried over.
            .filter(|(key, _)| !(name == "description" && *key != "en"))
            .map(|(key, value)| (key.clone(), normal(value, map, key)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// Claims with `exp` told from `iat`: the times differ, the lifetime does not.
fn lasting(claims: &Value) -> Value {
    let mut claims = claims.clone();
    if let (Some(from), Some(until)) = (claims["iat"].as_i64(), claims["exp"].as_i64()) {
        claims["exp"] = json!(format!("<iat + {}>", until - from));
    }
    claims
}

/// Header and claims of a JWT.
pub(super) fn claims(text: &str) -> Option<(Value, Value)> {
    let mut parts = text.split('.').map(|part| {
        serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok().filter(Value::is_object)
    });
    match (parts.next()?, parts.next()?) {
        (Some(header), Some(claims)) => Some((header, claims)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Response { status, headers: headers.collect(), body: json!(body) }
    }

    fn fields(recorded: &Response, here: &Response) -> Vec<String> {
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        let request = Request {
            method: "GET".to_owned(),
            url: "http://localhost:4001/api/logs?applicationId=a".to_owned(),
            headers: vec![],
            body: String::new(),
        };
        differences(&request, recorded, here, &Values::default(), now)
            .into_iter()
            .map(|(field, ..)| field)
            .collect()
    }

    const DATE: (&str, &str) = ("Date", "Mon, 23 Nov 2026 10:00:00 GMT");

    #[test]
    fn every_part_of_a_response_is_looked_at() {
        let recorded = response(200, &[DATE, ("Vary", "Origin"), ("ETag", "1")], r#"{"a":1,"b":2}"#);
        assert_eq!(fields(&recorded, &recorded), Vec::<String>::new());
        let other = response(201, &[], r#"{"b":2,"a":1}"#);
        assert_eq!(fields(&recorded, &other), ["status", "vary", "etag", "body"], "members have an order");
    }

    #[test]
    fn a_cookie_differs_by_value_attribute_order_and_lifetime() {
        let line = "_session=a; path=/; expires=Mon, 07 Dec 2026 10:00:00 GMT; httponly";
        let recorded = response(200, &[DATE, ("Set-Cookie", line), ("Set-Cookie", "b=1")], "");
        for other in [
            [line.replace("=a", "=b"), "b=1".to_owned()],
            [line.replace("; httponly", ""), "b=1".to_owned()],
            [line.replace("07 Dec", "06 Dec"), "b=1".to_owned()],
            ["b=1".to_owned(), line.to_owned()],
        ] {
            let headers = [DATE, ("Set-Cookie", &*other[0]), ("Set-Cookie", &*other[1])];
            assert_eq!(fields(&recorded, &response(200, &headers, "")), ["set-cookie"], "{other:?}");
        }
    }

    #[test]
    fn a_token_is_compared_by_its_claims_and_lifetime() {
        let token = |claims: Value| {
            let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!(r#"{{"t":"{}.{}.x"}}"#, part(json!({ "alg": "ES384" })), part(claims))
        };
        let recorded = response(200, &[], &token(json!({ "aud": "a", "iat": 10, "exp": 3610 })));
        let later = response(200, &[], &token(json!({ "aud": "a", "iat": 20, "exp": 3620 })));
        let shorter = response(200, &[], &token(json!({ "aud": "a", "iat": 20, "exp": 320 })));
        assert_eq!(fields(&recorded, &later), Vec::<String>::new());
        assert_eq!(fields(&recorded, &shorter), ["body"]);
    }

    #[test]
    fn a_message_may_be_in_english_where_another_language_was_asked_for() {
        let recorded =
            response(400, &[], r#"{"code":"session.not_found","message":"Sitzung nicht gefunden."}"#);
        let english = response(400, &[], r#"{"code":"session.not_found","message":"Session not found."}"#);
        let other = response(400, &[], r#"{"code":"session.gone","message":"Session not found."}"#);
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        let differ = |url: &str, language: &str, here: &Response| {
            let request = Request {
                method: "PUT".to_owned(),
                url: url.to_owned(),
                headers: vec![("Accept-Language".to_owned(), language.to_owned())],
                body: String::new(),
            };
            !differences(&request, &recorded, here, &Values::default(), now).is_empty()
        };
        let plain = "http://localhost:4001/api/experience";
        assert!(differ(plain, "en", &english), "in English the text counts");
        assert!(!differ(plain, "de-DE,de;q=0.9", &english));
        assert!(!differ("http://localhost:4001/api/experience?locale=de", "en", &english));
        assert!(differ(plain, "de", &other), "the code counts in every language");
    }
}
