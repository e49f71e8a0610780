//! The caller of a request and the address that it used, available to every handler without being
//! passed along.

use std::borrow::Cow;
use std::cell::RefCell;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue};

/// Headers in which a proxy describes the original request (contract §0).
const FORWARDED: [&str; 3] = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];

/// Address of the caller unless a proxy reports another one.
const LOOPBACK: &str = "::ffff:127.0.0.1";

/// The caller, as far as the audit log describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) ip: Cow<'static, str>,
    /// The header as it was sent; only text is shown.
    pub(crate) user_agent: Option<HeaderValue>,
    /// Scheme and host of the request to Logto; `None` if it names no host.
    pub(crate) origin: Option<String>,
}

tokio::task_local! {
    static CALLER: Caller;
    /// `Set-Cookie` lines for signatures that were not made with the newest key.
    static SIGNATURES: RefCell<Vec<String>>;
}

impl Caller {
    /// `User-Agent`, if it is text.
    pub(crate) fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_ref()?.to_str().ok()
    }

    /// The first entry of each list is the one that the first proxy wrote.
    fn of(headers: &HeaderMap, trusted: bool) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let forwarded = |name: &str| {
            let list = header(name).filter(|_| trusted)?;
            list.split(',').next().map(str::trim).filter(|first| !first.is_empty())
        };
        let [ip, host, scheme] = FORWARDED.map(forwarded);
        let host = host.or_else(|| header(HOST.as_str()));
        Self {
            ip: ip.map_or(Cow::Borrowed(LOOPBACK), |ip| Cow::Owned(ip.to_owned())),
            user_agent: headers.get(USER_AGENT).cloned(),
            origin: host.map(|host| format!("{}://{host}", scheme.unwrap_or("http"))),
        }
    }

    /// Whether the request came over TLS, as far as Logto knows.
    pub(crate) fn is_secure(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| origin.starts_with("https://"))
    }
}

/// Makes the caller available to the handlers of a request. `trusted`: believe the proxy headers.
pub(crate) async fn known_to_handlers(trusted: bool, request: Request, next: Next) -> Response {
    let caller = Caller::of(request.headers(), trusted);
    SIGNATURES.scope(RefCell::default(), CALLER.scope(caller, next.run(request))).await
}

/// Registers a signature that the response must renew or delete: once, however often it was
/// checked.
pub(crate) fn set_signature(line: String) {
    // Outside of a request the line has no response to go to.
    let _ = SIGNATURES.try_with(|lines| {
        let mut lines = lines.borrow_mut();
        if !lines.contains(&line) {
            lines.push(line);
        }
    });
}

/// The signatures to set in the response to this request.
pub(crate) fn signatures() -> Vec<String> {
    SIGNATURES.try_with(RefCell::take).unwrap_or_default()
}

/// The caller of the current request.
pub(crate) fn caller() -> Caller {
    let unknown = || Caller { ip: Cow::Borrowed(LOOPBACK), user_agent: None, origin: None };
    CALLER.try_with(Clone::clone).unwrap_or_else(|_| unknown())
}

/// The origin at which the current request reached Logto.
pub(crate) fn asked_origin() -> Option<String> {
    CALLER.try_with(|caller| caller.origin.clone()).ok().flatten()
}
