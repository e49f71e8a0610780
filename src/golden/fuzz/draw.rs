//! Draws sequences of requests from the data of an area.
//!
//! The files beside this one say what can be drawn. In their values, `{ any: [A, B] }` is one of
//! them, `{ maybe: A }` is A or nothing, and `[NAME]` is a value that only a run knows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use kit::{Random, document};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::record::{Body, Script, Step};
use super::super::story::Side;

/// The part of Logto that is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Area {
    /// The Experience API, which the sign-in page calls.
    Experience,
    /// `/oidc/auth`, and `/oidc/request` for pushed parameters.
    Authorize,
    /// `/oidc/token`, and what its tokens are good for.
    Token,
    /// The Management API.
    Management,
}

impl Area {
    /// Its name, e.g. `experience`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Experience => "experience",
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Management => "management",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Experience => include_str!("experience.yaml"),
            Self::Authorize => include_str!("authorize.yaml"),
            Self::Token => include_str!("token.yaml"),
            Self::Management => include_str!("management.yaml"),
        }
    }
}

/// What can be drawn in an area.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Data {
    /// The set-up of a story.
    setup: Value,
    /// How a sequence begins: steps of `common.yaml` or of this file.
    openings: Vec<Vec<String>>,
    steps: IndexMap<String, Draft>,
}

/// A step that can be drawn.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    /// How often it is drawn; 0 only where another step says so.
    #[serde(default = "once")]
    weight: usize,
    #[serde(default = "browser")]
    from: Side,
    /// Method and URL.
    request: Value,
    #[serde(default)]
    query: Map<String, Value>,
    #[serde(default)]
    headers: Map<String, Value>,
    json: Option<Value>,
    form: Option<Map<String, Value>>,
    #[serde(default)]
    learn: IndexMap<String, String>,
    /// What usually comes next.
    #[serde(default)]
    then: Vec<String>,
}

fn once() -> usize {
    1
}

fn browser() -> Side {
    Side::Browser
}

/// What a client may send by mistake in place of a member.
fn odd() -> [Value; 9] {
    let long = "x".repeat(300);
    [
        json!(null),
        json!(""),
        json!(0),
        json!(true),
        json!([]),
        json!({}),
        json!(" "),
        json!("é/\"?"),
        json!(long),
    ]
}

impl Data {
    pub(super) fn of(area: Area) -> Result<Self, document::Fault> {
        let mut data: Self = document::yaml(area.text())?;
        let common: IndexMap<String, Draft> = document::yaml(include_str!("common.yaml"))?;
        for (name, draft) in common {
            data.steps.entry(name).or_insert(draft);
        }
        Ok(data)
    }

    /// The names in this file that are not steps.
    #[cfg(test)]
    pub(super) fn strangers(&self) -> Vec<String> {
        let next = self.steps.values().flat_map(|draft| &draft.then);
        let named = self.openings.iter().flatten().chain(next);
        named.filter(|name| !self.steps.contains_key(*name)).cloned().collect()
    }

    /// The steps that some sequence has.
    #[cfg(test)]
    pub(super) fn drawable(&self) -> Vec<String> {
        let opened = |name: &String| self.openings.iter().flatten().any(|opened| opened == name);
        let steps = self.steps.iter().filter(|(name, draft)| draft.weight > 0 || opened(name));
        steps.map(|(name, _)| name.clone()).collect()
    }

    /// Draws a sequence: the same for the same random source.
    pub(super) fn draw(&self, random: &Random) -> Script {
        let mut draw = Draw { random };
        let setup = draw.value(&self.setup).unwrap_or_default();
        let mut steps = Vec::new();
        let mut last: Option<&Draft> = None;
        for name in draw.one(&self.openings).into_iter().flatten() {
            if let Some(draft) = self.steps.get(name) {
                steps.push(draw.step(name, draft));
                last = Some(draft);
            }
        }
        for _ in 0..4 + draw.below(12) {
            let next = last.filter(|_| draw.below(3) > 0).and_then(|draft| draw.one(&draft.then));
            let weighted =
                || self.steps.iter().flat_map(|(name, draft)| std::iter::repeat_n(name, draft.weight));
            let name = next.or_else(|| weighted().nth(draw.below(weighted().count())));
            if let Some((name, draft)) = name.and_then(|name| self.steps.get_key_value(name)) {
                steps.push(draw.step(name, draft));
                last = Some(draft);
            }
        }
        // A test draws from every file.
        Script { setup: serde_json::from_value(setup).unwrap_or_default(), steps }
    }
}

