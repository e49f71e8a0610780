//! Something that answers in a mock's place.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

/// A pending answer; `None` if the mock itself is to answer.
pub type Answering = Pin<Box<dyn Future<Output = Option<http::Response<Bytes>>> + Send>>;

/// Is asked before script and mock, e.g. a server with stubs. Its answers are recorded in the
/// journal as the mock's own.
pub trait Substitute: std::fmt::Debug + Send + Sync {
    /// Answers, or leaves the request to the mock.
    fn answer(&self, request: http::Request<Bytes>) -> Answering;
}
