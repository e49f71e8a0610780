//! One exchange, recorded and here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::values::Values;

/// Headers that are compared; `Set-Cookie` apart.
const HEADERS: [&str; 12] = [
    "location",
    "content-type",
    "cache-control",
    "www-authenticate",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
    "access-control-expose-headers",
    "vary",
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

/// A response as both sides have it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Seen {
    /// A header; several of one name in one text.
    fn header(&self, name: &str) -> Option<String> {
        let of_name = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        let values: Vec<&str> =
            self.headers.iter().filter(of_name).map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    fn cookies(&self) -> Vec<&str> {
        let set = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("set-cookie");
        self.headers.iter().filter(set).map(|(_, line)| line.as_str()).collect()
    }
}

/// What differs, one line each.
pub(crate) fn differences(recorded: &Seen, here: &Seen, values: &Values) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |what: &str, expected: String, got: String| {
        if expected != got {
            found.push(format!("{what}\n    recorded {expected}\n    here     {got}"));
        }
    };
    check("status", recorded.status.to_string(), here.status.to_string());
    for name in HEADERS {
        let show = |text: Option<String>| text.unwrap_or_else(|| "(absent)".to_owned());
        check(name, values.here(&show(recorded.header(name))), show(here.header(name)));
    }
    check("etag", recorded.header("etag").is_some().to_string(), here.header("etag").is_some().to_string());
    let cookies = |seen: &Seen, map: &dyn Fn(&str) -> String| {
        seen.cookies().into_iter().map(|line| cookie(&map(line))).collect::<Vec<_>>().join("\n             ")
    };
    check("set-cookie", cookies(recorded, &|line| values.here(line)), cookies(here, &ToOwned::to_owned));
    check("body", body(&recorded.body, Some(values)), body(&here.body, None));
    found
}

/// A `Set-Cookie` line, with signature and expiry masked.
fn cookie(line: &str) -> String {
    let parts = line.split("; ").map(|part| match part.split_once('=') {
        Some((name, value)) if name.ends_with(".sig") && !value.is_empty() => format!("{name}=<sig>"),
        Some(("expires", value)) if !value.contains("1970") => "expires=<later>".to_owned(),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("; ")
}

fn body(body: &Value, values: Option<&Values>) -> String {
    let map = |text: &str| values.map_or_else(|| text.to_owned(), |values| values.here(text));
    match body {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(json) => normal(&json, &map, "").to_string(),
            Err(_) => map(text),
        },
        // The recording has only a description of the page.
        Value::Object(page) if page.get("title").is_some_and(Value::is_string) => {
            normal(&json!({ "title": page["title"], "forms": page["forms"], "outside": page["fields_outside_forms"] }), &map, "")
                .to_string()
        }
        _ => "(page of the sign-in application)".to_owned(),
    }
}

fn normal(value: &Value, map: &dyn Fn(&str) -> String, name: &str) -> Value {
    match value {
        Value::Number(_) if TIMES.contains(&name) => json!("<time>"),
        Value::String(text) if ["kid", "x", "y", "jti"].contains(&name) && text.len() > 20 => json!("<key>"),
        Value::String(text) if ["readme", "logo", "logoDark"].contains(&name) => {
            json!(format!("<{}>", text.is_empty()))
        }
        Value::String(text) => match claims(text) {
            Some((header, claims)) => {
                json!({ "header": normal(&header, map, ""), "claims": normal(&claims, map, "") })
            }
            None => Value::String(map(text)),
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

/// Header and claims of a JWT.
pub(crate) fn claims(text: &str) -> Option<(Value, Value)> {
    let mut parts = text.split('.').map(|part| {
        serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok().filter(Value::is_object)
    });
    match (parts.next()?, parts.next()?) {
        (Some(header), Some(claims)) => Some((header, claims)),
        _ => None,
    }
}
