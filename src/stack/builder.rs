//! What a stack is made of, before it is started.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::container::{Container, RunningContainer};

use super::app::{AppStart, OwnApp};
use super::management::Credentials;
use crate::setup::{Application, Connector, SampleApp, Setup};

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
    pub(super) setup: Setup,
    pub(super) huggingface_listen: SocketAddr,
    pub(super) own_app: Option<OwnApp>,
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
            setup: Setup::default(),
            huggingface_listen: any,
            own_app: None,
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

    /// How all parties are set up; the healthy set-up of the guide by default.
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

    /// A scripted answer, fault or delay of Hugging Face, in force once the stack
    /// is up. Of several, the first that fits a request is used.
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

    /// The sample app.
    #[must_use]
    pub fn app(mut self, app: SampleApp) -> Self {
        self.setup.app = app;
        self
    }

    /// An app of your own in place of the sample app: its origin, at which it need
    /// not answer yet. Start it with [`Stack::environment`](super::Stack::environment) once the stack is up.
    #[must_use]
    pub fn app_at(self, origin: Url) -> Self {
        self.own_app(OwnApp { origin, start: AppStart::ByHand, limit: Duration::from_secs(60) })
    }

    /// An app of your own in place of the sample app, which [`Stack::start_app`](super::Stack::start_app)
    /// starts once the stack is up.
    #[must_use]
    pub fn own_app(mut self, app: OwnApp) -> Self {
        self.own_app = Some(app);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stack;

    /// A scenario's file is looked at when it is read; who builds a set-up in code reads of it at the start.
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
