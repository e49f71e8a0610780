//! Where the parties of one stack are.

use std::net::SocketAddr;

use kit::Party;
use url::Url;

use crate::setup::Addresses;

/// The host name that is built into the connector (contract §6).
pub const HUGGINGFACE_HOST: &str = "huggingface.co";

/// The addresses of one stack: known once every listener is bound, before
/// anything is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Origin of the app under test.
    pub app: Url,
    /// Origin of Logto (`ENDPOINT`).
    pub logto: Url,
    /// Origin of Logto's admin tenant (`ADMIN_ENDPOINT`).
    pub logto_admin: Url,
    /// Origin of Hugging Face: always `https://huggingface.co`.
    pub huggingface: Url,
    /// The address to which that name resolves in this stack.
    pub huggingface_addr: SocketAddr,
    /// Where the app itself listens, behind any proxy, as this process reaches it.
    pub app_direct: Url,
    /// Where Logto itself listens, behind any proxy, as this process reaches it.
    pub logto_direct: Url,
    /// `app_direct` under a name that only servers know.
    pub app_internal: Url,
    /// `logto_direct` under a name that only servers know.
    pub logto_internal: Url,
    /// Logto's `ENDPOINT`, from which its issuer is derived.
    pub logto_endpoint: Url,
    /// Further names of the parties.
    pub others: Vec<OtherName>,
}

/// A further name of a party: `[APP_BY_IP]`, `[LOGTO_INTERNAL]` and the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherName {
    /// The name in scenarios and transcripts.
    pub name: &'static str,
    /// The party it belongs to.
    pub party: Party,
    /// The origin that the name stands for.
    pub origin: Url,
    /// Whether a server answers there.
    pub answers: bool,
}

impl Endpoints {
    /// Every origin at which requests reach a party.
    pub(super) fn origins_of(&self, party: Party) -> impl Iterator<Item = &Url> {
        let first = match party {
            Party::APP => Some(&self.app),
            Party::LOGTO => Some(&self.logto),
            Party::HUGGINGFACE => Some(&self.huggingface),
            _ => None,
        };
        let others = self.others.iter().filter(move |other| other.answers && other.party == party);
        first.into_iter().chain(others.map(|other| &other.origin))
    }
}

/// The names of the app and Logto other than those that browsers use.
pub(super) fn others(app: (&Url, &Url), logto: (&Url, &Url)) -> Vec<OtherName> {
    let by_ip = |direct: &Url| {
        let mut url = direct.clone();
        // The host of a URL that has one can be replaced.
        let _ = url.set_host(Some("127.0.0.1"));
        url
    };
    let of = |party, names: [&'static str; 2], (direct, internal): (&Url, &Url)| {
        let [ip, inside] = names;
        [
            OtherName { name: ip, party, origin: by_ip(direct), answers: true },
            OtherName { name: inside, party, origin: internal.clone(), answers: true },
        ]
    };
    let app = of(Party::APP, ["APP_BY_IP", "APP_INTERNAL"], app);
    let logto = of(Party::LOGTO, ["LOGTO_BY_IP", "LOGTO_INTERNAL"], logto);
    app.into_iter().chain(logto).collect()
}

/// The further addresses at which the app answers, as the set-up says. An app of the user's own at an IP address of
/// this machine is at its name, too.
pub(super) fn also(addresses: &Addresses, direct: &Url) -> impl Iterator<Item = OtherName> {
    const NAMES: [&str; 4] = ["APP_ALSO_1", "APP_ALSO_2", "APP_ALSO_3", "APP_ALSO_4"];
    let by_name = (direct.host_str() == Some("127.0.0.1")).then(|| {
        let mut url = direct.clone();
        // The host of a URL that has one can be replaced.
        let _ = url.set_host(Some("localhost"));
        url
    });
    let origins: Vec<Url> = addresses.app_also.iter().map(|origin| origin.0.clone()).chain(by_name).collect();
    let named = NAMES.into_iter().zip(origins);
    named.map(|(name, origin)| OtherName { name, party: Party::APP, origin, answers: true })
}

/// What an app believes to be its address when the proxy forwards only the scheme of
/// the public address.
pub(super) fn over_tls(public: &Url, internal: &Url) -> Option<OtherName> {
    let mut origin = internal.clone();
    origin.set_scheme(public.scheme()).ok()?;
    let (name, party) = ("APP_INTERNAL_OVER_TLS", Party::APP);
    (public.scheme() == "https").then_some(OtherName { name, party, origin, answers: false })
}

/// The same server under a name that only servers know. A server on another machine has
/// no such name.
pub(super) fn internal(direct: &Url, name: &str) -> Url {
    let mut url = direct.clone();
    if direct.host_str() == Some("localhost") && direct.port().is_some() {
        // The host of a URL that has one can be replaced.
        let _ = url.set_host(Some(name));
    }
    url
}

/// `http://localhost:<port>`.
///
/// # Panics
/// Never: the text is a URL for every port.
#[must_use]
pub(crate) fn localhost(port: u16) -> Url {
    Url::parse(&format!("http://localhost:{port}")).expect("a host name and a port make a URL")
}

/// `https://huggingface.co`.
///
/// # Panics
/// Never: the text is a URL.
#[must_use]
pub(super) fn huggingface() -> Url {
    Url::parse("https://huggingface.co").expect("a constant that is a URL")
}
