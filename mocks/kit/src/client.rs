//! The HTTP client of every party.

mod error;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use hyper_util::client::legacy::connect::HttpInfo;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::Url;

pub use self::error::{ClientError, SendError};
use crate::network::{Fault, Network};
use crate::origins::{Origins, passed_on};
use crate::tls::MadeAt;
use crate::{Ca, ClientEnd, pinned, tls};

/// A larger body is refused: nothing in a sign-in comes near this size.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A connection that was idle for longer is not used again: Node, and so Logto, closes it after 5 s, perhaps at the
/// moment at which the next request is sent.
const IDLE: std::time::Duration = std::time::Duration::from_secs(3);

/// Time limit for the beginning of an answer that is only shown to people.
const FIRST_BYTES: std::time::Duration = std::time::Duration::from_secs(2);

/// An HTTP client that can reach only the hosts of its stack.
///
/// It trusts only one CA, so a leak to the real site is an error and building one costs
/// microseconds. It uses no proxy, keeps no cookies, does not retry, and follows redirects only if
/// configured to.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    /// The same client without redirects.
    direct: reqwest::Client,
    hosts: Arc<Hosts>,
    /// What is broken between this client and others; usually nothing.
    network: Option<Network>,
    /// Public origins of parties on loopback; usually none.
    origins: Origins,
}

/// Builds a [`Client`].
#[derive(Debug, Default)]
pub struct ClientBuilder {
    roots: Vec<CertificateDer<'static>>,
    /// Certificates that servers may have themselves, whatever they say about themselves.
    pinned: Vec<CertificateDer<'static>>,
    /// The time at which the latest of the CAs was created: certificates are checked as of then.
    judges_at: Option<MadeAt>,
    /// Whether certificates are checked by the machine's clock instead.
    trusts_system: bool,
    hosts: Hosts,
    redirects: usize,
}

/// The hosts that a client may reach.
#[derive(Debug, Default, Clone)]
struct Hosts {
    fixed: BTreeMap<String, SocketAddr>,
    system: BTreeSet<String>,
}

impl ClientBuilder {
    /// Trusts servers with a certificate from this CA.
    #[must_use]
    pub fn trust(mut self, ca: &Ca) -> Self {
        self.roots.push(ca.certificate().clone());
        self.judges_at = self.judges_at.max(Some(ca.made()));
        self
    }

    /// Trusts servers with a certificate from a CA in this PEM file, or with one of its certificates itself.
    ///
    /// # Errors
    /// [`ClientError::Certificates`] if the file cannot be read, or contains no certificate.
    pub fn trust_file(mut self, file: &Path) -> Result<Self, ClientError> {
        let failed = |why: String| ClientError::Certificates { file: file.to_owned(), why };
        let found = CertificateDer::pem_file_iter(file).map_err(|error| failed(error.to_string()))?;
        let found = found.collect::<Result<Vec<_>, _>>().map_err(|error| failed(error.to_string()))?;
        if found.is_empty() {
            return Err(failed("it does not contain a certificate".to_owned()));
        }
        self.pinned.extend(found.iter().cloned());
        self.roots.extend(found);
        Ok(self)
    }

    /// Also trusts the CAs that this machine trusts: for servers on the Internet.
    #[must_use]
    pub fn trust_system(mut self) -> Self {
        // Certificates that cannot be read are a problem of the machine.
        self.roots.extend(rustls_native_certs::load_native_certs().certs);
        self.trusts_system = true;
        self
    }

    /// Reaches `name` at this address and port, unless a URL contains a port.
    #[must_use]
    pub fn host(mut self, name: &str, addr: SocketAddr) -> Self {
        self.hosts.fixed.insert(name.to_ascii_lowercase(), addr);
        self
    }

    /// Reaches `name` at the address that the machine resolves it to.
    #[must_use]
    pub fn allow(mut self, name: &str) -> Self {
        self.hosts.system.insert(name.to_ascii_lowercase());
        self
    }

