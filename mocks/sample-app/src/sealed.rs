//! A session stored in its own cookie: the browser can read but not change it.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::Random;

/// Signs cookie values, with a key that is generated at start-up or configured. Without the
/// signature anyone could forge a session.
#[derive(Clone)]
pub(crate) struct Seal {
    key: hmac::Key,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// Generates a key, or derives it from a configured secret that several starts share.
    pub(crate) fn new(random: &Random, secret: Option<&str>) -> Self {
        let key = match secret {
            Some(secret) => hmac::Key::new(hmac::HMAC_SHA256, digest(&SHA256, secret.as_bytes()).as_ref()),
            None => hmac::Key::new(hmac::HMAC_SHA256, &random.bytes::<32>()),
        };
        Self { key }
    }

    /// Serializes and signs the items; empty if there are no items.
    pub(crate) fn close(&self, items: &BTreeMap<String, String>) -> String {
        if items.is_empty() {
            return String::new();
        }
        // A map of strings always has a JSON form.
        let json = serde_json::to_vec(items).unwrap_or_default();
        let content = URL_SAFE_NO_PAD.encode(json);
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, content.as_bytes()));
        format!("{content}.{signature}")
    }

    /// The items of a cookie value; `None` if its signature is invalid.
    pub(crate) fn open(&self, value: &str) -> Option<BTreeMap<String, String>> {
        let (content, signature) = value.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(&self.key, content.as_bytes(), &signature).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(content).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_changed_value_and_one_of_another_start() {
        let seal = Seal::new(&Random::seeded(1), None);
        let items = BTreeMap::from([("key".to_owned(), "a value; with = signs".to_owned())]);
        let value = seal.close(&items);
        assert_eq!(seal.open(&value), Some(items.clone()));
        assert_eq!(seal.open(&format!("e30{value}")), None);
        assert_eq!(seal.open(value.split_once('.').unwrap().0), None);
        assert_eq!(seal.open("e30."), None);
        assert_eq!(Seal::new(&Random::seeded(2), None).open(&value), None);
        let shared = Seal::new(&Random::seeded(1), Some("secret")).close(&items);
        assert_eq!(Seal::new(&Random::seeded(2), Some("secret")).open(&shared), Some(items.clone()));
        assert_eq!(Seal::new(&Random::seeded(1), Some("another")).open(&shared), None);
        assert_eq!(seal.close(&BTreeMap::new()), "");
    }
}
