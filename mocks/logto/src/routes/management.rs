//! `/api` of the default tenant: the Management API (contract §4).

mod applications;
mod auth;
mod connectors;
mod experience;
mod identities;
mod routes;
mod users;

pub(crate) use routes::router;
