//! `/api` of the default tenant: the Management API (contract §4).

mod applications;
mod auth;
mod branding;
mod connectors;
mod consent_scopes;
mod experience;
mod experience_guard;
mod identities;
mod keys;
mod logs;
mod pagination;
mod profile;
mod resource_scopes;
mod resources;
mod role_error;
mod role_holders;
mod role_scopes;
mod roles;
mod routes;
mod search;
mod secrets;
mod sign_up;
mod unanswered;
mod user_agent;
mod user_data;
mod user_search;
mod users;

pub(crate) use auth::check_admin;
pub(super) use auth::{Authorized, Person};
pub(crate) use routes::routes;
