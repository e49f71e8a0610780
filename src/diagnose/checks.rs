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

/// What a walk showed of a stage that did not stop it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// It was passed, with details from the walk.
    Passed(Option<String>),
    /// The walk went on, and does not show whether the stage was passed, for this reason.
    NotShown(&'static str),
}

impl Seen {
    fn passed() -> Self {
        Self::Passed(None)
    }
}

/// The API resources that the app asked Logto for (`resource`, RFC 8707), in order.
pub(super) fn asked_resources(walk: &ObservedWalk) -> Vec<String> {
    let looked = Looked { walk, app: AppSeen::Sample };
    let Some(hop) = looked.authorization() else { return vec![] };
    let named = hop.request.url.query_pairs().filter(|(name, _)| name == "resource");
    named.flat_map(|(_, value)| value.split(',').map(ToOwned::to_owned).collect::<Vec<_>>()).collect()
}

/// The stages that did not stop a walk, in order.
pub(super) fn seen(walk: &ObservedWalk, app: AppSeen<'_>) -> Vec<(Stage, Seen)> {
    let looked = Looked { walk, app };
    Stage::ALL.into_iter().filter_map(|stage| Some((stage, looked.at(stage)?))).collect()
}

/// How much the app shows of itself.
#[derive(Debug, Clone, Copy)]
pub(super) enum AppSeen<'a> {
    /// The sample app, which reports who is signed in.
    Sample,
    /// An app of your own, and how it shows that the person is signed in.
    Own(Option<&'a SignedIn>),
    /// An app that the operating system opens, and no browser.
    Opened,
}

/// Why a stage of an app of your own is not known to have been passed.
const NO_TOKENS_SEEN: &str = "not checked: no tokens for the app were seen, and `[signed_in]` of logto-testkit.toml does not say how it shows a person";
const NO_SIGNED_IN: &str =
    "not checked: `[signed_in]` of logto-testkit.toml would say how your app shows a person";
const OPENED: &str = "not checked: the operating system opens the app";
const NO_SIGN_OUT: &str = "not checked: the app did not ask Logto to end its session";

struct Looked<'w> {
    walk: &'w ObservedWalk,
    app: AppSeen<'w>,
}

impl Looked<'_> {
    /// What the walk showed of a stage; `None` if it did not get past it.
    fn at(&self, stage: Stage) -> Option<Seen> {
        match stage {
            Stage::AppCallback => self.app_callback(),
            Stage::Session => self.session(),
            Stage::SignOut => self.sign_out(),
            _ => self.at_logto(stage).map(Seen::Passed),
        }
    }

    /// The details of a stage before the app takes over; `None` if it was not passed.
    fn at_logto(&self, stage: Stage) -> Option<Option<String>> {
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
            Stage::Token => {
                let body = self.answered("/oauth/token").filter(|body| body.get("access_token").is_some())?;
                let granted = body.get("scope").and_then(Value::as_str);
                Some(granted.map(|scope| format!("scope {scope}")))
            }
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
            Stage::AppCallback | Stage::Session | Stage::SignOut => None,
        }
    }

    /// Whether the app signed the person in. A page that answers 200 may show an error, so an app of your own has to
    /// have received tokens.
    fn app_callback(&self) -> Option<Seen> {
        let taken = |hop: &&Hop| has(&hop.request.url, "code") && hop.response.status < 400;
        let callback = self.hops(Party::APP).find(taken).map(|_| ());
        match self.app {
            AppSeen::Sample => return callback.map(|()| Seen::passed()),
            AppSeen::Opened => return self.handed_over(),
            AppSeen::Own(_) => {}
        }
        let shown = matches!(self.session(), Some(Seen::Passed(_)));
        let answers = self.answers_to_the_app();
        match (answers.contains(&200) || shown, answers.is_empty()) {
            (true, _) => callback.map(|()| Seen::passed()),
            // Logto refused each request for tokens.
            (false, false) => None,
            (false, true) => callback.map(|()| Seen::NotShown(NO_TOKENS_SEEN)),
        }
    }

    /// Whether the walk went on after Logto sent the browser to the app's own scheme.
    fn handed_over(&self) -> Option<Seen> {
        let signs_out = |hop: &Hop| hop.request.url.path().starts_with("/oidc/session/end");
        self.hops(Party::LOGTO).any(signs_out).then_some(Seen::NotShown(OPENED))
    }

    /// The statuses with which Logto answered the app's requests for tokens.
    fn answers_to_the_app(&self) -> Vec<u16> {
        let entries = self.walk.record.entries();
        let asked = entries.filter(|entry| {
            entry.party == Party::APP
                && entry.direction == Direction::Sent
                && Url::parse(&entry.request.url).is_ok_and(|url| url.path().ends_with("/oidc/token"))
        });
        let status = |entry: &Entry| match &entry.outcome {
            Outcome::Response(response) => Some(response.status),
            Outcome::Pending | Outcome::Fault(_) => None,
        };
        asked.filter_map(status).collect()
    }

    fn session(&self) -> Option<Seen> {
        let asked = |hop: &&Hop| hop.request.url.path() == "/api/session";
        let known = |hop: &Hop| hop.json()?.get("authenticated")?.as_bool();
        let mut hops = self.hops(Party::APP).filter(|hop| hop.why == WhyHop::Call);
        let passed = match self.app {
            AppSeen::Own(Some(signed_in)) => hops.any(|hop| shows(signed_in, hop).0),
            AppSeen::Own(None) => return Some(Seen::NotShown(NO_SIGNED_IN)),
            AppSeen::Opened => return self.handed_over(),
            AppSeen::Sample => hops.filter(asked).any(|hop| known(hop) == Some(true)),
        };
        passed.then(Seen::passed)
    }

    fn sign_out(&self) -> Option<Seen> {
        let hops = &self.walk.record.hops;
        let ended = hops.iter().rposition(|hop| {
            self.is(hop, Party::LOGTO) && hop.request.url.path().starts_with("/oidc/session/end")
        });
        let Some(at) = ended else {
            // Only an app of your own may sign people out by itself.
            let own = matches!(self.app, AppSeen::Own(_)) && self.walk.report.passed();
            return own.then_some(Seen::NotShown(NO_SIGN_OUT));
        };
        // A call of a page's script does not navigate.
        let arrived =
            |hop: &Hop| hop.why != WhyHop::Call && self.is(hop, Party::APP) && hop.response.status < 400;
        let opens = back(&hops[at]).is_some_and(|target| !matches!(target.scheme(), "http" | "https"));
        (opens || hops.get(at + 1..)?.iter().any(arrived)).then_some(())?;
        Some(Seen::Passed(match self.app {
            AppSeen::Own(None) => {
                Some("at Logto; whether the app forgot the person was not checked".to_owned())
            }
            _ => None,
        }))
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
