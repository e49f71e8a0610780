//! A stack that is up.

use std::sync::Arc;
use std::time::Duration;

use kit::{Bound, Ca, Client, Clock, Connections, Journal, Random, Running, Script};
use mock_huggingface::HuggingFace;
use url::Url;

use super::builder::{External, LogtoBackend, StackBuilder};
use super::endpoints::{Endpoints, HUGGINGFACE_HOST, huggingface, localhost};
use super::management::{Credentials, Management};
use super::names::{Names, UnknownName};
use super::plan;
use super::probe::{self, ConnectorProbe};
use super::saved::{Restored, SavedStateError};
use super::steps::{BindError, StartError, StepError, step};
use super::tenant::{Application, Plan, Tenant, TenantKind};

/// Steps that stay inside this process.
const QUICK: Duration = Duration::from_secs(10);
/// Steps that ask a Logto, which may be cold.
const LOGTO: Duration = Duration::from_secs(60);

/// What a stack knows beforehand of the values in its traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// `client_id` of the app in Logto.
    pub app_id: String,
    /// Its `client_secret`.
    pub app_secret: String,
    /// The connector's id, part of its callback URL.
    pub connector_id: String,
    /// `client_id` of the OAuth app at Hugging Face.
    pub huggingface_client_id: String,
    /// Its `client_secret`.
    pub huggingface_client_secret: String,
}

