//! What a stack is made of, before it is started.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use kit::Fault;
use url::Url;

use crate::container::{Container, RunningContainer};

use super::management::Credentials;
use super::settings::{
    AppCredentials, ApplicationSettings, ConnectorSettings, OauthAppSettings, TenantSettings,
};
use super::surroundings::{Clocks, Deployment, Proxies, Way};

/// A Logto that is running already.
#[derive(Debug, Clone)]
pub struct External {
    /// Its `ENDPOINT`, e.g. `http://localhost:3001`.
    pub endpoint: Url,
    /// Its `ADMIN_ENDPOINT`, which gives Management API tokens.
    pub admin_endpoint: Url,
    /// A machine-to-machine application that may use the Management API.
    pub credentials: Credentials,
    /// Use a tenant that has users, applications or social connectors of others.
    pub allow_shared_tenant: bool,
    /// Where the tenant's state is saved before the first change.
    pub state_file: PathBuf,
}

/// Which Logto a stack has.
#[derive(Debug, Clone, Default)]
pub enum Logto {
    /// Our double, in this process.
    #[default]
    Embedded,
    /// A running Logto by URL.
    External(Box<External>),
    /// The official image, started with the stack and removed with it. Needs the feature `container`.
    Container(Box<Container>),
    /// The official image, started before and shared by stacks that take turns. Needs the feature `container`.
    Running(Arc<RunningContainer>),
}

impl Logto {
    /// The official image with this tag, e.g. `1.42`; [`Container`] has more to choose.
    #[cfg(feature = "container")]
    #[must_use]
    pub fn container(tag: impl Into<String>) -> Self {
        Self::Container(Box::new(Container::new(tag)))
    }
}

/// Collects what a stack is made of.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let stack = logto_testkit::Stack::builder().start().await?;
/// println!("{}", stack.endpoints().app);
/// stack.stop().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct StackBuilder {
    pub(super) logto: Logto,
    pub(super) huggingface: mock_huggingface::Config,
    pub(super) huggingface_listen: SocketAddr,
    pub(super) oauth_app: OauthAppSettings,
    pub(super) other_apps: Vec<OauthAppSettings>,
    pub(super) answers: Vec<kit::Rule>,
    pub(super) connector: ConnectorSettings,
    pub(super) application: ApplicationSettings,
    pub(super) tenant: TenantSettings,
    pub(super) app: sample_app::Options,
    pub(super) app_credentials: AppCredentials,
    pub(super) app_replicas: usize,
    pub(super) proxies: Proxies,
    pub(super) clocks: Clocks,
    pub(super) faults: Vec<(Way, Fault)>,
    pub(super) deployment: Deployment,
    pub(super) app_url: Option<Url>,
    pub(super) app_listen: SocketAddr,
    pub(super) logto_listen: SocketAddr,
    pub(super) logto_admin_listen: SocketAddr,
    pub(super) ca: Option<Arc<kit::Ca>>,
    pub(super) seed: Option<u64>,
    pub(super) plain_huggingface: Option<SocketAddr>,
    pub(super) machine: kit::Machine,
    pub(super) real_time: bool,
}

impl Default for StackBuilder {
    fn default() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            logto: Logto::default(),
            huggingface: mock_huggingface::Config::default(),
            huggingface_listen: any,
            oauth_app: OauthAppSettings::default(),
            other_apps: vec![],
            answers: vec![],
            connector: ConnectorSettings::default(),
            application: ApplicationSettings::default(),
            tenant: TenantSettings::default(),
            app: sample_app::Options::default(),
            app_credentials: AppCredentials::default(),
            app_replicas: 1,
            proxies: Proxies::default(),
            clocks: Clocks::default(),
            faults: vec![],
            deployment: Deployment::default(),
            app_url: None,
            app_listen: any,
            logto_listen: any,
            logto_admin_listen: any,
            ca: None,
            seed: None,
            plain_huggingface: None,
            machine: kit::Machine::real(),
            real_time: false,
        }
    }
}

impl StackBuilder {
    /// Which Logto: the embedded one by default.
    #[must_use]
    pub fn logto(mut self, backend: Logto) -> Self {
        self.logto = backend;
        self
    }

