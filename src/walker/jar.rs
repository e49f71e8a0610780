//! A cookie jar with a browser's rules.

use std::collections::HashMap;
use std::time::Duration;

use cookie_store::{CookieStore, RawCookie};
use jiff::Timestamp;
use kit::Clock;
use url::Url;

use super::hop::{CookieFate, SetCookie, WhyDropped, WhyWithheld, Withheld};
use super::site::Site;

/// A cookie whose name plus value is larger is refused (RFC 6265bis §5.6).
pub(crate) const SIZE_LIMIT: usize = 4096;

/// The `SameSite` attribute (RFC 6265bis §4.1.2.7). Absent means `Lax`, as in browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Sent only if the whole redirect chain stays on one site.
    Strict,
    /// Also sent if a safe top-level navigation comes from another site.
    Lax,
    /// Always sent; requires `Secure`.
    None,
}

/// A cookie as a browser keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptCookie {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) domain: String,
    /// Whether hosts below the domain get it, too (RFC 6265 §5.3 step 6).
    pub(crate) below: bool,
    pub(crate) path: String,
    /// `None` for a cookie that ends with the browser.
    pub(crate) expires: Option<Timestamp>,
    pub(crate) http_only: bool,
    pub(crate) secure: bool,
    pub(crate) same_site: SameSite,
}

/// What determines which cookies are sent with a request.
#[derive(Debug, Clone, Copy)]
pub struct CookieRequest<'a> {
    /// The request's URL.
    pub url: &'a Url,
    /// The request's method.
    pub method: &'a http::Method,
    /// Every site that took part: the initiator, and each redirect.
    pub chain: &'a [Site],
    /// Whether the address bar changes, in contrast to a call of a page's script.
    pub navigation: bool,
}

/// What the `cookie_store` crate does not store, or would judge by the wall clock.
#[derive(Debug, Clone)]
struct Meta {
    /// Order of creation; kept if the cookie is set again (RFC 6265 §5.3 step 11.3).
    created: u64,
    expires: Option<Timestamp>,
    same_site: SameSite,
    secure: bool,
    http_only: bool,
}

/// The cookies of one browser.
#[derive(Debug)]
pub struct Jar {
    store: CookieStore,
    meta: HashMap<Key, Meta>,
    created: u64,
    clock: Clock,
    refuses: bool,
}

/// Domain, path and name: the identity of a cookie (RFC 6265 §5.3).
type Key = (String, String, String);

fn key(cookie: &cookie_store::Cookie<'_>) -> Key {
    (String::from(&cookie.domain), String::from(&cookie.path), cookie.name().to_owned())
}

