//! Reads what consoles and APIs return, with clear errors.

use std::sync::Arc;

use kit::document::{self, Fault};
use serde_json::{Map, Value};
use url::Url;

use super::case::{Case, ConnectorCase};
use super::error::{InputError, LOGTO_ERROR};
use super::members::Record;
use crate::document::hint::nearest;
use crate::document::node::Node;
use crate::setup::{ConnectorFactory, OAuth2App};

mod records;
mod space;

pub(super) use records::{application, consent_scopes, experience, resources};

const FACTORIES: [ConnectorFactory; 3] =
    [ConnectorFactory::HuggingFace, ConnectorFactory::OAuth2, ConnectorFactory::Oidc];
/// Members by which a bare configuration is recognized.
const CONFIG_MEMBERS: [&str; 5] =
    ["clientId", "clientSecret", "scope", "authorizationEndpoint", "tokenEndpoint"];
/// Members of a generic connector's configuration that lead to the provider.
const ENDPOINTS: [&str; 3] = ["authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"];

impl Case {
    /// Reads the connector: as `GET /api/connectors/:id` or `GET /api/connectors` returns it, or
    /// only its configuration. `file` is used in messages.
    ///
    /// # Errors
    /// [`InputError`] says what the text contains and what is expected.
    pub fn read_connector(&mut self, text: &str, file: &str) -> Result<(), InputError> {
        self.connector = connector(&json(text, file)?, file)?;
        Ok(())
    }

    /// Reads the app's record, as `GET /api/applications/:id` returns it.
    ///
    /// # Errors
    /// [`InputError`] says what the text contains and what is expected.
    pub fn read_application(&mut self, text: &str, file: &str) -> Result<(), InputError> {
        self.application = Some(application(json(text, file)?, file)?);
        Ok(())
    }

    /// Reads the sign-in experience, as `GET /api/sign-in-exp` returns it.
    ///
    /// # Errors
    /// [`InputError`] says what the text contains and what is expected.
    pub fn read_sign_in_experience(&mut self, text: &str, file: &str) -> Result<(), InputError> {
        self.sign_in_experience = Some(experience(json(text, file)?, file)?);
        Ok(())
    }

    /// Reads the permissions of a third-party application, as `GET
    /// /api/applications/:id/user-consent-scopes` returns them, into the app's record.
    ///
    /// # Errors
    /// [`InputError`] says what the text contains and what is expected, or that the record is missing
    /// of an application yet.
    pub fn read_user_consent_scopes(&mut self, text: &str, file: &str) -> Result<(), InputError> {
        let scopes = consent_scopes(json(text, file)?, file)?;
        let Some(record) = &mut self.application else {
            let hint = "pass the application's record, too (`--application`)";
            return shape(file, "these are permissions of an application that is not known", hint);
        };
        record.insert("userConsentScopes".to_owned(), Value::Object(scopes));
        Ok(())
    }

    /// Reads the tenant's API resources, as `GET /api/resources?includeScopes=true` returns them.
    ///
    /// # Errors
    /// [`InputError`] says what the text contains and what is expected.
    pub fn read_resources(&mut self, text: &str, file: &str) -> Result<(), InputError> {
        self.resources = Some(resources(&json(text, file)?, file)?);
        Ok(())
    }

    /// Reads the settings of the OAuth app at Hugging Face, in YAML or JSON, or from the
    /// `hf_oauth…` members in the `README.md` of a Space (or in its front matter alone).
    ///
    /// # Errors
    /// [`InputError`] says what the text contains and what is expected.
    pub fn read_oauth_app(&mut self, text: &str, file: &str) -> Result<(), InputError> {
        self.oauth_app = Some(match space::front_matter(text) {
            Some(matter) => space::oauth_app(&yaml(&matter, file)?, file)?,
            None => oauth_app(&yaml(text, file)?, file)?,
        });
        Ok(())
    }
}

fn json(text: &str, file: &str) -> Result<Value, InputError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        let hint = "it should contain JSON as Logto's Management API returns it".to_owned();
        return Err(InputError::Shape { file: file.to_owned(), what: "the file is empty".to_owned(), hint });
    }
    let hint = "; save the Management API's answer unchanged, without the command or headers around it";
    document::json(text).map_err(|fault| syntax(file, fault, "this is not JSON", hint))
}

fn yaml(text: &str, file: &str) -> Result<Value, InputError> {
    match document::json(text) {
        Ok(value) => Ok(value),
        Err(fault) if serde_json::from_str::<Value>(text).is_ok() => Err(syntax(file, fault, "", "")),
        Err(_) => match Node::parse(text, &Arc::new(file.into())) {
            Ok(root) => Ok(root.plain()),
            Err(fault) => Err(syntax(file, fault, "this is neither YAML nor JSON", "")),
        },
    }
}

fn syntax(file: &str, fault: Fault, not: &str, hint: &'static str) -> InputError {
    let Fault { line, column, message, .. } = fault;
    // Only one of two duplicate keys can be meant.
    let (message, hint) = if message.ends_with(" appears here twice") {
        (format!("{message}; keep only one of the two"), "")
    } else {
        (format!("{not}: {message}"), hint)
    };
    InputError::Syntax { file: file.to_owned(), line, column, message, hint }
}

