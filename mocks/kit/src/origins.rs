//! Public origins of parties that listen elsewhere.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use http::header::HOST;
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

/// Origins (scheme, host, port) at which parties are reached although they listen on loopback in plain HTTP: the
/// place of the names, proxies and certificates between people and servers. Clones share them; they are set once,
/// when the listeners are bound.
#[derive(Debug, Clone, Default)]
pub struct Origins(Arc<OnceLock<Vec<(Place, SocketAddr)>>>);

/// Scheme, host and port.
type Place = (String, String, u16);

impl Origins {
    /// Sets where the origins of these URLs are served. The first call counts.
    pub fn set<'u>(&self, served: impl IntoIterator<Item = (&'u Url, SocketAddr)>) {
        let served = served.into_iter().filter_map(|(origin, addr)| {
            let (scheme, host, port) = place(origin)?;
            Some(((scheme.to_owned(), host.to_owned(), port), addr))
        });
        // They cannot change while a stack runs.
        let _ = self.0.set(served.collect());
    }

    /// The socket that serves the origin of a URL.
    pub(crate) fn served(&self, url: &Url) -> Option<SocketAddr> {
        let (all, (scheme, host, port)) = (self.0.get()?, place(url)?);
        let found = all.iter().find(|(known, _)| known.0 == scheme && known.1 == host && known.2 == port)?;
        Some(found.1)
    }

    /// The hosts, for messages.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.0.get().into_iter().flatten().map(|((_, host, _), _)| host.as_str())
    }
}

fn place(url: &Url) -> Option<(&str, &str, u16)> {
    Some((url.scheme(), url.host_str()?, url.port_or_known_default()?))
}

/// The request as what ends TLS in front of a server passes it on.
pub(crate) fn passed_on(url: &mut Url, headers: &mut HeaderMap, addr: SocketAddr) {
    // User name and password of a URL stay out of it.
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let asked = format!("{}{port}", url.host_str().unwrap_or_default());
    let Ok(asked) = HeaderValue::try_from(asked) else { return };
    if url.scheme() == "https" {
        headers.insert(HeaderName::from_static("x-forwarded-host"), asked.clone());
        headers.insert(HeaderName::from_static("x-forwarded-proto"), HeaderValue::from_static("https"));
    }
    headers.insert(HOST, asked);
    // Each of these can be set on a URL with the scheme http or https.
    let _ = url.set_scheme("http");
    let _ = url.set_ip_host(addr.ip());
    let _ = url.set_port(Some(addr.port()));
}

#[cfg(test)]
mod tests {
    use axum::extract::Request;
    use bytes::Bytes;

    use super::*;
    use crate::{Bound, Client, SendError};

    fn get(url: &str) -> http::Request<Bytes> {
        http::Request::get(url).body(Bytes::new()).unwrap()
    }

    /// What a server at these origins says about a request.
    async fn told(origins: &[&str], url: &str) -> Result<String, SendError> {
        let router = axum::Router::new().fallback(|request: Request| async move {
            let header =
                |name: &str| request.headers().get(name).map_or("-", |value| value.to_str().unwrap_or("?"));
            let (host, proto) = (header("host"), header("x-forwarded-proto"));
            format!("{} {host} {} {proto}", request.uri(), header("x-forwarded-host"))
        });
        let server = Bound::loopback().await.unwrap().serve(router);
        let all: Vec<Url> = origins.iter().map(|origin| Url::parse(origin).unwrap()).collect();
        let origins = Origins::default();
        let client = Client::builder().build().unwrap().at(origins.clone());
        origins.set(all.iter().map(|origin| (origin, server.addr())));
        let answer = client.send(get(url)).await?;
        Ok(String::from_utf8_lossy(answer.body()).into_owned())
    }

    #[tokio::test]
    async fn a_request_arrives_with_the_address_that_was_asked() {
        let all = ["https://shop.example", "http://localhost:3000", "https://[2001:db8::1]:8443"];
        for (url, says) in [
            ("https://SHOP.example:443/a%20b?c=d", "/a%20b?c=d shop.example shop.example https"),
            ("http://localhost:3000/", "/ localhost:3000 - -"),
            ("https://user:pw@shop.example/", "/ shop.example shop.example https"),
            ("https://[2001:db8::1]:8443/", "/ [2001:db8::1]:8443 [2001:db8::1]:8443 https"),
        ] {
            assert_eq!(told(&all, url).await.unwrap(), says, "{url}");
        }
    }

    #[tokio::test]
    async fn another_scheme_or_port_is_another_origin() {
        for url in ["http://shop.example/", "https://shop.example:8443/", "https://www.shop.example/"] {
            let error = told(&["https://shop.example"], url).await.unwrap_err();
            let SendError::HostOutsideStack { known, .. } = error else { panic!("{error}") };
            assert!(known.contains("shop.example"), "{known}");
        }
    }
}