    /// Like [`ClientBuilder::allow`], unless the name already has an address.
    #[must_use]
    pub fn allow_unless_known(self, name: &str) -> Self {
        if self.hosts.knows(name) { self } else { self.allow(name) }
    }

    /// Follows up to `max` redirects with the method rules of the Fetch standard.
    #[must_use]
    pub fn follow_redirects(mut self, max: usize) -> Self {
        self.redirects = max;
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`ClientError`] if the TLS or HTTP library refuses the configuration.
    #[expect(clippy::disallowed_methods, reason = "the one place that builds HTTP clients")]
    pub fn build(self) -> Result<Client, ClientError> {
        let mut roots = rustls::RootCertStore::empty();
        for root in self.roots {
            roots.add(root)?;
        }
        let tls = match self.judges_at.filter(|_| !self.trusts_system) {
            Some(made) => rustls::ClientConfig::builder_with_details(tls::provider(), Arc::new(made)),
            None => rustls::ClientConfig::builder_with_provider(tls::provider()),
        };
        let mut tls = tls
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots.clone())
            .with_no_client_auth();
        if !self.pinned.is_empty() {
            tls.dangerous().set_certificate_verifier(pinned::verifier(roots, self.pinned)?);
        }
        let hosts = Arc::new(self.hosts);
        let (of_stack, max) = (hosts.clone(), self.redirects);
        let redirects = reqwest::redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > max {
                return attempt.error(TooMany);
            }
            match of_stack.check(attempt.url()) {
                Ok(()) => attempt.follow(),
                Err(error) => attempt.error(error),
            }
        });
        let build = |redirects| {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .no_proxy()
                .referer(false)
                .retry(reqwest::retry::never())
                .pool_idle_timeout(IDLE)
                .redirect(redirects)
                .dns_resolver(Resolver(hosts.clone()))
                .http1_only()
                .tcp_nodelay(true)
                .build()
        };
        let direct = build(reqwest::redirect::Policy::none())?;
        let http = if self.redirects == 0 { direct.clone() } else { build(redirects)? };
        Ok(Client { http, direct, hosts, network: None, origins: Origins::default() })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("too many redirects")]
struct TooMany;

impl Client {
    /// Starts without a CA, and with only loopback reachable.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Sends a request and reads the whole response.
    ///
    /// It has no timeout of its own: callers wrap it in [`crate::Clock::timeout`] or
    /// [`crate::within`].
    ///
    /// # Errors
    /// [`SendError`] names the URL and the cause.
    pub async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, SendError> {
        self.begin_by(&self.http, request).await?.whole().await
    }

    /// Sends a request and waits only for the head of the response.
    ///
    /// # Errors
    /// The same as for [`Client::send`].
    pub async fn begin(&self, request: http::Request<Bytes>) -> Result<Begun, SendError> {
        self.begin_by(&self.http, request).await
    }

