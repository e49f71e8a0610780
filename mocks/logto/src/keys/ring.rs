//! The keys of a tenant and their rotation (contract §15).

use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use kit::Random;
use kit::alphabet::LOWER_ALNUM;
use serde_json::{Value, json};

use super::SigningKey;
use crate::version::{Fact, Version};

/// The state of a key in a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Published, and used for signing from a given time on.
    Next {
        /// In milliseconds since the epoch.
        from: i64,
    },
    /// Used for signing.
    Current,
    /// Published, so that its signatures remain valid.
    Previous,
}

#[derive(Debug, Clone)]
struct Kept {
    id: String,
    /// Seconds since the epoch.
    created_at: i64,
    status: Status,
    key: Arc<SigningKey>,
}

/// The signing key with which a tenant is seeded. Clones are the same key.
#[derive(Debug, Clone)]
pub struct TenantKey(Arc<SigningKey>);

impl TenantKey {
    /// Generates a key.
    #[must_use]
    pub fn generate() -> Self {
        Self(Arc::new(SigningKey::generate()))
    }
}

impl Kept {
    fn made(random: &Random, now_ms: i64, status: Status, key: TenantKey) -> Self {
        Self { id: random.string(LOWER_ALNUM, 21), created_at: now_ms / 1000, status, key: key.0 }
    }

    fn shown(&self) -> Value {
        let mut shown = json!({ "id": self.id, "createdAt": self.created_at, "signingKeyAlgorithm": "EC" });
        shown["status"] = match self.status {
            Status::Next { from } => {
                shown["status"] = json!("Next");
                shown["effectiveAt"] = json!(from);
                return shown;
            }
            Status::Current => json!("Current"),
            Status::Previous => json!("Previous"),
        };
        shown
    }
}

/// Why a key is not created or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    /// A rotation is already pending.
    #[error("a rotation is already pending")]
    Pending,
    /// It is the last key.
    #[error("it is the only key")]
    Only,
    /// No key has this id.
    #[error("no key has this id")]
    Unknown,
    /// It is the current or the next key.
    #[error("it is not the previous key")]
    NotPrevious,
}

/// The keys of a tenant, the newest first.
#[derive(Debug)]
pub(crate) struct SigningKeys {
    kept: RwLock<Vec<Kept>>,
    /// The key that stays in force whatever becomes of the others, in a Logto that reads its keys only at its start.
    fixed: Option<Arc<SigningKey>>,
    version: Version,
}