fn shape<T>(file: &str, what: impl Into<String>, hint: impl Into<String>) -> Result<T, InputError> {
    Err(InputError::Shape { file: file.to_owned(), what: what.into(), hint: hint.into() })
}

/// The kind of a value, for readers who do not write Rust.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn object(value: Value, file: &str, of: &str) -> Result<Map<String, Value>, InputError> {
    match value {
        Value::Object(members) => match (members.get("code"), members.get("message")) {
            (Some(Value::String(code)), Some(Value::String(message))) if members.get("id").is_none() => {
                let hint = match code.split('.').next() {
                    Some("auth") => "repeat the request with a token that may read this",
                    Some("entity") => {
                        "Logto does not know that ID: take it from the list (`GET /api/connectors`, `GET /api/applications`)"
                    }
                    _ => "fix that, and repeat the request",
                };
                shape(file, format!("{LOGTO_ERROR}, {code}: {message}"), hint)
            }
            _ => Ok(members),
        },
        other => {
            shape(file, format!("found {}", kind(&other)), format!("it should be the JSON object of {of}"))
        }
    }
}

pub(super) fn connector(value: &Value, file: &str) -> Result<ConnectorCase, InputError> {
    if let Value::Array(list) = value {
        return one_of(list, file);
    }
    let members = object(value.clone(), file, "a connector")?;
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let Some(factory) = text("connectorId") else { return bare(members, file) };
    let Some(factory) = FACTORIES.into_iter().find(|known| known.id() == factory) else {
        let target = text("target").map_or_else(String::new, |target| format!(" (target `{target}`)"));
        return Err(InputError::OtherFactory { file: file.to_owned(), factory: factory.to_owned(), target });
    };
    let config = match members.get("config") {
        Some(Value::Object(config)) => config.clone(),
        None | Some(Value::Null) => Map::new(),
        Some(other) => {
            return shape(
                file,
                format!("`config` is {}", kind(other)),
                "a connector's `config` must be an object",
            );
        }
    };
    records::fits(Record::Connector, &members, file)?;
    let target = text("target").or_else(|| members.get("metadata")?.get("target")?.as_str());
    let case = ConnectorCase {
        id: text("id").filter(|id| !id.is_empty()).map(ToOwned::to_owned),
        factory,
        target: target.map(ToOwned::to_owned),
        sync_profile: members.get("syncProfile") == Some(&Value::Bool(true)),
        // A connector that was read from a Logto has an ID; a request body usually has none.
        stored: text("id").is_some(),
        config,
        not_checked: Record::Connector.not_checked(&members),
    };
    at_huggingface(&case, file)?;
    Ok(case)
}

/// The answer of `GET /api/connectors`: picks the connector for Hugging Face.
fn one_of(list: &[Value], file: &str) -> Result<ConnectorCase, InputError> {
    let factory = |one: &Value| one.get("connectorId").and_then(Value::as_str).unwrap_or("?").to_owned();
    let (own, generic): (Vec<&Value>, Vec<&Value>) = list
        .iter()
        .filter(|one| FACTORIES.iter().any(|known| known.id() == factory(one)))
        .partition(|one| factory(one) == ConnectorFactory::HuggingFace.id());
    match (own.as_slice(), generic.as_slice()) {
        ([one], _) | ([], [one]) => connector(one, file),
        ([], []) => {
            let there: Vec<String> = list.iter().map(factory).collect();
            let there = if there.is_empty() { "it is empty".to_owned() } else { there.join(", ") };
            shape(
                file,
                format!("this list has no connector for Hugging Face ({there})"),
                "create one in the Logto console: Connectors → Social connectors → Add",
            )
        }
        _ => {
            let (kind, several) = if own.is_empty() {
                ("generic connectors", generic)
            } else {
                ("connectors for Hugging Face", own)
            };
            let ids: Vec<&str> = several.iter().filter_map(|one| one.get("id")?.as_str()).collect();
            shape(
                file,
                format!("this list has several {kind} ({})", ids.join(", ")),
                "pass only the object of the one you mean",
            )
        }
    }
}

/// The bare configuration, or an object with only `config`.
fn bare(members: Map<String, Value>, file: &str) -> Result<ConnectorCase, InputError> {
    let config = match members.get("config") {
        Some(Value::Object(config)) => config.clone(),
        _ if CONFIG_MEMBERS.iter().any(|known| members.contains_key(*known)) => members,
        _ => {
            let slip = members.keys().find_map(|key| Some((key, nearest(key, CONFIG_MEMBERS)?)));
            let hint = match slip {
                Some((key, near)) => format!("did you mean `{near}` instead of `{key}`?"),
                None => {
                    "it should be a connector as `GET /api/connectors/:id` returns it, or its `config` with \
                         `clientId` and `clientSecret`"
                        .to_owned()
                }
            };
            return shape(file, "it has neither `connectorId`, `config` nor `clientId`", hint);
        }
    };
    let factory =
        match (config.contains_key("tokenEndpoint"), config.contains_key("idTokenVerificationConfig")) {
            (_, true) => ConnectorFactory::Oidc,
            (true, false) => ConnectorFactory::OAuth2,
            (false, false) => ConnectorFactory::HuggingFace,
        };
    let case = ConnectorCase { factory, config, ..ConnectorCase::default() };
    at_huggingface(&case, file)?;
    Ok(case)
}

