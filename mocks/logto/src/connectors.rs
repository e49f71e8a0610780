//! Connectors: what Logto calls social providers with.

mod error;
mod fetch;
mod huggingface;
mod registry;

pub(crate) use error::ConnectorError;
pub(crate) use registry::{
    authorization_uri, check_callback, check_config, factories, factory, full, kind, listed, user_info,
};
