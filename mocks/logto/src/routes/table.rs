//! Routes by tenant and area.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::header::HOST;
use http::{Method, StatusCode};
use kit::Route;
use oauth::params::Params;
use tower::ServiceExt as _;

use super::{admin, experience, management, oidc, unplayed};
use crate::audit;
use crate::pages;
use crate::shared::{Shared, SharedState};
use crate::wire::{self, Query};

/// Method and path of every route of either tenant.
pub(crate) fn routes() -> Vec<(&'static str, &'static str)> {
    let areas = [oidc::routes(), experience::routes(), management::routes()].into_iter().flatten();
    let all = areas.chain(of_no_area()).chain(pages::routes()).chain(admin::routes());
    all.map(|route| (route.method, route.path)).collect()
}

fn of_no_area() -> [Route<Arc<Shared>>; 1] {
    [Route::get("/api/status", || StatusCode::NO_CONTENT)]
}

/// The router of both tenants. An origin equal to the admin endpoint's selects the admin tenant,
/// any other the default one (contract §0).
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let admin = admin::router().with_state(shared.clone());
    let random = shared.context.random.clone();
    let trusted = shared.context.trust_proxy_header;
    let policy = wire::policy(&shared.endpoint(""), &shared.admin_endpoint(""));
    let admin_authority = shared.context.admin_endpoint.authority().to_owned();
    let tenant = Route::router(of_no_area())
        .merge(oidc::router(shared))
        .merge(experience::router(shared))
        .merge(Route::router(management::routes()))
        .merge(Route::router(pages::routes()))
        .fallback(elsewhere)
        .method_not_allowed_fallback(wrong_method)
        .with_state(shared.clone());
    // Nested services: a layer around single routes would run before the router has added its
    // `Allow` to a response.
    Router::new()
        .fallback_service(tenant)
        .layer(from_fn(move |request: Request, next: Next| {
            let (admin, is_admin) = (admin.clone(), of_tenant(&request, &admin_authority));
            async move {
                if is_admin {
                    let answered: Result<_, std::convert::Infallible> = admin.oneshot(request).await;
                    return answered.unwrap_or_else(|never| match never {});
                }
                next.run(request).await
            }
        }))
        .layer(from_fn(move |request, next| wire::common(random.clone(), request, next)))
        .layer(from_fn(move |request, next| wire::frames(policy.clone(), request, next)))
        .layer(from_fn(move |request, next| audit::known_to_handlers(trusted, request, next)))
}

fn of_tenant(request: &Request, authority: &str) -> bool {
    request.headers().get(HOST).is_some_and(|host| host.as_bytes() == authority.as_bytes())
}

/// An operation that the double does not play, or else a page.
async fn elsewhere(shared: SharedState, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if let Some(answer) = unplayed::answer(&mut parts, &shared).await {
        return answer;
    }
    let query = Query(Params::parse(parts.uri.query().unwrap_or_default()));
    pages::fallback(shared, parts.method, parts.uri, query, parts.headers).await
}

/// Under `/oidc` a wrong method is an unknown route; elsewhere 405 in plain text, unless Logto has the
/// operation.
async fn wrong_method(shared: SharedState, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if parts.uri.path().starts_with("/oidc/") {
        return oidc::unknown_route(&parts.method, parts.uri.path());
    }
    // The methods that are played are listed for `OPTIONS`.
    let listed = parts.method == Method::OPTIONS;
    match unplayed::answer(&mut parts, &shared).await.filter(|_| !listed) {
        Some(answer) => answer,
        None => wire::text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"),
    }
}
