//! How a stack starts: one straight list of steps, each using the results of those before it.

use std::net::Ipv4Addr;
use std::sync::Mutex;
use std::time::Duration;

use kit::{Bound, Clock, Connections, Running};
use mock_huggingface::HuggingFace;
use mock_logto::Version;
use url::Url;

use super::app::own::Own;
use super::app::sample::{self, AppServer};
use super::app::{AppFiles, RunningApp};
use super::base::Base;
use super::broker::{InContainers, LogtoSite};
use super::builder::{Logto, StackBuilder};
use super::endpoints::{
    Endpoints, HUGGINGFACE_HOST, also, huggingface, internal, localhost, others, over_tls,
};
use super::known::Known;
use super::management::Management;
use super::names::Names;
use super::plan;
use super::planned::Plan;
use super::probe::{self, ConnectorProbe, ProbeError};
use super::reset;
use super::running::Stack;
use super::second_app::Second;
use super::steps::{LOGTO, QUICK, StartError, StepError, TURN, bind, ca_failed, named, step};
use super::surroundings::{APP_INTERNAL, Fronts, LOGTO_INTERNAL};
use super::tenant::{Application, Tenant};
use super::time::Time;
use super::version;
use crate::setup::{Addresses, Origin, Proxies};

impl StackBuilder {
    /// Starts the parties, provisions and probes them.
    ///
    /// The first stack of a process raises the soft limit on open files towards the hard one, to
    /// at most 65,536: each stack needs about twenty, so a dozen parallel tests use up the macOS
    /// default of 256. A higher limit stays as it is.
    ///
    /// # Errors
    /// [`StartError`] names the step that failed and why.
    pub async fn start(mut self) -> Result<Stack, StartError> {
        static RAISED: std::sync::Once = std::sync::Once::new();
        RAISED.call_once(|| {
            kit::raise_descriptor_limit();
        });
        let accounts = self.setup.huggingface.config().check();
        accounts
            .map_err(|cause| StartError { step: "make the accounts at Hugging Face", cause: cause.into() })?;
        if self.own_app.as_ref().is_some_and(|app| app.shared) {
            self.fixed.signing_key.get_or_insert_with(mock_logto::TenantKey::generate);
        }
        let mut servers = Vec::new();
        let containers = InContainers::start(&self).await?;
        let container = containers.as_ref().map(InContainers::running);
        let turn = match container {
            Some(container) => {
                let turn = async { Ok::<_, StepError>(container.turn().await) };
                Some(step("wait until no other stack works in this Logto", TURN, turn).await?)
            }
            None => None,
        };
        let clock = self.clock();
        match assemble(&self, clock.clone(), containers.as_ref(), &mut servers).await {
            Ok(stack) => Ok(Stack { servers, turn, containers, ..stack }),
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
                // The ports are free again by the time the failure is reported.
                for server in servers {
                    if let Err(second) = server.shutdown().await {
                        tracing::warn!("{second}");
                    }
                }
                Err(error)
            }
        }
    }
}

