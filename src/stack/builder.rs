//! Describes a stack before it is started.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use mock_logto::Version;
use url::Url;

use crate::container::{Container, RunningContainer};

use super::app::SharedApp;
use super::management::Credentials;
use crate::project::Project;
use crate::setup::{Application, ApplicationKind, Connector, Mask, OwnApp, SampleApp, Setup};

/// A Logto that is already running.
#[derive(Debug, Clone)]
pub struct External {
    /// Its `ENDPOINT`, e.g. `http://localhost:3001`.
    pub endpoint: Url,
    /// Its `ADMIN_ENDPOINT`, which issues Management API tokens.
    pub admin_endpoint: Url,
    /// A machine-to-machine application that may use the Management API.
    pub credentials: Credentials,
    /// Allows a tenant that has users, applications or social connectors of its own.
    pub allow_shared_tenant: bool,
    /// Where the tenant's state is saved before the first change.
    pub state_file: PathBuf,
}

/// Which Logto a stack uses.
#[derive(Debug, Clone, Default)]
pub enum Logto {
    /// Our double, in this process.
    #[default]
    Embedded,
    /// A running Logto by URL.
    External(Box<External>),
    /// The official image, started with the stack and removed with it. Needs the feature `container`.
    Container(Box<Container>),
    /// The official image, started beforehand and shared by stacks that take turns. Needs the feature
    /// `container`.
    Running(Arc<RunningContainer>),
}

impl Logto {
    /// The official image with this tag, e.g. `1.42`; [`Container`] has more options.
    #[cfg(feature = "container")]
    #[must_use]
    pub fn container(tag: impl Into<String>) -> Self {
        Self::Container(Box::new(Container::new(tag)))
    }
}

