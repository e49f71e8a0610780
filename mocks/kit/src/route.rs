//! Routes as data: a table that a router is made of, and that tests read.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};

/// A row of a table of routes: what answers a method at a path.
#[derive(Debug)]
pub struct Route<S> {
    /// `GET`.
    pub method: &'static str,
    /// `/users/{id}`.
    pub path: &'static str,
    handler: MethodRouter<S>,
}

macro_rules! constructors {
    ($($name:ident $method:literal)*) => {$(
        #[doc = concat!("What answers `", $method, "`.")]
        pub fn $name<T: 'static>(path: &'static str, handler: impl Handler<T, S>) -> Self {
            Self { method: $method, path, handler: routing::$name(handler) }
        }
    )*};
}

impl<S: Clone + Send + Sync + 'static> Route<S> {
    constructors! { delete "DELETE" get "GET" options "OPTIONS" patch "PATCH" post "POST" put "PUT" }

    /// The router that a table describes. An `Allow` names the methods of a path in their order.
    pub fn router(table: impl IntoIterator<Item = Self>) -> Router<S> {
        table.into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler))
    }
}
