//! What every party is built with, and the HTTP clients through which the parties reach each other.

use std::net::SocketAddr;
use std::sync::Arc;

use kit::{Bound, Ca, Client, ClientBuilder, Clock, Journal, Origins, Random, Script};

use super::builder::{Logto, StackBuilder};
use super::endpoints::HUGGINGFACE_HOST;
use super::steps::{BindError, QUICK, StartError, bind, ca_failed, step};
use super::surroundings::{Fronts, Networks, server_names};
use crate::container::RunningContainer;

/// What every party is built with.
pub(super) struct Base<'a> {
    pub(super) settings: &'a StackBuilder,
    pub(super) clock: Clock,
    pub(super) random: Random,
    pub(super) journal: Journal,
    pub(super) script: Script,
    pub(super) ca: Arc<Ca>,
    pub(super) clients: Clients,
}

/// The HTTP clients of the parties: each keeps its own connections.
pub(super) struct Clients {
    pub(super) app: Client,
    pub(super) browser: Client,
    pub(super) connector: Client,
    pub(super) networks: Networks,
    /// The public addresses of app and Logto, once both are bound.
    pub(super) origins: Origins,
}

impl<'a> Base<'a> {
    /// Takes the listener of the mock Hugging Face, which is bound first, and the proxies. A Logto in a
    /// container already knows the listener's address and CA.
    pub(super) async fn new(
        settings: &'a StackBuilder,
        clock: Clock,
        container: Option<&RunningContainer>,
    ) -> Result<(Self, Bound, Fronts), StartError> {
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
        let fronts = Fronts::bind(settings, &clock).await?;
        let clients = clients(settings, &ca, listener.addr(), &fronts, &clock)
            .map_err(|cause| StartError { step: "build the HTTP clients", cause: cause.into() })?;
        let (journal, script) = (Journal::new(), Script::default());
        Ok((Self { settings, clock, random, journal, script, ca, clients }, listener, fronts))
    }
}

impl Base<'_> {
    /// What a sample app is built with.
    pub(super) fn sample_app_context(&self) -> sample_app::Context {
        sample_app::Context {
            clock: self.clock.off_by(self.settings.setup.clocks.app.0),
            random: self.random.clone(),
            journal: self.journal.clone(),
            client: self.clients.app.through(self.clients.networks.app.clone()),
        }
    }
}

fn clients(
    settings: &StackBuilder,
    ca: &Ca,
    huggingface: SocketAddr,
    fronts: &Fronts,
    clock: &Clock,
) -> Result<Clients, kit::ClientError> {
    // Every client may connect to loopback; these addresses may be elsewhere.
    let own_app = settings.own_app.iter().filter_map(|app| app.url.as_ref());
    let outside: Vec<_> = match &settings.logto {
        Logto::Embedded | Logto::Container(_) | Logto::Running(_) => own_app.collect(),
        Logto::External(external) => own_app.chain([&external.endpoint, &external.admin_endpoint]).collect(),
    };
    let client = |redirects| {
        let builder = Client::builder().trust(ca).host(HUGGINGFACE_HOST, huggingface);
        let hosts = outside.iter().filter_map(|url| url.host_str());
        hosts.fold(fronts.known_to(builder), ClientBuilder::allow).follow_redirects(redirects)
    };
    let browser = match settings.own_app.as_ref().and_then(|app| app.ca.as_deref()) {
        Some(file) => client(0).trust_file(file)?,
        None => client(0),
    };
    let (networks, origins) = (Networks::new(clock, &fronts.mistaken()), Origins::default());
    Ok(Clients {
        app: server_names(client(0)).build()?.at(origins.clone()),
        browser: browser.build()?.through(networks.browser.clone()).at(origins.clone()),
        // 20 is the Fetch standard's limit, which the connector's client obeys (contract §6).
        connector: client(20).build()?.through(networks.logto.clone()).at(origins.clone()),
        networks,
        origins,
    })
}