/// `servers` holds what is up so far, the mock's TLS listener first.
async fn assemble(
    settings: &StackBuilder,
    clock: Clock,
    containers: Option<&InContainers>,
    servers: &mut Vec<Running>,
) -> Result<Stack, StartError> {
    check_addresses(settings)?;
    let container = containers.map(InContainers::running);
    let (base, listener, fronts) = Base::new(settings, clock, container).await?;
    let provider = Provider::serve(&base, listener, servers).await?;
    let app_place = AppPlace::bind(settings, &base.random).await?;
    let second = Second::bind(settings.setup.second_app.as_ref()).await?;
    let logto = logto_site(&base, &provider, &fronts, containers, servers).await?;
    let addresses = &settings.setup.addresses;
    let endpoints = endpoints(&app_place, second.as_ref(), &logto, &provider, &fronts, addresses);
    place(&base, &endpoints, addresses);
    let files = if settings.own_app.is_some() || settings.real_time {
        Some(AppFiles::write(std::iter::once(&*base.ca).chain(fronts.ca())).map_err(|cause| StartError {
            step: "write the files for the app",
            cause: StepError::Io(cause),
        })?)
    } else {
        None
    };
    fronts.serve(&endpoints, &base.journal, &base.clock, servers)?;
    let mut tenant = open_tenant(&base, &endpoints, &logto, containers).await?;
    let version = match logto.version {
        Some(version) => Some(version),
        None => version_shown(&base, &endpoints.logto_direct).await?,
    };
    let mut names = names(&endpoints, &tenant);
    if let Some(files) = &files {
        names.learn("CA_FILE", &files.certificates());
        names.learn("CLOCK_FILE", &files.clock());
    }
    let site = Site { base: &base, provider: &provider, endpoints: &endpoints };
    let (known, app) = match site.open(&mut tenant, &mut names, (app_place, second), servers).await {
        Ok(opened) => opened,
        Err(error) => {
            // A tenant that was changed is restored before the failure is reported.
            if let Err(second) = tenant.restore().await {
                tracing::error!("{second}");
            }
            return Err(error);
        }
    };
    site.hand_over();
    Ok(Stack {
        app,
        masks: settings.masks.clone(),
        records_app_calls: settings.needs_recorder(),
        endpoints,
        names,
        known,
        version,
        fixed: settings.fixed.clone(),
        files,
        time: Time::new(settings, base.clock),
        random: base.random,
        journal: base.journal,
        script: base.script,
        ca: base.ca,
        spki_digest: provider.spki_digest,
        browser: base.clients.browser,
        networks: base.clients.networks,
        huggingface: provider.huggingface,
        plain_huggingface: provider.plain,
        tenant,
        stubs: None,
        servers: vec![],
        turn: None,
        containers: None,
        tried: Mutex::default(),
    })
}

/// The running mock Hugging Face.
struct Provider {
    huggingface: HuggingFace,
    addr: std::net::SocketAddr,
    spki_digest: String,
    /// Its plain HTTP origin, if one was requested.
    plain: Option<Url>,
}

impl Provider {
    async fn serve(base: &Base<'_>, listener: Bound, servers: &mut Vec<Running>) -> Result<Self, StartError> {
        let settings = base.settings;
        let context = mock_huggingface::Context {
            origin: huggingface(),
            clock: base.clock.off_by(settings.setup.clocks.huggingface.0),
            random: base.random.clone(),
            journal: base.journal.clone(),
            script: base.script.clone(),
            // Fetches the metadata documents that apps under test publish.
            client: base.clients.app.clone(),
        };
        let huggingface = HuggingFace::new(settings.setup.huggingface.config(), context);
        let leaf = base.ca.leaf(HUGGINGFACE_HOST).map_err(ca_failed)?;
        let addr = listener.addr();
        servers.push(listener.serve_tls(huggingface.router(), leaf.config));
        let plain = match settings.plain_huggingface {
            Some(addr) => {
                let bound = step("bind Hugging Face in plain HTTP", QUICK, bind(addr)).await?;
                let origin = localhost(bound.port());
                servers.push(bound.serve(huggingface.plain_router()));
                Some(origin)
            }
            None => None,
        };
        Ok(Self { huggingface, addr, spki_digest: leaf.spki_digest, plain })
    }
}

/// Where the app will be.
enum AppPlace {
    /// The sample app's listener.
    Sample(Bound),
    Own(Box<Own>),
}

impl AppPlace {
    async fn bind(settings: &StackBuilder, random: &kit::Random) -> Result<Self, StartError> {
        Ok(match &settings.own_app {
            Some(own) => {
                let prepared = Own::new(own.clone(), random).map_err(|cause| StartError {
                    step: "prepare the app",
                    cause: StepError::OwnApp(Box::new(cause)),
                })?;
                Self::Own(Box::new(prepared))
            }
            None => Self::Sample(step("bind the app", QUICK, bind(settings.app_listen)).await?),
        })
    }

