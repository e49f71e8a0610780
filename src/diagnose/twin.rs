//! The twin of a person's set-up: a scenario whose `given` matches it, and whose steps are a first
//! sign-in, the session check and the sign-out.

use serde_json::{Map, Value, json};
use url::Url;

use super::addresses::{Addresses, UNKNOWN_LOGTO, uris};
use super::app::Story;
use super::case::Case;
use super::experience::{experience, not_checked};
use super::members::Record;
use super::places::Places;
use super::relocated::Relocated;
use super::sent::Sent;
use super::twin_parts::{application, cleaned, connector_config, scopes_meant};
use super::{permissions, secrets};
use crate::findings::{App, Finding};
use crate::placeholder::literal;
use crate::setup::{ConnectorFactory, OAuth2App};

/// The ID of a connector whose ID is not known.
const UNKNOWN_ID: &str = "connector-id";
/// The target of a connector for Hugging Face.
const TARGET: &str = "huggingface";
/// The scopes of a new OAuth app in the twin.
const USUAL_SCOPES: [&str; 3] = ["openid", "profile", "email"];

/// The twin of a set-up.
#[derive(Debug, Clone)]
pub(super) struct Twin {
    /// The twin's scenario, as a document.
    pub(super) document: Map<String, Value>,
    /// Settings that are assumed to be as in the guide because the input does not contain them.
    pub(super) assumed: Vec<String>,
    /// What cannot be known from the input.
    pub(super) unknown: Vec<String>,
    /// Hosts of the app, each with the person's own that it stands for, if that is Logto's, too.
    pub(super) shared: Vec<(String, String)>,
    /// Maps the twin's addresses back to the person's own, if they are not the same.
    pub(super) relocated: Option<Relocated>,
    /// The app ID in the person's Logto.
    pub(super) app_id: Option<String>,
    /// Whether Logto sends the browser to the app's own scheme, so that the walk does not get to the app.
    pub(super) ends_before_app: bool,
    /// Whether the app sends its secret percent-encoded; the twin's secret has nothing to encode.
    sends_encoded: bool,
    /// Whether another application takes the place of one that has only the device flow.
    pub(super) stands_in: bool,
}

impl Twin {
    /// What a finding in the twin means for the person's set-up.
    pub(super) fn meant(&self, mut finding: Finding) -> Finding {
        if self.sends_encoded && finding.cause == App::AppSecretWrong.into() {
            finding.cause = App::AppSecretPercentEncoded.into();
        }
        finding
    }

    /// Puts what an app sends on Logto's lists. Returns whether that changes them.
    pub(super) fn register(&mut self, sent: &Sent) -> bool {
        let mut changed = false;
        for (lever, what, uri, usual) in [
            ("redirect_uris", "redirect URI", &sent.redirect_uri, "[APP]/callback"),
            ("post_logout_redirect_uris", "post sign-out redirect URI", &sent.after_sign_out, "[APP]/"),
        ] {
            let Some(uri) = uri.as_ref().filter(|uri| *uri != usual) else { continue };
            let Some(Value::Object(given)) = self.document.get_mut("given") else { continue };
            let application = given.entry("application").or_insert_with(|| json!({}));
            if application.get(lever).is_none() {
                application[lever] = json!([uri]);
                let app = self.relocated.as_ref().map_or_else(String::new, Relocated::shown_app);
                let shown = uri.replace("[APP]", &app);
                self.assumed.push(format!("Logto lists the {what} that the app sends, {shown}."));
                changed = true;
            }
        }
        changed
    }
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
    let mut twin = match case.with_a_browser() {
        None => Maker::new(case, story).make(story, config),
        Some(other) => {
            let mut twin = Maker::new(&other, story).make(story, config);
            twin.unknown.push(
                "How people sign in with the device flow (`isDeviceFlow`), which is all that the application has: the \
                 twin signs them in with a browser, to another application."
                    .to_owned(),
            );
            twin.unknown
                .extend(case.application.iter().flat_map(|record| Record::Application.not_checked(record)));
            twin.stands_in = true;
            twin
        }
    };
    twin.sends_encoded = secrets::sends_encoded(case);
    if twin.sends_encoded {
        let assumed = "The app, or its library, percent-encodes its secret where that is necessary.";
        twin.assumed.push(assumed.to_owned());
    }
    twin
}

