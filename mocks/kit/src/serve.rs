//! Listening and serving: bind first, serve later.

mod accept;
mod connection;
mod patience;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use self::accept::accept;
use self::connection::Site;
use self::patience::Patience;
use crate::within;

pub(crate) use self::connection::{BODY_LIMIT, Hangup};

/// How long a shutdown waits for requests that are being answered.
const DRAIN: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 5 });

/// Why a listener could not be bound.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {addr}: {source}")]
pub struct BindError {
    /// The requested address.
    pub addr: SocketAddr,
    /// The operating system's error.
    pub source: io::Error,
}

/// Why a server failed.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A handler panicked: a bug in the mock, never part of a test.
    #[error("a request handler of the server on {addr} panicked: {message}")]
    Panicked {
        /// The server's address.
        addr: SocketAddr,
        /// The message of the first panic.
        message: String,
    },
}

/// A listener that knows its port and does not serve yet. Connections made in the meantime wait in
/// the queue.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    addr: SocketAddr,
}

impl Bound {
    /// Listens on loopback, on a port that the system chooses.
    ///
    /// # Errors
    /// [`BindError`] if the system refuses.
    pub async fn loopback() -> Result<Self, BindError> {
        Self::at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Listens on `addr`; with port 0, the system chooses the port.
    ///
    /// # Errors
    /// [`BindError`] if the port is in use or not allowed.
    pub async fn at(addr: SocketAddr) -> Result<Self, BindError> {
        let failed = |source| BindError { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, addr })
    }

    /// The address it listens on.
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
    /// [`BindError`] if the system does not return the socket.
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
        self.start_with(router, tls, Patience::default())
    }

    fn start_with(self, router: Router, tls: Option<TlsAcceptor>, patience: Patience) -> Running {
        let (stop, stopping) = watch::channel(false);
        let panics = Panics::default();
        let connections = Counter::default();
        let site = Site { router, tls, stopping, connections: connections.clone(), patience };
        let task = tokio::spawn(accept(self.listener, self.addr, site, panics.clone()));
        Running { addr: self.addr, stop, task: Some(task), panics, connections }
    }
}

/// A port that stays reserved between one server and the next: it has been announced and cannot be
/// changed. Connections made in the meantime wait in the queue.
#[derive(Debug)]
pub struct HeldPort {
    listener: std::net::TcpListener,
    addr: SocketAddr,
}

impl HeldPort {
    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// A listener for the next server. Two at a time would share incoming connections at random.
    ///
    /// # Errors
    /// [`BindError`] if the system does not give a second handle to the socket.
    pub fn bound(&self) -> Result<Bound, BindError> {
        let addr = self.addr;
        let failed = |source| BindError { addr, source };
        let listener = self.listener.try_clone().map_err(failed)?;
        Ok(Bound { listener: TcpListener::from_std(listener).map_err(failed)?, addr })
    }
}

/// A running server. Dropping it stops it at once; [`Running::shutdown`] lets it finish and reports
/// panics.
#[derive(Debug)]
#[must_use = "the server stops when it is dropped"]
pub struct Running {
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
    panics: Panics,
    connections: Counter,
}

