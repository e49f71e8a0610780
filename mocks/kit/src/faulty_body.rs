//! Response bodies that do not arrive as they should.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::response::Parts;
use hyper::body::{Frame, SizeHint};

use crate::serve::Hangup;
use crate::{Clock, Dribble, Garbage, Note, Rule};

/// In a response's extensions: the fault of its body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FaultyBody {
    /// Only this many bytes are sent.
    Cut(usize),
    /// The body is sent in parts.
    Dribbled(Dribble),
    /// Bytes that are not a body are sent in its place.
    Garbage,
}

impl FaultyBody {
    pub(crate) fn of(rule: &Rule) -> Option<Self> {
        let cut = rule.cut_after.map(Self::Cut);
        let garbage = (rule.garbage == Some(Garbage::Body)).then_some(Self::Garbage);
        cut.or(rule.dribble.map(Self::Dribbled)).or(garbage)
    }

    /// The fault as a note for the journal.
    pub(crate) fn as_note(self, length: usize) -> Note {
        match self {
            Self::Cut(at) => Note::new(
                "kit/breaks-off",
                format!(
                    "the answer breaks off after {} of {length} bytes, and the connection with it, as scripted",
                    at.min(length)
                ),
            ),
            Self::Dribbled(Dribble { bytes, pause_ms }) => Note::new(
                "kit/dribbles",
                format!(
                    "the body comes {bytes} byte(s) at a time, after a pause of {pause_ms} ms each, as scripted"
                ),
            ),
            Self::Garbage => Note::new(
                "kit/breaks-off",
                "the answer breaks off after its head: bytes that are not a body follow, then the end, as scripted",
            ),
        }
    }

    /// Number of bytes of a body that arrive intact.
    pub(crate) fn arrives_of(self, length: usize) -> usize {
        match self {
            Self::Cut(at) => at.min(length),
            Self::Dribbled(_) => length,
            Self::Garbage => 0,
        }
    }

    pub(crate) fn strikes(self, parts: Parts, body: Bytes, clock: &Clock) -> Response {
        match self {
            Self::Cut(at) => {
                let promised = format!("content-length: {}", body.len());
                broken_off(&parts, &promised, &body[..at.min(body.len())])
            }
            Self::Dribbled(dribble) => {
                Response::from_parts(parts, Body::new(Dribbling::new(body, dribble, clock.clone())))
            }
            // Chunks (RFC 9112 §7.1) are announced, and no chunk follows.
            Self::Garbage => broken_off(&parts, "transfer-encoding: chunked", &garbage()),
        }
    }
}

/// Bytes that do not start anything in HTTP or TLS: no letter, no digit, no line end. They are
/// always the same, so that a walk can be repeated.
pub(crate) fn garbage() -> Bytes {
    (0..64_u8).map(|number| number.wrapping_mul(37) | 0x80).collect()
}

/// This head with another framing, these bytes, and the end of the connection. They bypass `hyper`,
/// which sends neither a head nor the bytes after it when it knows that the body fails.
fn broken_off(parts: &Parts, framing: &str, bytes: &[u8]) -> Response {
    let reason = parts.status.canonical_reason().unwrap_or_default();
    let mut raw = format!("HTTP/1.1 {} {reason}\r\n", parts.status.as_str()).into_bytes();
    let own = |name: &http::HeaderName| *name != CONTENT_LENGTH && *name != TRANSFER_ENCODING;
    for (name, value) in parts.headers.iter().filter(|(name, _)| own(name)) {
        raw.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    raw.extend([framing.as_bytes(), b"\r\n\r\n", bytes].concat());
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Hangup::Raw(raw.into()));
    response
}

/// Yields its bytes part by part.
struct Dribbling {
    rest: Bytes,
    dribble: Dribble,
    clock: Clock,
    pause: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Dribbling {
    fn new(rest: Bytes, dribble: Dribble, clock: Clock) -> Self {
        let pause = pause(clock.clone(), dribble);
        Self { rest, dribble, clock, pause }
    }
}

/// Number of turns for other tasks before each part: previous parts are then on their way, and
/// where the clock skips, clients that gave up have hung up.
const TURNS: usize = 10;

fn pause(clock: Clock, dribble: Dribble) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        clock.sleep(Duration::from_millis(dribble.pause_ms)).await;
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
    })
}

impl HttpBody for Dribbling {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        ready!(self.pause.as_mut().poll(cx));
        self.pause = pause(self.clock.clone(), self.dribble);
        let part = self.dribble.bytes.clamp(1, self.rest.len());
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(part)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::{Bound, Client, Journal, Outcome, Party, Script, journaled, scripted};

