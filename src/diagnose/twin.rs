//! The twin of a person's set-up: a scenario whose `given` matches it, and whose steps are a first
//! sign-in, the session check and the sign-out.

use serde_json::{Map, Value, json};
use url::Url;

use super::addresses::{Addresses, Listed, UNKNOWN_LOGTO};
use super::case::Case;
use super::experience::{experience, not_checked};
use super::members::Record;
use super::twin_parts::{application, cleaned, connector_config, related};
use super::{permissions, secrets};
use crate::placeholder::literal;
use crate::setup::{ConnectorFactory, OAuth2App, SignedIn};

/// The callback path of Logto's guide.
const CALLBACK_PATH: &str = "/callback";
/// The ID of a connector whose ID is not known.
const UNKNOWN_ID: &str = "connector-id";
/// The target of a connector for Hugging Face.
const TARGET: &str = "huggingface";
/// The e-mail address of the person in the twin.
const PERSON_EMAIL: &str = "ada@example.com";
/// The scopes of a new OAuth app in the twin.
const USUAL_SCOPES: [&str; 3] = ["openid", "profile", "email"];

/// How the person signs in to the app, and out of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Story<'a> {
    /// Path of the app that starts a sign-in.
    pub(super) sign_in: &'a str,
    /// Path of the app that ends a session.
    pub(super) sign_out: &'a str,
    /// Whether the app is the sample app, which reports who is signed in.
    pub(super) sample: bool,
    /// How another app shows it.
    pub(super) signed_in: Option<&'a SignedIn>,
}

impl Story<'_> {
    /// The paths of the sample app.
    pub(super) const SAMPLE: Self =
        Self { sign_in: "/sign-in", sign_out: "/sign-out", sample: true, signed_in: None };
}

/// The twin of a set-up.
#[derive(Debug, Clone)]
pub(super) struct Twin {
    /// The twin's scenario, as a document.
    pub(super) document: Map<String, Value>,
    /// Settings that are assumed to be as in the guide because the input does not contain them.
    pub(super) assumed: Vec<String>,
    /// What cannot be known from the input.
    pub(super) unknown: Vec<String>,
    /// Maps the twin's addresses back to the person's own.
    pub(super) addresses: Addresses,
    /// The app ID in the person's Logto.
    pub(super) app_id: Option<String>,
}

/// Where the connector's configuration is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConfigGoes {
    /// When the connector is created: the usual way.
    InGiven,
    /// In a step, because Logto would refuse to create the connector with it.
    ByStep,
}

pub(super) fn twin(case: &Case, story: Story<'_>, config: ConfigGoes) -> Twin {
    Maker::new(case).make(story, config)
}

struct Maker<'c> {
    case: &'c Case,
    addresses: Addresses,
    connector_id: String,
    assumed: Vec<String>,
    unknown: Vec<String>,
}

impl<'c> Maker<'c> {
    fn new(case: &'c Case) -> Self {
        let (mut assumed, mut unknown) = (vec![], vec![]);
        let at_huggingface: Vec<&str> = case
            .oauth_app
            .iter()
            .flat_map(|app| app.redirect_uris.iter().flatten())
            .map(String::as_str)
            .collect();
        let connector_id = match &case.connector.id {
            Some(id) => id.clone(),
            None => {
                let id = at_huggingface.iter().find_map(|uri| callback_of(uri)).unwrap_or(UNKNOWN_ID);
                let because = if id == UNKNOWN_ID { "" } else { ", as in the redirect URI at Hugging Face" };
                assumed
                    .push(format!("The connector's ID is `{id}`{because}: the input does not contain it."));
                id.to_owned()
            }
        };
        let logto = case.logto_endpoint.clone().or_else(|| {
            let own = |uri: &&&str| uri.trim().trim_end_matches('/').ends_with(&format!("/callback/{connector_id}"));
            let found = at_huggingface.iter().find(own).and_then(|uri| origin_of(uri))?;
            let shown = found.origin().ascii_serialization();
            assumed.push(format!(
                "People open Logto at {shown}, as in the redirect URI at Hugging Face (change it with --logto-endpoint)."
            ));
            Some(found)
        });
        if logto.is_none() {
            unknown.push(format!(
                "Where people open Logto: {UNKNOWN_LOGTO} stands for it (set it with --logto-endpoint)."
            ));
        }
        let registered = uris(case, "redirectUris");
        let app =
            case.app.redirect_uri.as_deref().and_then(origin_of).or_else(|| case.app_url.clone()).or_else(
                || {
                    let found = registered.iter().find_map(|uri| origin_of(uri))?;
                    let shown = found.origin().ascii_serialization();
                    assumed.push(format!(
                "The app is at {shown}, as in its first redirect URI in Logto (change it with --app-url)."
            ));
                    Some(found)
                },
            );
        Self { case, addresses: Addresses::new(logto, app), connector_id, assumed, unknown }
    }

