//! `/oidc` and `/consent` of the default tenant (contract §1).

mod audit;
mod authorize;
mod back_channel;
mod checks;
mod claims;
pub(crate) mod client_auth;
mod consent;
pub(super) mod cors;
mod device;
mod discovery;
mod end_session;
pub(super) mod endpoint;
mod finish;
mod form;
mod introspection;
mod parameters;
mod pushed;
mod refusal;
mod request;
mod respond;
mod resume;
mod revocation;
mod routes;
mod session;
mod shown;
mod token;
mod userinfo;

pub(crate) use consent::allow;
pub(crate) use request::AuthorizationRequest;
pub(crate) use routes::{router, routes, unknown_route};
