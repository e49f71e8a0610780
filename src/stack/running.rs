//! A running stack.

mod stop;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kit::{Ca, Client, Clock, Connections, Fault, Journal, Random, Running, Script};
use mock_huggingface::HuggingFace;
use tokio::sync::OwnedMutexGuard;
use url::Url;

use super::app::sample::AppServer;
use super::app::{self, AppError, OwnApp, RunningApp, environment};
use super::broker::InContainers;
use super::builder::StackBuilder;
use super::endpoints::Endpoints;
use super::known::Known;
use super::management::Management;
use super::names::Names;
use super::steps::{StartError, StepError};
use super::stubs::Stubs;
use super::surroundings::Networks;
use super::tenant::Tenant;
use super::time::Time;
use crate::setup::{AppRestart, Mask, Way};

pub use self::stop::StopError;

/// App, Logto and Hugging Face, running and provisioned.
///
/// Call [`Stack::stop`] at the end: dropping a stack stops the servers at once, but
/// leaves a shared tenant changed, for `logto-testkit restore`.
#[derive(Debug)]
pub struct Stack {
    /// Dropped first, while the parties still answer it.
    pub(super) app: RunningApp,
    pub(super) masks: Vec<Mask>,
    pub(super) endpoints: Endpoints,
    pub(super) names: Names,
    pub(super) known: Known,
    pub(super) time: Time,
    pub(super) random: Random,
    pub(super) journal: Journal,
    pub(super) script: Script,
    pub(super) ca: Arc<Ca>,
    pub(super) spki_digest: String,
    pub(super) browser: Client,
    pub(super) networks: Networks,
    pub(super) huggingface: HuggingFace,
    pub(super) plain_huggingface: Option<Url>,
    pub(super) tenant: Tenant,
    pub(super) stubs: Option<Stubs>,
    pub(super) servers: Vec<Running>,
    /// Released when the stack is dropped.
    pub(super) turn: Option<OwnedMutexGuard<()>>,
    pub(super) containers: Option<InContainers>,
    /// The identifiers with which people tried to sign in.
    pub(super) tried: Mutex<BTreeSet<String>>,
}

impl Stack {
    /// A stack with defaults: embedded Logto, the sample app, two users at Hugging Face.
    #[must_use]
    pub fn builder() -> StackBuilder {
        StackBuilder::default()
    }