    /// A server whose answer at `/` this rule changes; its clock skips.
    async fn server(rule: &str) -> (crate::Running, Journal, Clock) {
        server_of("0123456789".to_owned(), rule).await
    }

    async fn server_of(body: String, rule: &str) -> (crate::Running, Journal, Clock) {
        let script = Script::default();
        let rule: Rule = serde_json::from_str(rule).unwrap();
        rule.check().unwrap();
        script.add(rule);
        let (journal, clock) = (Journal::new(), Clock::skipping());
        let router = Router::new().route("/", get(|| async { ([("x-own", "yes")], body) }));
        let origin = "http://localhost".parse().unwrap();
        let router = scripted(router, script, clock.clone());
        let router = journaled(router, journal.clone(), clock.clone(), Party::HUGGINGFACE, origin);
        (Bound::loopback().await.unwrap().serve(router), journal, clock)
    }

    /// All bytes that the server sends back.
    async fn raw(server: &crate::Running) -> Vec<u8> {
        let mut stream = tokio::net::TcpStream::connect(server.addr()).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        answer
    }

    async fn asked(server: &crate::Running) -> Result<http::Response<Bytes>, crate::SendError> {
        let request = http::Request::get(format!("http://{}/", server.addr())).body(Bytes::new()).unwrap();
        Client::builder().build().unwrap().send(request).await
    }

    #[tokio::test]
    async fn a_dribbled_body_is_whole_and_takes_its_time() {
        let (server, journal, clock) = server(r#"{"path":"/","dribble":{"bytes":3,"pause_ms":60000}}"#).await;
        let before = clock.now();
        let answer = asked(&server).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (200, b"0123456789".as_slice()));
        assert_eq!(clock.now().duration_since(before).as_secs() / 60, 4, "four parts, a minute before each");
        let entry = &journal.entries()[0];
        assert!(matches!(&entry.outcome, Outcome::Response(answer) if answer.body == "0123456789"));
        assert!(entry.notes[0].to_string().contains("3 byte(s) at a time"), "{:?}", entry.notes);
    }

    #[tokio::test]
    async fn what_comes_before_the_cut_arrives() {
        for (at, arrives) in [(0, ""), (4, "0123"), (10, "0123456789"), (99, "0123456789")] {
            let (server, journal, _) = server(&format!(r#"{{"path":"/","cut_after":{at}}}"#)).await;
            let answer = String::from_utf8(raw(&server).await).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{at}: {answer:?}"));
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("\r\nx-own: yes\r\n"), "{head}");
            assert!(head.ends_with("\r\ncontent-length: 10"), "{head}");
            assert_eq!(body, arrives);
            assert!(
                journal.entries()[0].notes[0]
                    .to_string()
                    .contains(&format!("after {} of 10 bytes", arrives.len()))
            );
            server.shutdown().await.unwrap();
        }
    }

    /// More than all buffers on the way can hold.
    #[tokio::test]
    async fn a_long_beginning_arrives_too() {
        let cut = 20 * 1024 * 1024;
        let rule = format!(r#"{{"path":"/","cut_after":{cut}}}"#);
        let (server, ..) = server_of("x".repeat(2 * cut), &rule).await;
        let answer = raw(&server).await;
        let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        assert_eq!(answer.len() - head - 4, cut);
    }

    #[tokio::test]
    async fn garbage_comes_in_place_of_an_answer() {
        let (server, journal, _) = server(r#"{"path":"/","garbage":"answer"}"#).await;
        assert_eq!(raw(&server).await, garbage());
        let error = asked(&server).await.unwrap_err();
        assert!(matches!(error, crate::SendError::Incomplete { .. }), "{error}");
        for entry in journal.entries() {
            assert!(
                matches!(&entry.outcome, Outcome::Fault(fault) if fault.code == "kit/garbage"),
                "{entry:?}"
            );
        }
        server.shutdown().await.unwrap();
    }

    #[tokio::test]
    async fn garbage_comes_behind_a_valid_head() {
        let (server, journal, _) = server(r#"{"path":"/","garbage":"body"}"#).await;
        let answer = raw(&server).await;
        let at = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..at].to_vec()).unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("\r\nx-own: yes\r\n"), "{head}");
        assert_eq!(&answer[at + 4..], &garbage());
        let error = asked(&server).await.unwrap_err();
        assert!(matches!(error, crate::SendError::Incomplete { .. }), "{error}");
        let entry = &journal.entries()[0];
        assert!(
            matches!(&entry.outcome, Outcome::Response(answer) if answer.status == 200 && answer.body.is_empty())
        );
        assert!(entry.notes[0].to_string().contains("not a body"), "{:?}", entry.notes);
    }
}