/// What arrived at a listener, whether or not a request followed: distinguishes a client that never
/// arrived from one that refused the certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connections {
    /// Number of accepted TCP connections.
    pub accepted: u64,
    /// Number of failed TLS handshakes.
    pub failed_handshakes: u64,
    /// Why the last one failed, as the TLS library reports it.
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
    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What has arrived so far.
    #[must_use]
    pub fn connections(&self) -> Connections {
        self.connections.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Accepts no more connections, finishes requests that are being answered, and reports panics.
    /// Incomplete requests are dropped, as are clients that do not read their answer, and, after
    /// five seconds, requests that are still not answered: a scripted delay may be longer.
    ///
    /// # Errors
    /// [`ServeError`] if a handler panicked.
    pub async fn shutdown(mut self) -> Result<(), ServeError> {
        self.stop.send_replace(true);
        if let Some(mut task) = self.task.take() {
            let drained = within("open requests to finish", DRAIN, &mut task).await;
            if let Err(exceeded) = drained {
                task.abort();
                tracing::warn!("the server on {} drops what it has not answered: {exceeded}", self.addr);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ca, Client, Clock};
    use axum::routing::get;
    use bytes::Bytes;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

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

    /// A server that runs out of patience a hundred times as fast as others.
    async fn impatient(router: Router) -> Running {
        let patience = Patience { tick: Duration::from_millis(50), message: 6, idle: 24 };
        Bound::loopback().await.unwrap().start_with(router, None, patience)
    }

    /// A connection on which these bytes were sent.
    async fn having_sent(server: &Running, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(server.addr()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// What arrives until the server ends the connection.
    async fn rest(mut stream: TcpStream) -> String {
        let mut answer = Vec::new();
        let read = within(
            "the server to end the connection",
            Duration::from_secs(10),
            stream.read_to_end(&mut answer),
        );
        read.await.unwrap().unwrap();
        String::from_utf8(answer).unwrap()
    }

    fn echo() -> Router {
        Router::new().route("/", axum::routing::any(|body: Bytes| async move { body }))
    }

    #[tokio::test]
    async fn a_request_that_does_not_arrive_is_answered_with_408() {
        let server = impatient(echo()).await;
        let halves = [
            "G",
            "GET / HTTP/1.1\r\nHost: a\r\nX:",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
        ];
        for half in halves {
            let answer = rest(having_sent(&server, half.as_bytes()).await).await;
            assert!(answer.starts_with("HTTP/1.1 408 "), "{half:?}: {answer:?}");
        }
        server.shutdown().await.unwrap();
    }

    /// An occasional byte is not progress: the request as a whole has a time limit.
    #[tokio::test]
    async fn a_request_that_dribbles_in_is_not_waited_for_for_ever() {
        let server = impatient(echo()).await;
        let stream =
            having_sent(&server, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n").await;
        let (mut reader, mut writer) = stream.into_split();
        let clock = Clock::system();
        let dribble = async {
            while writer.write_all(b"x").await.is_ok() {
                clock.sleep(Duration::from_millis(20)).await;
            }
        };
        let mut answer = Vec::new();
        let read = async {
            tokio::select! {
                () = dribble => {}
                // The end may be a reset, because the last bytes were not read.
                _ = reader.read_to_end(&mut answer) => {}
            }
        };
        within("the end of the connection", Duration::from_secs(10), read).await.unwrap();
        server.shutdown().await.unwrap();
    }

    #[tokio::test]
    async fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
        let clock = Clock::frozen(jiff::Timestamp::UNIX_EPOCH);
        let slow = {
            let clock = clock.clone();
            move || async move {
                clock.sleep(Duration::from_secs(1)).await;
                "late"
            }
        };
        let server = impatient(echo().route("/slow", get(slow))).await;
        let busy = having_sent(&server, b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        let idle = having_sent(&server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let answer = rest(idle).await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.matches("HTTP/").count() == 1, "{answer:?}");
        // A connection without any data.
        assert_eq!(rest(having_sent(&server, b"").await).await, "");
        clock.advance(Duration::from_secs(1));
        assert!(rest(busy).await.ends_with("late"), "a handler may take its time");
        server.shutdown().await.unwrap();
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_not_waited_for() {
        let large = || async { Bytes::from(vec![b'x'; 32 * 1024 * 1024]) };
        let server = impatient(Router::new().route("/", get(large))).await;
        let mut stream = having_sent(&server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let gone = async {
            // One byte is read, so that the answer has begun; then nothing, until a second has
            // passed.
            stream.read_u8().await.unwrap();
            Clock::system().sleep(Duration::from_secs(1)).await;
            let mut rest = Vec::new();
            // The connection ends before the body does.
            let _ = stream.read_to_end(&mut rest).await;
            rest.len()
        };
        let read = within("the end of the answer", Duration::from_secs(10), gone).await.unwrap();
        assert!(read < 32 * 1024 * 1024, "{read}");
        server.shutdown().await.unwrap();
    }

    #[tokio::test]
    async fn a_shutdown_waits_for_handlers_and_not_for_half_requests() {
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
        let server = Bound::loopback().await.unwrap().serve(echo().route("/slow", get(slow)));
        let half = having_sent(&server, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc").await;
        let silent = having_sent(&server, b"").await;
        let busy = having_sent(&server, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await;
        in_handler.recv().await.unwrap();
        let shutdown = tokio::spawn(server.shutdown());
        rest(half).await;
        rest(silent).await;
        assert!(!shutdown.is_finished(), "a handler is still running");
        clock.advance(Duration::from_secs(1));
        assert!(rest(busy).await.ends_with("done"));
        shutdown.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_shutdown_drops_a_handler_that_takes_too_long() {
        let slow = || async {
            Clock::system().sleep(Duration::from_secs(60)).await;
            "late"
        };
        let server = Bound::loopback().await.unwrap().serve(Router::new().route("/", get(slow)));
        let stream = having_sent(&server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        while server.connections().accepted == 0 {
            tokio::task::yield_now().await;
        }
        within("the shutdown", DRAIN * 2, server.shutdown()).await.unwrap().unwrap();
        assert_eq!(rest(stream).await, "");
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
