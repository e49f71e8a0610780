//! Connectors, with which Logto calls social providers.

mod error;
mod fetch;
mod github;
mod huggingface;
mod id_token;
mod id_token_error;
mod keys;
mod kind;
mod message;
mod metadata;
mod numbers;
mod oauth;
mod oauth2;
mod oidc;
mod parameters;
mod profile;
mod registry;

pub(crate) use error::{ConnectorError, Uncaught};
pub(crate) use kind::{Arrival, Authorization, Departure, SocialConnector};
pub(crate) use message::{MessageKind, check_message_config, shown_message};
pub(crate) use metadata::{check as check_metadata, is_language, kept};
pub(crate) use registry::{factories, factory, full, kind, listed};
