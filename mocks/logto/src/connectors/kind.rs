//! The interface of every kind of connector.

use std::pin::Pin;

use serde_json::{Map, Value};

use super::error::ConnectorError;
use crate::shared::Shared;
use crate::store::{ConnectorSession, SocialUser};
use crate::wire::Issue;

/// The start of a social sign-in: where to send the person.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    /// Address to redirect the browser to.
    pub(crate) uri: String,
    /// What the connector must remember until the callback.
    pub(crate) session: ConnectorSession,
}

/// What a connector is told to send a person to the provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Departure<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) config: &'a Map<String, Value>,
    pub(crate) state: &'a str,
    pub(crate) redirect_uri: &'a str,
}

/// What a connector is told when the person has come back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) config: &'a Map<String, Value>,
    /// What was remembered at the departure.
    pub(crate) session: &'a ConnectorSession,
    /// The parameters of the callback.
    pub(crate) data: &'a Map<String, Value>,
}

/// The result of asking the provider who the person is.
pub(crate) type Asked<'a> = Pin<Box<dyn Future<Output = Result<SocialUser, ConnectorError>> + Send + 'a>>;

/// A kind of connector: one of Logto's factories, from which connectors are created.
///
/// Configurations are passed as they were saved: a connector can be saved without one.
pub(crate) trait SocialConnector: Sync {
    /// The id of the factory.
    fn id(&self) -> &'static str;

    /// Target of its connectors, unless they have their own.
    fn target(&self) -> &'static str;

    /// Whether it works with any provider of a standard: its connectors then have their own
    /// targets, names and logos, and there may be several.
    fn is_standard(&self) -> bool {
        false
    }

    /// Its description in the Console.
    fn description(&self) -> Value;

    /// Zod's complaints about a configuration.
    fn complaints(&self, config: &Map<String, Value>) -> Vec<Issue>;

    /// Whether it must remember something until the callback. Calls outside of a sign-in cannot
    /// store that.
    fn keeps_session(&self) -> bool {
        true
    }

    /// The address to which a person is sent.
    ///
    /// # Errors
    /// [`ConnectorError::InvalidConfig`].
    fn authorization(&self, departure: Departure<'_>) -> Result<Authorization, ConnectorError>;

    /// The checks before the session is used up: if they fail, the person may retry with another
    /// callback.
    ///
    /// # Errors
    /// The refusal by the provider, or by the person there.
    fn check_callback(&self, _data: &Map<String, Value>) -> Result<(), ConnectorError> {
        Ok(())
    }

    /// Asks the provider who the person is. The configuration was already checked.
    ///
    /// # Errors
    /// The provider's refusal, or its invalid response.
    fn user_info<'a>(&'a self, arrival: Arrival<'a>) -> Asked<'a>;

    /// Checks a configuration.
    ///
    /// # Errors
    /// [`ConnectorError::InvalidConfig`].
    fn check_config(&self, config: &Map<String, Value>) -> Result<(), ConnectorError> {
        let issues = self.complaints(config);
        if issues.is_empty() { Ok(()) } else { Err(ConnectorError::InvalidConfig(issues)) }
    }
}
