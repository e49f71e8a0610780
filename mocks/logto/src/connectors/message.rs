//! Logto's connectors `http-email` and `http-sms`, which send codes through an HTTP call. A tenant that asks
//! people for e-mail addresses or phone numbers must have one; the double stores it, and does not
//! send anything.

use serde_json::{Map, Value, json};

use super::error::{self, ConnectorError};
use crate::store::{MessageConnector, column};
use crate::wire::body;

/// How a connector sends codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageKind {
    Email,
    Sms,
}

impl MessageKind {
    /// The kind of connectors of a factory.
    pub(crate) fn of(factory: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|kind| kind.factory() == factory)
    }

    /// The id of its factory, which is its target too.
    pub(crate) fn factory(self) -> &'static str {
        match self {
            Self::Email => "http-email",
            Self::Sms => "http-sms",
        }
    }

    /// What a code sent this way is among the factors, and among the methods for a forgotten password.
    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::Email => "EmailVerificationCode",
            Self::Sms => "PhoneVerificationCode",
        }
    }

    /// Its type, as messages of Logto have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Sms => "Sms",
        }
    }
}

/// Checks the configuration as zod does.
///
/// # Errors
/// [`ConnectorError::InvalidConfig`].
pub(crate) fn check_message_config(config: &Map<String, Value>) -> Result<(), ConnectorError> {
    let issues =
        [body::needed(config, &["endpoint"], "string"), body::typed(config, &["authorization"], "string")];
    error::without(issues, ConnectorError::InvalidConfig)
}

/// The connector as the Management API shows it, without the members for the Console only.
pub(crate) fn shown_message(connector: &MessageConnector) -> Value {
    let (factory, kind) = (connector.kind.factory(), connector.kind.name());
    json!({
        "id": connector.id,
        "syncProfile": false,
        "enableTokenStorage": false,
        "config": column(&Value::Object(connector.config.clone())),
        "metadata": {},
        "connectorId": factory,
        "target": factory,
        "name": { "en": format!("HTTP {}", if kind == "Sms" { "SMS" } else { kind }) },
        "type": kind,
        "isDemo": false,
        "extraInfo": {},
    })
}
