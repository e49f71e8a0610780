//! Logto's connector `http-email`, which sends mail through an HTTP call. A tenant that asks people
//! for e-mail addresses must have one; the double stores it, and does not send anything.

use serde_json::{Map, Value, json};

use super::error::{self, ConnectorError};
use crate::store::{MailConnector, column};
use crate::wire::body;

/// The id of its factory.
pub(crate) const HTTP_EMAIL: &str = "http-email";

/// Checks the configuration as zod does.
///
/// # Errors
/// [`ConnectorError::InvalidConfig`].
pub(crate) fn check_mail_config(config: &Map<String, Value>) -> Result<(), ConnectorError> {
    let issues =
        [body::needed(config, &["endpoint"], "string"), body::typed(config, &["authorization"], "string")];
    error::without(issues, ConnectorError::InvalidConfig)
}

/// The connector as the Management API shows it, without the members for the Console only.
pub(crate) fn shown_mail(connector: &MailConnector) -> Value {
    json!({
        "id": connector.id,
        "syncProfile": false,
        "enableTokenStorage": false,
        "config": column(&Value::Object(connector.config.clone())),
        "metadata": {},
        "connectorId": HTTP_EMAIL,
        "target": HTTP_EMAIL,
        "name": { "en": "HTTP Email" },
        "type": "Email",
        "isDemo": false,
        "extraInfo": {},
    })
}