/// A stack did not stop cleanly.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// A mock's handler panicked, or a request never ended.
    #[error(transparent)]
    Serve(#[from] kit::ServeError),
    /// A shared tenant is not as it was.
    #[error(transparent)]
    NotRestored(#[from] SavedStateError),
}

/// App, Logto and Hugging Face, up and provisioned.
///
/// Call [`Stack::stop`] at the end: dropping a stack stops the servers at
/// once, and leaves a shared tenant to `logto-testkit restore`.
#[derive(Debug)]
pub struct Stack {
    endpoints: Endpoints,
    names: Names,
    known: Known,
    clock: Clock,
    random: Random,
    journal: Journal,
    script: Script,
    ca: Arc<Ca>,
    spki_digest: String,
    browser: Client,
    huggingface: HuggingFace,
    plain_huggingface: Option<Url>,
    tenant: Tenant,
    servers: Vec<Running>,
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

    /// The stack's clock; embedded parties live by it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
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

    /// Logto's Management API.
    #[must_use]
    pub fn management(&self) -> &Management {
        self.tenant.management()
    }

    pub(super) async fn start(settings: StackBuilder) -> Result<Self, StartError> {
        let mut servers = Vec::new();
        match Self::assemble(&settings, &mut servers).await {
            Ok(stack) => Ok(Self { servers, ..stack }),
            Err(error) => {
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
    async fn assemble(settings: &StackBuilder, servers: &mut Vec<Running>) -> Result<Self, StartError> {
        let (base, listener) = Base::new(settings).await?;
        let huggingface_site = base.huggingface(settings);
        let leaf = base.ca.leaf(HUGGINGFACE_HOST).map_err(ca_failed)?;
        let tls = listener.serve_tls(huggingface_site.router(), leaf.config);
        let huggingface_addr = tls.addr();
        servers.push(tls);
        let plain_huggingface = match settings.plain_huggingface {
            Some(addr) => {
                let bound = step("bind Hugging Face in plain HTTP", QUICK, bind(addr)).await?;
                let origin = localhost(bound.port());
                servers.push(bound.serve(huggingface_site.router()));
                Some(origin)
            }
            None => None,
        };

        let app_bound = step("bind the app", QUICK, bind(settings.app_listen)).await?;
        let clients = Clients::new(&base.ca, huggingface_addr, &settings.logto)?;
        let logto = match &settings.logto {
            LogtoBackend::Embedded => {
                let shared = Shared { clock: &base.clock, random: &base.random, journal: &base.journal };
                embedded(settings, shared, clients.connector.clone(), plain_huggingface.clone(), servers)
                    .await?
            }
            LogtoBackend::External(external) => LogtoSite::external(external),
        };
        let endpoints = Endpoints {
            app: localhost(app_bound.port()),
            logto: logto.endpoint,
            logto_admin: logto.admin_endpoint,
            huggingface: huggingface(),
            huggingface_addr,
        };

        step("probe Logto", LOGTO, probe::logto_is_up(&clients.app, &endpoints.logto)).await?;
        let opened = open_tenant(&clients.app, &endpoints, &logto.credentials, &logto.tenant, &base.clock);
        let mut tenant = step("open the tenant", LOGTO, opened).await?;

        let mut names = Names::of(&endpoints);
        names.learn("CONNECTOR", tenant.connector_id());
        let oauth_app = named("register the OAuth app", plan::oauth_app(settings, &names))?;
        let oauth_app = huggingface_site.add_app(oauth_app);
        let (client_id, client_secret) = (oauth_app.client_id, oauth_app.secret.unwrap_or_default());
        names.learn("HF_CLIENT_ID", &client_id);
        names.learn("HF_CLIENT_SECRET", &client_secret);
        let site = Site { settings, base: &base, clients: &clients, endpoints: &endpoints };
        let application = match site.open(&mut tenant, &mut names, app_bound, servers).await {
            Ok(application) => application,
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
        for answer in &settings.answers {
            base.script.add(answer.clone());
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
            clock: base.clock,
            random: base.random,
            journal: base.journal,
            script: base.script,
            ca: base.ca,
            spki_digest: leaf.spki_digest,
            browser: clients.browser,
            huggingface: huggingface_site,
            plain_huggingface,
            tenant,
            servers: vec![],
        })
    }

    /// Puts a shared tenant back, then shuts the servers down.
    ///
    /// # Errors
    /// [`StopError`] when a mock panicked, or a tenant is not as it was.
    pub async fn stop(self) -> Result<Restored, StopError> {
        // The tenant first, while a failure can still be told; the servers in any case.
        let restored = self.tenant.restore().await;
        drop(self.browser);
        for server in self.servers {
            server.shutdown().await?;
        }
        Ok(restored?)
    }
}

/// What is up already when the tenant is provisioned and the app opens.
struct Site<'a> {
    settings: &'a StackBuilder,
    base: &'a Base,
    clients: &'a Clients,
    endpoints: &'a Endpoints,
}

impl Site<'_> {
    /// Provisions the tenant, starts the app and probes every party.
    async fn open(
        &self,
        tenant: &mut Tenant,
        names: &mut Names,
        app_bound: Bound,
        servers: &mut Vec<Running>,
    ) -> Result<Application, StartError> {
        let Self { settings, base, clients, endpoints } = *self;
        let plan = named("plan what to create in Logto", plan::plan(settings, names))?;
        let probe = match &settings.logto {
            // The embedded Logto was given the mock's address and CA in this process.
            LogtoBackend::Embedded => None,
            // Without a redirect URI there is no authorization request to probe with.
            LogtoBackend::External(_) if plan.redirect_uris.is_empty() => None,
            LogtoBackend::External(_) => Some(ConnectorProbe {
                client: &clients.app,
                endpoints,
                redirect_uri: plan.redirect_uris.first().map_or("", String::as_str),
                journal: &base.journal,
                code: format!("logto-testkit-probe-{}", base.random.hex(8)),
            }),
        };
        let application = provision(tenant, &plan, probe, || servers[0].connections()).await?;
        names.learn("APP_ID", &application.id);
        names.learn("APP_SECRET", &application.secret);
        let config = named("configure the app", plan::app_config(settings, endpoints, names))?;
        let context = sample_app::Context {
            clock: base.clock.clone(),
            random: base.random.clone(),
            journal: base.journal.clone(),
            client: clients.app.clone(),
        };
        let app = sample_app::App::new(config, context)
            .map_err(|cause| StartError { step: "configure the app", cause: cause.into() })?;
        servers.push(app_bound.serve(app.router()));
        step("probe the app", QUICK, probe::sample_app_is_up(&clients.app, &endpoints.app)).await?;
        step("probe Hugging Face", QUICK, probe::huggingface_is_up(&clients.browser, &endpoints.huggingface))
            .await?;
        Ok(application)
    }
}

fn named<T>(step: &'static str, filled: Result<T, UnknownName>) -> Result<T, StartError> {
    filled.map_err(|cause| StartError { step, cause: cause.into() })
}

/// What every party is built with.
struct Base {
    clock: Clock,
    random: Random,
    journal: Journal,
    script: Script,
    ca: Arc<Ca>,
}

/// What the parties of one process share.
#[derive(Clone, Copy)]
struct Shared<'a> {
    clock: &'a Clock,
    random: &'a Random,
    journal: &'a Journal,
}

impl Base {
    /// With the listener of the mock Hugging Face, the first thing that is bound.
    async fn new(settings: &StackBuilder) -> Result<(Self, Bound), StartError> {
        // Only a Logto in this process lives by our clock; with a real one, waiting is real.
        let clock = match settings.logto {
            LogtoBackend::Embedded => Clock::skipping(),
            LogtoBackend::External(_) => Clock::system(),
        };
        let ca = match &settings.ca {
            Some(ca) => ca.clone(),
            None => Arc::new(Ca::create(&clock, &[HUGGINGFACE_HOST]).map_err(ca_failed)?),
        };
        let listener = step("bind Hugging Face", QUICK, bind(settings.huggingface_listen)).await?;
        let random = settings.seed.map_or_else(Random::from_os, Random::seeded);
        Ok((Self { clock, random, journal: Journal::new(), script: Script::default(), ca }, listener))
    }

    fn huggingface(&self, settings: &StackBuilder) -> HuggingFace {
        let context = mock_huggingface::Context {
            origin: huggingface(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            journal: self.journal.clone(),
            script: self.script.clone(),
        };
        HuggingFace::new(settings.huggingface.clone(), context)
    }
}

/// The HTTP clients of the parties: each keeps its own connections.
struct Clients {
    app: Client,
    browser: Client,
    connector: Client,
}

impl Clients {
    fn new(
        ca: &Ca,
        huggingface_addr: std::net::SocketAddr,
        logto: &LogtoBackend,
    ) -> Result<Self, StartError> {
        let client = |redirects| {
            let builder = Client::builder().trust(ca).host(HUGGINGFACE_HOST, huggingface_addr);
            let builder = match logto {
                LogtoBackend::Embedded => builder,
                LogtoBackend::External(external) => [&external.endpoint, &external.admin_endpoint]
                    .into_iter()
                    .filter_map(|url| url.host_str())
                    .fold(builder, kit::ClientBuilder::allow),
            };
            builder
                .follow_redirects(redirects)
                .build()
                .map_err(|cause| StartError { step: "build the HTTP clients", cause: cause.into() })
        };
        // 20 is the Fetch standard's limit, which the connector's client obeys (contract §6).
        Ok(Self { app: client(0)?, browser: client(0)?, connector: client(20)? })
    }
}

/// A Logto with the way into its Management API.
struct LogtoSite {
    endpoint: Url,
    admin_endpoint: Url,
    credentials: Credentials,
    tenant: TenantKind,
}

impl LogtoSite {
    fn external(external: &External) -> Self {
        Self {
            endpoint: external.endpoint.clone(),
            admin_endpoint: external.admin_endpoint.clone(),
            credentials: external.credentials.clone(),
            tenant: TenantKind::Shared {
                allow_shared: external.allow_shared_tenant,
                state_file: external.state_file.clone(),
            },
        }
    }
}

async fn embedded(
    settings: &StackBuilder,
    shared: Shared<'_>,
    client: Client,
    authorization_origin: Option<Url>,
    servers: &mut Vec<Running>,
) -> Result<LogtoSite, StartError> {
    let bound = step("bind Logto", QUICK, bind(settings.logto_listen)).await?;
    let admin = step("bind Logto's admin tenant", QUICK, bind(settings.logto_admin_listen)).await?;
    let (endpoint, admin_endpoint) = (localhost(bound.port()), localhost(admin.port()));
    let logto = mock_logto::Logto::new(mock_logto::Context {
        endpoint: endpoint.clone(),
        admin_endpoint: admin_endpoint.clone(),
        clock: shared.clock.clone(),
        random: shared.random.clone(),
        journal: shared.journal.clone(),
        client,
        authorization_origin,
        m2m_secret: None,
    });
    let (id, secret) = logto.m2m_credentials();
    servers.push(bound.serve(logto.router()));
    servers.push(admin.serve(logto.router()));
    Ok(LogtoSite {
        endpoint,
        admin_endpoint,
        credentials: Credentials { id, secret },
        tenant: TenantKind::Fresh,
    })
}

/// Application and connector first, then the probe, and only then what people see.
async fn provision(
    tenant: &mut Tenant,
    plan: &Plan,
    probe: Option<ConnectorProbe<'_>>,
    connections: impl Fn() -> Connections,
) -> Result<Application, StartError> {
    let application = step("provision Logto", LOGTO, tenant.provision(plan)).await?;
    if let Some(probe) = probe {
        let probed = probe.run(&application.id, tenant.connector_id(), connections);
        step("probe whether Logto reaches this mock", LOGTO, probed).await?;
    }
    step("switch the connector on", LOGTO, tenant.switch_on(plan)).await?;
    Ok(application)
}

async fn bind(addr: std::net::SocketAddr) -> Result<Bound, BindError> {
    Ok(Bound::at(addr).await?)
}

async fn open_tenant(
    client: &Client,
    endpoints: &Endpoints,
    credentials: &Credentials,
    kind: &TenantKind,
    clock: &Clock,
) -> Result<Tenant, StepError> {
    let (logto, admin) = (&endpoints.logto, &endpoints.logto_admin);
    let management = Management::open(client.clone(), logto, admin, credentials).await?;
    Tenant::open(management, kind, logto, admin, clock.millis()).await
}

fn ca_failed(cause: kit::CaError) -> StartError {
    StartError { step: "make the CA", cause: cause.into() }
}
