//! Compares one response with the recorded one.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

use super::story::{Request, Response};
use super::values::Values;
use crate::transcript::policy::{self, At, SHORTEST_KEY, Then};
use crate::transcript::{jwt, times};

/// Fields that differ, as name, recorded value and value here. `now` is the time of the response,
/// on the clock of the Logto that sent it.
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
    let left_out = |name: &str| uncounted && policy::story(At::UnfilteredLogHeader, name) == Then::LeftOut;
    for row in policy::rows().filter(|row| row.at == At::Header && !left_out(row.name)) {
        let show = |response: &Response| response.header(row.name).unwrap_or_else(|| "(absent)".to_owned());
        let is = |response: &Response, mask: &str| {
            response.header(row.name).map_or_else(|| show(response), |_| mask.to_owned())
        };
        match row.story {
            Then::AsItIs => check(row.name, values.here(&show(recorded)), show(here)),
            Then::Presence(mask) => check(row.name, is(recorded, mask), is(here, mask)),
            _ => {}
        }
    }
    let then = recorded.header("date").and_then(|date| times::http(&date)).unwrap_or(now);
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

/// Whether the request lists the audit log without a filter.
fn counts_everything(request: &Request) -> bool {
    let Ok(url) = Url::parse(&request.url) else { return false };
    let filtered = url.query_pairs().any(|(name, _)| name == "applicationId" || name == "userId");
    url.path() == "/api/logs" && !filtered
}

/// Whether the request asks for messages in English.
fn in_english(request: &Request) -> bool {
    let locale = Url::parse(&request.url).ok().and_then(|url| {
        url.query_pairs().find(|(name, _)| name == "locale").map(|(_, value)| value.into_owned())
    });
    let asked = locale.or_else(|| request.header("accept-language").map(ToOwned::to_owned));
    asked.is_none_or(|asked| asked.trim().is_empty() || asked.starts_with("en") || asked.starts_with('*'))
}

/// The `code` of an error response.
fn code(response: &Response) -> Option<String> {
    Some(response.json()?.get("code")?.as_str()?.to_owned())
}

fn without_message(body: &Value) -> Value {
    let parsed = body.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    match parsed {
        Some(Value::Object(mut members)) => {
            members.retain(|name, _| policy::story(At::OtherLanguage, name) != Then::LeftOut);
            Value::String(Value::Object(members).to_string())
        }
        _ => body.clone(),
    }
}

/// A `Set-Cookie` line with its signature masked and its expiry relative to now.
fn cookie(line: &str, now: Timestamp) -> String {
    let parts = line.split("; ").map(|part| match part.split_once('=') {
        Some((name, value)) if policy::story(At::Cookie, name) == Then::Length && !value.is_empty() => {
            format!("{name}=<{} characters>", value.len())
        }
        Some((name, value)) if policy::story(At::Attribute, name) == Then::HttpTime => {
            match times::http(value).filter(|_| !value.contains("1970")) {
                Some(at) => format!("{name}=<in {} min>", nearest_ten_minutes(at, now)),
                None => part.to_owned(),
            }
        }
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// Rounds, since sessions last 14 days, interactions an hour, and requests take a while.
fn nearest_ten_minutes(at: Timestamp, now: Timestamp) -> i64 {
    (at.as_second() - now.as_second() + 300).div_euclid(600) * 10
}

fn body(body: &Value, map: &dyn Fn(&str) -> String) -> String {
    match body {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(json) => pretty(&normal(&json, map, (At::Answered, ""))),
            Err(_) => map(text),
        },
        Value::Object(page) if page.get("title").is_some_and(Value::is_string) => {
            let shown = policy::rows().filter(|row| row.at == At::Page && row.story == Then::AsItIs);
            let shown: Map<String, Value> =
                shown.map(|row| (row.name.to_owned(), page[row.name].clone())).collect();
            pretty(&normal(&Value::Object(shown), map, (At::Answered, "")))
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

fn normal(value: &Value, map: &dyn Fn(&str) -> String, (at, name): (At, &str)) -> Value {
    match (value, policy::story(at, name)) {
        (Value::Number(_), Then::Seconds | Then::Milliseconds) => json!("<time>"),
        (Value::String(text), Then::Masked(mask)) if text.len() >= SHORTEST_KEY => json!(mask),
        (Value::String(text), Then::Presence(mask)) => json!(if text.is_empty() { "<empty>" } else { mask }),
        (Value::String(text), _) => match claims(text) {
            Some((header, claims)) => {
                let part = |part| normal(part, map, (At::Claim, ""));
                json!({ "header": part(&header), "claims": part(&lasting(&claims)) })
            }
            None => Value::String(read(map(text))),
        },
        (Value::Array(items), _) => items.iter().map(|item| normal(item, map, (at, name))).collect(),
        (Value::Object(members), _) => members
            .iter()
            .filter(|(key, _)| {
                !(name == "description" && policy::story(At::Description, key) == Then::LeftOut)
            })
            .map(|(key, value)| (key.clone(), normal(value, map, (at, key))))
            .collect::<Map<_, _>>()
            .into(),
        (other, _) => other.clone(),
    }
}

/// A text in the form in which it is compared.
fn read(text: String) -> String {
    policy::rows().filter(|row| row.at == At::Text).fold(text, |text, row| match row.story {
        Then::Reads(other) => text.replace(row.name, other),
        _ => text,
    })
}

/// Claims with `exp` relative to `iat`: the times differ, the lifetime does not.
fn lasting(claims: &Value) -> Value {
    let mut claims = claims.clone();
    if let (Some(from), Some(until)) = (claims["iat"].as_i64(), claims["exp"].as_i64()) {
        claims["exp"] = json!(format!("<iat + {}>", until - from));
    }
    claims
}

/// Header and claims of a JWT.
pub(super) fn claims(text: &str) -> Option<(Value, Value)> {
    jwt::header(text)
        .zip(jwt::claims(text))
        .filter(|(header, claims)| header.is_object() && claims.is_object())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

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
    fn a_caller_on_the_same_machine_has_two_addresses() {
        let from = |ip: &str| response(200, &[], &json!({ "payload": { "ip": ip } }).to_string());
        assert_eq!(fields(&from("::ffff:127.0.0.1"), &from("127.0.0.1")), Vec::<String>::new());
        assert_eq!(fields(&from("127.0.0.1"), &from("::ffff:127.0.0.1")), Vec::<String>::new());
        assert_eq!(fields(&from("::ffff:127.0.0.1"), &from("127.0.0.2")), ["body"]);
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