impl SigningKeys {
    /// The seeded key, or a new one.
    pub(crate) fn new(random: &Random, now_ms: i64, seeded: Option<TenantKey>, version: Version) -> Self {
        let key = seeded.unwrap_or_else(TenantKey::generate);
        let fixed = (!version.has(Fact::RotationAtOnce)).then(|| key.0.clone());
        let kept = RwLock::new(vec![Kept::made(random, now_ms, Status::Current, key)]);
        Self { kept, fixed, version }
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Kept>> {
        self.kept.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Locks the keys, after activating the next key if its time has come.
    fn write(&self, now_ms: i64) -> RwLockWriteGuard<'_, Vec<Kept>> {
        let mut keys = self.kept.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let due = keys.iter().position(|kept| matches!(kept.status, Status::Next { from } if from <= now_ms));
        if let Some(due) = due {
            keys.retain(|kept| kept.status != Status::Previous);
            for kept in keys.iter_mut().filter(|kept| kept.status == Status::Current) {
                kept.status = Status::Previous;
            }
            keys[due].status = Status::Current;
        }
        keys
    }

    /// The key that signs now.
    fn current(&self, now_ms: i64) -> Arc<SigningKey> {
        if let Some(fixed) = &self.fixed {
            return fixed.clone();
        }
        let keys = self.read();
        let waiting = |kept: &Kept| matches!(kept.status, Status::Next { from } if from <= now_ms);
        let signs = |kept: &&Kept| kept.status == Status::Current;
        if let (false, Some(current)) = (keys.iter().any(waiting), keys.iter().find(signs)) {
            return current.key.clone();
        }
        drop(keys);
        let keys = self.write(now_ms);
        // One key is always current, because only a previous key can be deleted.
        let at = keys.iter().position(|kept| kept.status == Status::Current).unwrap_or_default();
        keys[at].key.clone()
    }

    /// The public keys: the current, the next and the previous one.
    pub(crate) fn jwks(&self, now_ms: i64) -> Vec<Value> {
        if let Some(fixed) = &self.fixed {
            return vec![fixed.jwk().clone()];
        }
        let keys = self.write(now_ms);
        let place = |kept: &&Kept| match kept.status {
            Status::Current => 0,
            Status::Next { .. } => 1,
            Status::Previous => 2,
        };
        let mut sorted: Vec<&Kept> = keys.iter().collect();
        sorted.sort_by_key(place);
        sorted.into_iter().map(|kept| kept.key.jwk().clone()).collect()
    }

    /// Signs a JWT with the current key.
    pub(crate) fn sign(&self, now_ms: i64, typ: Option<&str>, claims: &Value) -> String {
        self.current(now_ms).sign(typ, claims)
    }

    /// The claims of a JWT that was signed by one of the keys.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        match &self.fixed {
            Some(fixed) => fixed.verify(token),
            None => self.read().iter().find_map(|kept| kept.key.verify(token)),
        }
    }

    /// Whether a key has this id.
    pub(crate) fn knows(&self, kid: &str) -> bool {
        match &self.fixed {
            Some(fixed) => fixed.kid() == kid,
            None => self.read().iter().any(|kept| kept.key.kid() == kid),
        }
    }

    /// The keys as the Management API lists them.
    pub(crate) fn shown(&self, now_ms: i64) -> Value {
        let mut shown: Vec<Value> = self.write(now_ms).iter().map(Kept::shown).collect();
        for key in
            shown.iter_mut().filter_map(Value::as_object_mut).filter(|_| !self.version.has(Fact::KeyStatus))
        {
            key.shift_remove("status");
            key.shift_remove("effectiveAt");
        }
        shown.into()
    }

    /// Generates a key that signs after `grace` seconds: at once if zero.
    pub(crate) fn rotate(&self, random: &Random, now_ms: i64, grace: i64) -> Result<(), KeyError> {
        // Earlier versions ignore it.
        let grace = if self.version.has(Fact::KeyStatus) { grace } else { 0 };
        let mut keys = self.write(now_ms);
        if grace > 0 {
            keys.retain(|kept| !matches!(kept.status, Status::Next { .. }));
            let next = Status::Next { from: now_ms + grace * 1000 };
            keys.insert(0, Kept::made(random, now_ms, next, TenantKey::generate()));
            return Ok(());
        }
        if keys.iter().any(|kept| matches!(kept.status, Status::Next { .. })) {
            return Err(KeyError::Pending);
        }
        keys.retain(|kept| kept.status == Status::Current);
        for kept in keys.iter_mut() {
            kept.status = Status::Previous;
        }
        keys.insert(0, Kept::made(random, now_ms, Status::Current, TenantKey::generate()));
        Ok(())
    }

    /// Removes the previous key, so that its signatures become invalid.
    pub(crate) fn delete(&self, now_ms: i64, id: &str) -> Result<(), KeyError> {
        let mut keys = self.write(now_ms);
        if keys.len() == 1 {
            return Err(KeyError::Only);
        }
        let at = keys.iter().position(|kept| kept.id == id).ok_or(KeyError::Unknown)?;
        if keys[at].status != Status::Previous && self.version.has(Fact::KeyStatus) {
            return Err(KeyError::NotPrevious);
        }
        keys.remove(at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses(keys: &SigningKeys, now_ms: i64) -> Vec<String> {
        let shown = keys.shown(now_ms);
        let status = |key: &Value| key["status"].as_str().unwrap().to_owned();
        shown.as_array().unwrap().iter().map(status).collect()
    }

    #[test]
    fn a_new_key_signs_at_once_or_after_its_grace() {
        let random = Random::seeded(1);
        let keys = SigningKeys::new(&random, 0, None, Version::default());
        let old = keys.sign(0, None, &json!({ "sub": "u" }));
        keys.rotate(&random, 0, 0).unwrap();
        assert_eq!(statuses(&keys, 0), ["Current", "Previous"]);
        assert!(keys.verify(&old).is_some(), "the previous key is still published");
        keys.rotate(&random, 0, 60).unwrap();
        assert_eq!(statuses(&keys, 59_999), ["Next", "Current", "Previous"]);
        assert_eq!(keys.rotate(&random, 0, 0), Err(KeyError::Pending));
        let published = keys.jwks(59_999);
        keys.sign(60_000, None, &json!({}));
        assert_eq!(statuses(&keys, 60_000), ["Current", "Previous"]);
        assert_eq!(keys.jwks(60_000)[0], published[1], "the next one was published beforehand");
        assert!(keys.verify(&old).is_none(), "the first key is gone");
    }

    /// Seen with 1.38.0 and 1.39.0.
    #[test]
    fn a_logto_that_reads_its_keys_at_its_start_keeps_signing_with_the_first() {
        let random = Random::seeded(1);
        let keys = SigningKeys::new(&random, 0, None, Version::release(1, 37, 1));
        let published = keys.jwks(0);
        let old = keys.sign(0, None, &json!({ "sub": "u" }));
        keys.rotate(&random, 0, 60).unwrap();
        let shown = keys.shown(0);
        assert_eq!(shown.as_array().unwrap().len(), 2);
        assert_eq!(shown[0].get("status"), None);
        assert_eq!(keys.jwks(0), published);
        keys.delete(0, shown[1]["id"].as_str().unwrap()).unwrap();
        assert!(keys.verify(&old).is_some() && keys.verify(&keys.sign(0, None, &json!({}))).is_some());
    }

    #[test]
    fn only_the_previous_key_can_be_deleted() {
        let random = Random::seeded(1);
        let keys = SigningKeys::new(&random, 0, None, Version::default());
        assert_eq!(keys.delete(0, "x"), Err(KeyError::Only));
        keys.rotate(&random, 0, 0).unwrap();
        let shown = keys.shown(0);
        let id = |at: usize| shown[at]["id"].as_str().unwrap();
        assert_eq!(keys.delete(0, "x"), Err(KeyError::Unknown));
        assert_eq!(keys.delete(0, id(0)), Err(KeyError::NotPrevious));
        keys.delete(0, id(1)).unwrap();
        assert_eq!(keys.jwks(0).len(), 1);
    }
}
