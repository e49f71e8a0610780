//! What was seen of a walk, from every vantage point.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::{Direction, Entry, Outcome, Party, Prose};
use mock_huggingface::App as OauthApp;
use serde_json::Value;
use url::Url;

use crate::record::Record;
use crate::signin_page::Arrival;
use crate::walker::Hop;

/// What was seen of a walk. Rules look at nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Observed<'a> {
    /// The hops of the browser, and what the parties received and sent meanwhile. Of Logto
    /// only what the embedded one journals: rules must not need it.
    pub record: &'a Record,
    /// What the person did, step by step.
    pub steps: &'a [SeenStep],
    /// How the parties are configured.
    pub settings: &'a Settings,
    /// Logto's audit log of this walk, oldest first (contract §4): each `{ key, payload, createdAt }`.
    pub audit: &'a [Value],
}

/// How the parties are configured, as far as it is known. `Value::Null` and
/// `None` stand for what is not.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// Every connector, as `GET /api/connectors` lists it.
    pub connectors: Vec<Value>,
    /// The id of the connector under test.
    pub connector_id: String,
    /// The target of the connector under test.
    pub target: String,
    /// The app's record, as `GET /api/applications/:id` gives it.
    pub application: Value,
    /// As `GET /api/sign-in-exp` gives it.
    pub sign_in_experience: Value,
    /// The newest accounts of the tenant, as `GET /api/users` lists them.
    pub users: Vec<Value>,
    /// The OAuth app at Hugging Face that the connector is meant to use.
    pub oauth_app: Option<OauthApp>,
    /// The sample app's configuration; `None` for an app of one's own.
    pub app: Option<sample_app::Config>,
    /// Logto's `ENDPOINT`.
    pub endpoint: Option<Url>,
    /// Logto's keys for cookies, as `GET /api/configs/oidc/cookie-keys` lists them.
    pub cookie_keys: Value,
    /// Why the last TLS handshake with the mock Hugging Face failed, where one did during the walk.
    pub failed_handshake: Option<String>,
    /// What Logto says of the accounts that the app had signed in, by id.
    pub signed_in: Vec<(String, SeenUser)>,
}

/// What became of an account in Logto.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SeenUser {
    /// It is there, and may sign in.
    Welcome,
    /// It is suspended.
    Suspended,
    /// It is not there.
    Gone,
}

/// A step of the person.
#[derive(Debug, Clone)]
pub(crate) struct SeenStep {
    /// What was done.
    pub verb: SeenVerb,
    /// Its hops, as indices into those of the record.
    pub hops: Range<usize>,
    /// How it ended.
    pub ending: Ending,
}

/// What a person did, as far as rules may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SeenVerb {
    /// Answered what Logto's page asked.
    Answered,
    /// Lost cookies.
    LostCookies,
    /// Nothing: time passed, or others changed something.
    Meanwhile,
    /// Somebody called Logto's Management API.
    Administered(Box<AdminAnswer>),
    /// Something else.
    Other,
}

/// A call of the Management API, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdminAnswer {
    /// Method and path, e.g. `POST /api/connectors`.
    pub call: String,
    /// The body that was sent; null without one.
    pub sent: Value,
    /// The status.
    pub status: u16,
    /// The body of the answer; null when it is not JSON.
    pub answer: Value,
}

/// How a step ended.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    /// The browser came to rest.
    Rest,
    /// Logto's page stays, and says this.
    Says(Arrival),
    /// Logto's page has no button for this target, but these.
    NoButton {
        /// The target.
        target: String,
        /// What is shown.
        shown: String,
    },
    /// It could not be done.
    Failed(Prose),
}

