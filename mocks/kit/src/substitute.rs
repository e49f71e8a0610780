//! Somebody who answers in a mock's place.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

/// An answer that is on its way; `None` when the mock itself is to answer.
pub type Answering = Pin<Box<dyn Future<Output = Option<http::Response<Bytes>>> + Send>>;

/// Is asked before script and mock, e.g. a server with stubs. What it answers
/// is entered into the journal as the mock's own.
pub trait Substitute: std::fmt::Debug + Send + Sync {
    /// Answers, or leaves it to the mock.
    fn answer(&self, request: http::Request<Bytes>) -> Answering;
}
