//! Sessions: a cookie identifies the items that the app keeps for a browser.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use http::header::COOKIE;
use kit::Random;

use crate::config::{CookieOptions, Options, SameSite, StorageKind};
use crate::sealed::Seal;
use crate::storage::MemoryStorage;
use crate::variant::Variant;

/// More sessions than a test needs; the oldest are dropped first, so that memory does not grow
/// without limit.
const CAPACITY: usize = 4096;

/// All sessions of the app; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Sessions {
    inner: Arc<Mutex<Inner>>,
    kind: StorageKind,
    cookie: CookieOptions,
    random: Random,
    seal: Seal,
    /// Whether the cookie is `Secure` where the browser came over https ([`Variant::SecureOverHttps`]).
    secure_over_https: bool,
    /// Replaces the sessions under [`Variant::SharesOneStorage`].
    shared: Option<MemoryStorage>,
}

#[derive(Debug, Default)]
struct Inner {
    sessions: HashMap<String, (u64, MemoryStorage)>,
    /// The session ids, ordered by age.
    ages: BTreeMap<u64, String>,
    next: u64,
}

impl Inner {
    fn insert(&mut self, id: String, items: MemoryStorage) {
        self.next += 1;
        self.ages.insert(self.next, id.clone());
        self.sessions.insert(id, (self.next, items));
        if self.sessions.len() > CAPACITY
            && let Some((_, oldest)) = self.ages.pop_first()
        {
            self.sessions.remove(&oldest);
        }
    }

    fn remove(&mut self, id: &str) {
        if let Some((age, _)) = self.sessions.remove(id) {
            self.ages.remove(&age);
        }
    }
}

/// The session of one request.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) items: MemoryStorage,
    origin: Origin,
    /// Whether the browser came over https, as a proxy says.
    https: bool,
}

/// Where the session of a request was found.
#[derive(Debug)]
enum Origin {
    /// Nowhere: the browser sent no cookie, or an unknown one.
    New,
    /// In memory, under this id.
    Memory(String),
    /// In the cookie, which had this value.
    Cookie(String),
    /// In the storage that all browsers share.
    Shared,
}

impl Sessions {
    pub(crate) fn new(options: &Options, random: Random) -> Self {
        let seal = Seal::new(&random, options.session_secret.as_deref());
        let shared = options.variants.contains(&Variant::SharesOneStorage).then(MemoryStorage::default);
        let (kind, cookie) = (options.storage, options.cookie.clone());
        let secure_over_https = options.variants.contains(&Variant::SecureOverHttps);
        Self { inner: Arc::default(), kind, cookie, random, seal, secure_over_https, shared }
    }

    /// The session that the request's cookie identifies; a new one if it identifies none.
    pub(crate) fn open(&self, headers: &HeaderMap) -> Session {
        if let Some(shared) = &self.shared {
            return Session { items: shared.clone(), origin: Origin::Shared, https: false };
        }
        let https = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
        let found = cookies(headers, &self.cookie.name).find_map(|value| self.find(value));
        // An id that the app did not issue is not adopted (session fixation).
        let (items, origin) = found.unwrap_or_else(|| (MemoryStorage::default(), Origin::New));
        Session { items, origin, https }
    }

    fn find(&self, value: &str) -> Option<(MemoryStorage, Origin)> {
        match self.kind {
            StorageKind::Memory => {
                let items = self.lock().sessions.get(value)?.1.clone();
                Some((items, Origin::Memory(value.to_owned())))
            }
            StorageKind::Cookie => {
                let items = MemoryStorage::of(self.seal.open(value)?);
                Some((items, Origin::Cookie(value.to_owned())))
            }
        }
    }

    /// Stores the session and returns the `Set-Cookie` line if the browser needs one.
    pub(crate) fn save(&self, session: Session) -> Option<String> {
        match (self.kind, session.origin) {
            (_, Origin::Shared) => None,
            (StorageKind::Cookie, origin) => {
                let value = self.seal.close(&session.items.items());
                let before = if let Origin::Cookie(before) = origin { before } else { String::new() };
                (value != before).then(|| self.line(&value, session.https))
            }
            // Items are written through. If another request has renamed the session meanwhile, the
            // old id must not become valid again.
            (StorageKind::Memory, Origin::Memory(_)) => None,
            (StorageKind::Memory, _) if session.items.is_empty() => None,
            (StorageKind::Memory, _) => Some(self.insert(session.items, session.https)),
        }
    }

    /// Stores the session under a new id, so that an attacker who knows the old id is not signed in
    /// (session fixation).
    pub(crate) fn save_renamed(&self, session: Session) -> Option<String> {
        let Origin::Memory(old) = &session.origin else { return self.save(session) };
        self.lock().remove(old);
        // Requests still running under the old id write into a storage that no one reads.
        Some(self.insert(MemoryStorage::of(session.items.drain()), session.https))
    }

    fn insert(&self, items: MemoryStorage, https: bool) -> String {
        let id = self.random.base64url(32);
        self.lock().insert(id.clone(), items);
        self.line(&id, https)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A `Set-Cookie` line (RFC 6265 §4.1.1); an empty value deletes the cookie.
    fn line(&self, value: &str, https: bool) -> String {
        let CookieOptions { name, path, domain, max_age, same_site, secure, http_only } = &self.cookie;
        let mut line = format!("{name}={value}; Path={path}");
        if let Some(domain) = domain {
            line += &format!("; Domain={domain}");
        }
        let max_age = if value.is_empty() { Some(0) } else { *max_age };
        if let Some(seconds) = max_age {
            line += &format!("; Max-Age={seconds}");
        }
        if *http_only {
            line += "; HttpOnly";
        }
        if *secure || https && self.secure_over_https {
            line += "; Secure";
        }
        match same_site {
            SameSite::Lax => line += "; SameSite=Lax",
            SameSite::Strict => line += "; SameSite=Strict",
            SameSite::None => line += "; SameSite=None",
            SameSite::Absent => {}
        }
        line
    }
}

/// The values of all cookies of that name: with two paths or domains, a browser sends two.
fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(move |(key, _)| *key == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Storage as _;

    fn sessions() -> Sessions {
        Sessions::new(&Options::default(), Random::seeded(1))
    }

    fn cookie(line: &str) -> HeaderMap {
        let pair = line.split(';').next().unwrap().to_owned();
        HeaderMap::from_iter([(COOKIE, format!("other=1; {pair}").parse().unwrap())])
    }

    #[test]
    fn a_request_in_progress_does_not_restore_the_old_id() {
        let sessions = sessions();
        let first = sessions.open(&HeaderMap::new());
        first.items.set("a", "1");
        let old = cookie(&sessions.save(first).unwrap());

        let slow = sessions.open(&old);
        let new = sessions.save_renamed(sessions.open(&old)).unwrap();
        slow.items.set("a", "2");
        assert_eq!(sessions.save(slow), None);
        assert!(sessions.open(&old).items.is_empty());
        assert_eq!(sessions.open(&cookie(&new)).items.get("a"), "1");
    }

    #[test]
    fn the_oldest_session_is_dropped_when_there_are_too_many() {
        let sessions = sessions();
        let begin = || {
            let session = sessions.open(&HeaderMap::new());
            session.items.set("a", "1");
            cookie(&sessions.save(session).unwrap())
        };
        let (oldest, second) = (begin(), begin());
        for _ in 0..CAPACITY - 1 {
            begin();
        }
        assert!(sessions.open(&oldest).items.is_empty());
        assert!(!sessions.open(&second).items.is_empty());
        assert_eq!(sessions.lock().ages.len(), CAPACITY);
    }
}
