//! The browser's session, as every endpoint that uses one finds it.

use crate::shared::Shared;
use crate::store::{Session, Store, lifetime};
use crate::wire::Cookies;

/// The session of the `_session` cookie, extended by two weeks. If it has ended, or its user was
/// deleted, a new, empty one replaces it; without a cookie the result is `None` (observed with a real
/// Logto after the deletion of a user).
pub(super) fn of(shared: &Shared, store: &mut Store, cookies: &Cookies) -> Option<Session> {
    let now = shared.now();
    let id = cookies.signed(&shared.cookie_key, "_session")?;
    let known = store.live_session(id, now).cloned();
    let mut session = known.unwrap_or_else(|| Session::empty(shared.opaque(), shared.opaque(), now));
    session.expires = now + lifetime::SESSION;
    store.sessions.insert(session.id.clone(), session.clone());
    Some(session)
}
