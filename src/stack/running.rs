//! A stack that is up.

mod stop;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kit::{Ca, Client, Clock, Connections, Fault, Journal, Random, Running, Script};
use mock_huggingface::HuggingFace;
use tokio::sync::OwnedMutexGuard;
use url::Url;

use super::app_server::AppServer;
use super::builder::{Logto, StackBuilder};
use super::endpoints::{Endpoints, HUGGINGFACE_HOST, huggingface, internal, localhost, others, over_tls};
use super::known::Known;
use super::management::Management;
use super::names::Names;
use super::parts::{Base, Clients, InContainers, LogtoSite, Shared, Site, embedded, named, open_tenant};
use super::plan;
use super::probe;
use super::steps::{LOGTO, QUICK, StartError, StepError, TURN, bind, ca_failed, step};
use super::stubs::Stubs;
use super::surroundings::{APP_INTERNAL, Fronts, LOGTO_INTERNAL, Networks};
use super::tenant::{Application, Tenant};
use super::time::Time;
use crate::setup::{AppRestart, Way};

pub use self::stop::StopError;

/// App, Logto and Hugging Face, up and provisioned.
///
/// Call [`Stack::stop`] at the end: dropping a stack stops the servers at
/// once, and leaves a shared tenant to `logto-testkit restore`.
#[derive(Debug)]
pub struct Stack {
    endpoints: Endpoints,
    names: Names,
    known: Known,
    time: Time,
    random: Random,
    journal: Journal,
    script: Script,
    ca: Arc<Ca>,
    spki_digest: String,
    browser: Client,
    networks: Networks,
    huggingface: HuggingFace,
    plain_huggingface: Option<Url>,
    app: Option<AppServer>,
    tenant: Tenant,
    stubs: Option<Stubs>,
    servers: Vec<Running>,
    /// Given back when the stack is dropped.
    turn: Option<OwnedMutexGuard<()>>,
    containers: Option<InContainers>,
    /// By what somebody tried to sign in.
    tried: Mutex<BTreeSet<String>>,
}

impl StackBuilder {
    /// Starts the parties, provisions and probes them.
    ///
    /// The first stack of a process raises its soft limit of open files towards the hard one, to
    /// no more than 65,536: each stack needs some twenty, and the default of macOS, 256, is used
    /// up by a dozen tests side by side. A higher limit stays as it is.
    ///
    /// # Errors
    /// [`StartError`] names the step that failed and why.
    pub async fn start(self) -> Result<Stack, StartError> {
        static RAISED: std::sync::Once = std::sync::Once::new();
        RAISED.call_once(|| {
            kit::raise_descriptor_limit();
        });
        Stack::start(self).await
    }
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

    /// What the stack knows by name, as `[APP]`.
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

    /// Waits until the app answers, whatever it answers: an app of your own takes
    /// its time to start.
    ///
    /// # Errors
    /// [`StartError`] when it does not within `limit`.
    pub async fn app_is_up(&self, limit: Duration) -> Result<(), StartError> {
        let url = self.endpoints.app.clone();
        let failed = |cause: StepError| StartError { step: "wait for the app", cause };
        let mut last = None;
        let answer = probe::answers(&self.browser, &url, &mut last);
        match kit::within("the app's first answer", limit, answer).await {
            Ok(answered) => answered.map_err(|error| failed(error.into())),
            Err(_) => Err(failed(probe::no_app(&self.browser, url, limit, last).await.into())),
        }
    }

