//! Converts members of Logto's API to those of `given`.

use serde_json::{Map, Value, json};

use super::case::ConnectorCase;
use crate::placeholder::literal;
use crate::setup::ConnectorFactory;

/// Members that Logto drops if they are empty, although it requires them: so a stored connector
/// without them was saved with an empty text (catalog A4).
fn needed(factory: ConnectorFactory) -> &'static [&'static str] {
    match factory {
        ConnectorFactory::HuggingFace => &["clientId", "clientSecret"],
        ConnectorFactory::OAuth2 => {
            &["clientId", "clientSecret", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"]
        }
        ConnectorFactory::Oidc => &["clientId", "clientSecret", "authorizationEndpoint", "tokenEndpoint"],
    }
}

/// The members that the stack sets for a connector of this factory by default.
fn preset(factory: ConnectorFactory) -> &'static [&'static str] {
    match factory {
        ConnectorFactory::HuggingFace => &["clientId", "clientSecret"],
        ConnectorFactory::OAuth2 => &[
            "clientId",
            "clientSecret",
            "authorizationEndpoint",
            "tokenEndpoint",
            "userInfoEndpoint",
            "tokenEndpointResponseType",
            "profileMap",
        ],
        ConnectorFactory::Oidc => &[
            "clientId",
            "clientSecret",
            "authorizationEndpoint",
            "tokenEndpoint",
            "scope",
            "idTokenVerificationConfig",
        ],
    }
}

/// Puts the configuration into `given.connector`, and returns all of it.
pub(super) fn connector_config(
    case: &ConnectorCase,
    connector: &mut Map<String, Value>,
    oauth_app: &Map<String, Value>,
) -> Value {
    let (mut config, mut without) = (Map::new(), Vec::new());
    for (member, lever) in [("clientId", "client_id"), ("clientSecret", "client_secret"), ("scope", "scope")]
    {
        match case.config.get(member) {
            Some(Value::String(text)) => {
                let text = json!(literal(text));
                // By default, the stack gives the connector the OAuth app's values.
                let same = match lever {
                    "client_id" => oauth_app.get("client_id") == Some(&text),
                    "client_secret" => oauth_app.get("secret") == Some(&text),
                    _ => false,
                };
                if !same {
                    connector.insert(lever.to_owned(), text);
                }
            }
            Some(other) => {
                config.insert(member.to_owned(), literals(other));
            }
            None => {}
        }
    }
    for (name, value) in &case.config {
        if !["clientId", "clientSecret", "scope"].contains(&name.as_str()) {
            config.insert(name.clone(), literals(value));
        }
    }
    for name in preset(case.factory) {
        if case.config.contains_key(*name) {
            continue;
        }
        if case.stored && needed(case.factory).contains(name) {
            match *name {
                "clientId" => connector.insert("client_id".to_owned(), json!("")),
                "clientSecret" => connector.insert("client_secret".to_owned(), json!("")),
                other => config.insert(other.to_owned(), json!("")),
            };
        } else {
            without.push(*name);
        }
    }
    if !config.is_empty() {
        connector.insert("config".to_owned(), Value::Object(config));
    }
    if !without.is_empty() {
        connector.insert("without".to_owned(), json!(without));
    }
    literals(&Value::Object(case.config.clone()))
}

/// Escapes a value so that a scenario takes its texts literally.
pub(super) fn literals(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(literal(text)),
        Value::Array(items) => items.iter().map(literals).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), literals(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// Members of `customClientMetadata` that the twin has, besides `alwaysIssueRefreshToken`.
const METADATA: [&str; 7] = [
    "rotateRefreshToken",
    "refreshTokenTtl",
    "refreshTokenTtlInDays",
    "idTokenTtl",
    "maxAllowedGrants",
    "allowTokenExchange",
    "isDeviceFlow",
];

/// The app's record as `given.application` represents it, except for its URIs.
pub(super) fn application(record: &Map<String, Value>) -> Map<String, Value> {
    let mut application = Map::new();
    let mut custom = Map::new();
    for (name, value) in record.get("customClientMetadata").and_then(Value::as_object).into_iter().flatten() {
        if name == "alwaysIssueRefreshToken" {
            application.insert("always_issue_refresh_token".to_owned(), value.clone());
        } else if METADATA.contains(&name.as_str()) {
            custom.insert(name.clone(), value.clone());
        }
    }
    if !custom.is_empty() {
        application.insert("custom_client_metadata".to_owned(), Value::Object(custom));
    }
    let kind = record.get("type").and_then(Value::as_str).unwrap_or("Traditional");
    if kind != "Traditional" {
        application.insert("type".to_owned(), json!(kind));
    }
    application
}

/// The scopes of Hugging Face that a text means, whatever stands between and around them.
pub(super) fn scopes_meant(text: &str) -> Vec<String> {
    let exists = |scope: &String| mock_huggingface::SCOPES.iter().any(|(name, _)| name == scope);
    scope_words(&text.replace("%20", " ")).map(str::to_lowercase).filter(exists).collect()
}

/// The words of a text of scopes.
pub(super) fn scope_words(text: &str) -> impl Iterator<Item = &str> {
    let between = |c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '+' | '|' | '"' | '\'' | '`' | '[' | ']' | '“' | '”')
    };
    text.split(between).filter(|word| !word.is_empty())
}

/// A value without what was pasted along with it: space, quotation marks, zero-width characters.
/// `None` if nothing is left.
pub(super) fn cleaned(text: &str) -> Option<String> {
    let odd = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(
                c,
                '"' | '\'' | '`' | '“' | '”' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{00ad}'
            )
    };
    let inner = text.trim_matches(odd);
    (!inner.is_empty()).then(|| inner.to_owned())
}

/// How a value differs from the right one, for which scenarios have a name; `None` if it does not
/// differ.
pub(super) fn related(sent: &str, right: &str, name: &str) -> Option<String> {
    if sent == right {
        return None;
    }
    match sent.find(right).filter(|_| right.len() >= 4) {
        Some(at) => {
            let (before, after) = (&sent[..at], &sent[at + right.len()..]);
            Some(format!("{}{name}{}", literal(before), literal(after)))
        }
        None => Some(literal(sent)),
    }
}
