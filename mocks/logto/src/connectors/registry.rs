//! The factories there are, and what each can do.

use serde_json::{Map, Value, json};

use super::error::ConnectorError;
use super::huggingface;
use crate::shared::Shared;
use crate::store::{Connector, SocialUser, column};

impl Connector {
    /// What the sign-in experience knows it by.
    pub(crate) fn target(&self) -> String {
        // One factory so far, with a fixed target.
        huggingface::TARGET.to_owned()
    }
}

/// A kind of connector that a Logto of this build offers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    id: &'static str,
    /// Fixed, unless it is a standard that fits any provider.
    pub(crate) target: Option<&'static str>,
    /// Whether this double has it.
    pub(crate) runs: bool,
}

/// Of the stock build as recorded.
const KINDS: [Kind; 4] = [
    Kind { id: huggingface::FACTORY, target: Some(huggingface::TARGET), runs: true },
    Kind { id: "github-universal", target: Some("github"), runs: false },
    Kind { id: "oauth2", target: None, runs: false },
    Kind { id: "oidc", target: None, runs: false },
];

/// The kind of connector with this id.
pub(crate) fn kind(id: &str) -> Option<Kind> {
    KINDS.into_iter().find(|kind| kind.id == id)
}

/// All factories.
pub(crate) fn factories() -> Vec<Value> {
    vec![factory(huggingface::FACTORY).unwrap_or_default()]
}

/// A factory as `GET /connector-factories/:id` shows it.
pub(crate) fn factory(id: &str) -> Option<Value> {
    if id != huggingface::FACTORY {
        return None;
    }
    let mut shown = json!({ "type": "Social", "isDemo": false, "id": id, "target": huggingface::TARGET });
    append(&mut shown, huggingface::description());
    Some(shown)
}

fn append(value: &mut Value, more: Value) {
    if let (Value::Object(members), Value::Object(more)) = (value, more) {
        members.extend(more);
    }
}

/// A connector as the Management API shows it (contract §4).
pub(crate) fn full(connector: &Connector) -> Value {
    let mut shown = json!({
        "id": connector.id,
        "syncProfile": connector.sync_profile,
        "enableTokenStorage": false,
        "config": column(&Value::Object(connector.config.clone())),
        "metadata": {},
        "connectorId": connector.factory,
        "target": connector.target(),
    });
    append(&mut shown, huggingface::description());
    append(&mut shown, json!({ "type": "Social", "isDemo": false, "extraInfo": {} }));
    shown
}

/// A connector as the sign-in page gets it (contract §3).
pub(crate) fn listed(connector: &Connector) -> Value {
    let described = huggingface::description();
    json!({
        "id": connector.id,
        "target": connector.target(),
        "name": described["name"],
        "logo": described["logo"],
        "logoDark": described["logoDark"],
        "platform": described["platform"],
    })
}

/// Whether a configuration is one.
pub(crate) fn check_config(config: &Map<String, Value>) -> Result<(), ConnectorError> {
    huggingface::check_config(config)
}

/// Where a person is sent.
pub(crate) fn authorization_uri(
    shared: &Shared,
    connector: &Connector,
    state: &str,
    redirect_uri: &str,
) -> Result<String, ConnectorError> {
    huggingface::authorization_uri(shared, connector, state, redirect_uri)
}

/// Whether the provider sent the person back with something to exchange.
pub(crate) fn check_callback(data: &Map<String, Value>) -> Result<(), ConnectorError> {
    huggingface::check_callback(data)
}

/// Asks the provider who the person is.
pub(crate) async fn user_info(
    shared: &Shared,
    connector: &Connector,
    redirect_uri: &str,
    data: &Map<String, Value>,
) -> Result<SocialUser, ConnectorError> {
    huggingface::user_info(shared, connector, redirect_uri, data).await
}