    fn make(mut self, story: Story<'_>, config: ConfigGoes) -> Twin {
        let case = self.case;
        let target = case.connector.target.clone().unwrap_or_else(|| TARGET.to_owned());
        let mut given = Map::new();
        let oauth_app = self.oauth_app();
        let (connector, whole) = self.connector(&oauth_app, &target);
        let mut put = |name: &str, members: Map<String, Value>| {
            if !members.is_empty() {
                given.insert(name.to_owned(), Value::Object(members));
            }
        };
        put("connector", if config == ConfigGoes::InGiven { connector } else { self.identity(&target) });
        put("huggingface", if oauth_app.is_empty() { Map::new() } else { one("app", oauth_app) });
        put("sign_in_experience", self.experience());
        put("application", self.application(story));
        if story.sample {
            put("app", self.app());
        }
        let resources = permissions::resources(case, &mut self.assumed);
        if !resources.is_empty() {
            given.insert("resources".to_owned(), Value::Array(resources));
        }
        self.beyond(story);

        let mut steps = Vec::new();
        if config == ConfigGoes::ByStep {
            let body = json!({ "config": whole });
            steps
                .push(json!({ "administer": { "call": "PATCH /api/connectors/[CONNECTOR]", "body": body } }));
        }
        if secrets::expired(case) {
            steps.push(json!({ "wait": "2s" }));
        }
        // An error page is the end of the walk.
        let shown = json!({ "status": 200 });
        steps.push(json!({ "visit": literal(story.sign_in), "expect": shown }));
        steps.push(json!({ "continue_with": literal(&target), "expect": shown }));
        let (signed_in, signed_out) = if story.sample {
            let back = self.post_sign_out_path();
            let signed_out = json!({ "at": format!("[APP]{}", literal(&back)), "session": "none" });
            (json!({ "session": {} }), signed_out)
        } else if story.signed_in.is_some() {
            (json!({ "status": 200, "signed_in": true }), json!({ "status": 200, "signed_in": false }))
        } else {
            (shown.clone(), shown)
        };
        if case.is_third_party() {
            let asked = json!({ "asks": { "to_authorize": {} } });
            steps.push(json!({ "sign_in_as": "ada", "expect": asked }));
            steps.push(json!({ "choose": "authorize", "expect": signed_in }));
        } else {
            steps.push(json!({ "sign_in_as": "ada", "expect": signed_in }));
        }
        steps.push(json!({ "visit": literal(story.sign_out), "expect": signed_out }));
        let mut document = Map::new();
        let description =
            "A person signs in with Hugging Face for the first time, is known to the app, and signs out.";
        document.insert("description".to_owned(), json!(description));
        document.insert("given".to_owned(), Value::Object(given));
        document.insert("steps".to_owned(), Value::Array(steps));
        let app_id = case.application.as_ref().and_then(|app| app.get("id")?.as_str()).map(ToOwned::to_owned);
        Twin { document, assumed: self.assumed, unknown: self.unknown, addresses: self.addresses, app_id }
    }

