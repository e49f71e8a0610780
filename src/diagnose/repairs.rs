//! Repairs of a twin: which settings to change, to what, and in which order to try them.
//!
//! A repair changes as little as it can: it adds the missing redirect URI and keeps the list, it separates the scopes
//! by spaces and keeps them. Only then is a setting left out, which makes it as in Logto's guide.

use serde_json::{Map, Value};

use super::sent::Sent;
use super::twin_parts::cleaned;
use crate::findings::{Evidence, Finding};
use crate::placeholder::literal;

mod smaller;

use smaller::smaller;

/// A setting, by its path from the top of the scenario.
type Path = Vec<String>;

/// What a setting is changed to.
#[derive(Debug, Clone, PartialEq)]
enum To {
    /// This value.
    Value(Value),
    /// What the stack sets by itself, as in Logto's guide.
    Usual,
}

/// Changes that may make a fault go away, tried together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Repair {
    changes: Vec<(Path, To)>,
    /// How close the setting is to the finding; 0 is closest.
    rank: usize,
    /// The member of the connector's configuration that is added.
    adds: Option<String>,
}

/// From this rank on, the evidence of the finding does not name the setting.
const OF_AREA: usize = 2;
/// From this rank on, a setting has nothing to do with the finding, as far as its name and evidence show.
const FOREIGN: usize = 3;

/// Settings that must agree with one another: what one party sends, and what the other has on its
/// list. Resetting only one may just move the difference.
const AGREE: [(&str, &str); 6] = [
    ("given.application.redirect_uris", "given.app.redirect_uri"),
    ("given.application.post_logout_redirect_uris", "given.app.post_sign_out_uri"),
    ("given.application.type", "given.app.app_secret"),
    ("given.app.app_id", "given.app.app_secret"),
    ("given.connector.client_id", "given.huggingface.app.client_id"),
    ("given.connector.client_secret", "given.huggingface.app.secret"),
];

/// Findings about two settings of [`AGREE`]: what one of them means without the other is not known.
const OF_BOTH: [(&str, &str); 2] = [
    ("application/type-has-no-secret", "given.application.type"),
    ("app/app-id-and-secret-swapped", "given.app.app_id"),
];

/// How a redirect URI that the app sends may be wrong in itself.
const SENT_WRONGLY: [&str; 6] =
    ["doubled", "placeholder", "incomplete", "look-alike", "has-whitespace", "of-logto"];

/// Settings that a finding is about although its evidence does not name them.
const ABOUT: [(&str, &str); 2] = [
    ("application/secret-expired", "application.secrets"),
    ("app/opened-under-another-host", "application.oidcClientMetadata.redirectUris"),
];

/// Parts whose members are settings of their own.
const PARTS: [&str; 7] = [
    "given.connector",
    "given.connector.config",
    "given.sign_in_experience",
    "given.sign_in_experience.members",
    "given.huggingface.app",
    "given.application",
    "given.app",
];
/// Members of a connector's configuration whose own members are settings, too.
const NESTED: [&str; 3] = ["idTokenVerificationConfig", "customConfig", "authRequestOptionalConfig"];
/// Members of a connector's configuration that are left out.
const LEFT_OUT: &str = "given.connector.without";
/// The configuration of a connector that Logto refuses to create with it.
const CONFIG_IN_STEP: &str = "steps.0.administer.body.config";
/// Members that are not changed because they select what is examined.
const FIXED: [&str; 5] = [
    "given.connector.id",
    "given.connector.factory",
    "given.connector.target",
    "given.huggingface.app.client_id",
    // Logto does not change it, either.
    "given.application.is_third_party",
];

impl Repair {
    fn of(path: &[String], to: To) -> Self {
        Self { changes: vec![(path.to_owned(), to)], rank: 0, adds: None }
    }

    /// The name of the setting in consoles and APIs: `connector.config.clientSecret`.
    pub(super) fn name(&self) -> String {
        if let Some(member) = &self.adds {
            return format!("connector.config.{member}");
        }
        self.changes.first().map_or_else(String::new, |(path, _)| name(path))
    }

    /// What the setting is changed to, in words: names such as `[APP]` are not filled in, and secrets are not shown.
    pub(super) fn says(&self) -> String {
        match self.changes.first() {
            Some((path, _)) if self.adds.is_some() => usual(&path.join(".")).to_owned(),
            Some((path, To::Value(value))) => smaller::shown(&path.join("."), value),
            Some((path, To::Usual)) => usual(&path.join(".")).to_owned(),
            None => String::new(),
        }
    }

    /// Whether the setting has to do with the finding.
    pub(super) fn is_close(&self) -> bool {
        self.rank < FOREIGN
    }

    /// Whether a finding may only follow from this repair: it is about the changed setting, and what was repaired is not.
    pub(super) fn may_cause(&self, other: &Finding) -> bool {
        self.rank >= OF_AREA && is_named(&self.name(), other)
    }