    /// Users, organisations, apps and switches of the mock Hugging Face. The app
    /// the connector uses is added by the stack.
    #[must_use]
    pub fn huggingface(mut self, config: mock_huggingface::Config) -> Self {
        self.huggingface = config;
        self
    }

    /// Where the mock Hugging Face listens; a real Logto needs port 443.
    #[must_use]
    pub fn huggingface_listen(mut self, addr: SocketAddr) -> Self {
        self.huggingface_listen = addr;
        self
    }

    /// The OAuth app at Hugging Face that the connector uses.
    #[must_use]
    pub fn oauth_app(mut self, settings: OauthAppSettings) -> Self {
        self.oauth_app = settings;
        self
    }

    /// A further OAuth app at Hugging Face, which the connector is not meant to use.
    #[must_use]
    pub fn other_app(mut self, settings: OauthAppSettings) -> Self {
        self.other_apps.push(settings);
        self
    }

    /// A scripted answer, fault or delay of Hugging Face, in force once the stack
    /// is up. Of several, the first that fits a request is used.
    #[must_use]
    pub fn answer(mut self, rule: kit::Rule) -> Self {
        self.answers.push(rule);
        self
    }

    /// The connector's configuration.
    #[must_use]
    pub fn connector(mut self, settings: ConnectorSettings) -> Self {
        self.connector = settings;
        self
    }

    /// The app's record in Logto.
    #[must_use]
    pub fn application(mut self, settings: ApplicationSettings) -> Self {
        self.application = settings;
        self
    }

    /// Sign-in experience and accounts of the Logto tenant.
    #[must_use]
    pub fn tenant(mut self, settings: TenantSettings) -> Self {
        self.tenant = settings;
        self
    }

    /// Options of the sample app.
    #[must_use]
    pub fn app(mut self, options: sample_app::Options) -> Self {
        self.app = options;
        self
    }

    /// As whom the sample app speaks to Logto.
    #[must_use]
    pub fn app_credentials(mut self, credentials: AppCredentials) -> Self {
        self.app_credentials = credentials;
        self
    }

    /// Reverse proxies in front of app and Logto.
    #[must_use]
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// Clocks that are off. That of a Logto outside this process is as it is.
    #[must_use]
    pub fn clocks(mut self, clocks: Clocks) -> Self {
        self.clocks = clocks;
        self
    }

    /// A way that is broken once the stack is up.
    #[must_use]
    pub fn fault(mut self, way: Way, fault: Fault) -> Self {
        self.faults.push((way, fault));
        self
    }

    /// The environment of the embedded Logto.
    #[must_use]
    pub fn deployment(mut self, deployment: Deployment) -> Self {
        self.deployment = deployment;
        self
    }

    /// How many of the sample app stand behind its address, taking turns with the
    /// requests. What one keeps in memory the others do not know.
    #[must_use]
    pub fn app_replicas(mut self, replicas: usize) -> Self {
        self.app_replicas = replicas.max(1);
        self
    }

    /// An app of your own in place of the sample app: its origin, at which it need
    /// not answer yet. Start it with [`Stack::environment`](super::Stack::environment) once the stack is up.
    #[must_use]
    pub fn app_at(mut self, origin: Url) -> Self {
        self.app_url = Some(origin);
        self
    }

    /// Fixed addresses for app, Logto and Logto's admin tenant, to click
    /// through; otherwise the system picks free ports.
    #[must_use]
    pub fn listen(mut self, app: SocketAddr, logto: SocketAddr, logto_admin: SocketAddr) -> Self {
        (self.app_listen, self.logto_listen, self.logto_admin_listen) = (app, logto, logto_admin);
        self
    }

    /// The CA of `https://huggingface.co`; made per start when not given.
    #[must_use]
    pub fn ca(mut self, ca: Arc<kit::Ca>) -> Self {
        self.ca = Some(ca);
        self
    }

    /// Draws every made-up value from this seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Serves the mock Hugging Face a second time in plain HTTP and lets the
    /// embedded Logto send browsers there, for a browser without any settings.
    /// The authorization URI then differs from the real one.
    #[must_use]
    pub fn plain_huggingface(mut self, listen: SocketAddr) -> Self {
        self.plain_huggingface = Some(listen);
        self
    }
}