    fn text(&self, member: &str) -> Option<&'c str> {
        self.case.connector.config.get(member)?.as_str()
    }

    /// The OAuth app: as its settings say, and otherwise as the connector needs it.
    fn oauth_app(&mut self) -> Map<String, Value> {
        let none = OAuth2App::default();
        let known = self.case.oauth_app.as_ref().unwrap_or(&none);
        let mut app = Map::new();
        let client_id = known.client_id.clone().or_else(|| self.text("clientId").and_then(cleaned));
        if let Some(id) = &client_id {
            app.insert("client_id".to_owned(), json!(literal(id)));
        }
        if known.client_id.is_none() {
            self.assumed
                .push("The OAuth app at Hugging Face has the same client ID as the connector.".to_owned());
            self.unknown.push("Whether Hugging Face knows the connector's client ID.".to_owned());
        }
        let public = known.public.unwrap_or_default();
        if public {
            app.insert("public".to_owned(), json!(true));
        } else {
            let taken = self
                .text("clientSecret")
                .and_then(cleaned)
                .filter(|secret| Some(secret) != client_id.as_ref());
            if known.secret.is_none() {
                self.assumed.push("The OAuth app has the same secret as the connector.".to_owned());
                self.unknown.push(
                    "Whether the connector's secret is correct: only Hugging Face can tell. A wrong one shows \
                     as `connector.general` with the message {} when people come back from Hugging Face."
                        .to_owned(),
                );
            }
            if let Some(secret) = known.secret.clone().or(taken) {
                app.insert("secret".to_owned(), json!(literal(&secret)));
            }
        }
        match &known.redirect_uris {
            Some(uris) => {
                let uris: Vec<String> =
                    uris.iter().map(|uri| self.addresses.for_twin(uri, Listed::AtHuggingFace)).collect();
                app.insert("redirect_uris".to_owned(), json!(uris));
            }
            None => {
                let logto = self
                    .addresses
                    .logto()
                    .map_or_else(|| UNKNOWN_LOGTO.to_owned(), |logto| logto.origin().ascii_serialization());
                let expected = format!("{logto}/callback/{}", self.connector_id);
                self.assumed
                    .push(format!("The OAuth app lists the redirect URI {expected}, which Logto sends."));
                self.unknown.push("Which redirect URIs are registered at Hugging Face.".to_owned());
            }
        }
        if let Some(scopes) = &known.scopes {
            app.insert("scopes".to_owned(), json!(scopes));
        } else {
            self.unknown.push("Which scopes are ticked on the OAuth app.".to_owned());
            let asked = self.text("scope").unwrap_or_default();
            let exists = |scope: &&str| mock_huggingface::SCOPES.iter().any(|(name, _)| name == scope);
            let more: Vec<&str> = asked
                .split_whitespace()
                .filter(exists)
                .filter(|scope| !USUAL_SCOPES.contains(scope))
                .collect();
            let all = [USUAL_SCOPES.as_slice(), &more].concat();
            self.assumed.push(format!("The OAuth app has the scopes {}.", all.join(", ")));
            if !more.is_empty() {
                app.insert("scopes".to_owned(), json!(all));
            }
        }
        if let Some(orgs) = known.authorized_orgs.as_ref().filter(|orgs| !orgs.is_empty()) {
            self.unknown.push(format!(
                "Whether the person belongs to {}, whose members alone can sign in: the twin lets everyone in.",
                orgs.join(" or ")
            ));
        }
        if let Some(minutes) = known.token_duration_minutes {
            app.insert("token_duration_minutes".to_owned(), json!(minutes));
        }
        app
    }

    /// What identifies the connector, whatever its configuration.
    fn identity(&self, target: &str) -> Map<String, Value> {
        let mut connector = Map::new();
        connector.insert("id".to_owned(), json!(literal(&self.connector_id)));
        let factory = self.case.connector.factory;
        if factory != ConnectorFactory::HuggingFace {
            connector.insert("factory".to_owned(), json!(factory.id()));
            if target != TARGET {
                connector.insert("target".to_owned(), json!(literal(target)));
            }
        }
        connector
    }

    /// The connector as in `given`, and its whole configuration.
    fn connector(&self, oauth_app: &Map<String, Value>, target: &str) -> (Map<String, Value>, Value) {
        let mut connector = self.identity(target);
        if self.case.connector.sync_profile {
            connector.insert("sync_profile".to_owned(), json!(true));
        }
        let whole = connector_config(&self.case.connector, &mut connector, oauth_app);
        (connector, whole)
    }

    fn experience(&mut self) -> Map<String, Value> {
        let Some(members) = &self.case.sign_in_experience else {
            self.assumed.push(
                "The sign-in experience shows the connector's button, requires no sign-up identifier, and accepts new \
                 people."
                    .to_owned(),
            );
            return Map::new();
        };
        self.unknown.extend(not_checked(members, PERSON_EMAIL));
        experience(members)
    }

    fn application(&mut self, story: Story<'_>) -> Map<String, Value> {
        let Some(record) = &self.case.application else {
            self.assumed.push(
                if story.sample {
                    "The app's record in Logto is a “Traditional web” application with the app's redirect URI and post \
                     sign-out redirect URI."
                } else {
                    "The app's record in Logto is as the project says, and otherwise a “Traditional web” application with \
                     the redirect URI `[APP]/callback` and the post sign-out redirect URI `[APP]/`."
                }
                .to_owned(),
            );
            return Map::new();
        };
        let mut application = application(record, &mut self.addresses);
        application.extend(permissions::permissions(self.case, &mut self.unknown));
        if secrets::expired(self.case) {
            application.insert("secret_expires_in".to_owned(), json!(1));
        }
        self.unknown.extend(Record::Application.not_checked(record));
        application
    }

    /// The sample app, with the settings of the person's app.
    fn app(&mut self) -> Map<String, Value> {
        let (case, mut app) = (self.case, Map::new());
        let record = case.application.as_ref();
        let own_id = record.and_then(|record| record.get("id")?.as_str());
        if let (Some(sent), Some(own)) = (&case.app.app_id, own_id)
            && let Some(other) = related(sent, own, "[APP_ID]")
        {
            app.insert("app_id".to_owned(), json!(other));
        }
        app.extend(secrets::sent(case, &mut self.assumed, &mut self.unknown));
        let callback = self.callback_path();
        if callback != CALLBACK_PATH {
            app.insert("callback_path".to_owned(), json!(literal(&callback)));
        }
        let back = self.post_sign_out_path();
        if back != "/" {
            app.insert("post_sign_out_path".to_owned(), json!(literal(&back)));
        }
        app.extend(permissions::requests(case, &mut self.unknown));
        app
    }

    fn callback_path(&mut self) -> String {
        if let Some(path) = self.case.app.redirect_uri.as_deref().and_then(path_of) {
            return path.to_owned();
        }
        let registered = uris(self.case, "redirectUris");
        let Some(uri) = registered.iter().find(|uri| self.at_app(uri)) else {
            return CALLBACK_PATH.to_owned();
        };
        let shown = uri.trim();
        let text = format!(
            "The app sends the redirect URI {shown}, its first one in Logto (change it with --redirect-uri)."
        );
        if !self.assumed.contains(&text) {
            self.assumed.push(text);
        }
        path_of(uri).unwrap_or(CALLBACK_PATH).trim_end().to_owned()
    }

    fn post_sign_out_path(&self) -> String {
        let sent = self.case.app.post_sign_out_redirect_uri.as_deref();
        let registered = uris(self.case, "postLogoutRedirectUris");
        let first = registered.iter().find(|uri| self.at_app(uri)).map(String::as_str);
        match sent.or(first).and_then(path_of) {
            Some(path) if !path.trim_end().is_empty() => path.trim_end().to_owned(),
            _ => "/".to_owned(),
        }
    }

    fn at_app(&self, uri: &str) -> bool {
        let origin = origin_of(uri).map(|url| url.origin());
        origin.is_some() && origin == self.addresses.app().map(Url::origin)
    }

    /// Lists what walks of the twin cannot show.
    fn beyond(&mut self, story: Story<'_>) {
        if story.sample {
            self.unknown.push(
                "What your app's own code does: the sample app of Logto's guide was used instead (to use yours, pass --app or \
                 --app-command)."
                    .to_owned(),
            );
        }
        self.unknown.extend(self.case.connector.not_checked.iter().chain(&self.case.not_read).cloned());
        self.unknown.push(
            "What is between people, your servers and huggingface.co: proxies, certificates, firewalls, clocks.".to_owned(),
        );
    }
}

fn one(name: &str, members: Map<String, Value>) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), Value::Object(members))])
}

/// A list of URLs in the app's record.
fn uris(case: &Case, member: &str) -> Vec<String> {
    let list = case
        .application
        .as_ref()
        .and_then(|record| record.get("oidcClientMetadata")?.get(member)?.as_array());
    list.into_iter().flatten().filter_map(|uri| uri.as_str().map(ToOwned::to_owned)).collect()
}

/// The origin of a URL with scheme http or https.
fn origin_of(uri: &str) -> Option<Url> {
    let url = Url::parse(uri.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Url::parse(&url.origin().ascii_serialization()).ok()
}

/// What follows the host, as written.
fn path_of(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    rest.find('/').map(|at| &rest[at..])
}

/// The ID in `…/callback/<id>`.
fn callback_of(uri: &str) -> Option<&str> {
    let (_, id) = uri.trim().trim_end_matches('/').rsplit_once("/callback/")?;
    (!id.is_empty() && !id.contains('/')).then_some(id)
}