    /// Sends a request and does not follow a redirect, whatever the client was configured to
    /// follow.
    ///
    /// # Errors
    /// The same as for [`Client::send`].
    pub async fn send_without_redirects(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, SendError> {
        self.begin_by(&self.direct, request).await?.whole().await
    }

    /// The first bytes, up to 80, that a server sends in answer to a request for `/`: to show what
    /// it speaks instead of HTTP. `None` if it is silent or behind TLS.
    pub async fn first_bytes(&self, url: &Url) -> Option<Vec<u8>> {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        self.hosts.check(url).ok().filter(|()| url.scheme() == "http")?;
        let host = url.host_str()?.to_owned();
        let mut bytes = Vec::new();
        let asked = async {
            let found = self.hosts.find(&host.to_ascii_lowercase()).await?;
            let addr = found.first().ok_or(std::io::ErrorKind::NotFound)?;
            let port = url.port().unwrap_or(if addr.port() == 0 { 80 } else { addr.port() });
            let mut connection = tokio::net::TcpStream::connect((addr.ip(), port)).await?;
            connection.write_all(format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n").as_bytes()).await?;
            connection.take(80).read_to_end(&mut bytes).await
        };
        // What has arrived by then is returned.
        drop(crate::within("the first bytes of an answer", FIRST_BYTES, asked).await);
        Some(bytes).filter(|bytes| !bytes.is_empty())
    }

    /// The same client on a network that can be broken.
    #[must_use]
    pub fn through(&self, network: Network) -> Self {
        Self { network: Some(network), ..self.clone() }
    }

    /// The same client, which reaches parties at these origins, too.
    #[must_use]
    pub fn at(&self, origins: Origins) -> Self {
        Self { origins, ..self.clone() }
    }

    async fn begin_by(
        &self,
        http: &reqwest::Client,
        request: http::Request<Bytes>,
    ) -> Result<Begun, SendError> {
        let text = request.uri().to_string();
        let mut url = Url::parse(&text).map_err(|_| SendError::Url { url: text.clone() })?;
        let served = self.origins.served(&url);
        if served.is_none() {
            self.hosts.check(&url).map_err(|error| self.with_origins(error))?;
        }
        let stranger;
        let http = match self.network.as_ref().and_then(|network| network.fault(&url)) {
            None => http,
            // Without TLS no handshake can fail.
            Some(Fault::UntrustedCertificate) if served.is_none() => {
                stranger = stranger_to_every_ca(self.hosts.clone())
                    .map_err(|cause| SendError::Connect { url: text.clone(), cause: cause.to_string() })?;
                &stranger
            }
            Some(fault) => {
                let clock = self.network.as_ref().map(Network::clock);
                return Err(SendError::Connect { url: text, cause: fault.strikes(clock).await });
            }
        };
        let (mut parts, body) = request.into_parts();
        if let Some(addr) = served {
            passed_on(&mut url, &mut parts.headers, addr);
        }
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(body.into());
        let response = http.execute(request).await.map_err(|error| failure(&text, error))?;
        Ok(Begun { response, url: text })
    }

    /// The hosts that can be reached include those of the origins.
    fn with_origins(&self, error: SendError) -> SendError {
        match error {
            SendError::HostOutsideStack { host, url, known } => {
                let known = std::iter::once(known.as_str()).chain(self.origins.hosts());
                SendError::HostOutsideStack { host, url, known: known.collect::<Vec<_>>().join(", ") }
            }
            other => other,
        }
    }
}

/// A response of which only the head has arrived.
#[derive(Debug)]
pub struct Begun {
    response: reqwest::Response,
    url: String,
}

impl Begun {
    /// The status code.
    #[must_use]
    pub fn status(&self) -> http::StatusCode {
        self.response.status()
    }

    /// The header fields.
    #[must_use]
    pub fn headers(&self) -> &http::HeaderMap {
        self.response.headers()
    }

    /// Reads the body.
    ///
    /// # Errors
    /// [`SendError`] if the body breaks off, or is larger than 16 MiB.
    pub async fn whole(self) -> Result<http::Response<Bytes>, SendError> {
        let Self { mut response, url } = self;
        let (mut chunks, mut size) = (Vec::new(), 0);
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&url, error))? {
            size += chunk.len();
            if size > BODY_LIMIT {
                return Err(SendError::BodyTooLarge { url, limit: BODY_LIMIT });
            }
            chunks.push(chunk);
        }
        // Most bodies arrive in one piece, which needs no copy.
        let body = match <[Bytes; 1]>::try_from(chunks) {
            Ok([whole]) => whole,
            Err(chunks) => chunks.concat().into(),
        };
        let mut answer = http::Response::new(body);
        if let Some(end) = response.extensions().get::<HttpInfo>() {
            answer.extensions_mut().insert(ClientEnd(end.local_addr()));
        }
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

/// A client that trusts no CA: its TLS handshakes really fail.
#[expect(clippy::disallowed_methods, reason = "the one place that builds HTTP clients")]
fn stranger_to_every_ca(hosts: Arc<Hosts>) -> Result<reqwest::Client, ClientError> {
    let tls = rustls::ClientConfig::builder_with_provider(tls::provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .retry(reqwest::retry::never())
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Resolver(hosts))
        .http1_only()
        .build()?;
    Ok(client)
}

impl Hosts {
    /// Literal addresses never reach the resolver, so every URL is checked here.
    fn check(&self, url: &Url) -> Result<(), SendError> {
        let known = match url.host() {
            Some(url::Host::Domain(name)) => self.knows(name),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback() || self.has_ip(IpAddr::V4(ip)),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback() || self.has_ip(IpAddr::V6(ip)),
            None => return Err(SendError::Url { url: url.to_string() }),
        };
        if known {
            return Ok(());
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        Err(SendError::HostOutsideStack { host, url: url.to_string(), known: self.list() })
    }

    fn knows(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        name == "localhost" || self.fixed.contains_key(&name) || self.system.contains(&name)
    }

    fn has_ip(&self, ip: IpAddr) -> bool {
        self.fixed.values().any(|addr| addr.ip() == ip) || self.system.contains(&ip.to_string())
    }

    async fn find(&self, name: &str) -> std::io::Result<Vec<SocketAddr>> {
        if let Some(addr) = self.fixed.get(name) {
            return Ok(vec![*addr]);
        }
        if name == "localhost" {
            // The listeners use IPv4; the system's resolver would try `::1` first.
            return Ok(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]);
        }
        Ok(tokio::net::lookup_host((name, 0)).await?.collect())
    }

    fn list(&self) -> String {
        let names = self.fixed.keys().chain(&self.system).map(String::as_str);
        let names = names.filter(|name| *name != "localhost");
        std::iter::once("localhost").chain(names).collect::<Vec<_>>().join(", ")
    }
}

struct Resolver(Arc<Hosts>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let hosts = self.0.clone();
        Box::pin(async move {
            let found = hosts.find(&name.as_str().to_ascii_lowercase()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn failure(url: &str, error: reqwest::Error) -> SendError {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        if let Some(known) = inner.downcast_ref::<SendError>() {
            if let SendError::HostOutsideStack { host, url, known } = known {
                return SendError::HostOutsideStack {
                    host: host.clone(),
                    url: url.clone(),
                    known: known.clone(),
                };
            }
        } else if inner.is::<TooMany>() {
            return SendError::TooManyRedirects { url: url.to_owned() };
        }
        cause = inner;
    }
    let (url, cause) = (url.to_owned(), cause.to_string());
    if error.is_connect() { SendError::Connect { url, cause } } else { SendError::Incomplete { url, cause } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(url: &str) -> http::Request<Bytes> {
        http::Request::get(url).body(Bytes::new()).unwrap()
    }

    #[tokio::test]
    async fn refuses_a_host_outside_the_stack_by_name_and_by_address() {
        let client = Client::builder().build().unwrap();
        for url in ["https://huggingface.co/oauth/token", "http://192.0.2.1/", "http://[2001:db8::1]/"] {
            let error = client.send(get(url)).await.unwrap_err();
            let SendError::HostOutsideStack { host, .. } = error else { panic!("{error}") };
            assert!(url.contains(&host), "{url}: {host}");
        }
    }

    #[tokio::test]
    async fn says_that_nothing_listens() {
        let port = crate::Bound::loopback().await.unwrap().port();
        let client = Client::builder().build().unwrap();
        let error = client.send(get(&format!("http://localhost:{port}/"))).await.unwrap_err();
        assert!(matches!(error, SendError::Connect { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_redirect_out_of_the_stack_is_refused_when_following() {
        let router = axum::Router::new().route(
            "/",
            axum::routing::get(|| async {
                (http::StatusCode::FOUND, [("location", "https://example.com/")])
            }),
        );
        let server = crate::Bound::loopback().await.unwrap().serve(router);
        let client = Client::builder().follow_redirects(20).build().unwrap();
        let error = client.send(get(&format!("http://{}/", server.addr()))).await.unwrap_err();
        let SendError::HostOutsideStack { host, .. } = error else { panic!("{error}") };
        assert_eq!(host, "example.com");
        let answer = client.send_without_redirects(get(&format!("http://{}/", server.addr()))).await.unwrap();
        assert_eq!(answer.status(), http::StatusCode::FOUND);
    }
}
