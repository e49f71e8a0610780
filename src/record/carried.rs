//! The values in a message that show to which walk it belongs.

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use super::tie::Tie;

type Headers = [(String, String)];

/// Shorter values are not random: two walks may have the same.
const SHORTEST: usize = 8;

/// Members of addresses, forms and JSON bodies that belong to one sign-in.
fn tie(name: &str) -> Option<Tie> {
    match name {
        "state" => Some(Tie::State),
        "code" => Some(Tie::Code),
        "access_token" | "id_token" | "id_token_hint" | "refresh_token" | "token" => Some(Tie::Token),
        _ => None,
    }
}

/// The values that a request carries.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// Each cookie as `name=value`.
    pub(super) cookies: Vec<String>,
    pub(super) values: Vec<(Tie, String)>,
}

impl Carried {
    pub(super) fn by(url: &str, headers: &Headers, body: &str) -> Self {
        let mut carried = Self::default();
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("cookie") {
                carried.cookies.extend(value.split("; ").map(ToOwned::to_owned));
            } else if name.eq_ignore_ascii_case("authorization")
                && let Some((scheme, token)) = value.split_once(' ')
                && !scheme.eq_ignore_ascii_case("basic")
            {
                carried.add(Tie::Token, token);
            }
        }
        if let Some((_, query)) = url.split_once('#').map_or(url, |(url, _)| url).split_once('?') {
            carried.pairs(form_urlencoded::parse(query.as_bytes()));
        }
        match json(body) {
            Some(json) => carried.json(&json),
            None => carried.pairs(form_urlencoded::parse(body.as_bytes())),
        }
        carried
    }

    fn pairs(&mut self, pairs: form_urlencoded::Parse<'_>) {
        for (name, value) in pairs {
            if let Some(tie) = tie(&name) {
                self.add(tie, &value);
            }
        }
    }

    fn json(&mut self, json: &Value) {
        match json {
            Value::Object(members) => {
                for (name, value) in members {
                    match (tie(name), value) {
                        (Some(tie), Value::String(text)) => self.add(tie, text),
                        _ => self.json(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.json(item)),
            _ => {}
        }
    }

    fn add(&mut self, tie: Tie, value: &str) {
        if value.len() >= SHORTEST {
            self.values.push((tie, value.to_owned()));
        }
    }
}

/// The values that a walk has sent or received so far.
#[derive(Debug, Default)]
pub(super) struct Known {
    cookies: HashSet<String>,
    values: HashSet<String>,
}

impl Known {
    pub(super) fn asked(&mut self, carried: Carried) {
        self.cookies.extend(carried.cookies);
        self.values.extend(carried.values.into_iter().map(|(_, value)| value));
    }

    /// Learns from a response.
    pub(super) fn answered(&mut self, url: &str, headers: &Headers, body: &str) {
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("set-cookie") {
                self.cookies.extend(value.split(';').next().map(|pair| pair.trim().to_owned()));
            } else if name.eq_ignore_ascii_case("location")
                && let Some(target) = Url::parse(url).ok().and_then(|url| url.join(value).ok())
            {
                self.asked(Carried::by(target.as_str(), &[], ""));
            }
        }
        // Most documents are long, and say nothing of a sign-in.
        if body.contains("token\"")
            && let Some(json) = json(body)
        {
            let mut carried = Carried::default();
            carried.json(&json);
            // A `code` in an answer is an error code.
            let tokens = carried.values.into_iter().filter(|(tie, _)| *tie == Tie::Token);
            self.values.extend(tokens.map(|(_, value)| value));
        }
    }

    /// Whether all cookies of a request belong to this walk.
    pub(super) fn has_cookies(&self, carried: &Carried) -> bool {
        carried.cookies.iter().all(|cookie| self.cookies.contains(cookie))
    }

    /// What ties a request to the walk.
    pub(super) fn tie(&self, carried: &Carried) -> Option<Tie> {
        carried.values.iter().find(|(_, value)| self.values.contains(value)).map(|(tie, _)| *tie)
    }
}

/// A body that is a JSON object or array.
fn json(body: &str) -> Option<Value> {
    if !body.trim_start().starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(body).ok()
}