/// Configures and starts a [`Stack`](super::Stack).
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
    pub(super) setup: Setup,
    pub(super) huggingface_listen: SocketAddr,
    pub(super) own_app: Option<OwnApp>,
    pub(super) fixed: mock_logto::Fixed,
    pub(super) records_app_calls: bool,
    pub(super) masks: Vec<Mask>,
    pub(super) app_listen: SocketAddr,
    pub(super) logto_listen: SocketAddr,
    pub(super) logto_admin_listen: SocketAddr,
    pub(super) ca: Option<Arc<kit::Ca>>,
    pub(super) logto_version: Option<Version>,
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
            setup: Setup::default(),
            huggingface_listen: any,
            own_app: None,
            fixed: mock_logto::Fixed::default(),
            records_app_calls: false,
            masks: vec![],
            app_listen: any,
            logto_listen: any,
            logto_admin_listen: any,
            ca: None,
            logto_version: None,
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

    /// The set-up of all parties: by default the working one from the guide.
    #[must_use]
    pub fn setup(mut self, setup: Setup) -> Self {
        self.setup = setup;
        self
    }

    /// Where the mock Hugging Face listens; a real Logto needs port 443.
    #[must_use]
    pub fn huggingface_listen(mut self, addr: SocketAddr) -> Self {
        self.huggingface_listen = addr;
        self
    }

    /// Adds a scripted answer, fault or delay of Hugging Face, in force once the stack
    /// is up. If several match a request, the first one is used.
    #[must_use]
    pub fn answer(mut self, rule: kit::Rule) -> Self {
        self.setup.huggingface.answers.push(rule);
        self
    }

    /// The connector's configuration.
    #[must_use]
    pub fn connector(mut self, connector: Connector) -> Self {
        self.setup.connector = connector;
        self
    }

    /// The app's record in Logto.
    #[must_use]
    pub fn application(mut self, application: Application) -> Self {
        self.setup.application = application;
        self
    }

    /// The sample app's settings.
    #[must_use]
    pub fn app(mut self, app: SampleApp) -> Self {
        self.setup.app = app;
        self
    }

    /// Uses an app of your own instead of the sample app: pass its origin, at which it need
    /// not answer yet. Start it with [`Stack::environment`](super::Stack::environment) once the stack is up.
    #[must_use]
    pub fn app_at(self, origin: Url) -> Self {
        self.own_app(OwnApp::at(origin))
    }

    /// Uses an app of your own instead of the sample app, which [`Stack::start_app`](super::Stack::start_app)
    /// starts once the stack is up.
    #[must_use]
    pub fn own_app(mut self, app: OwnApp) -> Self {
        self.own_app = Some(app);
        self
    }

    /// Your app, and how a project file describes it; see [`crate::project`]. What the set-up says about the
    /// application in Logto comes first, so call [`StackBuilder::setup`] before.
    #[must_use]
    pub fn project(mut self, project: &Project) -> Self {
        self.own_app = project.own_app();
        self.masks.clone_from(&project.mask);
        self.records_app_calls = project.logto.records_app_calls;
        let (asked, given) = (&mut self.setup.application, &project.application);
        asked.redirect_uris = asked.redirect_uris.take().or_else(|| given.redirect_uris.clone());
        asked.post_logout_redirect_uris =
            asked.post_logout_redirect_uris.take().or_else(|| given.post_logout_redirect_uris.clone());
        if let (ApplicationKind::Traditional, Some(kind)) = (asked.kind, given.kind) {
            asked.kind = kind;
        }
        self.fixed.application_id.clone_from(&given.id);
        self.fixed.application_secret.clone_from(&given.secret);
        if let Some(port) = project.logto.port {
            self.logto_listen.set_port(port);
            self.logto_admin_listen.set_port(port + 1);
        }
        self
    }

    /// Puts a proxy in front of a running Logto, which records what an app of your own asks it. The proxy changes
    /// nothing but asks for answers that are not compressed, and Logto sees its address as the `Host`: for apps that
    /// do not compare that address with the issuer. The embedded Logto records these calls anyway.
    #[must_use]
    pub fn record_app_calls(mut self) -> Self {
        self.records_app_calls = true;
        self
    }

    /// Whether the proxy of [`StackBuilder::record_app_calls`] is needed.
    pub(super) fn needs_recorder(&self) -> bool {
        let real = !matches!(self.logto, Logto::Embedded);
        self.records_app_calls && self.own_app.is_some() && real && self.setup.proxies.logto.is_none()
    }

    /// Hides parts of the app's own messages in transcripts, each for a reason.
    #[must_use]
    pub fn masks(mut self, masks: Vec<Mask>) -> Self {
        self.masks = masks;
        self
    }

    /// Starts where an app that an earlier stack has started expects Logto, with the same ids, secrets and signing
    /// key; pass it to [`Stack::adopt_app`](super::Stack::adopt_app) then.
    #[must_use]
    pub fn expected_by(mut self, app: &SharedApp) -> Self {
        self.logto_listen.set_port(app.logto_port);
        self.logto_admin_listen.set_port(app.logto_admin_port);
        self.fixed = app.fixed.clone();
        if let Some(own) = &mut self.own_app {
            own.url = Some(app.origin.clone());
            // The app has read its files, and the earlier stack hands them over.
            (own.env_file, own.template) = (None, None);
        }
        self
    }

    /// Fixed addresses for the app, Logto and Logto's admin tenant, for use from your own
    /// browser; by default the system picks free ports.
    #[must_use]
    pub fn listen(mut self, app: SocketAddr, logto: SocketAddr, logto_admin: SocketAddr) -> Self {
        (self.app_listen, self.logto_listen, self.logto_admin_listen) = (app, logto, logto_admin);
        self
    }

    /// The CA of `https://huggingface.co`; by default each start creates a new one.
    #[must_use]
    pub fn ca(mut self, ca: Arc<kit::Ca>) -> Self {
        self.ca = Some(ca);
        self
    }

    /// Which version of Logto the embedded one plays, unless the set-up names one; by default the newest
    /// release. Of a running Logto: its version, if it does not show it.
    #[must_use]
    pub fn logto_version(mut self, version: Version) -> Self {
        self.logto_version = Some(version);
        self
    }

    /// The version that the embedded Logto plays.
    pub(super) fn played(&self) -> Version {
        let named = self.setup.logto.version.map(|named| named.0);
        named.or(self.logto_version).unwrap_or_default()
    }

    /// Derives every generated value from this seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Also serves the mock Hugging Face over plain HTTP and makes the embedded Logto
    /// send browsers there, for a browser without any special settings.
    /// The authorization URI then differs from the real one.
    #[must_use]
    pub fn plain_huggingface(mut self, listen: SocketAddr) -> Self {
        self.plain_huggingface = Some(listen);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stack;

    /// A scenario file is validated when it is read; a set-up built in code, when the stack starts.
    #[tokio::test]
    async fn an_endpoint_that_is_not_a_url_is_named() {
        let mut setup = Setup::default();
        setup.logto.endpoint = Some("logto.example".to_owned());
        let refused = Stack::builder().setup(setup).start().await.unwrap_err().to_string();
        assert!(
            refused.contains("read Logto's ENDPOINT") && refused.contains("`logto.example`"),
            "{refused}"
        );
    }

    #[tokio::test]
    async fn accounts_that_cannot_be_are_named() {
        let mut setup = Setup::default();
        setup.huggingface.users = vec!["ada".to_owned()];
        setup.huggingface.accounts = setup.huggingface.config().users;
        let refused = Stack::builder().setup(setup).start().await.unwrap_err().to_string();
        assert!(
            refused.contains("make the accounts at Hugging Face") && refused.contains("username `ada`"),
            "{refused}"
        );
    }
}