struct Maker<'c> {
    case: &'c Case,
    places: Places,
    connector_id: String,
    assumed: Vec<String>,
    unknown: Vec<String>,
}

impl<'c> Maker<'c> {
    fn new(case: &'c Case, story: Story<'_>) -> Self {
        let (mut assumed, mut unknown) = (vec![], vec![]);
        let listed = case.oauth_app.iter().flat_map(|app| app.redirect_uris.iter().flatten());
        let connector_id = match &case.connector.id {
            Some(id) => id.clone(),
            None => {
                let id = listed.map(String::as_str).find_map(callback_of).unwrap_or(UNKNOWN_ID);
                let because = if id == UNKNOWN_ID { "" } else { ", as in the redirect URI at Hugging Face" };
                assumed
                    .push(format!("The connector's ID is `{id}`{because}: the input does not contain it."));
                id.to_owned()
            }
        };
        let places = if story.sample {
            let addresses = Addresses::of(case, &connector_id);
            assumed.extend(addresses.assumed.clone());
            unknown.extend(addresses.shared.as_ref().map(|host| {
                format!(
                    "How {host} tells the app's paths from Logto's: the twin has the two at different hosts."
                )
            }));
            Places::Own(addresses)
        } else {
            let path = case.logto_endpoint.as_ref().map(Url::path).filter(|path| *path != "/");
            unknown.extend(path.map(|path| {
                format!("What `{path}` in Logto's endpoint does to your app: the twin tells it an endpoint of its own.")
            }));
            Places::Here(Relocated::of(case, &connector_id, story.started_at, &mut assumed))
        };
        let maker = Self { case, places, connector_id, assumed, unknown: vec![] };
        if !maker.places.knows_logto() {
            unknown.push(format!(
                "Where people open Logto: https://{} stands for it (set it with --logto-endpoint).",
                UNKNOWN_LOGTO.shown
            ));
        }
        Self { unknown, ..maker }
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
        put("addresses", self.places.addresses());
        let version = case.logto_version.map(|version| json!(version.to_string()));
        put("logto", version.map(|version| ("version".to_owned(), version)).into_iter().collect());
        if story.sample {
            put("app", self.app());
        }
        let resources = permissions::resources(case, &mut self.assumed);
        if !resources.is_empty() {
            given.insert("resources".to_owned(), Value::Array(resources));
        }
        self.beyond(story);

        let steps = self.steps(story, &target, (config == ConfigGoes::ByStep).then_some(whole));
        let mut document = Map::new();
        let description =
            "A person signs in with Hugging Face for the first time, is known to the app, and signs out.";
        document.insert("description".to_owned(), json!(description));
        document.insert("given".to_owned(), Value::Object(given));
        document.insert("steps".to_owned(), Value::Array(steps));
        let app_id = case.application.as_ref().and_then(|app| app.get("id")?.as_str()).map(ToOwned::to_owned);
        let ends_before_app = self.places.own_scheme().is_some();
        let (shared, relocated) = match self.places {
            Places::Own(addresses) => (addresses.hosts(case), None),
            Places::Here(relocated) => (vec![], Some(relocated)),
        };
        Twin {
            document,
            assumed: self.assumed,
            unknown: self.unknown,
            shared,
            relocated,
            app_id,
            ends_before_app,
            sends_encoded: false,
            stands_in: false,
        }
    }