    fn origin(&self) -> Url {
        match self {
            Self::Sample(bound) => localhost(bound.port()),
            Self::Own(own) => own.origin.clone(),
        }
    }
}

async fn logto_site(
    base: &Base<'_>,
    provider: &Provider,
    fronts: &Fronts,
    containers: Option<&InContainers>,
    servers: &mut Vec<Running>,
) -> Result<LogtoSite, StartError> {
    match (&base.settings.logto, containers) {
        (_, Some(containers)) => Ok(containers.site()),
        (Logto::External(external), None) => {
            let version = base.settings.logto_version;
            Ok(LogtoSite::external(external, fronts.logto_endpoint(), version))
        }
        (Logto::Embedded | Logto::Container(_) | Logto::Running(_), None) => {
            let public = base.settings.setup.addresses.logto.as_ref().map(|origin| &origin.0);
            LogtoSite::embedded(base, provider.plain.clone(), fronts.logto().or(public), servers).await
        }
    }
}

fn endpoints(
    app: &AppPlace,
    second: Option<&Second>,
    logto: &LogtoSite,
    provider: &Provider,
    fronts: &Fronts,
    addresses: &Addresses,
) -> Endpoints {
    let app_direct = app.origin();
    let app_internal = internal(&app_direct, APP_INTERNAL);
    let logto_internal = internal(&logto.direct, LOGTO_INTERNAL);
    let mut others = others((&app_direct, &app_internal), (&logto.direct, &logto_internal));
    others.extend(second.map(Second::name));
    others.extend(fronts.mistaken());
    others.extend(fronts.plain_app());
    others.extend(fronts.app().and_then(|public| over_tls(public, &app_internal)));
    others.extend(also(addresses, &app_direct));
    let public = |origin: &Option<Origin>, front: Option<&Url>, direct: &Url| {
        origin.as_ref().map(|origin| &origin.0).or(front).unwrap_or(direct).clone()
    };
    Endpoints {
        app: public(&addresses.app, fronts.app(), &app_direct),
        logto: public(&addresses.logto, fronts.logto(), &logto.direct),
        logto_admin: logto.admin_endpoint.clone(),
        huggingface: huggingface(),
        huggingface_addr: provider.addr,
        others,
        app_direct,
        logto_direct: logto.direct.clone(),
        app_internal,
        logto_internal,
        logto_endpoint: logto.endpoint.clone(),
    }
}

/// Refuses public addresses where the parties cannot be reached by them.
fn check_addresses(settings: &StackBuilder) -> Result<(), StartError> {
    let (addresses, setup) = (&settings.setup.addresses, &settings.setup);
    if addresses.are_local() {
        return Ok(());
    }
    let elsewhere = match (&settings.logto, &settings.own_app) {
        (Logto::Embedded, None) if setup.proxies == Proxies::default() => addresses.check(),
        (Logto::Embedded, None) => Err("they replace `proxies`: use one of the two".to_owned()),
        (Logto::Embedded, Some(_)) => {
            Err("only the sample app can be at them, not an app of your own".to_owned())
        }
        _ => Err("only the embedded Logto can be at them".to_owned()),
    };
    let step = "place app and Logto at their addresses";
    elsewhere.map_err(|why| StartError { step, cause: StepError::Addresses(why) })
}

/// Lets every client reach app and Logto at their public addresses.
fn place(base: &Base<'_>, endpoints: &Endpoints, addresses: &Addresses) {
    if addresses.are_local() {
        return;
    }
    let listener = |direct: &Url| {
        std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, direct.port_or_known_default().unwrap_or_default()))
    };
    let (app, logto) = (listener(&endpoints.app_direct), listener(&endpoints.logto_direct));
    let at_app = addresses.app.iter().chain(&addresses.app_also).map(|origin| (&origin.0, app));
    base.clients.origins.set(at_app.chain(addresses.logto.iter().map(|origin| (&origin.0, logto))));
}

