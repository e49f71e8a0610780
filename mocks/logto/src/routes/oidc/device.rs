//! The device flow (RFC 8628): an application without a browser requests a code that a person
//! enters elsewhere.

pub(super) mod approval;
pub(super) mod authorization;
mod error;
mod page;
pub(super) mod resumption;
pub(super) mod verification;

pub(super) use error::DeviceError;
pub(super) use page::shortcut;

/// The grant type (RFC 8628 §3.4).
pub(super) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
