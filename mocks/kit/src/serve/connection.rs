//! One connection: TLS, HTTP, and its end.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::header::{CONNECTION, HOST};
use http::uri::Authority;
use http::{HeaderValue, Method, StatusCode, Version};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::Counter;
use super::patience::{Patience, Phase, Progress};
use crate::socket::{Reset, Socket};
use crate::{ClientEnd, Note};

/// A mock does not accept larger requests.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// In a response's extensions: how to end the connection instead of answering.
#[derive(Debug, Clone)]
pub(crate) enum Hangup {
    /// Ends it in an orderly way (FIN).
    Close,
    /// Ends it with a reset (RST).
    Reset,
    /// Ends it after sending these bytes unchanged.
    Raw(Bytes),
}

impl Hangup {
    /// The note for the journal, since there is no answer.
    pub(crate) fn as_note(&self) -> Note {
        match self {
            Self::Close => Note::new("kit/closed", "connection closed without an answer, as scripted"),
            Self::Reset => Note::new("kit/reset", "connection reset without an answer, as scripted"),
            Self::Raw(_) => {
                Note::new("kit/garbage", "bytes that are not HTTP instead of an answer, as scripted")
            }
        }
    }
}

/// What every connection of a server needs.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) router: Router,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) connections: Counter,
    pub(super) patience: Patience,
}

pub(super) async fn connection(stream: TcpStream, mut site: Site) {
    // Nagle's algorithm would delay the second half of small answers.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let peer = stream.peer_addr().ok().map(ClientEnd);
    let reset = Reset::default();
    let stream = Socket::new(stream, reset.clone());
    let Some(tls) = site.tls.take() else { return speak(stream, peer, reset, site).await };
    let failure = tokio::select! {
        shaken = tls.accept(stream) => match shaken {
            Ok(stream) => return speak(stream, peer, reset, site).await,
            Err(error) => error.to_string(),
        },
        () = site.patience.message() => "the client did not finish the handshake in time".to_owned(),
        // Clients that have not sent anything are not waited for.
        _ = site.stopping.changed() => return,
    };
    tracing::debug!(%failure, "TLS handshake failed");
    site.connections.enter(|seen| {
        seen.failed_handshakes += 1;
        seen.last_failure = Some(failure);
    });
}

async fn speak<S>(stream: S, peer: Option<ClientEnd>, reset: Reset, mut site: Site)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let progress = Progress::default();
    let last_words = LastWords::default();
    let service = {
        let (router, progress, last_words) = (site.router, progress.clone(), last_words.clone());
        hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
            peer.and_then(|peer| request.extensions_mut().insert(peer));
            let (router, progress) = (router.clone(), progress.clone());
            let (reset, last_words) = (reset.clone(), last_words.clone());
            async move { answer(request, router, &progress, &reset, &last_words).await }
        })
    };
    let stream = TokioIo::new(Watched { stream, progress: progress.clone() });
    let mut connection = hyper::server::conn::http1::Builder::new().serve_connection(stream, service);
    let ended = tokio::select! {
        ended = &mut connection => Ok(ended),
        phase = progress.overdue(site.patience) => Err(phase),
        _ = site.stopping.changed() => {
            Pin::new(&mut connection).graceful_shutdown();
            tokio::select! {
                ended = &mut connection => Ok(ended),
                phase = progress.overdue(Patience::AT_SHUTDOWN) => Err(phase),
            }
        }
    };
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "connection ended"),
        Err(phase) => {
            tracing::debug!(?phase, "the client took too long");
            if phase == Phase::Receiving {
                last_words.set(TIMED_OUT);
            }
        }
    }
    if let Some(words) = last_words.take() {
        let mut stream = connection.into_parts().io.into_inner().stream;
        let said = async {
            stream.write_all(&words).await?;
            stream.shutdown().await
        };
        tokio::select! {
            said = said => if let Err(error) = said { tracing::debug!(%error, "the connection was gone already") },
            () = site.patience.message() => {}
        }
    }
}

