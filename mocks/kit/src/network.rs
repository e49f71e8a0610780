//! Faults of the network between two parties.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::Clock;

/// A fault on the way from one party to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// No server listens: the connection is refused.
    Refused,
    /// The name does not resolve.
    NoSuchName,
    /// Packets are lost: there is never an answer.
    Silent,
    /// The caller does not trust the other side's CA.
    UntrustedCertificate,
}

impl Fault {
    /// Simulates the fault; returns the cause as a client would report it.
    pub(crate) async fn strikes(self, clock: Option<&Clock>) -> String {
        match self {
            Self::Refused => "Connection refused".to_owned(),
            Self::NoSuchName => "failed to lookup address information: Name or service not known".to_owned(),
            Self::Silent => {
                // As long as a kernel tries to connect; the caller gives up earlier.
                for _ in 0..CONNECT_SECONDS {
                    if let Some(clock) = clock {
                        clock.sleep(Duration::from_secs(1)).await;
                    }
                }
                "Connection timed out".to_owned()
            }
            Self::UntrustedCertificate => "invalid peer certificate: UnknownIssuer".to_owned(),
        }
    }
}

/// Seconds after which Linux gives up a connection attempt (`tcp_syn_retries` of 6).
const CONNECT_SECONDS: u32 = 127;

/// The faults on the ways from one party to others. Clones share them.
#[derive(Debug, Clone)]
pub struct Network {
    /// Skips the look-up as long as nothing is broken.
    broken: Arc<AtomicBool>,
    faults: Arc<Mutex<BTreeMap<(String, u16), Fault>>>,
    clock: Clock,
}

impl Network {
    /// A network without a fault, with the clock that measures silence.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { broken: Arc::default(), faults: Arc::default(), clock }
    }

    /// Sets or removes the fault on the way to this origin.
    pub fn set(&self, origin: &Url, fault: Option<Fault>) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        match fault {
            Some(fault) => faults.insert(key(origin), fault),
            None => faults.remove(&key(origin)),
        };
        self.broken.store(!faults.is_empty(), Ordering::SeqCst);
    }

    pub(crate) fn fault(&self, url: &Url) -> Option<Fault> {
        if !self.broken.load(Ordering::SeqCst) {
            return None;
        }
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).get(&key(url)).copied()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }
}

fn key(url: &Url) -> (String, u16) {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    (host, url.port_or_known_default().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use bytes::Bytes;

    use super::*;
    use crate::{Bound, Ca, Client};

    fn request(url: &Url) -> http::Request<Bytes> {
        http::Request::get(url.as_str()).body(Bytes::new()).unwrap()
    }

    /// Cargo.lock has the lighter of the two tables that `url` can use (`deny.toml`); both give
    /// these answers.
    #[test]
    fn names_in_other_scripts_are_written_as_everywhere() {
        for (name, host) in [
            ("BÜCHER.example", Some("xn--bcher-kva.example")),
            ("xn--bcher-kva.example", Some("xn--bcher-kva.example")),
            ("faß.de", Some("xn--fa-hia.de")),
            ("ς.gr", Some("xn--3xa.gr")),
            ("日本語.jp", Some("xn--wgv71a119e.jp")),
            ("ｈｕｇｇｉｎｇｆａｃｅ。ｃｏ", Some("huggingface.co")),
            ("hugging\u{ad}face.co", Some("huggingface.co")),
            ("אב1.example", Some("xn--1-zhcd.example")),
            ("क्\u{200d}ष.example", Some("xn--11b2ezcw70k.example")),
            ("1אב.example", None),
            ("a\u{200d}b.example", None),
            ("xn--a.example", None),
        ] {
            let url = Url::parse(&format!("https://{name}/")).ok();
            assert_eq!(url.as_ref().and_then(Url::host_str), host, "{name}");
        }
    }

    #[tokio::test]
    async fn a_way_is_broken_and_mended_while_others_work() {
        let serve = async || {
            Bound::loopback().await.unwrap().serve(axum::Router::new().route("/", get(|| async { "here" })))
        };
        let (one, other) = (serve().await, serve().await);
        let at = |port: u16| Url::parse(&format!("http://localhost:{port}/")).unwrap();
        let (one, other) = ((at(one.addr().port()), one), (at(other.addr().port()), other));
        let network = Network::new(Clock::skipping());
        let client = Client::builder().build().unwrap().through(network.clone());
        for fault in [Fault::Refused, Fault::NoSuchName] {
            network.set(&one.0, Some(fault));
            let error = client.send(request(&one.0)).await.unwrap_err();
            assert!(matches!(error, crate::SendError::Connect { .. }), "{error}");
            client.send(request(&other.0)).await.unwrap();
        }
        network.set(&one.0, None);
        client.send(request(&one.0)).await.unwrap();
    }

    #[tokio::test]
    async fn silence_lasts_until_the_caller_gives_up() {
        let (clock, url) = (Clock::skipping(), Url::parse("http://localhost:1/").unwrap());
        let network = Network::new(clock.clone());
        network.set(&url, Some(Fault::Silent));
        let client = Client::builder().build().unwrap().through(network);
        let before = clock.now();
        clock.timeout("an answer", Duration::from_secs(10), client.send(request(&url))).await.unwrap_err();
        let waited = clock.now().duration_since(before).as_secs();
        assert!((10..=12).contains(&waited), "{waited}");
    }

    #[tokio::test]
    async fn a_certificate_that_is_not_trusted_fails_the_handshake() {
        let ca = Ca::create(&Clock::system(), &["huggingface.co"]).unwrap();
        let router = axum::Router::new().route("/", get(|| async { "here" }));
        let server =
            Bound::loopback().await.unwrap().serve_tls(router, ca.server_config("huggingface.co").unwrap());
        let url = Url::parse("https://huggingface.co/").unwrap();
        let network = Network::new(Clock::system());
        let client = Client::builder().trust(&ca).host("huggingface.co", server.addr()).build().unwrap();
        let client = client.through(network.clone());
        network.set(&url, Some(Fault::UntrustedCertificate));
        let error = client.send(request(&url)).await.unwrap_err();
        assert!(error.to_string().contains("UnknownIssuer"), "{error}");
        network.set(&url, None);
        client.send(request(&url)).await.unwrap();
    }
}
