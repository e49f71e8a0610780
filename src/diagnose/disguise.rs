//! Disguises a scenario: removes secrets, and everything that identifies people and organizations.

use std::collections::{BTreeMap, BTreeSet};

use kit::Random;
use serde_json::{Map, Value};

use self::hosts::Hosts;
use super::stand_ins::StandIns;
use crate::placeholder;
use crate::scenario::enumerated;
use crate::vocabulary::{is_address, is_of_contract};

mod hosts;

/// Members of steps whose text is a secret, or identifies an application. In `given`, every free
/// text is disguised.
const SECRETS: [&str; 12] = [
    "clientid",
    "clientsecret",
    "secret",
    "appid",
    "appsecret",
    "sessionsecret",
    "password",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "token",
    "privatekey",
];
/// Members that identify a person.
const NAMES: [&str; 6] = ["username", "fullname", "nickname", "givenname", "familyname", "preferredusername"];
/// URLs that identify a person.
const PAGES: [&str; 6] = ["picture", "website", "avatar", "homepageurl", "logourl", "profile"];
/// Members whose contents describe people.
const PEOPLE: [&str; 3] = ["users", "accounts", "organizations"];
/// Free texts of `given` that are kept: the parties connect related settings by these words, or the
/// words are chosen from a list.
const KEPT: [&str; 31] = [
    "given.connector.factory",
    "given.connector.id",
    "given.connector.target",
    "given.connector.scope",
    "given.connector.without",
    "given.huggingface.users",
    "given.huggingface.app.scopes",
    "given.huggingface.other_apps.scopes",
    "given.huggingface.answers.path",
    "given.huggingface.answers.method",
    "given.huggingface.answers.json.remove",
    "given.huggingface.answers.location.remove",
    "given.sign_in_experience.social_sign_in_connector_targets",
    "given.sign_in_experience.members.socialSignInConnectorTargets",
    "given.users.identities.target",
    "given.app.scopes",
    "given.application.resource_scopes",
    "given.resources.scopes",
    "given.app.required_claims",
    "given.app.direct_sign_in",
    "given.app.first_screen",
    "given.app.cookie",
    "given.app.callback_path",
    "given.app.post_sign_out_path",
    "given.proxies",
    "given.clocks",
    "steps.administer.body.id",
    "steps.administer.body.connectorId",
    "steps.administer.body.target",
    "steps.administer.body.config.scope",
    "steps.administer.body.socialSignInConnectorTargets",
];
/// A shorter text could appear anywhere by chance.
const LONG_ENOUGH: usize = 6;
/// The mock's built-in people.
const STRANGERS: [&str; 6] = ["ada", "grace", "Ada Lovelace", "Grace Hopper", "Ada", "Grace"];

/// What was replaced.
#[derive(Debug)]
pub(super) struct Disguise {
    stand_ins: StandIns,
    /// The field in which each secret appeared.
    fields: Vec<(String, String)>,
    /// E-mail addresses, hosts and names.
    others: BTreeMap<String, String>,
    hosts: Hosts,
    /// Words that are allowed values in a scenario.
    enumerated: BTreeSet<String>,
}

impl Disguise {
    pub(super) fn new(random: Random) -> Self {
        let enumerated = enumerated();
        Self {
            stand_ins: StandIns::new(random),
            fields: vec![],
            others: BTreeMap::new(),
            hosts: Hosts::default(),
            enumerated,
        }
    }

    /// Replaces confidential values in a scenario by stand-ins.
    pub(super) fn put_on(&mut self, document: &mut Map<String, Value>) {
        // Start with the values that others are compared with.
        for pointer in ["/given/huggingface/app/client_id", "/given/huggingface/app/secret"] {
            let value = Value::Object(document.clone());
            if let Some(Value::String(text)) = value.pointer(pointer) {
                self.secret(pointer, text);
            }
        }
        for (name, value) in document.iter() {
            self.look(name, name, value, false);
        }
        for (name, value) in document.iter_mut() {
            self.replace(name, value);
        }
        if let Some(Value::String(text)) = document.get_mut("description") {
            *text = self.without_names(text);
        }
    }