/// The response for a request that timed out (RFC 9110 §15.5.9).
const TIMED_OUT: Bytes =
    Bytes::from_static(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");

/// What to write after HTTP has ended on a connection.
#[derive(Clone, Default)]
struct LastWords(Arc<Mutex<Option<Bytes>>>);

impl LastWords {
    fn set(&self, words: Bytes) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
    }

    fn take(&self) -> Option<Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    router: Router,
    progress: &Progress,
    reset: &Reset,
    last_words: &LastWords,
) -> io::Result<hyper::Response<Tracked<Body>>> {
    let response = match refusal(&request) {
        Some((status, why)) => refused(status, why),
        None => {
            let complete = request.body().is_end_stream();
            progress.enter(if complete { Phase::Answering } else { Phase::Receiving });
            let request = request.map(|body| Tracked::new(body, progress, Progress::received));
            let answered: Result<_, Infallible> = router.oneshot(request).await;
            answered.unwrap_or_else(|never| match never {})
        }
    };
    if let Some(hangup) = response.extensions().get::<Hangup>() {
        match hangup {
            Hangup::Close => {}
            Hangup::Reset => reset.order(),
            Hangup::Raw(bytes) => last_words.set(bytes.clone()),
        }
        return Err(io::Error::other(hangup.as_note().to_string()));
    }
    progress.enter(Phase::Answering);
    Ok(response.map(|body| Tracked::new(body, progress, |progress| progress.enter(Phase::Idle))))
}

/// Refuses what no handler should see: an invalid `Host` (RFC 9112 §3.2), a request for a tunnel
/// (RFC 9110 §9.3.6), and bodies that are too large for any handler.
fn refusal(request: &hyper::Request<Incoming>) -> Option<(StatusCode, &'static str)> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let valid = |host: &HeaderValue| {
        Authority::try_from(host.as_bytes()).is_ok_and(|host| !host.as_str().contains('@'))
    };
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() < Version::HTTP_11 => {}
        (Some(host), None) if valid(host) => {}
        _ => return Some((StatusCode::BAD_REQUEST, "The request needs one valid Host header.")),
    }
    if request.method() == Method::CONNECT {
        return Some((StatusCode::METHOD_NOT_ALLOWED, "This server is not a proxy."));
    }
    if request.body().size_hint().lower() > BODY_LIMIT as u64 {
        return Some((StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large."));
    }
    None
}

fn refused(status: StatusCode, why: &'static str) -> axum::response::Response {
    let mut response = axum::response::Response::new(Body::from(why));
    *response.status_mut() = status;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A body that reports its end as progress.
struct Tracked<B> {
    body: B,
    progress: Progress,
    /// Called at the end.
    ended: Option<fn(&Progress)>,
}

impl<B> Tracked<B> {
    fn new(body: B, progress: &Progress, ended: fn(&Progress)) -> Self {
        Self { body, progress: progress.clone(), ended: Some(ended) }
    }

    fn ended(&mut self) {
        if let Some(ended) = self.ended.take() {
            ended(&self.progress);
        }
    }
}

impl<B> Drop for Tracked<B> {
    fn drop(&mut self) {
        self.ended();
    }
}

impl<B: HttpBody + Unpin> HttpBody for Tracked<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.ended();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Reports what is received and sent.
struct Watched<S> {
    stream: S,
    progress: Progress,
}

impl<S: Unpin> Watched<S> {
    fn wrote(&self, written: &Poll<io::Result<usize>>) {
        self.progress.blocked(written.is_pending());
        if let Poll::Ready(Ok(bytes)) = written {
            self.progress.sent(*bytes);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before && self.progress.phase() == Phase::Idle {
            self.progress.enter(Phase::Receiving);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(&written);
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.progress.blocked(flushed.is_pending());
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
