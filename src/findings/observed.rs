//! What was observed of a walk, from every vantage point.

use std::ops::Range;

use kit::{Direction, Entry, Outcome, Party, Prose};
use mock_huggingface::App as OAuth2App;
use serde_json::Value;
use url::Url;

use crate::record::Record;
use crate::signin_page::Arrival;
use crate::transcript::jwt::claims;
use crate::walker::Hop;

/// What was observed of a walk. Rules use nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Observed<'a> {
    /// The hops of the browser, and what the parties received and sent meanwhile. Only the
    /// embedded Logto has a journal, so rules must not need Logto's entries.
    pub record: &'a Record,
    /// What the person did, step by step.
    pub steps: &'a [SeenStep],
    /// How the parties are configured.
    pub settings: &'a Settings,
    /// Logto's audit log of this walk, oldest first (contract §4): each `{ key, payload, createdAt }`.
    pub audit: &'a [Value],
    /// What the last step that looked at something did not find, which alone does not prove a fault.
    pub missed: &'a [Missed],
}

/// How the parties are configured, as far as it is known. `Value::Null` and `None` stand
/// for what is not known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// Every connector, as `GET /api/connectors` lists it.
    pub connectors: Vec<Value>,
    /// The id of the connector under test.
    pub connector_id: String,
    /// The target of the connector under test.
    pub target: String,
    /// The app's record, as `GET /api/applications/:id` returns it.
    pub application: Value,
    /// The values of the app's secrets, as `GET /api/applications/:id/secrets` returns them.
    pub app_secrets: Vec<String>,
    /// The sign-in experience, as `GET /api/sign-in-exp` returns it.
    pub sign_in_experience: Value,
    /// The newest accounts of the tenant, as `GET /api/users` lists them.
    pub users: Vec<Value>,
    /// The OAuth app at Hugging Face that the connector should use.
    pub oauth_app: Option<OAuth2App>,
    /// The sample app's configuration; `None` for an app of your own.
    pub app: Option<sample_app::Config>,
    /// Logto's `ENDPOINT`, if it is known.
    pub endpoint: Option<Url>,
    /// Logto's keys for cookies, as `GET /api/configs/oidc/cookie-keys` lists them.
    pub cookie_keys: Value,
    /// Why the last TLS handshake with the mock Hugging Face failed, if one failed during the walk.
    pub failed_handshake: Option<String>,
    /// What Logto says about the accounts that were signed in to the app, by id.
    pub signed_in: Vec<(String, SeenUser)>,
    /// What an app of your own was told: its variables that are addresses, by name.
    pub told: Vec<(String, Url)>,
    /// What the process of an app of your own has written, if a command started it for this walk alone.
    pub app_output: String,
    /// How far the stack's clock is ahead of the machine's, in seconds, if an app outside of it takes part.
    pub clock_ahead: i64,
    /// Where the walk looked at a page of an app of your own that shows whether a person is signed in: the number of
    /// the hop, and what it showed.
    pub looks: Vec<(usize, bool)>,
}

/// What a step looked for and did not find; in a scenario that names a finding, whatever its steps looked at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Missed {
    /// A claim that the app has of the person.
    Claim {
        /// The claim's name.
        name: String,
        /// What it should be.
        expected: Value,
        /// What the app has; `null` for nothing.
        got: Value,
    },
    /// A text on a page.
    Text(String),
}

/// The present state of an account in Logto.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SeenUser {
    /// It exists, and may sign in.
    Welcome,
    /// It is suspended.
    Suspended,
    /// It does not exist.
    Gone,
}

/// A step of the person.
#[derive(Debug, Clone)]
pub(crate) struct SeenStep {
    /// What the person did.
    pub verb: SeenVerb,
    /// Its hops, as indices into the hops of the record.
    pub hops: Range<usize>,
    /// How the step ended.
    pub ending: Ending,
}

/// What a person did, as far as rules may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SeenVerb {
    /// Answered a question on Logto's page.
    Answered,
    LostCookies,
    /// Nothing: time passed, or another party changed something.
    Meanwhile,
    /// An administrator called Logto's Management API.
    Administered(Box<AdminAnswer>),
    /// Anything that rules do not distinguish.
    Other,
}

/// A call of the Management API, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdminAnswer {
    /// Method and path, e.g. `POST /api/connectors`.
    pub call: String,
    /// The body that was sent; `null` without one.
    pub sent: Value,
    /// The status of the answer.
    pub status: u16,
    /// The body of the answer; `null` if it is not JSON.
    pub answer: Value,
}

/// How a step ended.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    /// The browser reached a page that stays.
    Rest,
    /// Logto's page does not move on, and says this.
    Says(Arrival),
    /// Logto's page has no button for the target.
    NoButton {
        /// The connector's target that was chosen.
        target: String,
        /// The buttons that are shown.
        shown: String,
    },
    /// The action failed.
    Failed(Prose),
}

