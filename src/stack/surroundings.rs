//! The surroundings of the parties: proxies and the network.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use kit::{Bound, Ca, Client, ClientBuilder, Clock, Fault, Network, Party, Proxy, ProxySettings, Running};
use url::Url;

use super::builder::StackBuilder;
use super::endpoints::{Endpoints, OtherName};
use super::steps::{QUICK, StartError, bind, ca_failed, step};
use crate::setup::Way;

/// The host name that browsers use for an app behind a proxy.
pub(super) const APP_NAME: &str = "bookstore.example";
/// The host name that browsers use for a Logto behind a proxy.
pub(super) const LOGTO_NAME: &str = "logto.bookstore.example";
/// The host name of both proxies for an app outside this process.
const LOCALHOST: &str = "localhost";
/// A host name of the app that only servers know.
pub(super) const APP_INTERNAL: &str = "app.internal";
pub(super) const LOGTO_INTERNAL: &str = "logto.internal";

/// Nothing listens here.
const UNUSED: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// The networks that the parties are on.
#[derive(Debug, Clone)]
pub(super) struct Networks {
    pub(super) app: Network,
    pub(super) browser: Network,
    pub(super) logto: Network,
}

impl Networks {
    /// Connections to the origins in `nowhere` are refused.
    pub(super) fn new(clock: &Clock, nowhere: &[OtherName]) -> Self {
        let network = || Network::new(clock.clone());
        let networks = Self { app: network(), browser: network(), logto: network() };
        for other in nowhere {
            networks.app.set(&other.origin, Some(Fault::Refused));
            networks.browser.set(&other.origin, Some(Fault::Refused));
        }
        networks
    }

    /// Sets the fault of one connection, whatever name the other side is reached by.
    pub(super) fn set(&self, way: Way, fault: Option<Fault>, endpoints: &Endpoints) {
        let (network, party) = match way {
            Way::AppToLogto => (&self.app, Party::LOGTO),
            Way::BrowserToLogto => (&self.browser, Party::LOGTO),
            Way::BrowserToApp => (&self.browser, Party::APP),
            Way::LogtoToHuggingFace => (&self.logto, Party::HUGGINGFACE),
        };
        for origin in endpoints.origins_of(party) {
            network.set(origin, fault);
        }
    }
}

/// A proxy that listens but does not know yet what is behind it.
struct Front {
    settings: ProxySettings,
    public: Url,
    name: &'static str,
    bound: Bound,
}

/// The proxies of a stack that is starting.
#[derive(Default)]
pub(super) struct Fronts {
    app: Option<Front>,
    logto: Option<Front>,
    /// The app over plain HTTP.
    plain_app: Option<Front>,
    ca: Option<Arc<Ca>>,
    /// Whether the proxy in front of Logto only records: Logto does not know of it.
    is_recorder: bool,
}

