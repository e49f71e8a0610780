//! The stages of a sign-in, in order, and how far a walk got.

use http::Method;
use kit::{Direction, Entry, Outcome, Party};
use serde_json::Value;
use url::Url;

use crate::run::{ObservedWalk, shows};
use crate::setup::SignedIn;
use crate::walker::{Hop, WhyHop};

/// Declares the stages: each with its name in reports for programs, and in words.
macro_rules! stages {
    ($($(#[$doc:meta])+ $stage:ident $id:literal => $says:literal,)+) => {
        /// The stages of a sign-in, in order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Stage {
            $($(#[$doc])+ $stage,)+
        }

        impl Stage {
            /// All stages, in order.
            pub const ALL: [Self; 13] = [$(Self::$stage),+];

            /// The stage in words, as the report shows it.
            #[must_use]
            pub fn says(self) -> &'static str {
                match self {
                    $(Self::$stage => $says,)+
                }
            }

            /// The stage's name in reports for programs.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$stage => $id,)+
                }
            }
        }
    };
}

stages! {
    /// Logto accepts the connector's configuration.
    Configuration "connector_configuration" => "Logto accepts the connector's configuration",
    /// The app sends people to Logto.
    SignInBegins "sign_in_begins" => "the app sends people to Logto",
    /// Logto accepts the app's request: app id, redirect URI, scopes.
    AppRequest "app_request" => "Logto accepts the app's request (app id, redirect URI)",
    /// Logto's page shows the connector's button.
    Button "button" => "Logto's sign-in page shows the button",
    /// Logto builds the request to Hugging Face.
    AuthorizationUri "authorization_uri" => "Logto can build the request to Hugging Face",
    /// Hugging Face accepts it: client id, redirect URI, scopes.
    HuggingFaceRequest "hugging_face_request" => "Hugging Face accepts it (client id, redirect URI, scopes)",
    /// The person consents, and is sent back to Logto.
    Consent "consent" => "people who consent are sent back to Logto",
    /// Hugging Face gives Logto a token: client id, secret.
    Token "token" => "Hugging Face gives Logto a token (client id and secret)",
    /// Hugging Face tells Logto who the person is.
    Profile "profile" => "Hugging Face tells Logto who the person is",
    /// Logto finds or creates the account.
    Account "account" => "Logto creates the account",
    /// The app signs the person in: app secret, id token.
    AppCallback "app_callback" => "the app signs people in (app secret, id token)",
    /// The app knows the person afterwards.
    Session "session" => "the app knows the person afterwards",
    /// Signing out ends both sessions, and leads back to the app.
    SignOut "sign_out" => "signing out ends it, and leads back to the app",
}

/// A stage that was passed, and details from the walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) stage: Stage,
    pub(super) detail: Option<String>,
}

/// The stages that a walk passed.
pub(super) fn passed(walk: &ObservedWalk, signed_in: Option<&SignedIn>) -> Vec<Passed> {
    let looked = Looked { walk, signed_in };
    Stage::ALL.into_iter().filter_map(|stage| Some(Passed { stage, detail: looked.at(stage)? })).collect()
}

/// The API resources that the app asked Logto for (`resource`, RFC 8707), in order.
pub(super) fn asked_resources(walk: &ObservedWalk) -> Vec<String> {
    let looked = Looked { walk, signed_in: None };
    let Some(hop) = looked.authorization() else { return vec![] };
    let named = hop.request.url.query_pairs().filter(|(name, _)| name == "resource");
    named.flat_map(|(_, value)| value.split(',').map(ToOwned::to_owned).collect::<Vec<_>>()).collect()
}

struct Looked<'w> {
    walk: &'w ObservedWalk,
    /// How an app of your own shows that the person is signed in.
    signed_in: Option<&'w SignedIn>,
}

