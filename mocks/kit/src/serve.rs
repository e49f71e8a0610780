//! Listening and serving: bind first, serve later.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::socket::{Reset, Socket};
use crate::within;

/// In a response's extensions: end the connection instead of answering.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hangup {
    /// In an orderly way (FIN).
    Close,
    /// With a reset (RST).
    Reset,
}

impl Hangup {
    pub(crate) fn as_told(self) -> &'static str {
        match self {
            Self::Close => "connection closed without an answer, as scripted",
            Self::Reset => "connection reset without an answer, as scripted",
        }
    }
}

/// In a response's extensions: so many bytes of the body are sent, and no more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CutBody(pub(crate) usize);

/// How long a shutdown waits for requests that are being answered.
const DRAIN: Duration = Duration::from_secs(5);
/// How long a client may take for its TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A listener could not be bound.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {addr}: {source}")]
pub struct BindError {
    /// The address asked for.
    pub addr: SocketAddr,
    /// Why not.
    pub source: io::Error,
}

/// A server ended badly.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A handler panicked: a bug in the mock, never part of a test.
    #[error("a request handler of the server on {addr} panicked: {message}")]
    Panicked {
        /// Where the server listened.
        addr: SocketAddr,
        /// The first panic's message.
        message: String,
    },
    /// Requests were still being answered when the deadline came.
    #[error("the server on {addr} did not shut down: {source}")]
    NotDrained {
        /// Where the server listened.
        addr: SocketAddr,
        /// How long it had.
        source: crate::DeadlineExceeded,
    },
}

/// A listener that knows its port and does not serve yet. Connections made
/// meanwhile wait in the queue.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    addr: SocketAddr,
}

impl Bound {
    /// Listens on loopback, on a port that the system picks.
    ///
    /// # Errors
    /// [`BindError`].
    pub async fn loopback() -> Result<Self, BindError> {
        Self::at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Listens on `addr`; port 0 lets the system pick.
    ///
    /// # Errors
    /// [`BindError`] when the port is taken or not allowed.
    pub async fn at(addr: SocketAddr) -> Result<Self, BindError> {
        let failed = |source| BindError { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, addr })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.addr.port()
    }

    /// Keeps the port for several servers, one after the other.
    ///
    /// # Errors
    /// [`BindError`] when the system does not give the socket back.
    pub fn hold(self) -> Result<HeldPort, BindError> {
        let addr = self.addr;
        let listener = self.listener.into_std().map_err(|source| BindError { addr, source })?;
        Ok(HeldPort { listener, addr })
    }

    /// Serves plain HTTP/1.1.
    #[must_use = "the server stops when it is dropped"]
    pub fn serve(self, router: Router) -> Running {
        self.start(router, None)
    }

    /// Serves HTTP/1.1 over TLS.
    #[must_use = "the server stops when it is dropped"]
    pub fn serve_tls(self, router: Router, tls: Arc<rustls::ServerConfig>) -> Running {
        self.start(router, Some(TlsAcceptor::from(tls)))
    }

    fn start(self, router: Router, tls: Option<TlsAcceptor>) -> Running {
        let (stop, stopping) = watch::channel(false);
        let panics = Panics::default();
        let connections = Counter::default();
        let site = Site { router, tls, stopping, connections: connections.clone() };
        let task = tokio::spawn(accept(self.listener, site, panics.clone()));
        Running { addr: self.addr, stop, task: Some(task), panics, connections }
    }
}

/// A port that stays ours between one server and the next: somebody was told of
/// it and cannot be told of another. What connects meanwhile waits in the queue.
#[derive(Debug)]
pub struct HeldPort {
    listener: std::net::TcpListener,
    addr: SocketAddr,
}

impl HeldPort {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// For the next server. Two at a time would share what comes in by chance.
    ///
    /// # Errors
    /// [`BindError`] when the system gives no second handle of the socket.
    pub fn bound(&self) -> Result<Bound, BindError> {
        let addr = self.addr;
        let failed = |source| BindError { addr, source };
        let listener = self.listener.try_clone().map_err(failed)?;
        Ok(Bound { listener: TcpListener::from_std(listener).map_err(failed)?, addr })
    }
}