    /// Whether to tell the person of it. To register what the app sends lets the walk go on, and would be bad advice where
    /// the app sends what it should not.
    pub(super) fn is_advice(&self, finding: &Finding) -> bool {
        let id = finding.cause.id();
        let sent_wrongly = SENT_WRONGLY.iter().any(|what| id == format!("application/redirect-uri-{what}"));
        !(sent_wrongly && self.name() == "application.oidcClientMetadata.redirectUris")
    }

    /// The scenario with this repair.
    pub(super) fn applied(&self, document: &Map<String, Value>) -> Map<String, Value> {
        let mut changed = Value::Object(document.clone());
        for (path, to) in &self.changes {
            set(&mut changed, path, to);
        }
        match changed {
            Value::Object(members) => members,
            _ => document.clone(),
        }
    }
}

/// What a setting is that the twin leaves out.
fn usual(path: &str) -> &'static str {
    match path {
        "given.connector.client_id" => "set to the client ID of the OAuth app",
        "given.connector.client_secret" => "set to the secret of the OAuth app",
        "given.app.app_id" => "set to the ID of the application",
        "given.app.app_secret" => "set to the secret of the application",
        "given.huggingface.app.secret" => "set to the connector's",
        "given.huggingface.app.public" => "off, and a secret",
        _ => "as in Logto's guide",
    }
}

/// The repairs to try for a finding: those of the settings closest to it first, and for each setting the smallest
/// change first.
pub(super) fn repairs(document: &Map<String, Value>, finding: &Finding, sent: &Sent) -> Vec<Repair> {
    let mut found: Vec<Repair> = Vec::new();
    for path in settings(document) {
        let joined = path.join(".");
        if joined == LEFT_OUT {
            found.extend(added(document, finding));
        }
        let rank = rank(&name(&path), finding);
        let to = smaller(document, &joined, sent).into_iter().map(To::Value);
        let removable = !joined.starts_with("steps.");
        let changes = to.chain(removable.then_some(To::Usual));
        for to in changes {
            let mut repair = Repair::of(&path, to);
            if joined == "given.huggingface.app.public" {
                repair.changes.extend(secret_of_the_connector(document));
            }
            if joined == "given.application.type" && at(document, "given.app.client_auth").is_some() {
                // A public client sends no secret, which another type may need.
                repair.changes.push((parts("given.app.client_auth"), To::Usual));
            }
            if !OF_BOTH.contains(&(finding.cause.id(), &joined)) {
                found.push(Repair { rank, ..repair });
            }
        }
        let pair = AGREE.iter().find(|(one, other)| {
            joined == *one && at(document, one).is_some() && at(document, other).is_some()
        });
        if let Some((_, other)) = pair {
            let mut both = Repair::of(&path, To::Usual);
            both.changes.push((parts(other), To::Usual));
            found.push(Repair { rank, ..both });
        }
    }
    found.sort_by_key(|repair| repair.rank);
    found.retain(|repair| repair.applied(document) != *document);
    found
}

/// Adds one of the members that the connector's configuration leaves out: the others may be faults of their own.
fn added(document: &Map<String, Value>, finding: &Finding) -> Vec<Repair> {
    let missing = at(document, LEFT_OUT).and_then(Value::as_array).cloned().unwrap_or_default();
    let without = |gone: &Value| missing.iter().filter(|one| *one != gone).cloned().collect();
    let repair = |gone: &Value| {
        let member = gone.as_str()?;
        let repair = Repair::of(&parts(LEFT_OUT), To::Value(without(gone)));
        let rank = rank(&format!("connector.config.{member}"), finding);
        Some(Repair { rank, adds: Some(member.to_owned()), ..repair })
    };
    missing.iter().filter_map(repair).collect()
}

/// A public app gets the secret that the connector has: otherwise its absence would be the next fault.
fn secret_of_the_connector(document: &Map<String, Value>) -> Option<(Path, To)> {
    let has = at(document, "given.huggingface.app.secret").is_some();
    let secret =
        at(document, "given.connector.client_secret").filter(|_| !has)?.as_str().and_then(cleaned)?;
    Some((parts("given.huggingface.app.secret"), To::Value(Value::String(secret))))
}

/// How close a setting is to a finding: named by its evidence, of its area, or neither.
fn rank(name: &str, finding: &Finding) -> usize {
    let area = finding.cause.id().split_once('/').map_or("", |(area, _)| area);
    let area = if area == "experience" { "signInExperience" } else { area };
    let of_area = name.split('.').next() == Some(area);
    let about = ABOUT.contains(&(finding.cause.id(), name));
    match (about || is_named(name, finding), of_area) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => OF_AREA,
        (false, false) => FOREIGN,
    }
}

/// Whether the evidence of a finding names a setting, or a member of it.
fn is_named(name: &str, finding: &Finding) -> bool {
    let within = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    finding.evidence.iter().any(|evidence| match evidence {
        Evidence::Setting { field, .. } => within(field, name),
        _ => false,
    })
}