impl Observed<'_> {
    /// The hop with this number.
    pub(super) fn hop(&self, number: usize) -> Option<&Hop> {
        self.record.hops.iter().find(|hop| hop.number == number)
    }

    /// Whose address this is.
    pub(super) fn party(&self, url: &Url) -> Option<Party> {
        self.record.origins.party(url)
    }

    /// What came while the browser waited for this hop.
    pub(super) fn during(&self, number: usize) -> impl Iterator<Item = &Entry> {
        self.record.during(number).map(|recorded| &recorded.entry)
    }

    /// Whether something can be shown by what did not come during a hop: not where there is something that
    /// may have been this walk's or another's.
    pub(super) fn is_complete(&self, hop: usize) -> bool {
        self.record.is_complete(hop)
    }

    /// What Hugging Face received at a path during a hop.
    pub(super) fn provider(&self, hop: usize, path: &str) -> impl Iterator<Item = &Entry> {
        self.during(hop).filter(move |entry| is(entry, Party::HUGGINGFACE, Direction::Received, path))
    }

    /// What the app asked of Logto at a path during a hop.
    pub(super) fn app_asked(&self, hop: usize, path: &str) -> impl Iterator<Item = &Entry> {
        self.during(hop).filter(move |entry| is(entry, Party::APP, Direction::Sent, path))
    }

    /// The connector under test.
    pub(super) fn connector(&self) -> Option<&Value> {
        let id = self.settings.connector_id.as_str();
        self.settings
            .connectors
            .iter()
            .find(|connector| connector.get("id").and_then(Value::as_str) == Some(id))
    }

    /// A text of the connector's configuration.
    pub(super) fn connector_config(&self, member: &str) -> Option<&str> {
        self.connector()?.get("config")?.get(member)?.as_str()
    }

    /// The factory of the connector under test, e.g. `huggingface-universal`.
    pub(super) fn factory(&self) -> Option<&str> {
        self.connector()?.get("connectorId")?.as_str()
    }

    /// The scopes that the connector asks for by its configuration.
    pub(super) fn connector_scope(&self) -> Option<&str> {
        let connector = self.connector()?;
        let scope = connector.get("config").and_then(|config| config.get("scope")?.as_str());
        match connector.get("connectorId").and_then(Value::as_str) {
            Some("huggingface-universal") => Some(scope.unwrap_or("profile")),
            _ => scope,
        }
    }

    /// The last request for authorization up to a hop that Hugging Face did not refuse.
    pub(super) fn authorized(&self, hop: usize) -> Option<&Hop> {
        self.record.hops.iter().rev().find(|asked| {
            asked.number <= hop
                && self.party(&asked.request.url) == Some(Party::HUGGINGFACE)
                && asked.request.url.path() == "/oauth/authorize"
                && asked.response.status < 400
                && !asked.redirect().is_some_and(|to| to.is_ok_and(|to| query(&to, "error").is_some()))
        })
    }

    /// A list of texts in the app's record, e.g. `redirectUris`.
    pub(super) fn application_uris(&self, member: &str) -> Option<Vec<&str>> {
        let uris = self.settings.application.get("oidcClientMetadata")?.get(member)?.as_array()?;
        Some(uris.iter().filter_map(Value::as_str).collect())
    }
}

fn is(entry: &Entry, party: Party, direction: Direction, path: &str) -> bool {
    entry.party == party && entry.direction == direction && path_of(&entry.request.url) == path
}

/// The path of an address.
pub(super) fn path_of(url: &str) -> String {
    Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default()
}

/// A parameter of an address.
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

/// A member of a JSON answer.
pub(super) fn answered(entry: &Entry, member: &str) -> Option<String> {
    body(entry)?.get(member)?.as_str().map(ToOwned::to_owned)
}

/// A JSON answer.
pub(super) fn body(entry: &Entry) -> Option<Value> {
    let Outcome::Response(response) = &entry.outcome else { return None };
    serde_json::from_str(&response.body).ok()
}

/// The claims of the ID token in a token answer. Nobody verifies it here: what
/// it says is evidence, whoever signed it.
pub(super) fn id_token_claims(entry: &Entry) -> Option<Value> {
    let token = answered(entry, "id_token")?;
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}
