//! Who calls: known to every handler of a call without being handed through.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::USER_AGENT;

/// Everybody calls from this machine, unless a proxy says otherwise.
const LOOPBACK: &str = "::ffff:127.0.0.1";

/// Who calls, as far as the audit log tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) ip: String,
    pub(crate) user_agent: Option<String>,
}

tokio::task_local! {
    static CALLER: Caller;
}

impl Caller {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        // As with TRUST_PROXY_HEADER=1.
        let forwarded = text("x-forwarded-for").and_then(|list| list.split(',').next()).map(str::trim);
        Self {
            ip: forwarded.unwrap_or(LOOPBACK).to_owned(),
            user_agent: text(USER_AGENT.as_str()).map(ToOwned::to_owned),
        }
    }
}

/// Lets the handlers of a call know who calls.
pub(crate) async fn known_to_handlers(request: Request, next: Next) -> Response {
    let caller = Caller::of(request.headers());
    CALLER.scope(caller, next.run(request)).await
}

/// Who makes the call that is being answered.
pub(crate) fn caller() -> Caller {
    CALLER.try_with(Clone::clone).unwrap_or(Caller { ip: LOOPBACK.to_owned(), user_agent: None })
}