    /// What the person does; `config` is stored first.
    fn steps(&mut self, story: Story<'_>, target: &str, config: Option<Value>) -> Vec<Value> {
        let mut steps = Vec::new();
        if let Some(config) = config {
            let body = json!({ "config": config });
            steps
                .push(json!({ "administer": { "call": "PATCH /api/connectors/[CONNECTOR]", "body": body } }));
        }
        if secrets::expired(self.case) {
            steps.push(json!({ "wait": "2s" }));
        }
        // An error page is the end of the walk.
        let shown = json!({ "status": 200 });
        let (sign_in, sign_out) = self.places.paths(story);
        steps.push(json!({ "visit": literal(&sign_in), "expect": shown }));
        steps.push(json!({ "continue_with": literal(target), "expect": shown }));
        let handed_over = self.places.own_scheme();
        let (signed_in, signed_out) = if let Some(uri) = &handed_over {
            (json!({ "hands_over": literal(uri) }), self.places.signed_out())
        } else if story.sample {
            (json!({ "session": permissions::looked_for(self.case) }), self.places.signed_out())
        } else if story.signed_in.is_some() {
            (json!({ "status": 200, "signed_in": true }), json!({ "status": 200, "signed_in": false }))
        } else {
            (shown.clone(), shown)
        };
        if self.case.is_third_party() {
            let asked = json!({ "asks": { "to_authorize": {} } });
            steps.push(json!({ "sign_in_as": "ada", "expect": asked }));
            steps.push(json!({ "choose": "authorize", "expect": signed_in }));
        } else {
            steps.push(json!({ "sign_in_as": "ada", "expect": signed_in }));
        }
        if let Some(uri) = handed_over {
            self.unknown.push(format!(
                "What the operating system and the app do with {uri}: the walk does not follow it. Then it signs the \
                 person out at Logto, as the app would."
            ));
        }
        steps.push(json!({ "visit": literal(&sign_out), "expect": signed_out }));
        steps
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
                let uris: Vec<String> = uris.iter().map(|uri| self.places.at_huggingface(uri)).collect();
                app.insert("redirect_uris".to_owned(), json!(uris));
            }
            None => {
                let expected = format!("{}/callback/{}", self.places.shown_logto(), self.connector_id);
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
            let meant = scopes_meant(asked);
            let more: Vec<&str> =
                meant.iter().map(String::as_str).filter(|scope| !USUAL_SCOPES.contains(scope)).collect();
            let all = [USUAL_SCOPES.as_slice(), &more].concat();
            self.assumed.push(format!("The OAuth app has the scopes {}.", all.join(", ")));
            if !more.is_empty() {
                app.insert("scopes".to_owned(), json!(all));
            }
        }
        if let Some(orgs) = known.authorized_orgs.as_ref().filter(|orgs| !orgs.is_empty()) {
            self.unknown.push(format!(
                "Whether the person belongs to the organization {}, whose members alone can sign in: the twin lets everyone in.",
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
        self.unknown.extend(not_checked(members));
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
                     the redirect URI and the post sign-out redirect URI that the app sends."
                }
                .to_owned(),
            );
            return self.places.assumed_application();
        };
        let mut application = application(record);
        for (member, lever) in
            [("redirectUris", "redirect_uris"), ("postLogoutRedirectUris", "post_logout_redirect_uris")]
        {
            let (stored, refused): (Vec<String>, Vec<String>) =
                uris(self.case, member).into_iter().partition(|uri| mock_logto::stores_uri(uri));
            let uris: Vec<String> = stored.iter().map(|uri| self.places.in_logto(uri)).collect();
            self.unknown.extend(refused.iter().map(|uri| {
                format!(
                    "What Logto has in place of `{uri}` in `{member}`: it does not store such an address."
                )
            }));
            application.insert(lever.to_owned(), json!(uris));
        }
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
        if let Some(other) = secrets::sent_id(case) {
            app.insert("app_id".to_owned(), json!(other));
        }
        app.extend(secrets::sent(case, &mut self.assumed, &mut self.unknown));
        self.places.send(&mut app);
        app.extend(permissions::requests(case, &mut self.unknown));
        app
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

/// The ID in `…/callback/<id>`.
fn callback_of(uri: &str) -> Option<&str> {
    let (_, id) = uri.trim().trim_end_matches('/').rsplit_once("/callback/")?;
    (!id.is_empty() && !id.contains('/')).then_some(id)
}
