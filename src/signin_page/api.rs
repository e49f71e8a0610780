//! Calls of the Experience API, as the page's script makes them.

use std::time::Duration;

use http::Method;
use serde_json::Value;
use url::Url;

use super::document::LANGUAGE;
use super::outcome::{Refusal, SigninPageError};
use crate::walker::{TabId, WalkError, Walker, WhyHop};

/// The key of the application's id in the tab's `sessionStorage`, and its name in addresses.
pub(super) const APP_ID: &str = "app_id";

/// After how long the page gives up a call (the default of its HTTP library, ky).
const LIMIT: Duration = Duration::from_secs(10);
/// The statuses after which the library repeats a `PUT` or `GET`, and the pauses before it does so.
const REPEATED: [u16; 7] = [408, 413, 429, 500, 502, 503, 504];
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(600)];

/// The calls whose answers the page does not read.
const UNREAD: [&str; 4] = [
    "api/experience",
    "api/experience/interaction-event",
    "api/experience/identification",
    "api/experience/profile",
];

/// The texts that the page shows where Logto gave none (`phrases-experience`, `error.unknown` and
/// `error.timeout`).
const UNKNOWN: &str = "Unknown error.";
const TIMEOUT: &str = "Request timeout.";

/// The API of the Logto that a tab shows.
#[derive(Debug)]
pub(super) struct Api<'a> {
    pub(super) walker: &'a mut Walker,
    pub(super) tab: TabId,
    pub(super) origin: Url,
}

/// An answer: its hop, and its body if it is JSON.
pub(super) struct Reply {
    pub(super) hop: usize,
    pub(super) body: Value,
}

/// A call that failed, and the body of the answer if it is JSON.
pub(super) struct Failed {
    pub(super) refusal: Refusal,
    pub(super) body: Value,
}

/// The result of a call, as far as the page is concerned.
pub(super) type Called<T> = Result<Result<T, Failed>, SigninPageError>;

impl Reply {
    pub(super) fn text(&self, member: &'static str) -> Result<&str, SigninPageError> {
        let missing = SigninPageError::Unexpected { hop: self.hop, member };
        self.body.get(member).and_then(Value::as_str).ok_or(missing)
    }
}

impl Failed {
    /// Logto's error code, if the page can read one.
    pub(super) fn code(&self) -> Option<&str> {
        self.refusal.code.as_deref()
    }
}

impl Api<'_> {
    /// A value that the page stored in the tab's `sessionStorage`.
    pub(super) fn stored(&self, name: &str) -> Option<String> {
        self.walker.stored(self.tab, &self.origin, name).map(ToOwned::to_owned)
    }

    pub(super) fn store(&mut self, name: &str, value: &str) {
        self.walker.store(self.tab, &self.origin, name, value);
    }

    pub(super) fn forget(&mut self, name: &str) -> Option<String> {
        self.walker.forget(self.tab, &self.origin, name)
    }

    /// A value that the page keeps in memory, until another document is loaded.
    pub(super) fn remembered(&self, name: &str) -> Option<String> {
        self.walker.remembered(self.tab, name).map(ToOwned::to_owned)
    }

    pub(super) fn remember(&mut self, name: &'static str, value: &str) {
        self.walker.remember(self.tab, name, value);
    }

    /// Navigates as the page's script does (`location.assign`).
    pub(super) async fn go(&mut self, address: &str) -> Result<(), SigninPageError> {
        self.walker.go(self.tab, address, WhyHop::Script).await?;
        Ok(())
    }

    /// Leaves the page as its script does (`location.replace`).
    pub(super) async fn leave(&mut self, address: &str) -> Result<(), SigninPageError> {
        self.walker.replace(self.tab, address).await?;
        Ok(())
    }

    /// Sends a call of the Experience API, in the page's language and for the tab's application, which
    /// selects the interaction among several (contract §2).
    pub(super) async fn call(&mut self, method: Method, path: &str, body: Option<&Value>) -> Called<Reply> {
        let accept = if UNREAD.contains(&path) { "*/*" } else { "application/json" };
        let language = self.remembered(LANGUAGE).unwrap_or_else(|| "en".to_owned());
        let app_id = self.stored(APP_ID);
        let mut headers = vec![("accept", accept), ("accept-language", &language)];
        headers.extend(app_id.iter().map(|id| ("logto-app-id", id.as_str())));
        self.send(&method, path, &[], &headers, body).await
    }

    /// Asks for something that everyone may read, with a query.
    pub(super) async fn ask(&mut self, path: &str, query: &[(&str, String)]) -> Called<Reply> {
        self.send(&Method::GET, path, query, &[("accept", "application/json")], None).await
    }

    async fn send(
        &mut self,
        method: &Method,
        path: &str,
        query: &[(&str, String)],
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Called<Reply> {
        let mut url = self.origin.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut pauses = PAUSES.into_iter().filter(|_| *method != Method::POST);
        loop {
            let sent =
                self.walker.call(self.tab, method.clone(), url.clone(), headers, body, Some(LIMIT)).await;
            let (hop, status, text, body) = match sent {
                Ok(hop) => (hop.number, hop.response.status, hop.response.body.clone(), hop.json()),
                Err(WalkError::GivenUp { hop, .. }) => {
                    let at = self.walker.address(self.tab)?.path().to_owned();
                    let (message, shown) = (TIMEOUT.to_owned(), TIMEOUT.to_owned());
                    let refusal = Refusal { hop, status: 0, code: None, message, shown, at };
                    return Ok(Err(Failed { refusal, body: Value::Null }));
                }
                Err(error) => return Err(error.into()),
            };
            if status < 400 {
                return Ok(Ok(Reply { hop, body: body.unwrap_or_default() }));
            }
            if REPEATED.contains(&status)
                && let Some(pause) = pauses.next()
            {
                self.walker.pause(pause).await;
                continue;
            }
            let member = |name: &str| Some(body.as_ref()?.get(name)?.as_str()?.to_owned());
            let (code, said) = (member("code"), member("message"));
            let at = self.walker.address(self.tab)?.path().to_owned();
            let shown = said.clone().unwrap_or_else(|| UNKNOWN.to_owned());
            let refusal = Refusal { hop, status, code, message: said.unwrap_or(text), shown, at };
            return Ok(Err(Failed { refusal, body: body.unwrap_or_default() }));
        }
    }
}