    /// Where the parties are.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Ids and secrets of this stack.
    #[must_use]
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// The stack's values by name, as `[APP]`.
    #[must_use]
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// What an app of your own needs, as environment variables: `APP_BASE_URL`,
    /// `LOGTO_ENDPOINT`, `LOGTO_APP_ID`, `LOGTO_APP_SECRET`.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment(&self.endpoints.app, &self.endpoints.logto, &self.known)
    }

    /// Starts an app of your own as [`StackBuilder::own_app`] says, and waits until it answers. The sample app
    /// starts with the stack.
    ///
    /// # Errors
    /// [`AppError`] when it cannot be started, fails, or does not answer in time.
    pub async fn start_app(&mut self) -> Result<(), AppError> {
        let variables = self.environment();
        self.app.start(variables, &self.browser, &self.endpoints.app).await
    }

    /// Waits until the app answers, with any status: an app of your own may take a while
    /// to start.
    ///
    /// # Errors
    /// [`StartError`] if it does not within `limit`.
    pub async fn app_is_up(&self, limit: Duration) -> Result<(), StartError> {
        app::url::is_up(&self.browser, &self.endpoints.app, limit).await
    }

    /// The stack's clock, which embedded parties use.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.time.clock()
    }

    pub(crate) fn time(&self) -> &Time {
        &self.time
    }

    /// Lets time pass: advances the embedded Logto's clock, or waits if Logto is real. The clock of an
    /// app of your own then lags behind the embedded Logto's. Sleeping in a test instead does not
    /// make anything expire while all parties live in this process.
    pub async fn pass(&self, time: Duration) {
        self.time.pass(time).await;
    }

    /// The stack's source of generated values.
    #[must_use]
    pub fn random(&self) -> &Random {
        &self.random
    }

    /// What every party received and sent, and why it refused something.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Scripted answers that Hugging Face gives instead of its ordinary ones.
    #[must_use]
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Puts a `wiremock` stub in front of Hugging Face. It is consulted before the
    /// script and the mock, which answer as usual what no stub matches. The mock still
    /// handles TLS, and its journal has each stubbed answer as its own. [`Stack::stop`]
    /// verifies how often a stub [expects](wiremock::Mock::expect) to be called.
    ///
    /// A stub's delay is in real time, which does not count towards any party's time-out while all parties
    /// live in this process; to test a time-out, use the delay of a [`kit::Rule`].
    ///
    /// ```
    /// use logto_testkit::{Stack, Visitor};
    /// use wiremock::matchers::{body_string_contains, method, path};
    /// use wiremock::{Mock, ResponseTemplate};
    ///
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// let mut stack = Stack::builder().start().await?;
    /// let busy = Mock::given(method("POST"))
    ///     .and(path("/oauth/token"))
    ///     .and(body_string_contains("grant_type=authorization_code"))
    ///     .respond_with(ResponseTemplate::new(503))
    ///     .expect(1);
    /// stack.stub(busy).await;
    ///
    /// let mut visitor = Visitor::new(&stack);
    /// visitor.visit("/").await?;
    /// visitor.click("Sign In").await?;
    /// visitor.continue_with("huggingface").await?;
    /// visitor.sign_in_as("ada").await.unwrap_err();
    /// assert!(visitor.says().is_some_and(|says| says.to_string().contains("connector.general")));
    /// // Exactly one request: Logto does not try again.
    /// stack.stop().await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub async fn stub(&mut self, stub: wiremock::Mock) {
        let stubs = match self.stubs.take() {
            Some(stubs) => stubs,
            None => Stubs::start(&self.script, self.browser.clone()).await,
        };
        stubs.mount(stub).await;
        self.stubs = Some(stubs);
    }

    /// The mock Hugging Face.
    #[must_use]
    pub fn huggingface(&self) -> &HuggingFace {
        &self.huggingface
    }

    /// The mock Hugging Face over plain HTTP, if it was requested.
    #[must_use]
    pub fn plain_huggingface(&self) -> Option<&Url> {
        self.plain_huggingface.as_ref()
    }

    /// The sample app's configuration; `None` for an app of your own.
    #[must_use]
    pub fn app_config(&self) -> Option<sample_app::Config> {
        self.app.sample().map(AppServer::config)
    }

    /// What transcripts hide in the app's own messages.
    pub(crate) fn masks(&self) -> &[Mask] {
        &self.masks
    }

    /// The app of your own, if it takes the place of the sample app.
    pub(crate) fn own_app(&self) -> Option<&OwnApp> {
        self.app.own()
    }

    /// Restarts the sample app: what it kept in memory is lost. An app of your own
    /// stays as it is.
    ///
    /// # Errors
    /// [`sample_app::ConfigError`] if it cannot be configured like this.
    pub fn restart_app(&self, change: AppRestart) -> Result<(), sample_app::ConfigError> {
        self.app.sample().map_or(Ok(()), |app| app.restart(change))
    }

    /// The CA that signed the certificate of `https://huggingface.co`.
    #[must_use]
    pub fn ca(&self) -> &Arc<Ca> {
        &self.ca
    }

    /// Digest of the mock's key, for Chromium's `--ignore-certificate-errors-spki-list`.
    #[must_use]
    pub fn spki_digest(&self) -> &str {
        &self.spki_digest
    }

    /// An HTTP client that reaches the stack as a browser would, but does not follow redirects.
    #[must_use]
    pub fn browser_client(&self) -> &Client {
        &self.browser
    }

    /// Breaks the connection between two parties, or repairs it with `None`.
    pub fn set_way(&self, way: Way, fault: Option<Fault>) {
        self.networks.set(way, fault, &self.endpoints);
    }

    /// Counts the connections to the mock Hugging Face's listener, with or without requests.
    #[must_use]
    pub fn huggingface_connections(&self) -> Connections {
        self.servers.first().map(Running::connections).unwrap_or_default()
    }

    /// Logto's Management API.
    #[must_use]
    pub fn management(&self) -> &Management {
        self.tenant.management()
    }

    /// Calls Logto's Management API for a scenario; what that changes in a shared tenant is restored later.
    ///
    /// # Errors
    /// [`StepError`] if Logto does not answer, or the state to restore cannot be saved.
    pub(crate) async fn administer(
        &self,
        method: http::Method,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<(u16, String), StepError> {
        self.tenant.administer(method, path, body).await
    }

    /// Notes an identifier, e.g. a username, with which a person tries to sign in: its failed
    /// attempts are cleared before another stack uses this Logto.
    pub(crate) fn tried(&self, identifier: &str) {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner).insert(identifier.to_owned());
    }
}
