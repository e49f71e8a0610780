//! The state that all routes share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use kit::alphabet::{ALNUM, LOWER_ALNUM, URL_SAFE};
use serde_json::Value;
use url::Url;

use crate::audit;
use crate::context::Context;
use crate::keys::{SigningKey, SigningKeys};
use crate::store::Store;
use crate::version::Fact;
use crate::wire::CookieKey;

/// State of one double.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) context: Context,
    pub(crate) keys: SigningKeys,
    pub(crate) admin_keys: SigningKey,
    pub(crate) cookie_key: CookieKey,
    pub(crate) m2m_secret: String,
    store: Mutex<Store>,
}

impl Shared {
    pub(crate) fn new(context: Context) -> Self {
        let random = &context.random;
        let m2m_secret = context.fixed.m2m_secret.clone().unwrap_or_else(|| random.string(ALNUM, 32));
        Self {
            cookie_key: CookieKey::new(
                random,
                context.clock.seconds(),
                context.version.has(Fact::RotationAtOnce),
            ),
            m2m_secret,
            keys: SigningKeys::new(
                &context.random,
                context.clock.millis(),
                context.fixed.signing_key.clone(),
                context.version,
            ),
            admin_keys: SigningKey::generate(),
            store: Mutex::new(Store::seeded(context.clock.millis(), context.version)),
            context,
        }
    }

    /// Locks the store, after removing everything expired. Never held during a call to another
    /// party.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.purge(self.context.clock.seconds());
        store
    }

    /// Whether this is true of the version of Logto that is played.
    pub(crate) fn has(&self, fact: Fact) -> bool {
        self.context.version.has(fact)
    }

    /// Seconds since the epoch on the stack's clock.
    pub(crate) fn now(&self) -> i64 {
        self.context.clock.seconds()
    }

    /// Signs an ID token of the default tenant (contract §1.6).
    pub(crate) fn sign_id_token(&self, claims: &Value) -> String {
        self.sign((!self.has(Fact::NoTokenType)).then_some("JWT"), claims)
    }

    /// Signs a JWT of the default tenant.
    pub(crate) fn sign(&self, typ: Option<&str>, claims: &Value) -> String {
        self.keys.sign(self.context.clock.millis(), typ, claims)
    }

    /// `ENDPOINT` + `/oidc`.
    pub(crate) fn issuer(&self) -> String {
        self.endpoint("/oidc")
    }

    /// A path of the default tenant, absolute.
    pub(crate) fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", origin(&self.context.endpoint))
    }

    /// A path of the default tenant at the origin of the current request (contract §0): most
    /// addresses are built this way, but not the issuer.
    pub(crate) fn here(&self, path: &str) -> String {
        match audit::asked_origin() {
            Some(origin) => format!("{origin}{path}"),
            None => self.endpoint(path),
        }
    }

    /// A path of the admin tenant, absolute.
    pub(crate) fn admin_endpoint(&self, path: &str) -> String {
        format!("{}{path}", origin(&self.context.admin_endpoint))
    }

    /// Ids of interactions.
    pub(crate) fn uid(&self) -> String {
        if self.has(Fact::LongUids) { self.opaque() } else { self.context.random.string(URL_SAFE, 21) }
    }

    /// Codes, opaque tokens and session ids: 43 characters (contract §0).
    pub(crate) fn opaque(&self) -> String {
        self.context.random.base64url(32)
    }

    /// Ids of applications and verifications: 21 characters (contract §0).
    pub(crate) fn long_id(&self) -> String {
        self.context.random.string(LOWER_ALNUM, 21)
    }

    /// Ids of users and connectors: 12 characters (contract §0).
    pub(crate) fn short_id(&self) -> String {
        self.context.random.string(LOWER_ALNUM, 12)
    }

    /// Secrets of applications: 32 characters (contract §0).
    pub(crate) fn secret(&self) -> String {
        self.context.random.string(ALNUM, 32)
    }
}

/// The state of a double, as an argument of handlers.
pub(crate) type SharedState = State<Arc<Shared>>;

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
