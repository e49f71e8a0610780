//! Who is signed in, by the `token` cookie.

use http::HeaderMap;

use crate::HuggingFace;
use crate::answer::session_token;
use crate::config::User;
use crate::store::Session;

impl HuggingFace {
    /// The user whose browser sent these headers.
    pub(crate) fn signed_in(&self, headers: &HeaderMap) -> Option<(User, Session)> {
        let store = self.store();
        let session = store.sessions.get(session_token(headers)?)?;
        let user = store.user(&session.sub)?;
        Some((user.clone(), session.clone()))
    }

    /// The `Set-Cookie` of a session. Name and use are known; the attributes are a guess.
    pub(crate) fn session_cookie(&self, token: &str) -> String {
        let secure = if self.origin().starts_with("https:") { "; Secure" } else { "" };
        format!("token={token}; Path=/; HttpOnly; SameSite=Lax{secure}")
    }
}