/// A server at work. Dropping it stops it at once; [`Running::shutdown`] lets
/// it finish and surfaces panics.
#[derive(Debug)]
#[must_use = "the server stops when it is dropped"]
pub struct Running {
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
    panics: Panics,
    connections: Counter,
}

/// What came in at a listener, whether or not a request followed: tells a
/// client that never arrived from one that refused the certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connections {
    /// TCP connections accepted.
    pub accepted: u64,
    /// TLS handshakes that failed.
    pub failed_handshakes: u64,
    /// Why the last one failed, in the TLS library's words.
    pub last_failure: Option<String>,
}

#[derive(Debug, Clone, Default)]
struct Counter(Arc<Mutex<Connections>>);

impl Counter {
    fn enter(&self, change: impl FnOnce(&mut Connections)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What came in so far.
    #[must_use]
    pub fn connections(&self) -> Connections {
        self.connections.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Accepts no more, lets open requests finish, and reports panics.
    ///
    /// # Errors
    /// [`ServeError`] when a handler panicked or a request did not end in time.
    pub async fn shutdown(mut self) -> Result<(), ServeError> {
        self.stop.send_replace(true);
        if let Some(mut task) = self.task.take() {
            let drained = within("open requests to finish", DRAIN, &mut task).await;
            if let Err(source) = drained {
                task.abort();
                return Err(ServeError::NotDrained { addr: self.addr, source });
            }
        }
        match self.panics.first() {
            Some(message) => Err(ServeError::Panicked { addr: self.addr, message }),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Panics(Arc<Mutex<Vec<String>>>);

impl Panics {
    fn enter(&self, error: tokio::task::JoinError) {
        if let Ok(panic) = error.try_into_panic() {
            let message = panic
                .downcast_ref::<&str>()
                .map(ToString::to_string)
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "panic without a message".to_owned());
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        }
    }

    fn first(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).first().cloned()
    }
}

/// What every connection of a server needs.
#[derive(Clone)]
struct Site {
    router: Router,
    tls: Option<TlsAcceptor>,
    stopping: watch::Receiver<bool>,
    connections: Counter,
}

async fn accept(listener: TcpListener, site: Site, panics: Panics) {
    let mut connections = JoinSet::new();
    let mut stopping = site.stopping.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    site.connections.enter(|seen| seen.accepted += 1);
                    connections.spawn(connection(stream, site.clone()));
                }
                // Out of file descriptors or a client that is gone already: the next one may do.
                Err(error) => tracing::warn!(%error, "accept failed"),
            },
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                if let Err(error) = ended { panics.enter(error); }
            }
            _ = stopping.changed() => break,
        }
    }
    drop(listener);
    while let Some(ended) = connections.join_next().await {
        if let Err(error) = ended {
            panics.enter(error);
        }
    }
}

async fn connection(stream: TcpStream, site: Site) {
    // Nagle's algorithm would hold back the second half of small answers.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let reset = Reset::default();
    let stream = Socket::new(stream, reset.clone());
    let Some(tls) = site.tls else { return speak(stream, reset, site.router, site.stopping).await };
    let failure = match within("a TLS handshake", HANDSHAKE, tls.accept(stream)).await {
        Ok(Ok(stream)) => return speak(stream, reset, site.router, site.stopping).await,
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::debug!(%failure, "TLS handshake failed");
    site.connections.enter(|seen| {
        seen.failed_handshakes += 1;
        seen.last_failure = Some(failure);
    });
}

async fn speak<S>(stream: S, reset: Reset, router: Router, mut stopping: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let (router, reset) = (router.clone(), reset.clone());
        async move {
            let answered: Result<_, Infallible> = router.oneshot(request).await;
            let response = answered.unwrap_or_else(|never| match never {});
            if let Some(hangup) = response.extensions().get::<Hangup>() {
                if let Hangup::Reset = hangup {
                    reset.order();
                }
                return Err(io::Error::other(hangup.as_told()));
            }
            Ok(response)
        }
    });
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return log(ended),
        _ = stopping.changed() => connection.as_mut().graceful_shutdown(),
    }
    log(connection.await);
}