    /// The stack's clock; embedded parties live by it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.time.clock()
    }

    pub(crate) fn time(&self) -> &Time {
        &self.time
    }

    /// Lets time pass: the embedded Logto's clock is put forward, with a real one this waits. An
    /// app of your own then lags behind the embedded one's. To sleep in a test instead does not
    /// make anything expire, as long as all parties live in this process.
    pub async fn pass(&self, time: Duration) {
        self.time.pass(time).await;
    }

    /// The stack's source of made-up values.
    #[must_use]
    pub fn random(&self) -> &Random {
        &self.random
    }

    /// What every party received and sent, and why it refused.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Answers of Hugging Face that are served instead of the ordinary ones.
    #[must_use]
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Puts a stub of `wiremock` in front of Hugging Face. It is asked before the
    /// script and the mock; what no stub matches, they answer as ever. TLS and the
    /// journal stay the mock's, which has each stubbed answer as its own. How often a
    /// stub [expects](wiremock::Mock::expect) to be called is verified by [`Stack::stop`].
    ///
    /// Delays of a stub are in real time, which counts against no time-out of a party as long as all of
    /// them live in this process; for those take the delay of a [`kit::Rule`].
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

    /// The mock Hugging Face in plain HTTP, where that was asked for.
    #[must_use]
    pub fn plain_huggingface(&self) -> Option<&Url> {
        self.plain_huggingface.as_ref()
    }

    /// The sample app's configuration; `None` for an app of your own.
    #[must_use]
    pub fn app_config(&self) -> Option<sample_app::Config> {
        self.app.as_ref().map(AppServer::config)
    }

    /// Stops the sample app and starts it again: what it kept in memory is gone.
    /// An app of your own stays as it is.
    ///
    /// # Errors
    /// [`sample_app::ConfigError`] when it cannot be configured like this.
    pub fn restart_app(&self, change: AppRestart) -> Result<(), sample_app::ConfigError> {
        self.app.as_ref().map_or(Ok(()), |app| app.restart(change))
    }

    /// The CA that vouches for `https://huggingface.co`.
    #[must_use]
    pub fn ca(&self) -> &Arc<Ca> {
        &self.ca
    }

    /// Digest of the mock's key, for Chromium's `--ignore-certificate-errors-spki-list`.
    #[must_use]
    pub fn spki_digest(&self) -> &str {
        &self.spki_digest
    }

    /// An HTTP client that sees the stack as a browser would: it follows nothing.
    #[must_use]
    pub fn browser_client(&self) -> &Client {
        &self.browser
    }

    /// Breaks a way between two parties, or mends it.
    pub fn set_way(&self, way: Way, fault: Option<Fault>) {
        self.networks.set(way, fault, &self.endpoints);
    }

    /// What came in at the mock Hugging Face's listener, requests or not.
    #[must_use]
    pub fn huggingface_connections(&self) -> Connections {
        self.servers.first().map(Running::connections).unwrap_or_default()
    }

    /// Logto's Management API.
    #[must_use]
    pub fn management(&self) -> &Management {
        self.tenant.management()
    }

    /// Makes a call of Logto's Management API for a scenario; what it changes in a shared tenant is put back.
    ///
    /// # Errors
    /// [`StepError`] when there is no answer, or it cannot be written down what there is to put back.
    pub(crate) async fn administer(
        &self,
        method: http::Method,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<(u16, String), StepError> {
        self.tenant.administer(method, path, body).await
    }

    async fn start(settings: StackBuilder) -> Result<Self, StartError> {
        let accounts = settings.setup.huggingface.config().check();
        accounts
            .map_err(|cause| StartError { step: "make the accounts at Hugging Face", cause: cause.into() })?;
        let mut servers = Vec::new();
        let containers = InContainers::start(&settings).await?;
        let container = containers.as_ref().map(InContainers::running);
        let turn = match container {
            Some(container) => {
                let turn = async { Ok::<_, StepError>(container.turn().await) };
                Some(step("wait until no other stack works in this Logto", TURN, turn).await?)
            }
            None => None,
        };
        let clock = settings.clock();
        match Self::assemble(&settings, clock.clone(), containers.as_ref(), &mut servers).await {
            Ok(stack) => Ok(Self { servers, turn, containers, ..stack }),
            Err(error) => {
                let error = match container {
                    Some(container) => error.unless_gone(container).await,
                    None => error,
                };
                let error = error.disturbed_by(&clock.disturbances(0));
                drop(turn);
                if let Some(containers) = containers {
                    containers.stop().await;
                }
                // Ports are free again when the failure is told.
                for server in servers {
                    if let Err(second) = server.shutdown().await {
                        tracing::warn!("{second}");
                    }
                }
                Err(error)
            }
        }
    }

    /// `servers` holds what is up so far, the mock's TLS listener first.
    async fn assemble(
        settings: &StackBuilder,
        clock: Clock,
        containers: Option<&InContainers>,
        servers: &mut Vec<Running>,
    ) -> Result<Self, StartError> {
        let container = containers.map(InContainers::running);
        let (base, listener) = Base::new(settings, clock, container).await?;
        let huggingface_addr = listener.addr();
        let fronts = Fronts::bind(&settings.setup.proxies, &base.clock).await?;
        let clients = Clients::new(&base.ca, huggingface_addr, settings, &fronts, &base.clock)?;
        let huggingface_site = base.huggingface(settings, clients.app.clone());
        let leaf = base.ca.leaf(HUGGINGFACE_HOST).map_err(ca_failed)?;
        let tls = listener.serve_tls(huggingface_site.router(), leaf.config);
        servers.push(tls);
        let plain_huggingface = match settings.plain_huggingface {
            Some(addr) => {
                let bound = step("bind Hugging Face in plain HTTP", QUICK, bind(addr)).await?;
                let origin = localhost(bound.port());
                servers.push(bound.serve(huggingface_site.plain_router()));
                Some(origin)
            }
            None => None,
        };

        let (app_direct, app_bound) = match &settings.app_url {
            Some(url) => (url.clone(), None),
            None => {
                let bound = step("bind the app", QUICK, bind(settings.app_listen)).await?;
                (localhost(bound.port()), Some(bound))
            }
        };
        let logto = match (&settings.logto, containers) {
            (_, Some(containers)) => containers.site(),
            // A proxy belongs in front of a Logto whose ENDPOINT is the proxy's address.
            (Logto::External(external), None) => LogtoSite::external(external, fronts.logto()),
            (Logto::Embedded | Logto::Container(_) | Logto::Running(_), None) => {
                let shared = Shared { clock: &base.clock, random: &base.random, journal: &base.journal };
                let (client, plain) = (clients.connector.clone(), plain_huggingface.clone());
                embedded(settings, shared, client, plain, fronts.logto(), servers).await?
            }
        };
        let app_internal = internal(&app_direct, APP_INTERNAL);
        let logto_internal = internal(&logto.direct, LOGTO_INTERNAL);
        let endpoints = Endpoints {
            app: fronts.app().unwrap_or(&app_direct).clone(),
            logto: fronts.logto().unwrap_or(&logto.direct).clone(),
            logto_admin: logto.admin_endpoint,
            huggingface: huggingface(),
            huggingface_addr,
            others: {
                let mut all = others((&app_direct, &app_internal), (&logto.direct, &logto_internal));
                all.extend(fronts.mistaken());
                all.extend(fronts.app().and_then(|public| over_tls(public, &app_internal)));
                all
            },
            app_direct,
            logto_direct: logto.direct,
            app_internal,
            logto_internal,
            logto_endpoint: logto.endpoint,
        };
        fronts.serve(&endpoints, &base.journal, &base.clock, servers)?;

        step("probe Logto", LOGTO, probe::logto_is_up(&clients.app, &endpoints.logto_direct)).await?;
        let (credentials, kind) = (&logto.credentials, &logto.tenant);
        let connector_id = settings.setup.connector.id.as_deref();
        let shared = containers.and_then(InContainers::shared);
        let opened =
            open_tenant(&clients.app, &endpoints, credentials, kind, connector_id, &base.clock, shared);
        let mut tenant = step("open the tenant", LOGTO, opened).await?;

        let mut names = Names::of(&endpoints.app, &endpoints.logto, &endpoints.huggingface);
        for other in &endpoints.others {
            names.learn(other.name, &other.origin.origin().ascii_serialization());
        }
        names.learn("CONNECTOR", tenant.connector_id());
        let site = Site {
            huggingface: &huggingface_site,
            settings,
            base: &base,
            clients: &clients,
            endpoints: &endpoints,
        };
        let at_huggingface = &settings.setup.huggingface;
        let opened = async {
            let people = huggingface_site.users().into_iter().map(|user| (user.sub, user.email)).collect();
            step("note who is at Hugging Face", LOGTO, tenant.note_people(people)).await?;
            let oauth_app = named("register the OAuth app", plan::oauth_app(&at_huggingface.app, &names))?;
            let oauth_app = huggingface_site.add_app(oauth_app);
            for other in &at_huggingface.other_apps {
                let other = named("register other OAuth apps", plan::oauth_app(other, &names))?;
                huggingface_site.add_app(other);
            }
            let of_connector = (oauth_app.client_id, oauth_app.secret.unwrap_or_default());
            names.learn("HF_CLIENT_ID", &of_connector.0);
            names.learn("HF_CLIENT_SECRET", &of_connector.1);
            let opened = site.open(&mut tenant, &mut names, app_bound, servers).await?;
            Ok::<_, StartError>((of_connector, opened))
        };
        let ((client_id, client_secret), (application, app)) = match opened.await {
            Ok(opened) => opened,
            Err(error) => {
                // A tenant that was changed is put back before the failure is told.
                if let Err(second) = tenant.restore().await {
                    tracing::error!("{second}");
                }
                return Err(error);
            }
        };
        let Application { id: app_id, secret: app_secret } = application;
        // The walk starts with an empty page.
        base.journal.clear();
        for answer in &at_huggingface.answers {
            base.script.add(answer.clone());
        }
        for (way, fault) in settings.setup.network.ways() {
            clients.networks.set(way, fault, &endpoints);
        }

        let known = Known {
            app_id,
            app_secret,
            connector_id: tenant.connector_id().to_owned(),
            huggingface_client_id: client_id,
            huggingface_client_secret: client_secret,
        };
        Ok(Self {
            endpoints,
            names,
            known,
            time: Time::new(settings, base.clock),
            random: base.random,
            journal: base.journal,
            script: base.script,
            ca: base.ca,
            spki_digest: leaf.spki_digest,
            browser: clients.browser,
            networks: clients.networks,
            huggingface: huggingface_site,
            plain_huggingface,
            app,
            tenant,
            stubs: None,
            servers: vec![],
            turn: None,
            containers: None,
            tried: Mutex::default(),
        })
    }

    /// Somebody tries to sign in by this, e.g. a username: failed attempts at it
    /// are forgiven when a Logto that others share is handed on.
    pub(crate) fn tried(&self, identifier: &str) {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner).insert(identifier.to_owned());
    }
}

/// What an app needs, as environment variables.
pub(super) fn environment(app: &Url, logto: &Url, known: &Known) -> Vec<(&'static str, String)> {
    let origin = |url: &Url| url.origin().ascii_serialization();
    vec![
        ("APP_BASE_URL", origin(app)),
        ("LOGTO_ENDPOINT", origin(logto)),
        ("LOGTO_APP_ID", known.app_id.clone()),
        ("LOGTO_APP_SECRET", known.app_secret.clone()),
    ]
}