impl Observed<'_> {
    /// The hops of the browser, in order.
    pub(super) fn hops(&self) -> &[Hop] {
        &self.record.hops
    }

    /// The hop with this number, and those before it.
    pub(super) fn hop_and_earlier(&self, number: usize) -> Option<(&Hop, &[Hop])> {
        let at = self.hops().iter().position(|hop| hop.number == number)?;
        Some((self.hops().get(at)?, &self.hops()[..at]))
    }

    /// The hop with this number.
    pub(super) fn hop(&self, number: usize) -> Option<&Hop> {
        self.hops().iter().find(|hop| hop.number == number)
    }

    /// The party to which an address belongs.
    pub(super) fn party(&self, url: &Url) -> Option<Party> {
        self.record.origins.party(url)
    }

    /// Whether the browser asked this party in a hop.
    pub(super) fn is_at(&self, hop: &Hop, party: Party) -> bool {
        self.party(&hop.request.url) == Some(party)
    }

    /// The entries from while the browser waited for this hop.
    pub(super) fn during(&self, number: usize) -> impl Iterator<Item = &Entry> {
        self.record.during(number).map(|recorded| &recorded.entry)
    }

    /// Whether the absence of an entry during a hop proves anything: not if there are entries that may
    /// belong to this walk or to another.
    pub(super) fn is_complete(&self, hop: usize) -> bool {
        self.record.is_complete(hop)
    }

    /// What Hugging Face received at a path during a hop.
    pub(super) fn provider(&self, hop: usize, path: &str) -> impl Iterator<Item = &Entry> {
        self.during(hop).filter(move |entry| is(entry, Party::HUGGINGFACE, Direction::Received, path))
    }

    /// The app's own requests during a hop.
    pub(super) fn app_sent(&self, hop: usize) -> impl Iterator<Item = &Entry> {
        self.during(hop).filter(|entry| entry.party == Party::APP && entry.direction == Direction::Sent)
    }

    /// The app's requests to Logto at a path during a hop.
    pub(super) fn app_asked(&self, hop: usize, path: &str) -> impl Iterator<Item = &Entry> {
        self.app_sent(hop).filter(move |entry| path_of(&entry.request.url) == path)
    }

    /// The connector under test.
    pub(super) fn connector(&self) -> Option<&Value> {
        let id = self.settings.connector_id.as_str();
        self.settings
            .connectors
            .iter()
            .find(|connector| connector.get("id").and_then(Value::as_str) == Some(id))
    }

    /// A string in the connector's configuration.
    pub(super) fn connector_config(&self, member: &str) -> Option<&str> {
        self.connector()?.get("config")?.get(member)?.as_str()
    }

    /// The factory of the connector under test, e.g. `huggingface-universal`.
    pub(super) fn factory(&self) -> Option<&str> {
        self.connector()?.get("connectorId")?.as_str()
    }

    /// The scopes that the connector is configured to request.
    pub(super) fn connector_scope(&self) -> Option<&str> {
        let connector = self.connector()?;
        let scope = connector.get("config").and_then(|config| config.get("scope")?.as_str());
        match connector.get("connectorId").and_then(Value::as_str) {
            Some("huggingface-universal") => Some(scope.unwrap_or("profile")),
            _ => scope,
        }
    }

    /// The last authorization request up to a hop that Hugging Face did not refuse.
    pub(super) fn authorized(&self, hop: usize) -> Option<&Hop> {
        self.hops().iter().rev().find(|asked| {
            asked.number <= hop
                && self.is_at(asked, Party::HUGGINGFACE)
                && asked.request.url.path() == "/oauth/authorize"
                && asked.response.status < 400
                && !asked.redirect().is_some_and(|to| to.is_ok_and(|to| query(&to, "error").is_some()))
        })
    }

    /// A list of strings in the app's record, e.g. `redirectUris`.
    pub(super) fn application_uris(&self, member: &str) -> Option<Vec<&str>> {
        let uris = self.settings.application.get("oidcClientMetadata")?.get(member)?.as_array()?;
        Some(uris.iter().filter_map(Value::as_str).collect())
    }
}

/// Whether it is an exchange of this party, at this path.
pub(super) fn is(entry: &Entry, party: Party, direction: Direction, path: &str) -> bool {
    entry.party == party && entry.direction == direction && path_of(&entry.request.url) == path
}

/// The path of a URL.
pub(super) fn path_of(url: &str) -> String {
    Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default()
}

/// A query parameter of a URL.
pub(super) fn query<'u>(url: &'u Url, name: &str) -> Option<std::borrow::Cow<'u, str>> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// The status of an exchange; `None` without a response.
pub(super) fn status(entry: &Entry) -> Option<u16> {
    match &entry.outcome {
        Outcome::Response(response) => Some(response.status),
        Outcome::Pending | Outcome::Fault(_) => None,
    }
}

/// A string member of a JSON answer.
pub(super) fn answered(entry: &Entry, member: &str) -> Option<String> {
    body(entry)?.get(member)?.as_str().map(ToOwned::to_owned)
}

/// The body of an answer as JSON.
pub(super) fn body(entry: &Entry) -> Option<Value> {
    let Outcome::Response(response) = &entry.outcome else { return None };
    serde_json::from_str(&response.body).ok()
}

/// The claims of the ID token in a token answer. It is not verified here: its claims are
/// evidence, whichever key signed it.
pub(super) fn id_token_claims(entry: &Entry) -> Option<Value> {
    claims(&answered(entry, "id_token")?)
}
