//! What every kind of connector can do.

use std::pin::Pin;

use serde_json::{Map, Value};

use super::error::ConnectorError;
use crate::shared::Shared;
use crate::store::{ConnectorSession, SocialUser};
use crate::wire::Issue;

/// A person on the way to the provider.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    /// Where the browser goes.
    pub(crate) uri: String,
    /// What the connector has to know again when it is back.
    pub(crate) session: ConnectorSession,
}

/// What a call to the provider ends with.
pub(crate) type Asked<'a> = Pin<Box<dyn Future<Output = Result<SocialUser, ConnectorError>> + Send + 'a>>;

/// A kind of connector: a factory of Logto, which connectors are made of.
///
/// Configurations come as they were saved: a connector can be saved without one.
pub(crate) trait SocialConnector: Sync {
    /// The id of the factory.
    fn id(&self) -> &'static str;

    /// What its connectors are known by, unless they say otherwise themselves.
    fn target(&self) -> &'static str;

    /// Whether it fits any provider of a standard: its connectors then have
    /// targets, names and logos of their own, and there may be several.
    fn is_standard(&self) -> bool {
        false
    }

    /// How it describes itself to whoever configures it.
    fn description(&self) -> Value;

    /// What zod would complain of in a configuration.
    fn complaints(&self, config: &Map<String, Value>) -> Vec<Issue>;

    /// Whether it needs to know something again when the person is back. Calls
    /// outside of a sign-in cannot keep it.
    fn keeps_session(&self) -> bool {
        true
    }

    /// Where a person is sent.
    ///
    /// # Errors
    /// [`ConnectorError::InvalidConfig`].
    fn authorization(
        &self,
        shared: &Shared,
        config: &Map<String, Value>,
        state: &str,
        redirect_uri: &str,
    ) -> Result<Authorization, ConnectorError>;

    /// What is looked at before the session is used up: a person whose callback
    /// is refused here may come back with another one.
    ///
    /// # Errors
    /// What the provider, or the person there, refused.
    fn check_callback(&self, _data: &Map<String, Value>) -> Result<(), ConnectorError> {
        Ok(())
    }

    /// Asks the provider who the person is; the configuration has been checked.
    ///
    /// # Errors
    /// What the provider refused, or said wrongly.
    fn user_info<'a>(
        &'a self,
        shared: &'a Shared,
        config: &'a Map<String, Value>,
        session: &'a ConnectorSession,
        data: &'a Map<String, Value>,
    ) -> Asked<'a>;

    /// A configuration that is one.
    ///
    /// # Errors
    /// [`ConnectorError::InvalidConfig`].
    fn check_config(&self, config: &Map<String, Value>) -> Result<(), ConnectorError> {
        let issues = self.complaints(config);
        if issues.is_empty() { Ok(()) } else { Err(ConnectorError::InvalidConfig(issues)) }
    }
}
