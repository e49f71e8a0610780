//! The available factories, and how they and their connectors are shown.

use serde_json::{Map, Value, json};

use super::github::Github;
use super::huggingface::HuggingFace;
use super::kind::SocialConnector;
use super::metadata;
use super::oauth2::OAuth2;
use super::oidc::Oidc;
use crate::store::{Connector, column};

/// In the order in which a real Logto lists them.
static KINDS: [&dyn SocialConnector; 4] = [&Github, &HuggingFace, &OAuth2, &Oidc];

/// The kind of connector with this id.
pub(crate) fn kind(id: &str) -> Option<&'static dyn SocialConnector> {
    KINDS.into_iter().find(|kind| kind.id() == id)
}

impl Connector {
    /// The kind of this connector. Connectors are created only from kinds that exist.
    pub(crate) fn kind(&self) -> &'static dyn SocialConnector {
        kind(&self.factory).unwrap_or(&HuggingFace)
    }

    /// The target by which the sign-in experience and identities refer to it.
    pub(crate) fn target(&self) -> String {
        let own = self.metadata.get("target").and_then(Value::as_str);
        own.unwrap_or_else(|| self.kind().target()).to_owned()
    }

    /// The description of its kind, with the connector's own metadata.
    fn description(&self) -> Map<String, Value> {
        let mut described = described(self.kind());
        for name in ["name", "logo", "logoDark"] {
            if let Some(own) = metadata::shown(&self.metadata).get(name) {
                described.insert(name.to_owned(), own.clone());
            }
        }
        described
    }
}

fn described(kind: &dyn SocialConnector) -> Map<String, Value> {
    match kind.description() {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// All factories.
pub(crate) fn factories() -> Vec<Value> {
    KINDS.into_iter().map(shown).collect()
}

/// A factory as `GET /connector-factories/:id` shows it.
pub(crate) fn factory(id: &str) -> Option<Value> {
    kind(id).map(shown)
}

fn shown(kind: &dyn SocialConnector) -> Value {
    let mut shown = Map::new();
    for (name, value) in [
        ("type", json!("Social")),
        ("isDemo", json!(false)),
        ("id", json!(kind.id())),
        ("target", json!(kind.target())),
    ] {
        shown.insert(name.to_owned(), value);
    }
    shown.extend(described(kind));
    Value::Object(shown)
}

/// A connector as the Management API shows it (contract §4).
pub(crate) fn full(connector: &Connector) -> Value {
    let mut shown = Map::new();
    for (name, value) in [
        ("id", json!(connector.id)),
        ("syncProfile", json!(connector.sync_profile)),
        ("enableTokenStorage", json!(false)),
        ("config", column(&Value::Object(connector.config.clone()))),
        ("metadata", Value::Object(metadata::shown(&connector.metadata))),
        ("connectorId", json!(connector.factory)),
        ("target", json!(connector.target())),
    ] {
        shown.insert(name.to_owned(), value);
    }
    shown.extend(connector.description());
    for (name, value) in [("type", json!("Social")), ("isDemo", json!(false)), ("extraInfo", json!({}))] {
        shown.insert(name.to_owned(), value);
    }
    Value::Object(shown)
}

/// A connector as the sign-in page receives it (contract §3).
pub(crate) fn listed(connector: &Connector) -> Value {
    let described = connector.description();
    let mut shown = Map::new();
    shown.insert("id".to_owned(), json!(connector.id));
    shown.insert("target".to_owned(), json!(connector.target()));
    for name in ["name", "logo", "logoDark", "platform", "isStandard", "isTokenStorageSupported"] {
        if let Some(value) = described.get(name) {
            shown.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(shown)
}