impl Fronts {
    /// Binds the proxies that the set-up wants. An app outside this process cannot resolve their names, so for it
    /// they are at `localhost`, with their ports.
    pub(super) async fn bind(settings: &StackBuilder, clock: &Clock) -> Result<Self, StartError> {
        let outside = settings.own_app.is_some();
        let recorder = settings.needs_recorder().then(recorder);
        let is_recorder = recorder.is_some();
        let wanted = &settings.setup.proxies;
        let twice = wanted.app_over_http;
        let app = wanted.app.clone().or(twice.then(ProxySettings::default));
        let app = app.map(|app| ProxySettings { port_in_address: app.port_in_address || twice, ..app });
        let plain_app = app.clone().filter(|_| twice).map(|app| ProxySettings { tls: false, ..app });
        let logto = wanted.logto.clone().or(recorder);
        let front = async |settings: &Option<ProxySettings>, name: &'static str| match settings {
            None => Ok(None),
            Some(settings) => {
                let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let bound = step("bind a proxy", QUICK, bind(any)).await?;
                let settings = ProxySettings {
                    port_in_address: settings.port_in_address || outside,
                    ..settings.clone()
                };
                let public = public(&settings, name, bound.port());
                Ok::<_, StartError>(Some(Front { settings, public, name, bound }))
            }
        };
        let names = if outside { [LOCALHOST, LOCALHOST] } else { [APP_NAME, LOGTO_NAME] };
        let (app, plain_app) = (front(&app, names[0]).await?, front(&plain_app, names[0]).await?);
        let logto = front(&logto, names[1]).await?;
        let tls = [&app, &logto].into_iter().flatten().any(|front| front.settings.tls);
        // Separate from Hugging Face's CA: neither can vouch for the other's names.
        let ca = tls.then(|| Ca::create(clock, &names)).transpose().map_err(ca_failed)?;
        Ok(Self { app, logto, plain_app, ca: ca.map(Arc::new), is_recorder })
    }

    pub(super) fn app(&self) -> Option<&Url> {
        self.app.as_ref().map(|front| &front.public)
    }

    pub(super) fn logto(&self) -> Option<&Url> {
        self.logto.as_ref().map(|front| &front.public)
    }

    /// The address that Logto knows as its own, if a proxy in front of it has that.
    pub(super) fn logto_endpoint(&self) -> Option<&Url> {
        self.logto().filter(|_| !self.is_recorder)
    }

    /// The CA that signs the certificates of the proxies, if one has TLS.
    pub(super) fn ca(&self) -> Option<&Ca> {
        self.ca.as_deref()
    }

    /// Makes a client resolve and trust the proxies.
    pub(super) fn known_to(&self, mut client: ClientBuilder) -> ClientBuilder {
        if let Some(ca) = &self.ca {
            client = client.trust(ca);
        }
        let fronts = [&self.app, &self.logto].into_iter().flatten();
        // Every client reaches `localhost` anyway.
        for front in fronts.filter(|front| front.name != LOCALHOST) {
            client = client.host(front.name, front.bound.addr());
        }
        client
    }

    /// What the public addresses turn into if the scheme or the port is lost.
    /// No server answers there.
    pub(super) fn mistaken(&self) -> Vec<OtherName> {
        let of = |front: &Option<Front>, party: Party, [http, bare]: [&'static str; 2]| {
            let front = front.as_ref();
            let plain = front.filter(|front| front.settings.tls).map(|front| (http, "http", front));
            let portless = front.filter(|front| front.settings.port_in_address);
            let portless = portless.map(|front| (bare, front.public.scheme(), front));
            let named = |(name, scheme, front): (&'static str, &str, &Front)| OtherName {
                name,
                party,
                origin: url(scheme, front.name, ""),
                answers: false,
            };
            plain.into_iter().chain(portless).map(named).collect::<Vec<_>>()
        };
        let mut all = of(&self.app, Party::APP, ["APP_OVER_HTTP", "APP_WITHOUT_PORT"]);
        if self.plain_app.is_some() {
            all.retain(|other| other.name != "APP_OVER_HTTP");
        }
        all.extend(of(&self.logto, Party::LOGTO, ["LOGTO_OVER_HTTP", "LOGTO_WITHOUT_PORT"]));
        all
    }

    /// The app over plain HTTP, if it answers there.
    pub(super) fn plain_app(&self) -> Option<OtherName> {
        let origin = self.plain_app.as_ref()?.public.clone();
        Some(OtherName { name: "APP_OVER_HTTP", party: Party::APP, origin, answers: true })
    }

    /// Starts the proxies in front of the parties.
    pub(super) fn serve(
        self,
        endpoints: &Endpoints,
        journal: &kit::Journal,
        clock: &Clock,
        servers: &mut Vec<Running>,
    ) -> Result<(), StartError> {
        // What only records knows Logto by its own address.
        let logto = if self.is_recorder { &endpoints.logto_direct } else { &endpoints.logto_internal };
        let app = &endpoints.app_internal;
        for (front, upstream) in [(self.app, app), (self.plain_app, app), (self.logto, logto)] {
            let Some(front) = front else { continue };
            let client = server_names(Client::builder());
            let client = upstream.host_str().into_iter().fold(client, ClientBuilder::allow_unless_known);
            let client = client.build().map_err(|cause| StartError {
                step: "build the HTTP client of a proxy",
                cause: cause.into(),
            })?;
            let tls = front.settings.tls;
            let proxy = Proxy {
                settings: front.settings,
                public: front.public,
                upstream: upstream.clone(),
                client,
                uncompressed: self.is_recorder,
            };
            let router = proxy.router(journal.clone(), clock.clone());
            servers.push(match &self.ca {
                Some(ca) if tls => {
                    front.bound.serve_tls(router, ca.server_config(front.name).map_err(ca_failed)?)
                }
                _ => front.bound.serve(router),
            });
        }
        Ok(())
    }
}

/// Makes a client resolve the names that only servers know. Addresses with these names always
/// include the port.
pub(super) fn server_names(client: ClientBuilder) -> ClientBuilder {
    client.host(APP_INTERNAL, UNUSED).host(LOGTO_INTERNAL, UNUSED)
}

/// A proxy that passes everything on as it is.
fn recorder() -> ProxySettings {
    ProxySettings {
        tls: false,
        port_in_address: true,
        forwarded_host: false,
        forwarded_proto: false,
        forwarded_for: false,
        ..ProxySettings::default()
    }
}

fn public(settings: &ProxySettings, name: &str, port: u16) -> Url {
    let scheme = if settings.tls { "https" } else { "http" };
    url(scheme, name, &if settings.port_in_address { format!(":{port}") } else { String::new() })
}

fn url(scheme: &str, name: &str, port: &str) -> Url {
    Url::parse(&format!("{scheme}://{name}{port}")).expect("a scheme and a name make a URL")
}
