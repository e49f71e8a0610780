//! Reading what consoles and APIs give, with a clear word where it cannot be.

use kit::document::{self, Fault};
use serde_json::{Map, Value};
use url::Url;

use super::case::{Case, ConnectorCase};
use super::error::InputError;
use crate::scenario::nearest;
use crate::setup::{ConnectorFactory, OauthApp};

mod space;

const FACTORIES: [ConnectorFactory; 3] =
    [ConnectorFactory::HuggingFace, ConnectorFactory::OAuth2, ConnectorFactory::Oidc];
/// Members by which a bare configuration is known.
const CONFIG_MEMBERS: [&str; 5] =
    ["clientId", "clientSecret", "scope", "authorizationEndpoint", "tokenEndpoint"];
/// Members of a generic connector's configuration that lead to the provider.
const ENDPOINTS: [&str; 3] = ["authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"];
/// Kinds of applications that somebody signs in to.
const KINDS: [&str; 4] = ["Traditional", "SPA", "Native", "MachineToMachine"];

impl Case {
    /// Reads the connector: as `GET /api/connectors/:id` or `GET /api/connectors`
    /// gives it, or just its configuration. `file` is for messages.
    ///
    /// # Errors
    /// [`InputError`] says what is there and what is needed.
    pub fn read_connector(&mut self, text: &str, file: &str) -> Result<(), InputError> {
        self.connector = connector(&json(text, file)?, file)?;
        Ok(())
    }

    /// Reads the app's record, as `GET /api/applications/:id` gives it.
    ///
    /// # Errors
    /// [`InputError`] says what is there and what is needed.
    pub fn read_application(&mut self, text: &str, file: &str) -> Result<(), InputError> {
        self.application = Some(application(json(text, file)?, file)?);
        Ok(())
    }

    /// Reads the sign-in experience, as `GET /api/sign-in-exp` gives it.
    ///
    /// # Errors
    /// [`InputError`] says what is there and what is needed.
    pub fn read_sign_in_experience(&mut self, text: &str, file: &str) -> Result<(), InputError> {
        self.sign_in_experience = Some(experience(json(text, file)?, file)?);
        Ok(())
    }

    /// Reads the settings of the OAuth app at Hugging Face, in YAML or JSON, or the `README.md` of
    /// a Space (or its front matter alone), whose `hf_oauth…` say them.
    ///
    /// # Errors
    /// [`InputError`] says what is there and what is needed.
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
        let hint = "it should hold JSON as Logto's Management API gives it".to_owned();
        return Err(InputError::Shape { file: file.to_owned(), what: "it is empty".to_owned(), hint });
    }
    let hint = "; save the answer of the Management API as it came, without the command or headers around it";
    document::json(text).map_err(|fault| syntax(file, fault, "this is not JSON", hint))
}

fn yaml(text: &str, file: &str) -> Result<Value, InputError> {
    match document::json(text) {
        Ok(value) => Ok(value),
        Err(fault) if serde_json::from_str::<Value>(text).is_ok() => Err(syntax(file, fault, "", "")),
        Err(_) => {
            document::yaml(text).map_err(|fault| syntax(file, fault, "this is neither YAML nor JSON", ""))
        }
    }
}

fn syntax(file: &str, fault: Fault, not: &str, hint: &'static str) -> InputError {
    let Fault { line, column, message, .. } = fault;
    // A document with a key twice is one.
    let (message, hint) = if message.ends_with(" stands here twice") {
        (format!("{message}; which of the two is meant?"), "")
    } else {
        (format!("{not}: {message}"), hint)
    };
    InputError::Syntax { file: file.to_owned(), line, column, message, hint }
}

fn shape<T>(file: &str, what: impl Into<String>, hint: impl Into<String>) -> Result<T, InputError> {
    Err(InputError::Shape { file: file.to_owned(), what: what.into(), hint: hint.into() })
}

