//! Handlers of routes, without their types.
//!
//! For each type of handler axum compiles a dozen functions, and for each one that is `async` a state
//! machine more. With a hundred routes that is most of a mock's compile time. So a handler that waits for
//! nothing is a plain function, and axum sees one type of handler for each type of state.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::serve::BODY_LIMIT;

/// What can answer a route: a function, `async` or not, whose parameters axum takes from the request.
/// `M` tells the two apart.
pub trait Endpoint<M, S> {
    #[doc(hidden)]
    fn erased(self) -> Erased<S>;
}

/// A response on its way.
type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A function that does not wait, without its type.
type Immediate<S> = dyn Fn(Request, &S) -> Response + Send + Sync;

/// A handler without its type.
#[derive(Clone)]
#[doc(hidden)]
pub enum Erased<S> {
    Waiting(Arc<dyn Fn(Request, S) -> Answer + Send + Sync>),
    AtOnce(Arc<Immediate<S>>),
}

impl<S: Clone + Send + Sync + 'static> Handler<(), S> for Erased<S> {
    type Future = Answer;

    fn call(self, request: Request, state: S) -> Answer {
        match self {
            Self::Waiting(handler) => handler(request, state),
            Self::AtOnce(handler) => Box::pin(async move {
                match whole(request).await {
                    Ok(request) => handler(request, &state),
                    Err(refused) => refused.into_response(),
                }
            }),
        }
    }
}

/// The request with its body in memory, where [`journaled`](crate::journaled) has put it already. As there, a body
/// beyond the limit is refused unread.
async fn whole(request: Request) -> Result<Request, StatusCode> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// What an extractor takes from a request that is in memory.
fn at_once<T>(extracted: impl Future<Output = T>) -> T {
    match pin!(extracted).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(taken) => taken,
        Poll::Pending => unreachable!("an extractor waits for something other than the request"),
    }
}

/// Marks `async` functions.
pub struct Waiting<T>(std::marker::PhantomData<T>);

impl<F, T, S> Endpoint<Waiting<T>, S> for F
where
    F: Handler<T, S, Future = Answer> + Sync,
{
    fn erased(self) -> Erased<S> {
        Erased::Waiting(Arc::new(move |request, state| self.clone().call(request, state)))
    }
}

/// Marks functions that are not `async`.
pub struct AtOnce<T>(std::marker::PhantomData<T>);

impl<F, R, S> Endpoint<AtOnce<()>, S> for F
where
    F: Fn() -> R + Send + Sync + 'static,
    R: IntoResponse,
{
    fn erased(self) -> Erased<S> {
        Erased::AtOnce(Arc::new(move |_, _| self().into_response()))
    }
}

impl<F, R, S, M, A> Endpoint<AtOnce<(M, A)>, S> for F
where
    F: Fn(A) -> R + Send + Sync + 'static,
    R: IntoResponse,
    A: FromRequest<S, M>,
{
    fn erased(self) -> Erased<S> {
        Erased::AtOnce(Arc::new(move |request, state| match at_once(A::from_request(request, state)) {
            Ok(taken) => self(taken).into_response(),
            Err(refused) => refused.into_response(),
        }))
    }
}

macro_rules! functions {
    ($($($part:ident)+ -> $last:ident;)*) => {$(
        impl<F, R, S, M, $($part,)+ $last> Endpoint<AtOnce<(M, $($part,)+ $last)>, S> for F
        where
            F: Fn($($part,)+ $last) -> R + Send + Sync + 'static,
            R: IntoResponse,
            S: Send + Sync,
            $($part: FromRequestParts<S>,)+
            $last: FromRequest<S, M>,
        {
            fn erased(self) -> Erased<S> {
                #[expect(non_snake_case, reason = "the names of the types serve for their values")]
                Erased::AtOnce(Arc::new(move |request, state| {
                    let (mut parts, body) = request.into_parts();
                    $(let $part = match at_once($part::from_request_parts(&mut parts, state)) {
                        Ok(taken) => taken,
                        Err(refused) => return refused.into_response(),
                    };)+
                    match at_once($last::from_request(Request::from_parts(parts, body), state)) {
                        Ok($last) => self($($part,)+ $last).into_response(),
                        Err(refused) => refused.into_response(),
                    }
                }))
            }
        }
    )*};
}

functions! {
    A -> B;
    A B -> C;
    A B C -> D;
    A B C D -> E;
}
