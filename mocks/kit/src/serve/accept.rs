//! Accepts connections, even while the system has run out of them.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Panics;
use super::connection::{Site, connection};

/// How long a listener waits if the system gives it no connection.
const PAUSE: Duration = Duration::from_millis(100);
/// Interval in which it reports this at most once.
const SAID: Duration = Duration::from_secs(1);

/// A source of connections.
pub(super) trait Source: Send + 'static {
    fn next(&self) -> impl Future<Output = io::Result<TcpStream>> + Send;
}

impl Source for TcpListener {
    async fn next(&self) -> io::Result<TcpStream> {
        self.accept().await.map(|(stream, _)| stream)
    }
}

/// Serves connections until the site stops, then waits for those that are open.
pub(super) async fn accept(source: impl Source, addr: SocketAddr, site: Site, panics: Panics) {
    let mut connections = JoinSet::new();
    let mut stopping = site.stopping.clone();
    let mut shortage = Shortage::default();
    loop {
        tokio::select! {
            accepted = shortage.over_and(source.next()) => match accepted {
                Ok(stream) => {
                    site.connections.enter(|seen| seen.accepted += 1);
                    connections.spawn(connection(stream, site.clone()));
                }
                // The client has already left; the next one may be waiting.
                Err(error) if is_of_client(&error) => tracing::debug!(%error, "a client left before it was accepted"),
                Err(error) => shortage.met(addr, &error),
            },
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                if let Err(error) = ended { panics.enter(error); }
            }
            _ = stopping.changed() => break,
        }
    }
    drop(source);
    while let Some(ended) = connections.join_next().await {
        if let Err(error) = ended {
            panics.enter(error);
        }
    }
}

/// Whether an error of `accept` concerns only one connection. Other errors mean that the system is
/// out of descriptors or memory (EMFILE, ENFILE, ENOBUFS, ENOMEM), and the connection stays in the
/// queue: retrying at once would spin.
fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, WouldBlock};
    [ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, WouldBlock].contains(&error.kind())
}

/// A time during which the system gives no connections.
#[derive(Debug, Default)]
struct Shortage {
    /// When to try again.
    until: Option<Instant>,
    said: Option<Instant>,
    /// Number of errors that were not reported.
    left_out: u64,
}

impl Shortage {
    /// Waits until it may be over. A caller that is canceled and tries again does not wait for it
    /// again.
    async fn over_and<T>(&mut self, next: impl Future<Output = T>) -> T {
        if let Some(until) = self.until {
            tokio::time::sleep_until(until).await;
            self.until = None;
        }
        next.await
    }

    #[expect(clippy::disallowed_methods, reason = "the system's shortage lasts in real time")]
    fn met(&mut self, addr: SocketAddr, error: &io::Error) {
        let now = Instant::now();
        self.until = Some(now + PAUSE);
        if self.said.is_some_and(|said| now.duration_since(said) < SAID) {
            self.left_out += 1;
            return;
        }
        let more = match self.left_out {
            0 => String::new(),
            count => format!(" ({count} more such errors were left out)"),
        };
        tracing::warn!(
            "{addr} accepts no connections for now: {error}{more}; they wait until others end. \
             `ulimit -n` raises the limit of open files"
        );
        (self.said, self.left_out) = (Some(now), 0);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::routing::get;
    use bytes::Bytes;

    use super::*;
    use crate::serve::connection::Site;
    use crate::serve::{Bound, Counter, Patience};

    /// A listener that fails this often, then works.
    struct Failing {
        listener: TcpListener,
        errors: AtomicUsize,
        error: fn() -> io::Error,
        asked: Arc<AtomicUsize>,
    }

    impl Source for Failing {
        async fn next(&self) -> io::Result<TcpStream> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let left =
                self.errors.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if left.is_ok() { Err((self.error)()) } else { self.listener.next().await }
        }
    }

    /// How often a listener with these errors was called within a third of a second before it
    /// answered.
    async fn asked(errors: usize, error: fn() -> io::Error) -> usize {
        let Bound { listener, addr } = Bound::loopback().await.unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let source = Failing { listener, errors: AtomicUsize::new(errors), error, asked: asked.clone() };
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let router = Router::new().route("/", get(|| async { "here" }));
        let connections = Counter::default();
        let site = Site { router, tls: None, stopping, connections, patience: Patience::default() };
        let task = tokio::spawn(accept(source, addr, site, Panics::default()));
        let client = crate::Client::builder().build().unwrap();
        let request = http::Request::get(format!("http://{addr}/")).body(Bytes::new()).unwrap();
        let early =
            crate::within("an early answer", Duration::from_millis(330), client.send(request.clone())).await;
        let times = asked.load(Ordering::SeqCst);
        if early.is_err() {
            let answered = client.send(request);
            crate::within("the answer", Duration::from_secs(10), answered).await.unwrap().unwrap();
        }
        stop.send_replace(true);
        drop(client);
        crate::within("the end", Duration::from_secs(10), task).await.unwrap().unwrap();
        times
    }

    #[tokio::test]
    async fn a_listener_without_descriptors_asks_ten_times_a_second() {
        let times = asked(8, || io::Error::other("Too many open files")).await;
        assert!((1..=5).contains(&times), "{times}");
    }

    #[tokio::test]
    async fn a_client_that_is_gone_does_not_delay_others() {
        let times = asked(1000, || io::ErrorKind::ConnectionAborted.into()).await;
        assert!(times > 1000, "{times}");
    }
}