async fn version_shown(base: &Base<'_>, logto: &Url) -> Result<Option<Version>, StartError> {
    let shown = async { version::shown(&base.clients.app, logto).await.map_err(ProbeError::from) };
    step("find out Logto's version", LOGTO, shown).await
}

async fn open_tenant(
    base: &Base<'_>,
    endpoints: &Endpoints,
    site: &LogtoSite,
    containers: Option<&InContainers>,
) -> Result<Tenant, StartError> {
    let (client, logto, admin) = (&base.clients.app, &endpoints.logto_direct, &endpoints.logto_admin);
    step("probe Logto", LOGTO, probe::logto_is_up(client, logto)).await?;
    let opened = async {
        let management = Management::open(client.clone(), logto, admin, &site.credentials).await?;
        if let Some(container) = containers.and_then(InContainers::shared) {
            reset::as_untouched(&management, container).await?;
        }
        let connector_id = base.settings.setup.connector.id.as_deref();
        Tenant::open(management, &site.tenant, connector_id, logto, admin, base.clock.millis()).await
    };
    step::<_, StepError>("open the tenant", LOGTO, opened).await
}

/// The names that are known before anything is created.
fn names(endpoints: &Endpoints, tenant: &Tenant) -> Names {
    let mut names = Names::of(&endpoints.app, &endpoints.logto, &endpoints.huggingface);
    for other in &endpoints.others {
        names.learn(other.name, &other.origin.origin().ascii_serialization());
    }
    names.learn("CONNECTOR", tenant.connector_id());
    names.learn("APP_PORT", &endpoints.app_direct.port_or_known_default().unwrap_or_default().to_string());
    names
}

/// What is running when Hugging Face and the tenant are provisioned and the app starts.
struct Site<'a> {
    base: &'a Base<'a>,
    provider: &'a Provider,
    endpoints: &'a Endpoints,
}

