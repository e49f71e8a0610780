//! `wiremock` stubs in front of the mock Hugging Face.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderName, Uri};
use kit::{Answering, Client, Substitute};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

/// Marks the answer of the stub that stands for "none of the others".
const PASSED_ON: HeaderName = HeaderName::from_static("x-logto-testkit-passed-on");
/// The lowest priority.
const LAST: u8 = u8::MAX;

/// Stubs were not called as often as they expect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a stub of Hugging Face was not called as expected\n{report}")]
pub struct StubError {
    /// The expected and the actual calls: `wiremock`'s own report.
    pub report: String,
}

/// The server that holds the stubs. `wiremock` matches, counts and answers; the mock still
/// handles TLS and the journal.
#[derive(Debug)]
pub(super) struct Stubs {
    server: MockServer,
}

impl Stubs {
    /// `client` must be able to reach loopback.
    pub(super) async fn start(script: &kit::Script, client: Client) -> Self {
        let server = MockServer::builder().start().await;
        let rest = Mock::given(matchers::any()).respond_with(
            ResponseTemplate::new(204).insert_header(PASSED_ON.as_str(), "no stub matches this request"),
        );
        rest.with_priority(LAST).mount(&server).await;
        script.ask_first(Arc::new(Front { address: *server.address(), client }));
        Self { server }
    }

    pub(super) async fn mount(&self, stub: Mock) {
        stub.mount(&self.server).await;
    }

    /// Compares the calls with what the stubs expect, and removes the stubs.
    pub(super) async fn verify(self) -> Result<(), StubError> {
        // wiremock reports a difference in a panic, and would panic again when it is dropped.
        let verified = AssertUnwindSafe(self.server.verify()).catch_unwind().await;
        self.server.reset().await;
        verified.map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            StubError { report: text.unwrap_or_else(|| "wiremock does not say which".to_owned()) }
        })
    }
}

/// Forwards requests to the server, and leaves to the mock what no stub answers.
#[derive(Debug)]
struct Front {
    address: SocketAddr,
    client: Client,
}

impl Substitute for Front {
    fn answer(&self, request: http::Request<Bytes>) -> Answering {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let target = format!("http://{}{path}", self.address);
        let client = self.client.clone();
        Box::pin(async move {
            parts.uri = target.parse::<Uri>().ok()?;
            // The client sets the length of the body.
            parts.headers.remove(CONTENT_LENGTH);
            parts.headers.remove(TRANSFER_ENCODING);
            let answer = client.send_without_redirects(http::Request::from_parts(parts, body)).await;
            match answer {
                Ok(answer) if answer.headers().contains_key(PASSED_ON) => None,
                Ok(mut answer) => {
                    answer.headers_mut().remove(CONTENT_LENGTH);
                    answer.headers_mut().remove(TRANSFER_ENCODING);
                    Some(answer)
                }
                Err(error) => {
                    tracing::error!(%error, "the server of the stubs does not answer");
                    None
                }
            }
        })
    }
}