fn log(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ca, Client, Clock};
    use axum::routing::get;
    use bytes::Bytes;

    fn request(url: String) -> http::Request<Bytes> {
        http::Request::get(url).body(Bytes::new()).unwrap()
    }

    #[tokio::test]
    async fn a_panic_in_a_handler_surfaces_at_shutdown() {
        async fn broken() -> &'static str {
            panic!("broken on purpose")
        }
        let server = Bound::loopback().await.unwrap().serve(Router::new().route("/", get(broken)));
        let client = Client::builder().build().unwrap();
        client.send(request(format!("http://{}/", server.addr()))).await.unwrap_err();
        let error = server.shutdown().await.unwrap_err();
        assert!(error.to_string().contains("broken on purpose"), "{error}");
    }

    #[tokio::test]
    async fn a_shutdown_lets_an_open_request_finish() {
        let clock = Clock::frozen(jiff::Timestamp::UNIX_EPOCH);
        let (entered, mut in_handler) = tokio::sync::mpsc::channel(1);
        let slow = {
            let clock = clock.clone();
            move || async move {
                entered.send(()).await.unwrap();
                clock.sleep(Duration::from_secs(1)).await;
                "done"
            }
        };
        let server = Bound::loopback().await.unwrap().serve(Router::new().route("/", get(slow)));
        let client = Client::builder().build().unwrap();
        let url = format!("http://{}/", server.addr());
        let answer = tokio::spawn(async move { client.send(request(url)).await });
        in_handler.recv().await.unwrap();
        let shutdown = tokio::spawn(server.shutdown());
        clock.advance(Duration::from_secs(1));
        assert_eq!(answer.await.unwrap().unwrap().body().as_ref(), b"done");
        shutdown.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn serves_a_name_over_tls_to_who_trusts_the_ca() {
        let clock = Clock::system();
        let ca = Ca::create(&clock, &["huggingface.co"]).unwrap();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let bound = Bound::loopback().await.unwrap();
        let server = bound.serve_tls(router, ca.server_config("huggingface.co").unwrap());
        let client = Client::builder().trust(&ca).host("huggingface.co", server.addr()).build().unwrap();
        let answer = client.send(request("https://huggingface.co/".to_owned())).await.unwrap();
        assert_eq!(answer.body().as_ref(), b"hello");

        let stranger = Ca::create(&clock, &["huggingface.co"]).unwrap();
        let client =
            Client::builder().trust(&stranger).host("huggingface.co", server.addr()).build().unwrap();
        let error = client.send(request("https://huggingface.co/".to_owned())).await.unwrap_err();
        assert!(matches!(error, crate::SendError::Connect { .. }), "{error}");
        // The client knows before the server has read the alert.
        let counted = async {
            while server.connections().failed_handshakes == 0 {
                tokio::task::yield_now().await;
            }
        };
        within("the failed handshake to be counted", Duration::from_secs(5), counted).await.unwrap();
        assert_eq!(server.connections().accepted, 2);
    }

    #[tokio::test]
    async fn the_ca_cannot_vouch_for_another_name() {
        let ca = Ca::create(&Clock::system(), &["huggingface.co"]).unwrap();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let bound = Bound::loopback().await.unwrap();
        let server = bound.serve_tls(router, ca.server_config("example.com").unwrap());
        let client = Client::builder().trust(&ca).host("example.com", server.addr()).build().unwrap();
        let error = client.send(request("https://example.com/".to_owned())).await.unwrap_err();
        assert!(error.to_string().contains("NameConstraint"), "{error}");
    }

    #[test]
    fn a_saved_ca_is_the_same_when_loaded_and_never_overwritten() {
        let directory = std::env::temp_dir().join(format!("kit-ca-{}", crate::Random::from_os().hex(8)));
        let ca = Ca::create(&Clock::system(), &["huggingface.co"]).unwrap();
        ca.save(&directory).unwrap();
        assert_eq!(Ca::load(&directory).unwrap().certificate_pem(), ca.certificate_pem());
        Ca::load(&directory).unwrap().server_config("huggingface.co").unwrap();
        assert!(ca.save(&directory).is_err());
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
