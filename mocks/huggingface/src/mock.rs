//! The mock as a value: what the harness and the binary hold.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kit::{Client, Clock, Journal, Party, Random, Script};
use url::Url;

use crate::config::{App, Config, Organisation, Switches, User};
use crate::keys::{self, KeyError, SigningKey};
use crate::store::{self, RotatedKey, Session, Store};
use crate::{control, routes};

/// What the mock shares with the rest of a stack.
#[derive(Debug, Clone)]
pub struct Context {
    /// Where the mock is reached; issuer of its tokens. Only scheme, host and port count.
    pub origin: Url,
    /// The stack's time.
    pub clock: Clock,
    /// Where made-up values come from. Keys come from the crypto library.
    pub random: Random,
    /// Where requests and reasons are written.
    pub journal: Journal,
    /// Scripted answers, which are asked first.
    pub script: Script,
    /// Fetches client ID metadata documents, and key sets of CI providers. Hosts it does not
    /// know are outside the stack.
    pub client: Client,
}

/// There is no new key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoKey(String);

/// The mock Hugging Face. Clones are handles on the same mock.
#[derive(Debug, Clone)]
pub struct HuggingFace {
    inner: Arc<Inner>,
    /// This handle's site is served in plain HTTP, whatever the origin says.
    plain: bool,
}

#[derive(Debug)]
struct Inner {
    context: Context,
    /// `scheme://host[:port]`, without a slash at its end.
    origin: String,
    initial: Config,
    access_token_key: Result<SigningKey, KeyError>,
    store: Mutex<Store>,
}

impl HuggingFace {
    /// A mock with users, organisations and apps. This is cheap: the one costly
    /// key is made once per process, when an ID token or the key set first needs it.
    #[must_use]
    pub fn new(config: Config, context: Context) -> HuggingFace {
        let initial = store::registered(config, &context.random);
        HuggingFace {
            plain: false,
            inner: Arc::new(Inner {
                origin: context.origin.origin().ascii_serialization(),
                store: Mutex::new(Store::new(initial.clone())),
                access_token_key: SigningKey::ed25519(),
                initial,
                context,
            }),
        }
    }

    /// The site: every public route, with journal and script in front.
    pub fn router(&self) -> axum::Router {
        let Context { origin, clock, journal, script, .. } = self.inner.context.clone();
        let scripted = kit::scripted(routes::router(self.clone()), script, clock.clone());
        kit::journaled(scripted, journal, clock, Party::HUGGINGFACE, origin)
    }

    /// The site for a listener that speaks plain HTTP although the origin is `https`:
    /// its cookies are not `Secure`, which a client would not send back (RFC 6265 §5.4).
    pub fn plain_router(&self) -> axum::Router {
        HuggingFace { plain: true, ..self.clone() }.router()
    }

    /// The control API, for a listener of its own; see the crate's documentation. It
    /// answers under names of this machine only.
    pub fn control_router(&self) -> axum::Router {
        self.control_router_at(&[])
    }

    /// The same for a listener that is reached by further names as well, such as that of
    /// a container.
    pub fn control_router_at(&self, names: &[String]) -> axum::Router {
        kit::steered(control::router(self.clone()), names)
    }

    /// Adds a user, or replaces the one of the same username.
    pub fn add_user(&self, user: User) -> User {
        let user = user.registered();
        self.store().put_user(user.clone());
        user
    }

    /// Adds an organisation, or replaces the one of the same name.
    pub fn add_organisation(&self, organisation: Organisation) -> Organisation {
        let organisation = organisation.registered();
        self.store().put_organisation(organisation.clone());
        organisation
    }

    /// Adds an app, or replaces the one of the same client id. The answer has
    /// client id and secret filled in; a public app has no secret.
    pub fn add_app(&self, app: App) -> App {
        let app = app.registered(&self.inner.context.random);
        self.store().put_app(app.clone());
        app
    }

    /// Removes a user, with the permissions the user gave. `false` when there was none.
    pub fn remove_user(&self, username: &str) -> bool {
        self.store().remove_user(username)
    }

    /// Revokes an app for a user, as the page of connected applications does.
    /// `false` when there is no such user, or the user gave it no permission.
    pub fn revoke(&self, username: &str, client_id: &str) -> bool {
        let mut store = self.store();
        let sub = store.user_named(username).map(|user| user.sub.clone());
        sub.is_some_and(|sub| store.revoke(&sub, client_id))
    }

    /// Removes an app, with the permissions it was given. `false` when there was none.
    pub fn remove_app(&self, client_id: &str) -> bool {
        self.store().remove_app(client_id)
    }

    /// All users.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.store().users.clone()
    }

    /// All organisations.
    #[must_use]
    pub fn organisations(&self) -> Vec<Organisation> {
        self.store().organisations.clone()
    }

    /// All apps.
    #[must_use]
    pub fn apps(&self) -> Vec<App> {
        self.store().apps.clone()
    }

    /// The switches in force.
    #[must_use]
    pub fn switches(&self) -> Switches {
        self.store().switches.clone()
    }

    /// Changes the switches, from the next request on.
    pub fn set_switches(&self, switches: Switches) {
        self.store().switches = switches;
    }

    /// Signs id_tokens with a new key from now on. `published`: the key set has
    /// it; otherwise the key set still has the one before, as from a stale cache.
    ///
    /// # Errors
    /// [`NoKey`] when the crypto library makes none.
    pub async fn rotate_id_token_key(&self, published: bool) -> Result<(), NoKey> {
        let key = keys::new_rsa().await.map_err(|error| NoKey(error.to_string()))?;
        self.store().rotated_key = Some(RotatedKey { key, published });
        Ok(())
    }

    /// Signs a user in without the login page: the value of the `token` cookie.
    /// `None` when there is no such user.
    #[must_use]
    pub fn sign_in(&self, username: &str) -> Option<String> {
        let signed_in_at = self.inner.context.clock.seconds();
        let token = self.inner.context.random.string(kit::alphabet::ALNUM, 64);
        let mut store = self.store();
        let sub = store.user_named(username)?.sub.clone();
        store.sessions.insert(token.clone(), Session { sub, signed_in_at });
        Some(token)
    }

    /// Back to the configuration of the start: no sessions, codes, permissions
    /// and tokens, no scripted answers. The journal, which may be shared, stays.
    pub fn reset(&self) {
        self.inner.context.script.clear();
        *self.store() = Store::new(self.inner.initial.clone());
    }

    /// What the mock shares with the rest of the stack.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.inner.context
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        // A panic while it was held is a bug that the server reports by itself.
        self.inner.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.inner.context.clock
    }

    pub(crate) fn random(&self) -> &Random {
        &self.inner.context.random
    }

    /// `scheme://host[:port]`.
    pub(crate) fn origin(&self) -> &str {
        &self.inner.origin
    }

    /// Whether the site's cookies travel over TLS only.
    pub(crate) fn is_over_tls(&self) -> bool {
        !self.plain && self.origin().starts_with("https:")
    }

    pub(crate) fn access_token_key(&self) -> Result<&SigningKey, KeyError> {
        self.inner.access_token_key.as_ref().map_err(Clone::clone)
    }
}