/// Checks that a generic connector leads to Hugging Face. One of its addresses may be wrong: if another one is Hugging
/// Face's, that is a fault to find.
fn at_huggingface(case: &ConnectorCase, file: &str) -> Result<(), InputError> {
    if case.factory == ConnectorFactory::HuggingFace {
        return Ok(());
    }
    let addresses = ENDPOINTS.iter().filter_map(|member| {
        let address = case.config.get(*member)?.as_str()?;
        Some((*member, address, Url::parse(address).ok()?))
    });
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        addresses.partition(|(.., url)| url.host_str() == Some("huggingface.co"));
    match elsewhere.first() {
        Some((member, address, _)) if here.is_empty() => {
            Err(InputError::OtherProvider { file: file.to_owned(), member, address: (*address).to_owned() })
        }
        _ => Ok(()),
    }
}

const OAUTH_APP: [&str; 10] = [
    "client_id",
    "secret",
    "public",
    "redirect_uris",
    "scopes",
    "token_duration_minutes",
    "authorized_orgs",
    "name",
    "homepage_url",
    "logo_url",
];

fn oauth_app(value: &Value, file: &str) -> Result<OAuth2App, InputError> {
    let Value::Object(members) = value else {
        let hint = format!("it should have members such as {}", OAUTH_APP[..5].join(", "));
        return shape(file, format!("found {}", kind(value)), hint);
    };
    if let Some(stranger) = members.keys().find(|key| !OAUTH_APP.contains(&key.as_str())) {
        let hint = match nearest(stranger, OAUTH_APP) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("valid are {}", OAUTH_APP.join(", ")),
        };
        return shape(file, format!("an OAuth app at Hugging Face has no `{stranger}`"), hint);
    }
    let scopes = scopes(members, "scopes", file)?;
    let public = match members.get("public") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(public)) => Some(*public),
        Some(other) => {
            return shape(file, format!("`public` is {}", kind(other)), "it must be true or false");
        }
    };
    Ok(OAuth2App {
        client_id: text(members, "client_id", file)?,
        secret: text(members, "secret", file)?.filter(|secret| !secret.is_empty()),
        public,
        redirect_uris: texts(members, "redirect_uris", file)?,
        scopes,
        token_duration_minutes: minutes(members, "token_duration_minutes", file)?,
        authorized_orgs: one_or_more(members, "authorized_orgs", file)?,
        ..OAuth2App::default()
    })
}

/// A list of scopes, all of which Hugging Face knows.
fn scopes(members: &Map<String, Value>, name: &str, file: &str) -> Result<Option<Vec<String>>, InputError> {
    let scopes: Option<Vec<String>> = match members.get(name) {
        // One string, as in the connector.
        Some(Value::String(text)) => Some(text.split_whitespace().map(ToOwned::to_owned).collect()),
        _ => texts(members, name, file)?,
    };
    let known: Vec<&str> = mock_huggingface::SCOPES.iter().map(|(name, _)| *name).collect();
    for scope in scopes.iter().flatten() {
        if !known.contains(&String::as_str(scope)) {
            let hint = match nearest(scope, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("valid are {}", known.join(", ")),
            };
            return shape(file, format!("Hugging Face has no scope `{scope}`"), hint);
        }
    }
    Ok(scopes)
}

fn minutes(members: &Map<String, Value>, name: &str, file: &str) -> Result<Option<u32>, InputError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64().and_then(|minutes| u32::try_from(minutes).ok()) {
            Some(minutes) if minutes > 0 => Ok(Some(minutes)),
            _ => {
                let what = format!("`{name}` is not a number of minutes");
                shape(file, what, "it must be a whole number of minutes, from 1 to 43200")
            }
        },
    }
}

/// A list of strings, or a single one.
fn one_or_more(
    members: &Map<String, Value>,
    name: &str,
    file: &str,
) -> Result<Option<Vec<String>>, InputError> {
    match members.get(name) {
        Some(Value::String(one)) => Ok(Some(vec![one.clone()])),
        _ => texts(members, name, file),
    }
}

fn text(members: &Map<String, Value>, name: &str, file: &str) -> Result<Option<String>, InputError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => {
            shape(file, format!("`{name}` is {}", kind(other)), "it must be text; put it in quotes")
        }
    }
}

fn texts(members: &Map<String, Value>, name: &str, file: &str) -> Result<Option<Vec<String>>, InputError> {
    let hint = "it must be a list of strings";
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => {
            let read = |item: &Value| match item.as_str() {
                Some(text) => Ok(text.to_owned()),
                None => shape(file, format!("`{name}` contains {}", kind(item)), hint),
            };
            items.iter().map(read).collect::<Result<Vec<_>, _>>().map(Some)
        }
        Some(other) => shape(file, format!("`{name}` is {}", kind(other)), hint),
    }
}
