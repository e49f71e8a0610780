//! Signed cookies (contract §8): every one has a twin `<name>.sig`, without which it is invalid.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use kit::Random;
use kit::alphabet::LOWER_ALNUM;
use serde_json::{Value, json};

use crate::audit;
use crate::keys::KeyError;
use crate::shared::Shared;
use crate::version::Fact;

/// Signs `name=value` with HMAC-SHA1, as keygrip does: 27 characters. The newest key signs, the
/// previous one is still accepted (contract §15).
pub(crate) struct CookieKey {
    kept: RwLock<Vec<Kept>>,
    /// The key that stays in force whatever becomes of the others, in a Logto that reads its keys only at its start.
    fixed: Option<hmac::Key>,
}

struct Kept {
    id: String,
    /// Seconds since the epoch.
    created_at: i64,
    key: hmac::Key,
}

impl std::fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CookieKey")
    }
}

impl CookieKey {
    /// `at_once`: a rotation is in force at once.
    pub(crate) fn new(random: &Random, now: i64, at_once: bool) -> Self {
        let mut keys = Self { kept: RwLock::default(), fixed: None };
        keys.rotate(random, now);
        keys.fixed = if at_once { None } else { keys.in_force().first().cloned() };
        keys
    }

    /// The newest signs, the others are accepted.
    fn in_force(&self) -> Vec<hmac::Key> {
        match &self.fixed {
            Some(fixed) => vec![fixed.clone()],
            None => self.keys().iter().map(|kept| kept.key.clone()).collect(),
        }
    }

    fn keys(&self) -> RwLockReadGuard<'_, Vec<Kept>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a new key, and removes the one before the last.
    pub(crate) fn rotate(&self, random: &Random, now: i64) {
        let id = random.string(LOWER_ALNUM, 21);
        let key = hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &random.bytes::<32>());
        let made = Kept { id, created_at: now, key };
        let mut keys = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(0, made);
        keys.truncate(2);
    }

    /// Removes a key: cookies that it signed become invalid.
    pub(crate) fn delete(&self, id: &str) -> Result<(), KeyError> {
        let mut keys = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if keys.len() == 1 {
            return Err(KeyError::Only);
        }
        let at = keys.iter().position(|kept| kept.id == id).ok_or(KeyError::Unknown)?;
        keys.remove(at);
        Ok(())
    }

    /// The keys as the Management API lists them.
    pub(crate) fn shown(&self) -> Value {
        self.keys().iter().map(|kept| json!({ "id": kept.id, "createdAt": kept.created_at })).collect()
    }

    fn sign(&self, name: &str, value: &str) -> String {
        // There is always a key, because the last one cannot be deleted.
        self.in_force()
            .first()
            .map_or_else(String::new, |key| URL_SAFE_NO_PAD.encode(hmac::sign(key, &signed(name, value))))
    }

    /// Index of the key that signed; the newest is 0.
    fn signer(&self, name: &str, value: &str, signature: &str) -> Option<usize> {
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let signed = signed(name, value);
        self.in_force().iter().position(|key| hmac::verify(key, &signed, &signature).is_ok())
    }
}

/// The text that is signed.
fn signed(name: &str, value: &str) -> Vec<u8> {
    format!("{name}={value}").into_bytes()
}

/// The cookies of a request, values verbatim.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let pairs = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim_start().split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self(pairs.collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `_logto`, which only decides what the page shows.
    pub(crate) fn logto(&self) -> Option<&str> {
        self.get("_logto")
    }

    /// The value of a cookie with a valid signature.
    pub(crate) fn signed(&self, key: &CookieKey, name: &str) -> Option<&str> {
        let value = self.get(name)?;
        let signature = self.get(&format!("{name}.sig"))?;
        // As in the `cookies` package: a signature by an older key is renewed, one by an unknown
        // key is deleted (observed with a real Logto after a rotation).
        match key.signer(name, value, signature) {
            Some(0) => Some(value),
            Some(_) => {
                audit::set_signature(format!("{name}.sig={}; path=/; httponly", key.sign(name, value)));
                Some(value)
            }
            None => {
                audit::set_signature(format!("{name}.sig=; path=/; expires={}; httponly", date(0)));
                None
            }
        }
    }
}

const GOOGLE_ONE_TAP: &str = "_logto_google_one_tap_credential";

/// `Set-Cookie` lines for a response.
#[derive(Debug, Default)]
pub(crate) struct SetCookies(Vec<String>);

/// Attributes in Logto's order and case.
impl SetCookies {
    /// `_logto`, for the page's server-side rendering: raw JSON, readable by scripts.
    pub(crate) fn logto(&mut self, shared: &Shared, json: &str) {
        const ATTRIBUTES: &str = "path=/; samesite=lax";
        match shared.has(Fact::SignedLogtoCookie) {
            true => self.signed(&shared.cookie_key, "_logto", json, ATTRIBUTES),
            false => self.0.push(format!("_logto={json}; {ATTRIBUTES}")),
        }
    }