struct Draw<'a> {
    random: &'a Random,
}

impl Draw<'_> {
    fn below(&self, limit: usize) -> usize {
        let number = u64::from_le_bytes(self.random.bytes());
        usize::try_from(number % limit.max(1) as u64).unwrap_or_default()
    }

    fn one<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    fn value(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::Object(members) => match members.iter().next().filter(|_| members.len() == 1) {
                Some((key, Value::Array(all))) if key == "any" => {
                    self.one(all).and_then(|one| self.value(one))
                }
                Some((key, inner)) if key == "maybe" => {
                    if self.below(2) == 0 {
                        self.value(inner)
                    } else {
                        None
                    }
                }
                _ => Some(Value::Object(self.members(members))),
            },
            Value::Array(all) => Some(all.iter().filter_map(|one| self.value(one)).collect()),
            other => Some(other.clone()),
        }
    }

    fn members(&mut self, members: &Map<String, Value>) -> Map<String, Value> {
        members.iter().filter_map(|(name, value)| Some((name.clone(), self.value(value)?))).collect()
    }

    fn step(&mut self, name: &str, draft: &Draft) -> Step {
        let request = self.value(&draft.request).unwrap_or_default();
        let (method, url) = request.as_str().and_then(|text| text.split_once(' ')).unwrap_or_default();
        let headers = self.members(&draft.headers);
        let (mut query, mut form) =
            (self.members(&draft.query), draft.form.as_ref().map(|form| self.members(form)));
        let mut json = draft.json.as_ref().and_then(|json| self.value(json));
        // One request in eight has something odd in it.
        if self.below(8) == 0 {
            let body = json.as_mut().and_then(Value::as_object_mut).or(form.as_mut());
            self.spoil(body.unwrap_or(&mut query));
        }
        let body = match (json, form) {
            (Some(json), _) => Body::Json(json),
            (None, Some(form)) => Body::Form(pairs(&form)),
            (None, None) => Body::Nothing,
        };
        Step {
            name: name.to_owned(),
            from: draft.from,
            method: method.to_owned(),
            url: url.to_owned(),
            query: pairs(&query),
            headers: pairs(&headers).into_iter().map(|(name, value)| (name, basic(value))).collect(),
            body,
            learn: draft.learn.iter().map(|(name, place)| (name.clone(), place.clone())).collect(),
        }
    }

    /// Leaves a member out, or puts something odd in its place.
    fn spoil(&self, members: &mut Map<String, Value>) {
        let names: Vec<String> = members.keys().cloned().collect();
        let Some(name) = self.one(&names) else { return };
        if self.below(4) == 0 {
            members.shift_remove(name);
        } else if let Some(odd) = self.one(&odd()) {
            members.insert(name.clone(), odd.clone());
        }
    }
}

/// Members as pairs; an array is a name that is repeated, and null is absent.
fn pairs(members: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    members
        .iter()
        .filter(|(_, value)| !value.is_null())
        .flat_map(|(name, value)| match value {
            Value::Array(all) => all.iter().map(|one| (name.clone(), text(one))).collect(),
            one => vec![(name.clone(), text(one))],
        })
        .collect()
}

/// A header in which the credentials of `Basic` are encoded.
fn basic(value: String) -> String {
    match value.strip_prefix("Basic ") {
        Some(credentials) => format!("Basic {}", STANDARD.encode(credentials)),
        None => value,
    }
}