/// The settings of a scenario that can be changed.
fn settings(document: &Map<String, Value>) -> Vec<Path> {
    let mut found = Vec::new();
    let config = if at(document, CONFIG_IN_STEP).is_some() { CONFIG_IN_STEP } else { "given.connector" };
    let nested = NESTED.map(|member| match config {
        CONFIG_IN_STEP => format!("{CONFIG_IN_STEP}.{member}"),
        _ => format!("given.connector.config.{member}"),
    });
    let parts_of = nested.iter().map(String::as_str).chain(PARTS).chain([CONFIG_IN_STEP]);
    for part in parts_of {
        for name in at(document, part).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            let path = format!("{part}.{name}");
            if !PARTS.contains(&path.as_str()) && !FIXED.contains(&path.as_str()) {
                found.push([parts(part), vec![name.clone()]].concat());
            }
        }
    }
    // What is not there may be what is missing.
    for missing in smaller::members_of_a_connector(config) {
        let path = [parts(config), vec![(*missing).to_owned()]].concat();
        if at(document, config).is_some() && !found.contains(&path) {
            found.push(path);
        }
    }
    found.extend(missing_in_verification(document, config));
    // Other parts as a whole.
    for (name, value) in at(document, "given").and_then(Value::as_object).into_iter().flatten() {
        let inner = value.as_object().into_iter().flatten();
        let others = inner.filter(|(member, _)| name == "huggingface" && *member != "app");
        found.extend(others.map(|(member, _)| parts(&format!("given.{name}.{member}"))));
        if name == "users" {
            found.push(parts("given.users"));
        }
    }
    found
}

/// What the `oidc` connector needs to verify ID tokens, and does not have.
fn missing_in_verification(document: &Map<String, Value>, config: &str) -> Option<Path> {
    (at(document, "given.connector.factory")? == "oidc").then_some(())?;
    let config = if config == CONFIG_IN_STEP { config } else { "given.connector.config" };
    let verification = format!("{config}.idTokenVerificationConfig");
    match at(document, &verification) {
        Some(members) => members.get("jwksUri").is_none().then(|| parts(&format!("{verification}.jwksUri"))),
        None => (config == CONFIG_IN_STEP).then(|| parts(&format!("{verification}.jwksUri"))),
    }
}

/// The name of a setting in consoles and APIs.
fn name(path: &[String]) -> String {
    let joined = path.join(".");
    if let Some(member) = joined.strip_prefix(CONFIG_IN_STEP) {
        return format!("connector.config{member}");
    }
    let names: Vec<&str> = path.iter().map(String::as_str).skip(1).collect();
    match names.as_slice() {
        ["connector", "sync_profile"] => "connector.syncProfile".to_owned(),
        ["connector", "config", ..] | ["connector", "without"] => names.join("."),
        ["connector", member] => format!("connector.config.{}", camel(member)),
        ["sign_in_experience", "members", member] => format!("signInExperience.{member}"),
        ["sign_in_experience", member] => format!("signInExperience.{}", camel(member)),
        ["application", "redirect_uris"] => "application.oidcClientMetadata.redirectUris".to_owned(),
        ["application", "post_logout_redirect_uris"] => {
            "application.oidcClientMetadata.postLogoutRedirectUris".to_owned()
        }
        ["application", "always_issue_refresh_token" | "custom_client_metadata"] => {
            "application.customClientMetadata".to_owned()
        }
        ["application", "user_scopes"] => "application.userConsentScopes.userScopes".to_owned(),
        ["application", "secret_expires_in"] => "application.secrets".to_owned(),
        ["application", member] => format!("application.{}", camel(member)),
        _ => names.join("."),
    }
}

/// Converts `client_secret` to `clientSecret`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        name + &initial.to_uppercase() + rest
    })
}

fn parts(path: &str) -> Path {
    path.split('.').map(ToOwned::to_owned).collect()
}

/// The value at a path; lists are indexed from 0.
fn at<'d>(document: &'d Map<String, Value>, path: &str) -> Option<&'d Value> {
    let mut names = path.split('.');
    let first = document.get(names.next()?)?;
    names.try_fold(first, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => value.get(name),
    })
}

fn set(document: &mut Value, path: &[String], to: &To) {
    let Some((last, path)) = path.split_last() else { return };
    let mut part = Some(document);
    for name in path {
        part = part.and_then(|value| match value {
            Value::Array(items) => name.parse::<usize>().ok().and_then(|at| items.get_mut(at)),
            Value::Object(members) => {
                Some(members.entry(name.clone()).or_insert_with(|| Value::Object(Map::new())))
            }
            _ => None,
        });
    }
    let Some(Value::Object(members)) = part else { return };
    match to {
        To::Value(value) => {
            members.insert(last.clone(), value.clone());
        }
        To::Usual => {
            members.remove(last);
        }
    }
}

/// A text that the scenario takes as it is.
fn as_is(text: &str) -> Value {
    Value::String(literal(text))
}

#[cfg(test)]
mod tests;
