//! The Logto on which a story is replayed.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use kit::{Bound, Ca, Client, Clock, Journal, Machine, Party, Random, Running};
use mock_logto::{Context, Logto};
use url::Url;

use super::build::Build;
use super::error::ReplayError;
use super::provider::Provider;
use super::story::Setup;
use crate::stack::{Credentials, External, HUGGINGFACE_HOST, Management};

/// The Logto on which stories are replayed.
#[derive(Debug, Clone)]
pub enum Target {
    /// Our double, a fresh one for each story; its waits pass on its own clock.
    Double,
    /// A running Logto; see [`RunningLogto`].
    Running(Box<RunningLogto>),
}

/// A running Logto, whose `huggingface.co` is this machine.
///
/// Its tenant must be dedicated to tests: a [`Tenant`](super::Tenant) is opened and cleaned around
/// every story.
#[derive(Debug, Clone)]
pub struct RunningLogto {
    /// Its URL, and the credentials for its Management API.
    pub external: External,
    /// The CA that it trusts (`NODE_EXTRA_CA_CERTS`).
    pub ca: Arc<Ca>,
    /// The address on which the provider listens for it.
    pub listen: SocketAddr,
}

/// A Logto with a provider behind it, for the duration of one story.
pub(super) struct Site {
    pub(super) client: Client,
    pub(super) logto: Url,
    pub(super) admin: Url,
    pub(super) credentials: Credentials,
    /// The requests that the provider received.
    pub(super) journal: Journal,
    /// The clock of the Logto under test.
    pub(super) clock: Clock,
    provider: Option<Running>,
    router: Router,
    ca: Arc<Ca>,
    addr: SocketAddr,
    servers: Vec<Running>,
}

/// The Fetch standard's limit, which the connector's client obeys (contract §6).
const CONNECTOR_REDIRECTS: usize = 20;

impl Site {
    /// The double plays the version of the build.
    pub(super) async fn open(
        machine: &Machine,
        target: &Target,
        setup: &Setup,
        build: Option<&Build>,
    ) -> Result<Self, ReplayError> {
        let (clock, ca, listen) = match target {
            Target::Double => {
                let clock = Clock::skipping_on(machine);
                let ca = Arc::new(Ca::create(&clock, &[HUGGINGFACE_HOST])?);
                (clock, ca, SocketAddr::from(([127, 0, 0, 1], 0)))
            }
            Target::Running(running) => (Clock::system_on(machine), running.ca.clone(), running.listen),
        };
        let journal = Journal::new();
        let origin = Url::parse("https://huggingface.co").expect("a constant URL");
        let router = Provider::router(&setup.huggingface, setup.has_connector("oidc"), clock.clone());
        let router = kit::journaled(router, journal.clone(), clock.clone(), Party::HUGGINGFACE, origin);
        let provider =
            Bound::at(listen).await?.serve_tls(router.clone(), ca.server_config(HUGGINGFACE_HOST)?);
        let addr = provider.addr();
        let mut servers = Vec::new();
        let (logto, admin, credentials) = match target {
            Target::Double => {
                let any = SocketAddr::from(([127, 0, 0, 1], 0));
                let (bound, admin_bound) = (Bound::at(any).await?, Bound::at(any).await?);
                let local =
                    |port| Url::parse(&format!("http://localhost:{port}")).expect("a host and a port");
                let (endpoint, admin_endpoint) = (local(bound.port()), local(admin_bound.port()));
                let logto = Logto::new(Context {
                    endpoint: endpoint.clone(),
                    admin_endpoint: admin_endpoint.clone(),
                    trust_proxy_header: true,
                    ssrf_protection_disabled: false,
                    clock: clock.clone(),
                    random: Random::from_os(),
                    journal: Journal::new(),
                    client: Self::client(target, &ca, addr, CONNECTOR_REDIRECTS)?,
                    authorization_origin: None,
                    fixed: mock_logto::Fixed::default(),
                    // Most recordings come from this one.
                    version: build.map_or(mock_logto::MASTER, Build::version),
                });
                servers.push(bound.serve(logto.router()));
                servers.push(admin_bound.serve(logto.router()));
                let (id, secret) = logto.m2m_credentials();
                (endpoint, admin_endpoint, Credentials { id, secret })
            }
            Target::Running(running) => {
                let external = &running.external;
                (external.endpoint.clone(), external.admin_endpoint.clone(), external.credentials.clone())
            }
        };
        let client = Self::client(target, &ca, addr, 0)?;
        let provider = Some(provider);
        Ok(Self { client, logto, admin, credentials, journal, clock, provider, router, ca, addr, servers })
    }

    /// A client that reaches the provider at that address as `huggingface.co`.
    pub(super) fn client(
        target: &Target,
        ca: &Ca,
        provider: SocketAddr,
        redirects: usize,
    ) -> Result<Client, kit::ClientError> {
        let builder =
            Client::builder().trust(ca).host(HUGGINGFACE_HOST, provider).follow_redirects(redirects);
        let builder = match target {
            Target::Double => builder,
            Target::Running(running) => [&running.external.endpoint, &running.external.admin_endpoint]
                .into_iter()
                .filter_map(|url| url.host_str())
                .fold(builder, kit::ClientBuilder::allow),
        };
        builder.build()
    }

    pub(super) async fn management(&self) -> Result<Management, ReplayError> {
        Ok(Management::open(self.client.clone(), &self.logto, &self.admin, &self.credentials).await?)
    }

    /// Stops the provider: nothing listens at its address any more.
    pub(super) async fn provider_goes(&mut self) -> Result<(), ReplayError> {
        match self.provider.take() {
            Some(provider) => Ok(provider.shutdown().await?),
            None => Ok(()),
        }
    }

    /// Starts the provider again, at the same address and with its previous state.
    pub(super) async fn provider_comes_back(&mut self) -> Result<(), ReplayError> {
        let bound = Bound::at(self.addr).await?;
        self.provider = Some(bound.serve_tls(self.router.clone(), self.ca.server_config(HUGGINGFACE_HOST)?));
        Ok(())
    }

    /// Stops all servers; an error if a handler panicked.
    pub(super) async fn close(mut self) -> Result<(), ReplayError> {
        self.provider_goes().await?;
        for server in self.servers {
            server.shutdown().await?;
        }
        Ok(())
    }
}
