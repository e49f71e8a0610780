//! Who calls: known to every handler of a call without being handed through.

use std::borrow::Cow;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderValue};

/// Everybody calls from this machine, unless a proxy says otherwise.
const LOOPBACK: &str = "::ffff:127.0.0.1";

/// Who calls, as far as the audit log tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) ip: Cow<'static, str>,
    /// As it was sent; texts alone are told.
    pub(crate) user_agent: Option<HeaderValue>,
}

tokio::task_local! {
    static CALLER: Caller;
}

impl Caller {
    /// `User-Agent`, if it is a text.
    pub(crate) fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_ref()?.to_str().ok()
    }

    fn of(headers: &HeaderMap) -> Self {
        // As with TRUST_PROXY_HEADER=1.
        let forwarded = headers.get("x-forwarded-for").and_then(|list| list.to_str().ok()?.split(',').next());
        let ip = forwarded.map_or(Cow::Borrowed(LOOPBACK), |ip| Cow::Owned(ip.trim().to_owned()));
        Self { ip, user_agent: headers.get(USER_AGENT).cloned() }
    }
}

/// Lets the handlers of a call know who calls.
pub(crate) async fn known_to_handlers(request: Request, next: Next) -> Response {
    let caller = Caller::of(request.headers());
    CALLER.scope(caller, next.run(request)).await
}

/// Who makes the call that is being answered.
pub(crate) fn caller() -> Caller {
    CALLER.try_with(Clone::clone).unwrap_or(Caller { ip: Cow::Borrowed(LOOPBACK), user_agent: None })
}
