//! What a stack is put together from, in the order in which it comes up.

use std::sync::Arc;
use std::time::Duration;

use kit::{Bound, Ca, Client, Clock, Connections, Journal, Random, Running, Script};
use mock_huggingface::HuggingFace;
use url::Url;

use crate::container::{Container, RunningContainer};

use super::app_server::AppServer;
use super::builder::{External, Logto, StackBuilder};
use super::endpoints::{Endpoints, HUGGINGFACE_HOST, huggingface, localhost};
use super::management::{Credentials, Management};
use super::names::{Names, UnknownName};
use super::plan;
use super::probe::{self, ConnectorProbe};
use super::reset;
use super::steps::{BindError, LOGTO, QUICK, StartError, StepError, bind, ca_failed, step};
use super::surroundings::{Fronts, Networks, server_names};
use super::tenant::{Application, Plan, Tenant, TenantKind};

/// What is up already when the tenant is provisioned and the app opens.
pub(super) struct Site<'a> {
    pub(super) huggingface: &'a HuggingFace,
    pub(super) settings: &'a StackBuilder,
    pub(super) base: &'a Base,
    pub(super) clients: &'a Clients,
    pub(super) endpoints: &'a Endpoints,
}

impl Site<'_> {
    /// Provisions the tenant, starts the app and probes every party.
    pub(super) async fn open(
        &self,
        tenant: &mut Tenant,
        names: &mut Names,
        app_bound: Option<Bound>,
        servers: &mut Vec<Running>,
    ) -> Result<(Application, Option<AppServer>), StartError> {
        let Self { settings, base, clients, endpoints, .. } = *self;
        let plan = plan::plan(&settings.setup, names, &self.huggingface.users());
        let mut plan = named("plan what to create in Logto", plan)?;
        plan.secret_lasts = settings
            .setup
            .application
            .secret_expires_in
            .map(|seconds| (Duration::from_secs(seconds.into()), base.clock.clone()));
        let probe = match &settings.logto {
            // The embedded Logto was given the mock's address and CA in this process.
            Logto::Embedded => None,
            // It said that it reaches the mock when it started.
            Logto::Container(_) | Logto::Running(_) => None,
            // Without a redirect URI there is no authorization request to probe with.
            Logto::External(_) if plan.redirect_uris.is_empty() => None,
            // Others demand PKCE, or let nobody sign in.
            Logto::External(_) if plan.application_kind != "Traditional" => None,
            Logto::External(_) => Some(ConnectorProbe {
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
        let Some(app_bound) = app_bound else {
            // An app of somebody else's starts when it knows its id and secret.
            step(
                "probe Hugging Face",
                QUICK,
                probe::huggingface_is_up(&clients.browser, &endpoints.huggingface),
            )
            .await?;
            return Ok((application, None));
        };
        let config = plan::app_config(&settings.setup.app, endpoints, names)
            .map_err(|cause| StartError { step: "configure the app", cause })?;
        let context = sample_app::Context {
            clock: base.clock.off_by(settings.setup.clocks.app.0),
            random: base.random.clone(),
            journal: base.journal.clone(),
            client: clients.app.through(clients.networks.app.clone()),
        };
        let app = AppServer::new(config, context, settings.setup.app.replicas.unwrap_or(1))
            .map_err(|cause| StartError { step: "configure the app", cause: cause.into() })?;
        servers.push(app_bound.serve(app.router()));
        step("probe the app", QUICK, probe::sample_app_is_up(&clients.app, &endpoints.app_direct)).await?;
        step("probe Hugging Face", QUICK, probe::huggingface_is_up(&clients.browser, &endpoints.huggingface))
            .await?;
        Ok((application, Some(app)))
    }
}

pub(super) fn named<T>(step: &'static str, filled: Result<T, UnknownName>) -> Result<T, StartError> {
    filled.map_err(|cause| StartError { step, cause: cause.into() })
}

/// What every party is built with.
pub(super) struct Base {
    pub(super) clock: Clock,
    pub(super) random: Random,
    pub(super) journal: Journal,
    pub(super) script: Script,
    pub(super) ca: Arc<Ca>,
}

/// What the parties of one process share.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub(super) clock: &'a Clock,
    pub(super) random: &'a Random,
    pub(super) journal: &'a Journal,
}

impl Base {
    /// With the listener of the mock Hugging Face, the first thing that is bound. A
    /// Logto in a container knows both its address and its CA already.
    pub(super) async fn new(
        settings: &StackBuilder,
        clock: Clock,
        container: Option<&RunningContainer>,
    ) -> Result<(Self, Bound), StartError> {
        let ca = match (container, &settings.ca) {
            (Some(container), _) => container.ca().clone(),
            (None, Some(ca)) => ca.clone(),
            (None, None) => Arc::new(Ca::create(&clock, &[HUGGINGFACE_HOST]).map_err(ca_failed)?),
        };
        let listener = match container {
            Some(container) => container.listener().map_err(|error| StartError {
                step: "bind Hugging Face",
                cause: BindError::from(error).into(),
            })?,
            None => step("bind Hugging Face", QUICK, bind(settings.huggingface_listen)).await?,
        };
        let random = settings.seed.map_or_else(Random::from_os, Random::seeded);
        Ok((Self { clock, random, journal: Journal::new(), script: Script::default(), ca }, listener))
    }

    /// `client` fetches what apps under test publish about themselves.
    pub(super) fn huggingface(&self, settings: &StackBuilder, client: Client) -> HuggingFace {
        let context = mock_huggingface::Context {
            origin: huggingface(),
            clock: self.clock.off_by(settings.setup.clocks.huggingface.0),
            random: self.random.clone(),
            journal: self.journal.clone(),
            script: self.script.clone(),
            client,
        };
        HuggingFace::new(settings.setup.huggingface.config(), context)
    }
}

/// The HTTP clients of the parties: each keeps its own connections.
pub(super) struct Clients {
    pub(super) app: Client,
    pub(super) browser: Client,
    pub(super) connector: Client,
    pub(super) networks: Networks,
}

impl Clients {
    pub(super) fn new(
        ca: &Ca,
        huggingface_addr: std::net::SocketAddr,
        settings: &StackBuilder,
        fronts: &Fronts,
        clock: &Clock,
    ) -> Result<Self, StartError> {
        let client = |redirects| {
            let builder = Client::builder().trust(ca).host(HUGGINGFACE_HOST, huggingface_addr);
            let builder = fronts.known_to(builder);
            let own_app = settings.app_url.as_ref().and_then(Url::host_str);
            let builder = own_app.into_iter().fold(builder, kit::ClientBuilder::allow);
            let builder = match &settings.logto {
                // On loopback, which every client may ask.
                Logto::Embedded | Logto::Container(_) | Logto::Running(_) => builder,
                Logto::External(external) => [&external.endpoint, &external.admin_endpoint]
                    .into_iter()
                    .filter_map(|url| url.host_str())
                    .fold(builder, kit::ClientBuilder::allow),
            };
            builder.follow_redirects(redirects)
        };
        let built = |builder: kit::ClientBuilder| {
            builder
                .build()
                .map_err(|cause| StartError { step: "build the HTTP clients", cause: cause.into() })
        };
        let networks = Networks::new(clock, &fronts.mistaken());
        Ok(Self {
            app: built(server_names(client(0)))?,
            browser: built(client(0))?.through(networks.browser.clone()),
            // 20 is the Fetch standard's limit, which the connector's client obeys (contract §6).
            connector: built(client(20))?.through(networks.logto.clone()),
            networks,
        })
    }
}

/// A Logto with the way into its Management API.
pub(super) struct LogtoSite {
    /// Where it listens.
    pub(super) direct: Url,
    /// `ENDPOINT`.
    pub(super) endpoint: Url,
    pub(super) admin_endpoint: Url,
    pub(super) credentials: Credentials,
    pub(super) tenant: TenantKind,
}

impl LogtoSite {
    pub(super) fn external(external: &External, public: Option<&Url>) -> Self {
        Self {
            direct: external.endpoint.clone(),
            endpoint: public.unwrap_or(&external.endpoint).clone(),
            admin_endpoint: external.admin_endpoint.clone(),
            credentials: external.credentials.clone(),
            tenant: TenantKind::Shared {
                allow_shared: external.allow_shared_tenant,
                state_file: external.state_file.clone(),
            },
        }
    }
}

/// The containers of this stack: started for it, or there already.
#[derive(Debug)]
pub(super) enum InContainers {
    Own(Box<RunningContainer>),
    Shared(Arc<RunningContainer>),
}

impl InContainers {
    /// `None` for a Logto that is in none.
    pub(super) async fn start(settings: &StackBuilder) -> Result<Option<Self>, StartError> {
        match &settings.logto {
            Logto::Embedded | Logto::External(_) => Ok(None),
            Logto::Running(running) => Ok(Some(Self::Shared(running.clone()))),
            Logto::Container(container) => {
                let mut container = Container::clone(container);
                if let Some(ca) = &settings.ca {
                    container = container.ca(ca.clone());
                }
                // Its phases have deadlines of their own.
                let started = container.start().await.map_err(|cause| StartError {
                    step: "start Logto in a container",
                    cause: StepError::Container(Box::new(cause)),
                })?;
                Ok(Some(Self::Own(Box::new(started))))
            }
        }
    }

    pub(super) fn running(&self) -> &RunningContainer {
        match self {
            Self::Own(running) => running,
            Self::Shared(running) => running,
        }
    }

    /// The one in whose tenant others have been, or will be.
    pub(super) fn shared(&self) -> Option<&RunningContainer> {
        match self {
            Self::Own(running) => running.is_reused().then_some(running),
            Self::Shared(running) => Some(running),
        }
    }

    pub(super) fn site(&self) -> LogtoSite {
        let running = self.running();
        let (id, secret) = running.credentials();
        LogtoSite {
            direct: running.endpoint().clone(),
            endpoint: running.endpoint().clone(),
            admin_endpoint: running.admin_endpoint().clone(),
            credentials: Credentials { id: id.to_owned(), secret: secret.to_owned() },
            tenant: TenantKind::Own,
        }
    }

    /// Those of this stack alone go with it.
    pub(super) async fn stop(self) {
        if let Self::Own(running) = self {
            running.stop_and_tell().await;
        }
    }
}

pub(super) async fn embedded(
    settings: &StackBuilder,
    shared: Shared<'_>,
    client: Client,
    authorization_origin: Option<Url>,
    public: Option<&Url>,
    servers: &mut Vec<Running>,
) -> Result<LogtoSite, StartError> {
    let bound = step("bind Logto", QUICK, bind(settings.logto_listen)).await?;
    let admin = step("bind Logto's admin tenant", QUICK, bind(settings.logto_admin_listen)).await?;
    let (direct, admin_endpoint) = (localhost(bound.port()), localhost(admin.port()));
    let environment = &settings.setup.logto;
    let endpoint = match &environment.endpoint {
        Some(text) => {
            let read = Url::parse(text).map_err(|_| StepError::Address(text.clone()));
            step("read Logto's ENDPOINT", QUICK, std::future::ready(read)).await?
        }
        None => public.unwrap_or(&direct).clone(),
    };
    let logto = mock_logto::Logto::new(mock_logto::Context {
        endpoint: endpoint.clone(),
        admin_endpoint: admin_endpoint.clone(),
        trust_proxy_header: environment.trust_proxy_header.unwrap_or(true),
        clock: shared.clock.off_by(settings.setup.clocks.logto.0),
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
        direct,
        endpoint,
        admin_endpoint,
        credentials: Credentials { id, secret },
        tenant: TenantKind::Fresh,
    })
}

/// Application and connector first, then the probe, and only then what people see.
pub(super) async fn provision(
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

pub(super) async fn open_tenant(
    client: &Client,
    endpoints: &Endpoints,
    credentials: &Credentials,
    kind: &TenantKind,
    connector_id: Option<&str>,
    clock: &Clock,
    shared: Option<&RunningContainer>,
) -> Result<Tenant, StepError> {
    let (logto, admin) = (&endpoints.logto_direct, &endpoints.logto_admin);
    let management = Management::open(client.clone(), logto, admin, credentials).await?;
    if let Some(container) = shared {
        reset::as_untouched(&management, container).await?;
    }
    Tenant::open(management, kind, connector_id, logto, admin, clock.millis()).await
}
