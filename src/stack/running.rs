//! A running stack.

mod stop;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kit::{Ca, Client, Clock, Connections, Fault, Journal, Random, Running, Script};
use mock_huggingface::HuggingFace;
use mock_logto::Version;
use tokio::sync::OwnedMutexGuard;
use url::Url;

use super::app::sample::AppServer;
use super::app::{AppError, AppFiles, RunningApp, SharedApp, environment};
use super::broker::InContainers;
use super::builder::StackBuilder;
use super::endpoints::Endpoints;
use super::known::Known;
use super::management::Management;
use super::names::Names;
use super::steps::StepError;
use super::stubs::Stubs;
use super::surroundings::Networks;
use super::tenant::Tenant;
use super::time::Time;
use crate::setup::{AppRestart, Mask, OwnApp, Way};

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
    pub(super) records_app_calls: bool,
    pub(super) endpoints: Endpoints,
    pub(super) names: Names,
    pub(super) known: Known,
    /// The version of Logto; `None` if it does not show it.
    pub(super) version: Option<Version>,
    /// What the embedded Logto was told, for the next stack of an app that several share.
    pub(super) fixed: mock_logto::Fixed,
    /// What an app outside this process reads from files.
    pub(super) files: Option<AppFiles>,
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

    /// The version of Logto: of the embedded one that which it plays, of an image that which it contains, of a Logto
    /// by URL one that is like it in all that anyone can see. `None` if it is too old to show it.
    #[must_use]
    pub fn logto_version(&self) -> Option<Version> {
        self.version
    }

    /// The stack's values by name, as `[APP]`.
    #[must_use]
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// What an app of your own needs, as environment variables: `APP_BASE_URL`,
    /// `LOGTO_ENDPOINT`, `LOGTO_APP_ID`, `LOGTO_APP_SECRET`.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        environment(&self.endpoints.app, &self.endpoints.logto, &self.known)
    }

    /// The same, with the variables that the app itself asks for, and `PORT` if a command starts it.
    ///
    /// # Errors
    /// [`AppError::Name`] for a name that the stack does not define.
    pub fn app_variables(&self) -> Result<Vec<(String, String)>, AppError> {
        match self.app.own() {
            Some(own) => own.variables(self.environment(), &self.names),
            None => Ok(self.environment()),
        }
    }

    /// Starts an app of your own as [`StackBuilder::own_app`] says, and waits until it is ready. The sample app
    /// starts with the stack.
    ///
    /// # Errors
    /// [`AppError`] when it cannot be started, fails, or is not ready in time.
    pub async fn start_app(&self) -> Result<(), AppError> {
        match self.app.own() {
            Some(own) => own.start(self.environment(), &self.names, &self.browser).await,
            None => Ok(()),
        }
    }

    /// Writes the files of an app of your own, for another program that starts it.
    ///
    /// # Errors
    /// [`AppError`] when they cannot be written.
    pub(crate) fn tell_app(&self) -> Result<(), AppError> {
        match self.app.own() {
            Some(own) => own.tell(self.environment(), &self.names),
            None => Ok(()),
        }
    }

    /// Uses an app that an earlier stack has started, once it answers. The stack must be
    /// [expected by](StackBuilder::expected_by) the app.
    ///
    /// # Errors
    /// [`AppError`] if it has failed or does not answer.
    pub async fn adopt_app(&self, app: SharedApp) -> Result<(), AppError> {
        match self.app.own() {
            Some(own) => own.adopt((app.process, app.files), &self.browser).await,
            None => Ok(()),
        }
    }

    /// Takes the app that this stack has started, or adopted, so that it outlives the stack. `None` if the stack has
    /// not started one.
    pub async fn release_app(&self) -> Option<SharedApp> {
        let own = self.app.own()?;
        let (process, files) = own.release().await?;
        let port = |url: &Url| url.port().unwrap_or_default();
        let fixed = mock_logto::Fixed {
            application_id: Some(self.known.app_id.clone()),
            application_secret: Some(self.known.app_secret.clone()),
            ..self.fixed.clone()
        };
        let (logto_port, logto_admin_port) =
            (port(&self.endpoints.logto_direct), port(&self.endpoints.logto_admin));
        Some(SharedApp { origin: own.origin.clone(), logto_port, logto_admin_port, fixed, process, files })
    }

    /// Waits until an app of your own is ready, as [`OwnApp::ready`] says: one that you start yourself may take a
    /// while.
    ///
    /// # Errors
    /// [`AppError`] if it is not within `limit`.
    pub async fn app_is_up(&self, limit: Duration) -> Result<(), AppError> {
        match self.app.own() {
            Some(own) => own.is_ready(&self.browser, limit).await,
            None => Ok(()),
        }
    }

    /// What the command of an app of your own has written to standard output and standard error. `None` if the stack
    /// has not started one, or its output is shown.
    pub async fn app_output(&self) -> Option<String> {
        self.app.own()?.output().await
    }

    /// Whether the command of an app of your own, or something that it started, still runs; `None` if that is not known.
    pub(crate) async fn app_runs(&self) -> Option<bool> {
        self.app.own()?.runs().await
    }

    /// How an app of your own is started and recognized.
    pub(crate) fn own_app(&self) -> Option<&OwnApp> {
        self.app.own().map(|own| &own.app)
    }

    /// The time by an app of your own, if it tells it.
    pub(crate) async fn app_time(&self) -> Option<jiff::Timestamp> {
        self.app.own()?.time(&self.browser).await
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
        if let Some(files) = &self.files {
            files.tell_time(self.clock());
        }
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
    #[cfg(feature = "stubs")]
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

    /// Whether a proxy records what an app of your own asks a real Logto.
    pub(crate) fn records_app_calls(&self) -> bool {
        self.records_app_calls
    }

    /// What transcripts hide in the app's own messages.
    pub(crate) fn masks(&self) -> &[Mask] {
        &self.masks
    }

    /// Restarts the app: what it kept in memory is lost. The stack can restart an app of your own if it has
    /// started it with a command.
    ///
    /// # Errors
    /// [`AppError`] if the app cannot be configured like this, or does not start again.
    pub async fn restart_app(&self, change: AppRestart) -> Result<(), AppError> {
        match &self.app {
            RunningApp::Sample(app) => Ok(app.restart(change)?),
            RunningApp::Own(own) => {
                if change.session_secret.is_some() {
                    return Err(AppError::NoLever { lever: "session_secret" });
                }
                let (mut known, mut names) = (self.known.clone(), self.names.clone());
                if let Some(secret) = change.app_secret {
                    names.relearn("APP_SECRET", &secret);
                    known.app_secret = secret;
                }
                let variables = environment(&self.endpoints.app, &self.endpoints.logto, &known);
                own.restart(variables, &names, &self.browser).await
            }
        }
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
