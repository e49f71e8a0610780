//! The signed-in user, identified by the `token` cookie.

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

use crate::HuggingFace;
use crate::answer::session_token;
use crate::config::User;
use crate::store::Session;

kit::reasons! {
    /// A form that another site submits in the user's name.
    #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
    pub(crate) enum ForeignForm {
        #[error("form was submitted by `{0}`, not by this site")]
        Elsewhere(String) => "hf/form-from-elsewhere",
        /// Submitted under a foreign name that resolves to this machine: DNS rebinding.
        #[error("form was submitted at `{0}`, which is not a name of this site")]
        NotOurs(String) => "hf/form-at-another-name",
    }
}

impl HuggingFace {
    /// The user whose browser sent these headers.
    pub(crate) fn signed_in(&self, headers: &HeaderMap) -> Option<(User, Session)> {
        let store = self.store();
        let session = store.sessions.get(session_token(headers)?)?;
        let user = store.user(&session.sub)?;
        Some((user.clone(), session.clone()))
    }

    /// The `Set-Cookie` line of a session. Name and purpose are known; the attributes are a guess.
    pub(crate) fn session_cookie(&self, token: &str) -> String {
        let secure = if self.is_over_tls() { "; Secure" } else { "" };
        format!("token={token}; Path=/; HttpOnly; SameSite=Lax{secure}")
    }

    /// Refuses forms of other sites by their `Origin`. Browsers send that header with every POST;
    /// other clients may omit it. That the real site protects its forms this way is a guess: its
    /// own tests post without a token.
    ///
    /// A page whose name was made to resolve to this machine has the same `Origin` and `Host`, so
    /// the name must be that of this site or of this machine.
    pub(crate) fn check_own_form(&self, headers: &HeaderMap) -> Result<(), ForeignForm> {
        let Some(origin) = headers.get(ORIGIN) else {
            return Ok(());
        };
        let origin = String::from_utf8_lossy(origin.as_bytes());
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        match host {
            Some(host) if authority == Some(host) => match self.answers_at(host) {
                true => Ok(()),
                false => Err(ForeignForm::NotOurs(host.to_owned())),
            },
            _ => Err(ForeignForm::Elsewhere(origin.into_owned())),
        }
    }

    fn answers_at(&self, host: &str) -> bool {
        let own = self.origin().split_once("://").map(|(_, authority)| authority);
        own.is_some_and(|own| own.eq_ignore_ascii_case(host)) || kit::is_loopback(host)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::routes::testing::Site;

    #[test]
    fn refuses_forms_of_other_sites_and_of_other_names_of_this_one() {
        let sent = |site: &str, host: &'static str, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.append(HOST, HeaderValue::from_static(host));
            headers.extend(origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin))));
            Site::at(site).mock.check_own_form(&headers)
        };
        let real = "https://huggingface.co";
        assert_eq!(sent(real, "huggingface.co", None), Ok(()));
        assert_eq!(sent(real, "huggingface.co", Some(real)), Ok(()));
        // As `up --plain` serves it.
        assert_eq!(sent(real, "localhost:4000", Some("http://localhost:4000")), Ok(()));
        assert_eq!(sent("http://hf:3003", "hf:3003", Some("http://hf:3003")), Ok(()));
        for origin in ["https://evil.example", "null", "huggingface.co"] {
            let refused = sent(real, "huggingface.co", Some(origin));
            assert_eq!(refused, Err(ForeignForm::Elsewhere(origin.to_owned())));
        }
        for host in ["rebind.evil.example", "localhost.evil.example:4000"] {
            let origin: &'static str = Box::leak(format!("http://{host}").into_boxed_str());
            assert_eq!(sent(real, host, Some(origin)), Err(ForeignForm::NotOurs(host.to_owned())));
        }
    }
}