    /// A cookie for the scripts of one page.
    pub(crate) fn readable(&mut self, key: &CookieKey, name: &str, value: &str, path: &str, expires: i64) {
        self.signed(key, name, value, &format!("path={path}; expires={}; samesite=lax", date(expires)));
    }

    /// `_interaction`, for the Experience API and the pages.
    pub(crate) fn interaction(&mut self, key: &CookieKey, value: &str, expires: i64) {
        let attributes = format!("path=/; expires={}; samesite=lax; httponly", date(expires));
        self.signed(key, "_interaction", value, &attributes);
    }

    /// `_interaction_resume`, only for the address at which the interaction is resumed.
    pub(crate) fn resume(&mut self, key: &CookieKey, uid: &str, path: &str, expires: i64) {
        let attributes = format!("path={path}; expires={}; samesite=lax; httponly", date(expires));
        self.signed(key, "_interaction_resume", uid, &attributes);
    }

    pub(crate) fn clear_resume(&mut self, key: &CookieKey, path: &str) {
        self.resume(key, "", path, 0);
    }

    /// `_session`: single sign-on, the second resume, and sign-out.
    pub(crate) fn session(&mut self, key: &CookieKey, id: &str, expires: i64) {
        let attributes = format!("path=/; samesite=lax; httponly; expires={}", date(expires));
        self.signed(key, "_session", id, &attributes);
    }

    pub(crate) fn clear_session(&mut self, key: &CookieKey) {
        let attributes = format!("path=/; expires={}; samesite=lax; httponly", date(0));
        self.signed(key, "_session", "", &attributes);
    }

    /// A credential from Google One Tap, for the page of its connector.
    pub(crate) fn google_one_tap(&mut self, key: &CookieKey, credential: &str, expires: i64) {
        self.readable(key, GOOGLE_ONE_TAP, credential, "/", expires);
    }

    /// Cleared at every social verification; then it has no twin.
    pub(crate) fn clear_google_one_tap(&mut self) {
        self.0.push(format!("{GOOGLE_ONE_TAP}=; path=/; expires={}", date(0)));
    }

    fn signed(&mut self, key: &CookieKey, name: &str, value: &str, attributes: &str) {
        self.0.push(format!("{name}={value}; {attributes}"));
        self.0.push(format!("{name}.sig={}; {attributes}", key.sign(name, value)));
    }

    /// Adds the lines to a response, in order.
    pub(crate) fn into(self, mut response: Response) -> Response {
        for line in self.0 {
            if let Ok(value) = HeaderValue::from_str(&line) {
                response.headers_mut().append(SET_COOKIE, value);
            }
        }
        response
    }
}

/// An IMF-fixdate (RFC 9110 §5.6.7), as in cookies.
fn date(seconds: i64) -> String {
    let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(line: &str) -> Cookies {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(line).unwrap());
        Cookies::of(&headers)
    }

    #[test]
    fn a_cookie_is_valid_only_with_the_right_signature() {
        let random = Random::seeded(7);
        let key = CookieKey::new(&random, 0, true);
        let value = "%7B%22a%22%3A%22b%22%7D";
        let signature = key.sign("_interaction", value);
        assert_eq!(signature.len(), 27);
        let good = cookies(&format!("_interaction={value}; _interaction.sig={signature}"));
        assert_eq!(good.signed(&key, "_interaction"), Some(value));
        for bad in [
            format!("_interaction={value}"),
            format!("_interaction={{\"a\":\"b\"}}; _interaction.sig={signature}"),
            format!("_session={value}; _session.sig={signature}"),
        ] {
            assert_eq!(cookies(&bad).signed(&key, "_interaction"), None, "{bad}");
        }
        // A new key signs from now on; the old one is accepted until it is deleted.
        key.rotate(&random, 1);
        assert_ne!(key.sign("_interaction", value), signature);
        assert_eq!(good.signed(&key, "_interaction"), Some(value));
        let old = key.shown()[1]["id"].as_str().unwrap().to_owned();
        key.delete(&old).unwrap();
        assert_eq!(good.signed(&key, "_interaction"), None);
        assert_eq!(key.delete(&old), Err(KeyError::Only));
    }

    /// Seen with 1.37.1 and 1.39.0.
    #[test]
    fn a_logto_that_reads_its_keys_at_its_start_accepts_the_first_for_ever() {
        let random = Random::seeded(7);
        let key = CookieKey::new(&random, 0, false);
        let signature = key.sign("_session", "id");
        let good = cookies(&format!("_session=id; _session.sig={signature}"));
        key.rotate(&random, 1);
        key.delete(key.shown()[1]["id"].as_str().unwrap()).unwrap();
        assert_eq!(good.signed(&key, "_session"), Some("id"));
        assert_eq!(key.sign("_session", "id"), signature);
    }

    #[test]
    fn dates_are_as_recorded() {
        assert_eq!(date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(date(1_795_425_427), "Mon, 23 Nov 2026 09:17:07 GMT");
    }
}
