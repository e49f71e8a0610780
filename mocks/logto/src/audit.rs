//! Who calls, and under which address: known to every handler of a call without
//! being handed through.

use std::borrow::Cow;
use std::cell::RefCell;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue};

/// What a proxy says of the request that it passes on (contract §0).
const FORWARDED: [&str; 3] = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];

/// Everybody calls from this machine, unless a proxy says otherwise.
const LOOPBACK: &str = "::ffff:127.0.0.1";

/// Who calls, as far as the audit log tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) ip: Cow<'static, str>,
    /// As it was sent; texts alone are told.
    pub(crate) user_agent: Option<HeaderValue>,
    /// Scheme and host under which Logto was asked; `None` for a request that names none.
    pub(crate) origin: Option<String>,
}

tokio::task_local! {
    static CALLER: Caller;
    /// `Set-Cookie` lines for signatures that are not by the newest key.
    static SIGNATURES: RefCell<Vec<String>>;
}

impl Caller {
    /// `User-Agent`, if it is a text.
    pub(crate) fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_ref()?.to_str().ok()
    }

    /// The first of each list is the one that the first proxy wrote.
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

    /// Whether Logto was asked over TLS, as far as it knows.
    pub(crate) fn is_secure(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| origin.starts_with("https://"))
    }
}

/// Lets the handlers of a call know who calls. `trusted`: what proxies say is believed.
pub(crate) async fn known_to_handlers(trusted: bool, request: Request, next: Next) -> Response {
    let caller = Caller::of(request.headers(), trusted);
    SIGNATURES.scope(RefCell::default(), CALLER.scope(caller, next.run(request))).await
}

/// A signature that was looked at is to be set anew, or deleted: once, however
/// often it is looked at.
pub(crate) fn set_signature(line: String) {
    // Outside of a call there is no answer to put it in.
    let _ = SIGNATURES.try_with(|lines| {
        let mut lines = lines.borrow_mut();
        if !lines.contains(&line) {
            lines.push(line);
        }
    });
}

/// The signatures to set in the answer to this call.
pub(crate) fn signatures() -> Vec<String> {
    SIGNATURES.try_with(RefCell::take).unwrap_or_default()
}

/// Who makes the call that is being answered.
pub(crate) fn caller() -> Caller {
    let nobody = || Caller { ip: Cow::Borrowed(LOOPBACK), user_agent: None, origin: None };
    CALLER.try_with(Clone::clone).unwrap_or_else(|_| nobody())
}

/// The origin under which Logto was asked.
pub(crate) fn asked_origin() -> Option<String> {
    CALLER.try_with(|caller| caller.origin.clone()).ok().flatten()
}