impl Looked<'_> {
    /// Details of a stage that was passed; `None` if it was not passed.
    fn at(&self, stage: Stage) -> Option<Option<String>> {
        match stage {
            // A configuration that the stack was started with has been accepted.
            Stage::Configuration => (!self.walk.refused).then_some(None),
            Stage::SignInBegins => self.authorization().map(|_| None),
            Stage::AppRequest => {
                let hop = self.authorization()?;
                // To the first screen that the app asked for, such as `/sign-in` or `/register`; an error is shown
                // without a redirect, or sent back to the app.
                back(hop).filter(|screen| screen.origin() == self.walk.record.origins.logto.origin())?;
                Some(query(hop, "redirect_uri").map(|uri| format!("redirect URI {uri}")))
            }
            Stage::Button => self.authorization_uri().map(|_| None),
            Stage::AuthorizationUri => {
                self.authorization_uri().filter(|hop| hop.response.status == 200).map(|_| None)
            }
            Stage::HuggingFaceRequest => {
                let hop =
                    self.hops(Party::HUGGINGFACE).find(|hop| hop.request.url.path() == "/oauth/authorize")?;
                let refused = hop.response.status >= 400 || back(hop).is_some_and(|back| has(&back, "error"));
                let told = ["redirect_uri", "scope"].map(|name| query(hop, name));
                let [Some(uri), Some(scope)] = told else { return (!refused).then_some(None) };
                (!refused).then(|| Some(format!("redirect URI {uri}, scope {scope}")))
            }
            Stage::Consent => {
                let sent_back = |hop: &&Hop| back(hop).is_some_and(|back| has(&back, "code"));
                self.hops(Party::HUGGINGFACE).find(sent_back).map(|_| None)
            }
            Stage::Token => self.answered("/oauth/token").map(|body| {
                let granted = body.get("scope").and_then(Value::as_str);
                granted.map(|scope| format!("scope {scope}"))
            }),
            Stage::Profile => {
                let verified = |hop: &&Hop| {
                    hop.request.method == Method::POST
                        && hop.request.url.path().ends_with("/verify")
                        && hop.response.status == 200
                };
                self.hops(Party::LOGTO).find(verified)?;
                let told = self.answered("/oauth/userinfo");
                Some(told.and_then(|body| {
                    let claims: Vec<&str> = body.as_object()?.keys().map(String::as_str).collect();
                    Some(format!("claims {}", claims.join(", ")))
                }))
            }
            Stage::Account => {
                let submitted = |hop: &&Hop| {
                    hop.request.url.path() == "/api/experience/submit" && hop.response.status == 200
                };
                self.hops(Party::LOGTO).find(submitted).map(|_| None)
            }
            Stage::AppCallback => {
                let taken = |hop: &&Hop| has(&hop.request.url, "code") && hop.response.status < 400;
                self.hops(Party::APP).find(taken).map(|_| None)
            }
            Stage::Session => {
                let asked = |hop: &&Hop| hop.request.url.path() == "/api/session";
                let known = |hop: &Hop| hop.json()?.get("authenticated")?.as_bool();
                let mut hops = self.hops(Party::APP).filter(|hop| hop.why == WhyHop::Call);
                match self.signed_in {
                    Some(signed_in) => hops.any(|hop| shows(signed_in, hop).0),
                    None => hops.filter(asked).any(|hop| known(hop) == Some(true)),
                }
                .then_some(None)
            }
            Stage::SignOut => {
                let at = self.walk.record.hops.iter().rposition(|hop| {
                    self.is(hop, Party::LOGTO) && hop.request.url.path().starts_with("/oidc/session/end")
                })?;
                let rest = self.walk.record.hops.get(at + 1..)?;
                // A call of a page's script does not navigate.
                let arrived = |hop: &Hop| {
                    hop.why != WhyHop::Call && self.is(hop, Party::APP) && hop.response.status < 400
                };
                let back = rest.iter().any(arrived);
                back.then_some(None)
            }
        }
    }

    fn is(&self, hop: &Hop, party: Party) -> bool {
        self.walk.record.origins.party(&hop.request.url) == Some(party)
    }

    fn hops(&self, party: Party) -> impl Iterator<Item = &Hop> {
        self.walk.record.hops.iter().filter(move |hop| self.is(hop, party))
    }

    /// The app's authorization request to Logto.
    fn authorization(&self) -> Option<&Hop> {
        self.hops(Party::LOGTO).find(|hop| hop.request.url.path() == "/oidc/auth")
    }

    fn authorization_uri(&self) -> Option<&Hop> {
        self.hops(Party::LOGTO).find(|hop| hop.request.url.path().ends_with("/authorization-uri"))
    }

    /// The body of Hugging Face's successful answer to Logto at a path.
    fn answered(&self, path: &str) -> Option<Value> {
        self.walk.record.entries().find_map(|entry: &Entry| {
            let here = entry.party == Party::HUGGINGFACE
                && entry.direction == Direction::Received
                && Url::parse(&entry.request.url).is_ok_and(|url| url.path() == path);
            match &entry.outcome {
                Outcome::Response(response) if here && response.status == 200 => {
                    Some(serde_json::from_str(&response.body).unwrap_or_default())
                }
                _ => None,
            }
        })
    }
}

fn query(hop: &Hop, name: &str) -> Option<String> {
    hop.request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn has(url: &Url, name: &str) -> bool {
    url.query_pairs().any(|(key, _)| key == name)
}

fn back(hop: &Hop) -> Option<Url> {
    hop.redirect()?.ok()
}
