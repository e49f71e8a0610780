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

const LOGO: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAyNCAyNCI+PHBhdGggZD0iTTIgNWgyMHYxNEgyeiIgZmlsbD0iIzQ0NCIvPjwvc3ZnPg==";

/// How a kind is described in the Console.
pub(super) fn description(kind: MessageKind) -> Value {
    let (name, words, place) = match kind {
        MessageKind::Email => {
            ("HTTP Email", "Send email via HTTP call.", "<https://example.com/your-http-endpoint>")
        }
        MessageKind::Sms => {
            ("HTTP SMS", "Send SMS via HTTP call.", "<https://example.com/your-http-sms-endpoint>")
        }
    };
    json!({
        "name": { "en": name },
        "description": { "en": words },
        "logo": LOGO,
        "logoDark": (kind == MessageKind::Sms).then_some(LOGO),
        "readme": "# HTTP connector\n\nA double of Logto's connector that sends codes, for tests.\n",
        "formItems": [
            { "type": "Text", "key": "endpoint", "label": "Endpoint", "placeholder": place, "required": true },
            {
                "type": "Text",
                "key": "authorization",
                "label": "Authorization Header",
                "placeholder": "<Bearer your-token>",
                "required": false,
                "tooltip": "The authorization header to be sent with the request, you can verify the value in your server.",
            },
        ],
        "platform": null,
    })
}

/// The connector as the Management API shows it.
pub(crate) fn shown_message(connector: &MessageConnector) -> Value {
    let mut shown = json!({
        "id": connector.id,
        "syncProfile": false,
        "enableTokenStorage": false,
        "config": column(&Value::Object(connector.config.clone())),
        "metadata": {},
        "connectorId": connector.kind.factory(),
        "target": connector.kind.factory(),
    });
    let rest = [
        description(connector.kind),
        json!({ "type": connector.kind.name(), "isDemo": false, "extraInfo": {} }),
    ];
    for part in rest.iter().filter_map(Value::as_object) {
        for (name, value) in part {
            shown[name] = value.clone();
        }
    }
    shown
}