    /// The sentence without names of people and organizations.
    fn without_names(&self, text: &str) -> String {
        let people = self.others.iter().filter(|(_, stand_in)| stand_in.starts_with("person-"));
        let names: Vec<String> = people
            .flat_map(|(name, _)| name.split(|c: char| !c.is_alphanumeric()))
            .filter(|word| word.chars().count() > 2)
            .map(str::to_lowercase)
            .collect();
        let mut sentence = String::new();
        for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
            let name = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            if names.contains(&name.to_lowercase()) {
                sentence.push_str("a person");
                sentence.push_str(&word[name.len()..]);
            } else {
                sentence.push_str(word);
            }
        }
        sentence
    }

    fn look(&mut self, path: &str, name: &str, value: &Value, person: bool) {
        match value {
            Value::String(text) => {
                let kind = plain(name);
                if SECRETS.contains(&kind.as_str()) {
                    self.secret(path, text);
                } else if NAMES.contains(&kind.as_str()) || (person && kind == "name") {
                    self.name(text);
                } else if holds_address(text) {
                    self.in_address(path, text);
                } else if !is_kept(path) {
                    self.free(path, text);
                }
                self.emails(text);
                self.hosts(text);
                if let Ok(inner @ Value::Object(_)) = serde_json::from_str(text) {
                    self.look(path, name, &inner, person);
                }
            }
            // In a header, the value.
            Value::Array(items) if name == "headers" => {
                let values = items.iter().filter_map(|header| header.get(1));
                values.for_each(|value| self.look(path, "", value, person));
            }
            Value::Array(items) => {
                let person = person || PEOPLE.contains(&plain(name).as_str());
                items.iter().for_each(|item| self.look(path, name, item, person));
            }
            Value::Object(members) => {
                for (name, value) in members {
                    // Expected claims of a session describe a person.
                    let person = person || name == "session";
                    self.look(&format!("{path}.{name}"), name, value, person);
                }
            }
            _ => {}
        }
    }

    fn secret(&mut self, path: &str, text: &str) {
        // `[HF_CLIENT_SECRET]` is not a secret, but the text around it may be.
        if !placeholder::names(text).is_empty() {
            return self.free(path, text);
        }
        if text.trim().is_empty() {
            return;
        }
        if !self.fields.iter().any(|(_, known)| known == text) {
            self.fields.push((path.to_owned(), text.to_owned()));
        }
        self.stand_ins.of(text);
    }

    /// Disguises a text that no contract defines; if it names values of the stack, only the text
    /// around the names.
    fn free(&mut self, path: &str, text: &str) {
        let is_json =
            serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object() || value.is_array());
        // An entry of a blocklist that is about the mock's people.
        let stand_in_domain = text.strip_prefix('@').is_some_and(is_reserved);
        if is_json
            || stand_in_domain
            || self.is_word(text)
            || STRANGERS.contains(&text)
            || is_email(text)
            || is_address(text)
        {
            return;
        }
        for part in placeholder::around(text) {
            // `[APP]/callback` is a URL.
            let is_path = part.starts_with('/') && text.starts_with('[');
            if !is_path && !self.is_word(part) {
                self.secret(path, part);
            }
        }
    }

    /// Disguises the hidden parts of a URL. The URL itself is rewritten, part by part.
    fn in_address(&mut self, path: &str, text: &str) {
        for part in kit::secret::in_address(text) {
            self.free(path, &part);
        }
    }

    fn is_word(&self, text: &str) -> bool {
        is_of_contract(text) || self.enumerated.contains(text)
    }

    /// The URL with other values in its query, and another user name, password and fragment.
    fn address(&mut self, text: &str) -> String {
        let (before, fragment) = text.split_once('#').map_or((text, None), |(a, b)| (a, Some(b)));
        let (before, query) = before.split_once('?').map_or((before, None), |(a, b)| (a, Some(b)));
        let (scheme, rest) = before.split_once("://").map_or(("", before), |(scheme, rest)| (scheme, rest));
        let end = rest.find('/').unwrap_or(rest.len());
        let mut address = match rest[..end].rsplit_once('@') {
            Some((userinfo, _)) if !scheme.is_empty() => {
                let parts: Vec<String> = userinfo.split(':').map(|part| self.part(part)).collect();
                let host_and_path = self.text(&rest[userinfo.len()..]);
                format!("{scheme}://{}{host_and_path}", parts.join(":"))
            }
            _ => self.text(before),
        };
        if let Some(query) = query {
            let pair = |pair: &str| match pair.split_once('=') {
                Some((name, value)) => format!("{}={}", self.text(name), self.part(value)),
                None => self.part(pair),
            };
            let pairs: Vec<String> = query.split('&').map(pair).collect();
            address.push('?');
            address.push_str(&pairs.join("&"));
        }
        if let Some(fragment) = fragment {
            address.push('#');
            address.push_str(&self.part(fragment));
        }
        address
    }

    /// A hidden part of a URL.
    fn part(&mut self, text: &str) -> String {
        let names = !placeholder::names(text).is_empty();
        if text.is_empty() || names || self.is_word(text) || STRANGERS.contains(&text) {
            self.text(text)
        } else {
            self.stand_ins.of(text)
        }
    }

    fn name(&mut self, text: &str) {
        if STRANGERS.contains(&text) || !placeholder::names(text).is_empty() || self.others.contains_key(text)
        {
            return;
        }
        let number = self.others.values().filter(|other| other.starts_with("person-")).count() + 1;
        self.others.insert(text.to_owned(), format!("person-{number}"));
    }

    fn emails(&mut self, text: &str) {
        for word in text.split(|c: char| c.is_whitespace() || "\"'<>(),;:/?&=[]{}".contains(c)) {
            let word = word.trim_matches('.');
            let Some((local, domain)) = word.split_once('@') else { continue };
            let real =
                !local.is_empty() && domain.contains('.') && !domain.contains('@') && !is_reserved(domain);
            if real && !self.others.contains_key(word) {
                // Keep letter case separate: URLs are compared case-insensitively.
                let lower = word.to_lowercase();
                let known = self.others.iter().find(|(known, _)| known.to_lowercase() == lower);
                let stand_in = match known {
                    Some((_, stand_in)) => stand_in.to_uppercase(),
                    None => {
                        let number = self.others.values().filter(|other| other.contains('@')).count() + 1;
                        format!("somebody-{number}@example.com")
                    }
                };
                self.others.insert(word.to_owned(), stand_in);
            }
        }
    }

    fn hosts(&mut self, text: &str) {
        let parts: Vec<&str> = text.split("://").collect();
        for (before, part) in parts.iter().zip(parts.iter().skip(1).copied()) {
            let scheme = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).next();
            let scheme = scheme.unwrap_or_default();
            if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
                // An app's own scheme, with a path after it.
                if scheme.contains('.') && !self.others.contains_key(scheme) {
                    let stand_in = self.hosts.of(scheme);
                    self.others.insert(scheme.to_owned(), stand_in);
                }
                continue;
            }
            // The part before an `@` is not the host.
            let authority = part.split(['/', '?', '#']).next().unwrap_or_default();
            let part = authority.rsplit_once('@').map_or(part, |(_, host)| host);
            let part = part.trim_start_matches("*.");
            let end = match part.strip_prefix('[').and_then(|ip| ip.find(']')) {
                // An address of IPv6.
                Some(end) => end + 2,
                None => {
                    part.find(|c: char| !(c.is_alphanumeric() || "-._".contains(c))).unwrap_or(part.len())
                }
            };
            let host = part[..end].trim_end_matches('.');
            let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
            let loopback = ip.is_ok_and(|ip| ip.is_loopback()) || host == "localhost";
            if host.is_empty() || loopback || is_reserved(host) || self.others.contains_key(host) {
                continue;
            }
            let stand_in = self.hosts.of(host);
            self.others.insert(host.to_owned(), stand_in);
        }
    }

    fn replace(&mut self, name: &str, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Ok(mut inner @ Value::Object(_)) = serde_json::from_str::<Value>(text) {
                    self.replace(name, &mut inner);
                    *text = inner.to_string();
                } else if PAGES.contains(&plain(name).as_str())
                    && text.contains("://")
                    && !text.contains("[HF]")
                {
                    *text = "https://host.example/".to_owned();
                } else if holds_address(text) {
                    *text = self.address(text);
                } else {
                    *text = self.text(text);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace(name, item)),
            Value::Object(members) => {
                let old = std::mem::take(members);
                for (name, mut value) in old {
                    self.replace(&name, &mut value);
                    members.insert(self.text(&name), value);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) -> String {
        if let Some((_, whole)) = self.fields.iter().find(|(_, known)| known == text) {
            let whole = whole.clone();
            return self.stand_ins.of(&whole);
        }
        if let Some(other) = self.others.get(text) {
            return other.clone();
        }
        let mut replaced = text.to_owned();
        let mut within: Vec<(String, String)> = Vec::new();
        let secrets: Vec<String> = self.stand_ins.values().map(ToOwned::to_owned).collect();
        for secret in secrets.iter().filter(|secret| secret.chars().count() >= LONG_ENOUGH) {
            within.push((secret.clone(), self.stand_ins.of(secret)));
        }
        let long =
            self.others.iter().filter(|(own, _)| own.chars().count() >= LONG_ENOUGH || own.contains('@'));
        within.extend(long.map(|(own, other)| (own.clone(), other.clone())));
        // A host may be the suffix of another.
        within.sort_by_key(|(own, _)| std::cmp::Reverse(own.len()));
        for (own, other) in within {
            replaced = replaced.replace(&own, &other);
        }
        replaced
    }

    /// The field of a secret that a text still contains, plain or percent-encoded.
    pub(super) fn left_in(&self, text: &str) -> Option<&str> {
        let odd = |c: char| !c.is_alphanumeric();
        self.fields
            .iter()
            .find(|(_, secret)| {
                let inner = secret.trim_matches(odd);
                inner.chars().count() >= LONG_ENOUGH && text.contains(inner)
            })
            .map(|(field, _)| field.as_str())
    }
}

/// Whether a text is kept unless it contains something that is disguised elsewhere: what steps do
/// and expect, except for the settings that they change.
fn is_kept(path: &str) -> bool {
    let changed = path.strip_prefix("steps.at_huggingface.").map(|rest| format!("given.huggingface.{rest}"));
    let path = changed.as_deref().unwrap_or(path);
    if !["given.", "steps.administer.body."].iter().any(|start| path.starts_with(start)) {
        return true;
    }
    let switches = path.strip_prefix("given.huggingface.switches");
    let below =
        |kept: &&&str| path.strip_prefix(**kept).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    KEPT.iter().any(|kept| below(&kept)) || switches.is_some_and(|rest| !rest.starts_with(".claims"))
}

/// Whether the text is a URL, or starts with that of a party: `[LOGTO]/callback?…`.
fn holds_address(text: &str) -> bool {
    let hides = text.contains(['?', '#', '@']);
    hides && !is_email(text) && (is_address(text) || text.starts_with(['/', '[']))
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !text.contains([' ', '/', '?', ':'])
    })
}

/// Treats `clientSecret` and `client_secret` as the same.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// Whether a host is reserved (RFC 2606), or the provider's.
fn is_reserved(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let within = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    ["example", "test", "invalid", "localhost", "example.com", "example.org", "example.net", "huggingface.co"]
        .into_iter()
        .any(within)
}

#[cfg(test)]
mod tests;
