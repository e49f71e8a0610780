//! A scenario without its secrets, and without whom and whose it is.

use std::collections::BTreeMap;

use kit::Random;
use serde_json::{Map, Value};

use super::stand_ins::StandIns;
use crate::placeholder;

/// Members whose text is a secret, or tells an application from another.
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
/// Members that say who somebody is.
const NAMES: [&str; 6] = ["username", "fullname", "nickname", "givenname", "familyname", "preferredusername"];
/// Addresses that say who somebody is.
const PAGES: [&str; 6] = ["picture", "website", "avatar", "homepageurl", "logourl", "profile"];
/// Whose members are people.
const PEOPLE: [&str; 3] = ["users", "accounts", "organisations"];
/// A shorter text could stand anywhere.
const LONG_ENOUGH: usize = 6;
/// Those of the mock that are always there.
const STRANGERS: [&str; 6] = ["ada", "grace", "Ada Lovelace", "Grace Hopper", "Ada", "Grace"];

/// What was taken out.
#[derive(Debug)]
pub(super) struct Disguise {
    stand_ins: StandIns,
    /// Where each secret stood.
    fields: Vec<(String, String)>,
    /// E-mail addresses, hosts and names.
    others: BTreeMap<String, String>,
}

impl Disguise {
    pub(super) fn new(random: Random) -> Self {
        Self { stand_ins: StandIns::new(random), fields: vec![], others: BTreeMap::new() }
    }

    /// Puts stand-ins into a scenario.
    pub(super) fn put_on(&mut self, document: &mut Map<String, Value>) {
        // What others are compared with comes first.
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

    /// A sentence that names nobody.
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
                sentence.push_str("somebody");
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
                }
                self.emails(text);
                self.hosts(text);
                if let Ok(inner @ Value::Object(_)) = serde_json::from_str(text) {
                    self.look(path, name, &inner, person);
                }
            }
            Value::Array(items) => {
                let person = person || PEOPLE.contains(&plain(name).as_str());
                items.iter().for_each(|item| self.look(path, name, item, person));
            }
            Value::Object(members) => {
                for (name, value) in members {
                    // What a step expects of a session are claims of a person.
                    let person = person || name == "session";
                    self.look(&format!("{path}.{name}"), name, value, person);
                }
            }
            _ => {}
        }
    }

    fn secret(&mut self, path: &str, text: &str) {
        // `[HF_CLIENT_SECRET]` is none, whatever stands around it.
        if !placeholder::names(text).is_empty() || text.trim().is_empty() {
            return;
        }
        if !self.fields.iter().any(|(_, known)| known == text) {
            self.fields.push((path.to_owned(), text.to_owned()));
        }
        self.stand_ins.of(text);
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
                // Letter case is kept apart: addresses are compared without it.
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
        for part in text.split("://").skip(1) {
            let end = part.find(|c: char| !(c.is_alphanumeric() || "-._".contains(c))).unwrap_or(part.len());
            let host = part[..end].trim_end_matches('.');
            let loopback =
                host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()) || host == "localhost";
            if host.is_empty() || loopback || is_reserved(host) || self.others.contains_key(host) {
                continue;
            }
            let number = self.others.values().filter(|other| other.starts_with("host-")).count() + 1;
            self.others.insert(host.to_owned(), format!("host-{number}.example"));
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
        // A host may be the end of another.
        within.sort_by_key(|(own, _)| std::cmp::Reverse(own.len()));
        for (own, other) in within {
            replaced = replaced.replace(&own, &other);
        }
        replaced
    }

    /// The field of a secret that a text still holds.
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

/// `clientSecret` and `client_secret` are one.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// Hosts that are nobody's (RFC 2606), and the provider.
fn is_reserved(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let within = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    ["example", "test", "invalid", "localhost", "example.com", "example.org", "example.net", "huggingface.co"]
        .into_iter()
        .any(within)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::diagnose::yaml;

    /// A secret as it comes: letters and digits, with what goes wrong around them.
    fn secrets() -> impl Strategy<Value = String> {
        ("[ \"'\n]{0,2}", "(oauth_app_secret_)?[A-Za-z0-9]{12,40}", "[ \"'\n;,]{0,2}")
            .prop_map(|(before, secret, after)| format!("{before}{secret}{after}"))
    }

    /// What of a value says something.
    fn telling(value: &str) -> Vec<String> {
        let inner = value.replace("oauth_app_secret_", " ");
        let runs = inner.split(|c: char| !c.is_ascii_alphanumeric()).map(ToOwned::to_owned);
        let characters = runs.map(|run| run.chars().collect::<Vec<char>>());
        characters
            .flat_map(|run| run.windows(8).map(|part| part.iter().collect()).collect::<Vec<String>>())
            .collect()
    }

    proptest! {
        #[test]
        fn no_secret_of_the_input_is_in_the_output(
            right in secrets(),
            other in secrets(),
            cut in 0_usize..12,
            password in "[A-Za-z0-9-]{10,20}",
            id in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{12}",
            person in "[a-z]{8,12}",
            host in "[a-z]{8,12}\\.(com|io|dev)",
            seed in any::<u64>(),
        ) {
            let short: String = right.chars().skip(cut).collect();
            let mail = format!("{person}@{host}");
            let document = json!({
                "description": format!("The secret {right} of {mail} does not work."),
                "given": {
                    "huggingface": {
                        "app": { "client_id": id, "secret": right, "redirect_uris": [format!("https://{host}/callback/x")] },
                        "accounts": [{ "username": person, "fullname": "Somebody", "email": mail }],
                        "answers": [{ "path": "/oauth/token", "body": json!({ "access_token": other }).to_string() }],
                    },
                    "connector": { "client_id": format!("{id} "), "client_secret": short, "config": { "customHeaders": { "token": other } } },
                    "app": { "app_secret": other },
                    "users": [{ "username": person, "primary_email": mail.to_uppercase(), "password": password }],
                },
                "steps": [
                    { "administer": { "call": "PATCH /api/connectors/x", "body": { "config": { "clientSecret": short, "clientId": id } } } },
                    { "sign_in_as": person },
                    { "sign_in_with_password": { "username": person, "password": password } },
                ],
            });
            let Value::Object(mut document) = document else { unreachable!("an object") };
            let mut disguise = Disguise::new(Random::seeded(seed));
            disguise.put_on(&mut document);
            let text = yaml::document(&document);
            prop_assert_eq!(disguise.left_in(&text), None, "{}", text);
            for value in [&right, &short, &other, &password, &id] {
                for part in telling(value) {
                    prop_assert!(!text.contains(&part), "{part} of {value}\n{text}");
                }
            }
            for value in [&person, &host, &mail] {
                prop_assert!(!text.to_lowercase().contains(value.as_str()), "{value}\n{text}");
            }
            // What belongs together still does.
            let given = &document["given"];
            let stand_in = given["huggingface"]["app"]["secret"].as_str().unwrap_or_default();
            let shorter: String = stand_in.chars().skip(cut).collect();
            // A few characters could be the end of any secret.
            if short.chars().filter(char::is_ascii_alphanumeric).count() >= 8 {
                prop_assert_eq!(given["connector"]["client_secret"].as_str(), Some(shorter.as_str()));
            }
            let with_space = given["huggingface"]["app"]["client_id"].as_str().map(|id| format!("{id} "));
            prop_assert_eq!(given["connector"]["client_id"].as_str(), with_space.as_deref());
            prop_assert_eq!(&document["steps"][1]["sign_in_as"], &given["users"][0]["username"]);
        }
    }
}