impl Jar {
    /// An empty jar whose cookies expire by this clock.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { store: CookieStore::default(), meta: HashMap::new(), created: 0, clock, refuses: false }
    }

    /// Processes a `Set-Cookie` line of a response to `request`, and returns what happened to it.
    pub fn set(&mut self, line: &str, request: CookieRequest<'_>) -> SetCookie {
        let Ok(raw) = RawCookie::parse(line.to_owned()) else {
            return SetCookie::dropped(line, WhyDropped::NotACookie);
        };
        if self.refuses {
            return SetCookie::dropped(line, WhyDropped::Refused);
        }
        let mut set = SetCookie::of(line, &raw);
        set.fate = match self.judge(&raw, request) {
            Ok(meta) => self.store(raw, meta, request.url),
            Err(why) => CookieFate::Dropped(why),
        };
        set
    }

    /// The rules that a browser applies before it stores a cookie.
    fn judge(&self, raw: &RawCookie<'_>, request: CookieRequest<'_>) -> Result<Meta, WhyDropped> {
        let size = raw.name().len() + raw.value().len();
        if size > SIZE_LIMIT {
            return Err(WhyDropped::TooLarge { limit: SIZE_LIMIT });
        }
        let secure = raw.secure().unwrap_or(false);
        if secure && !trustworthy(request.url) {
            return Err(WhyDropped::SecureOverHttp);
        }
        let lower = raw.name().to_ascii_lowercase();
        if lower.starts_with("__secure-") && !secure {
            return Err(WhyDropped::SecurePrefix);
        }
        if lower.starts_with("__host-") && !(secure && raw.domain().is_none() && raw.path() == Some("/")) {
            return Err(WhyDropped::HostPrefix);
        }
        let same_site = match raw.same_site() {
            Some(cookie::SameSite::Strict) => SameSite::Strict,
            Some(cookie::SameSite::None) => SameSite::None,
            Some(cookie::SameSite::Lax) | None => SameSite::Lax,
        };
        if same_site == SameSite::None && !secure {
            return Err(WhyDropped::NoneWithoutSecure);
        }
        if same_site != SameSite::None && !request.navigation && !one_site(request) {
            return Err(WhyDropped::CrossSiteCall);
        }
        Ok(Meta {
            created: self.created,
            expires: self.expiry(raw),
            same_site,
            secure,
            http_only: raw.http_only().unwrap_or(false),
        })
    }

    /// `Max-Age` takes precedence over `Expires` (RFC 6265 §5.3 step 3).
    fn expiry(&self, raw: &RawCookie<'_>) -> Option<Timestamp> {
        let now = self.clock.now();
        if let Some(age) = raw.max_age() {
            let age = Duration::try_from(age).unwrap_or(Duration::ZERO);
            return Some(now.saturating_add(age).unwrap_or(Timestamp::MAX));
        }
        let expires = raw.expires_datetime()?.unix_timestamp();
        // `Timestamp` ends a day before the year 9999 does, which some apps take for "never".
        let far = if expires > 0 { Timestamp::MAX } else { Timestamp::MIN };
        Some(Timestamp::from_second(expires).unwrap_or(far))
    }

    fn store(&mut self, mut raw: RawCookie<'static>, meta: Meta, url: &Url) -> CookieFate {
        let expired = meta.expires.is_some_and(|at| at <= self.clock.now());
        // Expiry and Secure are checked here, by the stack's clock and with http://localhost
        // treated as in browsers; the store matches domain and path.
        raw.unset_expires();
        raw.set_max_age(None);
        raw.set_secure(None);
        let cookie = match cookie_store::Cookie::try_from_raw_cookie(&raw, url) {
            Ok(cookie) => cookie.into_owned(),
            Err(error) => return CookieFate::Dropped(WhyDropped::Unfit(format!("{error} ({url})"))),
        };
        let key = key(&cookie);
        if !meta.secure && !trustworthy(url) && self.is_shadowed(&key) {
            return CookieFate::Dropped(WhyDropped::SecureThere);
        }
        if expired {
            self.store.remove(&key.0, &key.1, &key.2);
            let existed = self.meta.remove(&key).is_some();
            return if existed { CookieFate::Deleted } else { CookieFate::NothingToDelete };
        }
        if let Err(error) = self.store.insert(cookie, url) {
            return CookieFate::Dropped(WhyDropped::Unfit(error.to_string()));
        }
        self.created += 1;
        let created = self.meta.get(&key).map_or(self.created, |old| old.created);
        self.meta.insert(key, Meta { created, ..meta });
        CookieFate::Stored
    }

    /// Whether a secure cookie of that name would be replaced, or hidden, by one that is not secure and comes over
    /// plain http (RFC 6265bis §5.7 step 16).
    fn is_shadowed(&self, (domain, path, name): &Key) -> bool {
        let within = |a: &str, b: &str| a == b || a.strip_suffix(b).is_some_and(|rest| rest.ends_with('.'));
        let below =
            |path: &str, of: &str| path == of || path.starts_with(&format!("{}/", of.trim_end_matches('/')));
        self.meta.iter().any(|((other_domain, other_path, other_name), meta)| {
            meta.secure
                && other_name == name
                && (within(domain, other_domain) || within(other_domain, domain))
                && below(path, other_path)
        })
    }

    /// The cookies to send with a request, in the order in which they are sent (longer path first,
    /// then older; RFC 6265 §5.4), and those that are withheld although domain and path match.
    pub fn cookies_for(&mut self, request: CookieRequest<'_>) -> (Vec<(String, String)>, Vec<Withheld>) {
        let (sent, withheld) = self.split(request);
        (sent.into_iter().map(|(key, value)| (key.2, value)).collect(), withheld)
    }

    fn split(&mut self, request: CookieRequest<'_>) -> (Vec<(Key, String)>, Vec<Withheld>) {
        let (now, same_site) = (self.clock.now(), one_site(request));
        let mut matching: Vec<(Key, String)> = self
            .store
            .matches(request.url)
            .into_iter()
            .map(|cookie| (key(cookie), cookie.value().to_owned()))
            .collect();
        let created = |key: &Key| self.meta.get(key).map_or(0, |meta| meta.created);
        matching.sort_by(|(a, _), (b, _)| b.1.len().cmp(&a.1.len()).then(created(a).cmp(&created(b))));
        let (mut sent, mut withheld, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for (key, value) in matching {
            let Some(meta) = self.meta.get(&key) else { continue };
            if meta.expires.is_some_and(|at| at <= now) {
                withheld.push(Withheld { name: key.2.clone(), reason: WhyWithheld::Expired });
                gone.push(key);
            } else if let Some(reason) = blocked(meta, request, same_site) {
                withheld.push(Withheld { name: key.2, reason });
            } else {
                sent.push((key, value));
            }
        }
        for key in gone {
            self.store.remove(&key.0, &key.1, &key.2);
            self.meta.remove(&key);
        }
        (sent, withheld)
    }

    /// Every cookie that has not expired, in the order of creation.
    pub(crate) fn kept(&self) -> Vec<KeptCookie> {
        let now = self.clock.now();
        let mut kept: Vec<(u64, KeptCookie)> = self
            .store
            .iter_any()
            .filter_map(|cookie| {
                let key = key(cookie);
                let meta = self.meta.get(&key).filter(|meta| meta.expires.is_none_or(|at| at > now))?;
                let (domain, path, name) = key;
                let kept = KeptCookie {
                    name,
                    value: cookie.value().to_owned(),
                    domain,
                    below: matches!(cookie.domain, cookie_store::CookieDomain::Suffix(_)),
                    path,
                    expires: meta.expires,
                    http_only: meta.http_only,
                    secure: meta.secure,
                    same_site: meta.same_site,
                };
                Some((meta.created, kept))
            })
            .collect();
        kept.sort_by_key(|(created, _)| *created);
        kept.into_iter().map(|(_, cookie)| cookie).collect()
    }

    /// What `document.cookie` shows to a page's script: no `HttpOnly` cookies.
    #[must_use]
    pub fn visible_to_script(&mut self, url: &Url) -> Vec<(String, String)> {
        let own = [Site::of(url)];
        let request = CookieRequest { url, method: &http::Method::GET, chain: &own, navigation: true };
        self.split(request)
            .0
            .into_iter()
            .filter(|(key, _)| self.meta.get(key).is_some_and(|meta| !meta.http_only))
            .map(|(key, value)| (key.2, value))
            .collect()
    }

    /// Deletes the cookies with that name, as a person does who deletes site data; returns their
    /// number.
    pub fn lose(&mut self, name: &str) -> usize {
        let lost: Vec<Key> = self.meta.keys().filter(|key| key.2 == name).cloned().collect();
        for key in &lost {
            self.store.remove(&key.0, &key.1, &key.2);
            self.meta.remove(key);
        }
        lost.len()
    }

    /// Refuses all cookies from now on, as a person can configure it.
    pub fn refuse(&mut self) {
        self.refuses = true;
    }

    /// Deletes every cookie.
    pub fn clear(&mut self) {
        self.store.clear();
        self.meta.clear();
    }
}

fn blocked(meta: &Meta, request: CookieRequest<'_>, one_site: bool) -> Option<WhyWithheld> {
    if meta.secure && !trustworthy(request.url) {
        return Some(WhyWithheld::SecureOverHttp);
    }
    if one_site {
        return None;
    }
    match meta.same_site {
        SameSite::None => None,
        SameSite::Strict => Some(WhyWithheld::Strict),
        SameSite::Lax if !request.navigation => Some(WhyWithheld::LaxCall),
        SameSite::Lax if request.method.is_safe() => None,
        SameSite::Lax => Some(WhyWithheld::LaxMethod(request.method.clone())),
    }
}

fn one_site(request: CookieRequest<'_>) -> bool {
    let target = Site::of(request.url);
    request.chain.iter().all(|site| *site == target)
}

/// Chromium treats `http://localhost` and loopback addresses as secure.
fn trustworthy(url: &Url) -> bool {
    if url.scheme() == "https" {
        return true;
    }
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
