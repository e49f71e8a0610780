//! The table of routes. Authentication comes before everything.

use std::sync::Arc;

use axum::Router;
use axum::routing::{self, delete, get, post};

use super::{
    applications, branding, connectors, consent_scopes, experience, identities, keys, logs, resource_scopes,
    resources, role_holders, role_scopes, roles, secrets, user_data, user_search, users,
};
use crate::shared::Shared;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/applications", get(applications::list).post(applications::create))
        .route(
            "/api/applications/{id}",
            get(applications::read).patch(applications::patch).delete(applications::delete),
        )
        .route("/api/applications/{id}/legacy-secret", delete(secrets::delete_legacy))
        .route("/api/applications/{id}/secrets", get(secrets::list).post(secrets::add))
        .route("/api/applications/{id}/secrets/{name}", delete(secrets::delete).patch(secrets::rename))
        .route(
            "/api/applications/{id}/user-consent-scopes",
            get(consent_scopes::list).post(consent_scopes::add),
        )
        .route("/api/applications/{id}/user-consent-scopes/{kind}/{scope}", delete(consent_scopes::remove))
        .route("/api/applications/{id}/sign-in-experience", get(branding::read).put(branding::put))
        .route("/api/connector-factories", get(connectors::factories))
        .route("/api/connector-factories/{id}", get(connectors::factory))
        .route("/api/connectors", get(connectors::list).post(connectors::create))
        .route(
            "/api/connectors/{id}",
            get(connectors::read).patch(connectors::patch).delete(connectors::delete),
        )
        .route("/api/connectors/{id}/authorization-uri", post(connectors::authorization_uri))
        .route("/api/configs/oidc/{kind}", get(keys::list))
        .route("/api/configs/oidc/{kind}/rotate", post(keys::rotate))
        .route("/api/configs/oidc/{kind}/{id}", delete(keys::delete))
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
        .route("/api/roles", get(roles::list).post(roles::create))
        .route("/api/roles/{id}", get(roles::read).patch(roles::patch).delete(roles::delete))
        .route("/api/roles/{id}/scopes", get(role_scopes::list).post(role_scopes::add))
        .route("/api/roles/{id}/scopes/{scope}", delete(role_scopes::remove))
        .route("/api/roles/{id}/users", get(role_holders::users).post(role_holders::add_users))
        .route("/api/roles/{id}/users/{user}", delete(role_holders::remove_user))
        .route(
            "/api/roles/{id}/applications",
            get(role_holders::applications).post(role_holders::add_applications),
        )
        .route("/api/roles/{id}/applications/{application}", delete(role_holders::remove_application))
        .route(
            "/api/users/{id}/roles",
            get(role_holders::of_user).post(role_holders::give_user).put(role_holders::replace_user),
        )
        .route("/api/users/{id}/roles/{role}", delete(role_holders::take_user))
        .route(
            "/api/applications/{id}/roles",
            get(role_holders::of_application)
                .post(role_holders::give_application)
                .put(role_holders::replace_application),
        )
        .route("/api/applications/{id}/roles/{role}", delete(role_holders::take_application))
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