impl Site<'_> {
    /// Provisions Hugging Face and the tenant, starts the sample app, and probes every party.
    async fn open(
        &self,
        tenant: &mut Tenant,
        names: &mut Names,
        (app, second): (AppPlace, Option<Second>),
        servers: &mut Vec<Running>,
    ) -> Result<(Known, RunningApp), StartError> {
        let (huggingface_client_id, huggingface_client_secret) =
            self.register_oauth_apps(tenant, names).await?;
        let Application { id: app_id, secret: app_secret } =
            self.provision(tenant, names, || servers[0].connections()).await?;
        let app = match app {
            AppPlace::Sample(bound) => RunningApp::Sample(self.sample_app(names, bound, servers).await?),
            // It starts once its id and secret are known.
            AppPlace::Own(own) => RunningApp::Own(own),
        };
        let huggingface = probe::huggingface_is_up(&self.base.clients.browser, &self.endpoints.huggingface);
        step("probe Hugging Face", QUICK, huggingface).await?;
        let connector_id = tenant.connector_id().to_owned();
        let second_app = match second {
            Some(second) => Some(second.start(self.base, tenant, names, servers).await?),
            None => None,
        };
        let known = Known {
            app_id,
            app_secret,
            connector_id,
            huggingface_client_id,
            huggingface_client_secret,
            second_app,
        };
        Ok((known, app))
    }

    /// Id and secret of the OAuth app that the connector should use.
    async fn register_oauth_apps(
        &self,
        tenant: &mut Tenant,
        names: &mut Names,
    ) -> Result<(String, String), StartError> {
        let (huggingface, asked) = (&self.provider.huggingface, &self.base.settings.setup.huggingface);
        let people = huggingface.users().into_iter().map(|user| (user.sub, user.email)).collect();
        step("note who is at Hugging Face", LOGTO, tenant.note_people(people)).await?;
        let app = named("register the OAuth app", plan::oauth_app(&asked.app, names))?;
        let app = huggingface.add_app(app);
        for other in &asked.other_apps {
            huggingface.add_app(named("register other OAuth apps", plan::oauth_app(other, names))?);
        }
        let (id, secret) = (app.client_id, app.secret.unwrap_or_default());
        names.learn("HF_CLIENT_ID", &id);
        names.learn("HF_CLIENT_SECRET", &secret);
        Ok((id, secret))
    }

    async fn provision(
        &self,
        tenant: &mut Tenant,
        names: &mut Names,
        connections: impl Fn() -> Connections,
    ) -> Result<Application, StartError> {
        let Self { base, endpoints, provider } = *self;
        let setup = &base.settings.setup;
        let plan = plan::plan(setup, names, &provider.huggingface.users());
        let mut plan = named("plan what to create in Logto", plan)?;
        plan.secret_lasts = setup
            .application
            .secret_expires_in
            .map(|seconds| (Duration::from_secs(seconds.into()), base.clock.clone()));
        let single = plan.redirect_uris.iter().find(|uri| !uri.contains('*'));
        // A star stands for any text.
        let redirect_uri =
            single.or(plan.redirect_uris.first()).map_or_else(String::new, |uri| uri.replace('*', "x"));
        let probe = match &base.settings.logto {
            // The embedded Logto was given the mock's address and CA in this process.
            Logto::Embedded => None,
            // It reported at its start that it reaches the mock.
            Logto::Container(_) | Logto::Running(_) => None,
            // Without a redirect URI there is no authorization request to probe with.
            Logto::External(_) if plan.redirect_uris.is_empty() => None,
            // The others require PKCE, or allow no sign-in.
            Logto::External(_) if plan.application_kind != "Traditional" => None,
            Logto::External(_) => Some(ConnectorProbe {
                client: &base.clients.app,
                endpoints,
                redirect_uri: &redirect_uri,
                journal: &base.journal,
                code: format!("logto-testkit-probe-{}", base.random.hex(8)),
            }),
        };
        let application = provision(tenant, &plan, probe, connections).await?;
        names.learn("APP_ID", &application.id);
        names.learn("APP_SECRET", &application.secret);
        Ok(application)
    }

    async fn sample_app(
        &self,
        names: &Names,
        bound: Bound,
        servers: &mut Vec<Running>,
    ) -> Result<AppServer, StartError> {
        let Self { base, endpoints, .. } = *self;
        let (setup, clients) = (&base.settings.setup, &base.clients);
        let failed = |cause| StartError { step: "configure the app", cause };
        let credentials = ("[APP_ID]", "[APP_SECRET]");
        let config = sample::config(&setup.app, &endpoints.app, credentials, names).map_err(failed)?;
        let app = AppServer::new(config, base.sample_app_context(), setup.app.replicas.unwrap_or(1))
            .map_err(|cause| failed(cause.into()))?;
        servers.push(bound.serve(app.router()));
        step("probe the app", QUICK, probe::sample_app_is_up(&clients.app, &endpoints.app_direct)).await?;
        Ok(app)
    }

    /// Prepares the first walk: an empty journal, and the set-up's scripted answers and network faults in
    /// force.
    fn hand_over(&self) {
        self.base.journal.clear();
        for answer in &self.base.settings.setup.huggingface.answers {
            self.base.script.add(answer.clone());
        }
        self.provider.huggingface.remember();
        for (way, fault) in self.base.settings.setup.network.ways() {
            self.base.clients.networks.set(way, fault, self.endpoints);
        }
    }
}

/// Creates the application and the connector, probes, and only then changes what people see.
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
    let permitted = tenant.permit(&plan.permissions, &application.id);
    let roles = step("create resources and roles in Logto", LOGTO, permitted).await?;
    step("switch the connector on", LOGTO, tenant.switch_on(plan, &roles)).await?;
    Ok(application)
}
