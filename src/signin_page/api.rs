//! Calls of the Experience API, as the page's script makes them.

use http::Method;
use serde_json::Value;
use url::Url;

use super::outcome::{Refusal, SigninPageError};
use crate::walker::{TabId, Walker, WhyHop};

/// The API of the Logto that a tab shows, for one application.
#[derive(Debug)]
pub(super) struct Api<'a> {
    pub(super) walker: &'a mut Walker,
    pub(super) tab: TabId,
    pub(super) origin: Url,
    /// From the page's URL; selects the interaction among several (contract §2).
    pub(super) app_id: Option<String>,
}

/// An answer: its hop, and its body if it is JSON.
pub(super) struct Reply {
    pub(super) hop: usize,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn text(&self, member: &'static str) -> Result<&str, SigninPageError> {
        let missing = SigninPageError::Unexpected { hop: self.hop, member };
        self.body.get(member).and_then(Value::as_str).ok_or(missing)
    }
}

/// Like `?`, but returns the refusal of a call as an [`Arrival`](super::outcome::Arrival).
macro_rules! granted {
    ($reply:expr) => {
        match $reply {
            Ok(reply) => reply,
            Err((refusal, _)) => return Ok($crate::signin_page::Arrival::Refused(refusal)),
        }
    };
}
pub(super) use granted;

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

    /// Sends a call; an error answer of Logto becomes a [`Refusal`], and the walk continues.
    pub(super) async fn call(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Result<Reply, (Refusal, Value)>, SigninPageError> {
        self.call_with(method, path, &[], body).await
    }

    /// Like [`Api::call`], with a query.
    pub(super) async fn call_with(
        &mut self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Result<Reply, (Refusal, Value)>, SigninPageError> {
        let mut url = self.origin.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let app_id = self.app_id.clone();
        let headers: Vec<(&str, &str)> = app_id.iter().map(|id| ("logto-app-id", id.as_str())).collect();
        let hop = self.walker.call(self.tab, method, url, &headers, body).await?;
        let (number, status) = (hop.number, hop.response.status);
        let body = hop.json().unwrap_or_default();
        if status < 400 {
            return Ok(Ok(Reply { hop: number, body }));
        }
        let text = |member: &str| body.get(member).and_then(Value::as_str).map(ToOwned::to_owned);
        let message = text("message").unwrap_or_else(|| hop.response.body.clone());
        Ok(Err((Refusal { hop: number, status, code: text("code"), message }, body)))
    }
}