/// What somebody sees who does not write Rust.
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
                    Some("auth") => "ask again with a token that may read",
                    Some("entity") => {
                        "Logto has nothing with that id: take it from the list (`GET /api/connectors`, `GET /api/applications`)"
                    }
                    _ => "ask again once that is mended",
                };
                shape(file, format!("this is an error of Logto's, {code}: {message}"), hint)
            }
            _ => Ok(members),
        },
        other => {
            shape(file, format!("there is {}", kind(&other)), format!("it should be the JSON object of {of}"))
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
                "a connector's `config` is an object",
            );
        }
    };
    let target = text("target").or_else(|| members.get("metadata")?.get("target")?.as_str());
    let case = ConnectorCase {
        id: text("id").filter(|id| !id.is_empty()).map(ToOwned::to_owned),
        factory,
        target: target.map(ToOwned::to_owned),
        sync_profile: members.get("syncProfile") == Some(&Value::Bool(true)),
        // What was read from a Logto has an id; a body that is to be sent has none, as a rule.
        stored: text("id").is_some(),
        config,
    };
    at_huggingface(&case, file)?;
    Ok(case)
}

/// `GET /api/connectors`: the one for Hugging Face.
fn one_of(list: &[Value], file: &str) -> Result<ConnectorCase, InputError> {
    let factory = |one: &Value| one.get("connectorId").and_then(Value::as_str).unwrap_or("?").to_owned();
    let own = list.iter().find(|one| factory(one) == ConnectorFactory::HuggingFace.id());
    let generic: Vec<&Value> =
        list.iter().filter(|one| FACTORIES.iter().any(|known| known.id() == factory(one))).collect();
    match (own, generic.as_slice()) {
        (Some(own), _) => connector(own, file),
        (None, [one]) => connector(one, file),
        (None, []) => {
            let there: Vec<String> = list.iter().map(factory).collect();
            let there = if there.is_empty() { "it is empty".to_owned() } else { there.join(", ") };
            shape(
                file,
                format!("this list has no connector for Hugging Face ({there})"),
                "create one in the Logto console: Connectors → Social connectors → Add",
            )
        }
        (None, _) => {
            let ids: Vec<&str> = generic.iter().filter_map(|one| one.get("id")?.as_str()).collect();
            shape(
                file,
                format!("this list has several generic connectors ({})", ids.join(", ")),
                "give the object of the one that is meant",
            )
        }
    }
}

