//! Routes as data: a table that a router is made of, and that tests read.

use axum::Router;
use axum::routing::{self, MethodRouter};

use crate::endpoint::{Endpoint, Erased};

/// A row of a table of routes: what answers a method at a path.
#[derive(Debug)]
pub struct Route<S> {
    /// The HTTP method, e.g. `GET`.
    pub method: &'static str,
    /// The path with its parameters, e.g. `/users/{id}`.
    pub path: &'static str,
    handler: MethodRouter<S>,
}

macro_rules! constructors {
    ($($name:ident $method:literal)*) => {$(
        #[doc = concat!("What answers `", $method, "`.")]
        pub fn $name<M>(path: &'static str, handler: impl Endpoint<M, S>) -> Self {
            Self::of($method, path, routing::$name::<Erased<S>, _, _>, handler.erased())
        }
    )*};
}

impl<S: Clone + Send + Sync + 'static> Route<S> {
    constructors! { delete "DELETE" get "GET" options "OPTIONS" patch "PATCH" post "POST" put "PUT" }

    fn of(
        method: &'static str,
        path: &'static str,
        answered_by: fn(Erased<S>) -> MethodRouter<S>,
        handler: Erased<S>,
    ) -> Self {
        Self { method, path, handler: answered_by(handler) }
    }

    /// The router that a table describes. An `Allow` names the methods of a path in their order.
    pub fn router(table: impl IntoIterator<Item = Self>) -> Router<S> {
        table.into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::header::ALLOW;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn rows_of_one_path_are_one_route() {
        let table = [
            Route::put("/user", async || "put"),
            Route::get("/user", async || "got"),
            Route::delete("/users", async || "deleted"),
        ];
        assert_eq!((table[1].method, table[1].path), ("GET", "/user"));
        let router: Router = Route::router(table);
        let ask = |method: &str| {
            let request = http::Request::builder().method(method).uri("/user").body(Body::empty());
            router.clone().oneshot(request.unwrap())
        };
        assert_eq!(ask("PUT").await.unwrap().status(), 200);
        assert_eq!(ask("GET").await.unwrap().status(), 200);
        assert_eq!(ask("DELETE").await.unwrap().headers()[ALLOW], "PUT,GET,HEAD");
    }
}
