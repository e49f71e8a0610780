//! The table of routes. Authentication comes before everything.

use std::sync::Arc;

use axum::Router;
use axum::routing::{self, delete, get, post};

use super::{
    applications, connectors, experience, identities, logs, resource_scopes, resources, secrets, user_data,
    user_search, users,
};
use crate::shared::Shared;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/applications", get(applications::list).post(applications::create))
        .route(
            "/api/applications/{id}",
            get(applications::read).patch(applications::patch).delete(applications::delete),
        )
        .route("/api/applications/{id}/secrets", get(secrets::list).post(secrets::add))
        .route("/api/applications/{id}/secrets/{name}", delete(secrets::delete).patch(secrets::rename))
        .route("/api/connector-factories", get(connectors::factories))
        .route("/api/connector-factories/{id}", get(connectors::factory))
        .route("/api/connectors", get(connectors::list).post(connectors::create))
        .route(
            "/api/connectors/{id}",
            get(connectors::read).patch(connectors::patch).delete(connectors::delete),
        )
        .route("/api/connectors/{id}/authorization-uri", post(connectors::authorization_uri))
        .route("/api/logs", get(logs::list))
        .route("/api/logs/{id}", get(logs::read))
        .route("/api/resources", get(resources::list).post(resources::create))
        .route("/api/resources/{id}", get(resources::read).patch(resources::patch).delete(resources::delete))
        .route("/api/resources/{id}/is-default", routing::patch(resources::set_default))
        .route("/api/resources/{id}/scopes", get(resource_scopes::list).post(resource_scopes::create))
        .route(
            "/api/resources/{id}/scopes/{scope}",
            routing::patch(resource_scopes::patch).delete(resource_scopes::delete),
        )
        .route("/api/sign-in-exp", get(experience::read).patch(experience::patch))
        .route("/api/users", get(user_search::list).post(users::create))
        .route("/api/users/{id}", get(users::read).patch(users::patch).delete(users::delete))
        .route(
            "/api/users/{id}/identities/{target}",
            get(identities::read).put(identities::put).delete(identities::delete),
        )
        .route("/api/users/{id}/identities", post(identities::post))
        .route("/api/users/{id}/custom-data", get(user_data::custom_data).patch(user_data::patch_custom_data))
        .route("/api/users/{id}/profile", routing::patch(user_data::patch_profile))
        .route("/api/users/{id}/password", routing::patch(user_data::patch_password))
        .route("/api/users/{id}/password/verify", post(user_data::verify_password))
        .route("/api/users/{id}/has-password", get(user_data::has_password))
        .route("/api/users/{id}/is-suspended", routing::patch(users::suspend))
}