/// Just the configuration, or an object with `config` alone.
fn bare(members: Map<String, Value>, file: &str) -> Result<ConnectorCase, InputError> {
    let config = match members.get("config") {
        Some(Value::Object(config)) => config.clone(),
        _ if CONFIG_MEMBERS.iter().any(|known| members.contains_key(*known)) => members,
        _ => {
            let slip = members.keys().find_map(|key| Some((key, nearest(key, CONFIG_MEMBERS)?)));
            let hint = match slip {
                Some((key, near)) => format!("`{key}` may be meant as `{near}`"),
                None => {
                    "it should be a connector as `GET /api/connectors/:id` gives it, or its `config` with \
                         `clientId` and `clientSecret`"
                        .to_owned()
                }
            };
            return shape(file, "there is neither `connectorId`, `config` nor `clientId` in it", hint);
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

/// A generic connector may lead anywhere.
fn at_huggingface(case: &ConnectorCase, file: &str) -> Result<(), InputError> {
    if case.factory == ConnectorFactory::HuggingFace {
        return Ok(());
    }
    for member in ENDPOINTS {
        let Some(address) = case.config.get(member).and_then(Value::as_str) else { continue };
        let elsewhere = Url::parse(address).is_ok_and(|url| url.host_str() != Some("huggingface.co"));
        if elsewhere {
            let address = address.to_owned();
            return Err(InputError::OtherProvider { file: file.to_owned(), member, address });
        }
    }
    Ok(())
}

pub(super) fn application(value: Value, file: &str) -> Result<Map<String, Value>, InputError> {
    let members = object(value, file, "an application (`GET /api/applications/:id`)")?;
    let Some(metadata) = members.get("oidcClientMetadata").and_then(Value::as_object) else {
        let hint = "it should be the object that `GET /api/applications/:id` gives";
        return shape(file, "there is no `oidcClientMetadata` in it", hint);
    };
    for name in ["redirectUris", "postLogoutRedirectUris"] {
        let good = match metadata.get(name) {
            None => true,
            Some(Value::Array(uris)) => uris.iter().all(Value::is_string),
            Some(_) => false,
        };
        if !good {
            let what = format!("`oidcClientMetadata.{name}` is no list of texts");
            return shape(
                file,
                what,
                "Logto has a list of addresses there, such as [\"https://shop.example/callback\"]",
            );
        }
    }
    let kind = members.get("type").and_then(Value::as_str).unwrap_or("Traditional");
    if !KINDS.contains(&kind) {
        let what = format!("this is an application of the type `{kind}`");
        return shape(file, what, format!("those of {} can be looked at", KINDS.join(", ")));
    }
    Ok(members)
}

/// Members that a walk depends on; `super::twin` takes these.
pub(super) const EXPERIENCE: [&str; 8] = [
    "signUp",
    "signIn",
    "socialSignIn",
    "socialSignInConnectorTargets",
    "signInMode",
    "agreeToTermsPolicy",
    "mfa",
    "captchaPolicy",
];

pub(super) fn experience(value: Value, file: &str) -> Result<Map<String, Value>, InputError> {
    let members = object(value, file, "the sign-in experience (`GET /api/sign-in-exp`)")?;
    if !EXPERIENCE.iter().any(|known| members.contains_key(*known)) {
        let hint = "it should be the object that `GET /api/sign-in-exp` gives, with `socialSignInConnectorTargets` in it";
        return shape(file, "nothing in it is known of a sign-in experience", hint);
    }
    Ok(members)
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

fn oauth_app(value: &Value, file: &str) -> Result<OauthApp, InputError> {
    let Value::Object(members) = value else {
        let hint = format!("it should have members such as {}", OAUTH_APP[..5].join(", "));
        return shape(file, format!("there is {}", kind(value)), hint);
    };
    if let Some(stranger) = members.keys().find(|key| !OAUTH_APP.contains(&key.as_str())) {
        let hint = match nearest(stranger, OAUTH_APP) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", OAUTH_APP.join(", ")),
        };
        return shape(file, format!("an OAuth app at Hugging Face has no `{stranger}`"), hint);
    }
    let scopes = scopes(members, "scopes", file)?;
    let public = match members.get("public") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(public)) => Some(*public),
        Some(other) => return shape(file, format!("`public` is {}", kind(other)), "it is true or false"),
    };
    Ok(OauthApp {
        client_id: text(members, "client_id", file)?,
        secret: text(members, "secret", file)?.filter(|secret| !secret.is_empty()),
        public,
        redirect_uris: texts(members, "redirect_uris", file)?,
        scopes,
        token_duration_minutes: minutes(members, "token_duration_minutes", file)?,
        authorized_orgs: one_or_more(members, "authorized_orgs", file)?,
        ..OauthApp::default()
    })
}

/// Scopes, each of which Hugging Face has.
fn scopes(members: &Map<String, Value>, name: &str, file: &str) -> Result<Option<Vec<String>>, InputError> {
    let scopes: Option<Vec<String>> = match members.get(name) {
        // As the connector writes them.
        Some(Value::String(text)) => Some(text.split_whitespace().map(ToOwned::to_owned).collect()),
        _ => texts(members, name, file)?,
    };
    let known: Vec<&str> = mock_huggingface::SCOPES.iter().map(|(name, _)| *name).collect();
    for scope in scopes.iter().flatten() {
        if !known.contains(&String::as_str(scope)) {
            let hint = match nearest(scope, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known.join(", ")),
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
                shape(file, what, "it is a whole number of minutes, from 1 to 43200")
            }
        },
    }
}

/// A list of texts, or one of them.
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
        Some(other) => shape(file, format!("`{name}` is {}", kind(other)), "it is text; put it in quotes"),
    }
}

fn texts(members: &Map<String, Value>, name: &str, file: &str) -> Result<Option<Vec<String>>, InputError> {
    let hint = "it is a list of texts";
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => {
            let read = |item: &Value| match item.as_str() {
                Some(text) => Ok(text.to_owned()),
                None => shape(file, format!("in `{name}` there is {}", kind(item)), hint),
            };
            items.iter().map(read).collect::<Result<Vec<_>, _>>().map(Some)
        }
        Some(other) => shape(file, format!("`{name}` is {}", kind(other)), hint),
    }
}
