//! What a scenario says. Plain data: nothing here knows a walker or a stack.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::change::{AdminCall, AppRestart, HuggingFaceChange};
use super::expect::Expect;
use super::given::Given;
use super::surroundings::NetworkChange;

/// A scenario: what is given, and the steps with what is expected after each.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The file it came from.
    pub path: PathBuf,
    /// Which row of the file's table of cases, if it has one.
    pub case: Option<String>,
    /// One or two sentences: who does what, and what comes of it.
    pub description: String,
    /// Where the story comes from.
    pub source: Vec<String>,
    /// The first finding that the walk must lead to, and the line that says so.
    pub finding: Option<(crate::findings::Cause, u64)>,
    /// Where it can run; everywhere when absent.
    pub needs: Option<Needs>,
    /// How the stack is set up.
    pub given: Given,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// Which Logto a scenario needs, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// The backends it runs on; on others it is reported as skipped.
    pub backends: Vec<BackendKind>,
    /// Why it cannot run elsewhere.
    pub because: String,
}

/// A kind of Logto behind a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackendKind {
    /// The double in this process.
    Embedded,
    /// The official image.
    Container,
    /// A running one, by URL.
    External,
}

impl std::fmt::Display for BackendKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Embedded => "embedded",
            Self::Container => "container",
            Self::External => "external",
        })
    }
}

/// One thing the person does, and what is expected then.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The file it stands in, which is another for included steps.
    pub file: PathBuf,
    /// Line in that file, from 1.
    pub line: u64,
    /// What the person does.
    pub verb: Verb,
    /// In which browser, from 1; one that is named for the first time is opened.
    pub browser: usize,
    /// In which of its tabs, from 1; a tab that is named for the first time is opened.
    pub tab: usize,
    /// What is expected once every redirect and self-submitting page is through.
    pub expect: Expect,
    /// What later steps may name.
    pub capture: Vec<Capture>,
}

/// What a person does.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Types an address of the app, or an absolute URL.
    Visit(String),
    /// Clicks a link or button by its text.
    Click(String),
    /// Chooses a social button of Logto's sign-in page by its target.
    ContinueWith(String),
    /// At Hugging Face: logs in as this user where asked, and allows.
    SignInAs(String),
    /// At Hugging Face: logs in as this user where asked, and denies.
    DenyAs(String),
    /// On Logto's sign-in page: creates an account.
    RegisterWithPassword(PasswordAccount),
    /// On Logto's sign-in page: signs in to an account.
    SignInWithPassword(PasswordAccount),
    /// Answers Logto's question about an account with the same e-mail.
    Choose(Choice),
    /// Fills in what Logto asks of a new person.
    FillIn(Profile),
    /// Loads the page again.
    Reload,
    /// Goes back to the page before.
    Back,
    /// The page lets the browser load the target of this link beforehand.
    Prefetch(String),
    /// The browser loses cookies: these, or all when none is named.
    LoseCookies(Vec<String>),
    /// The browser loses what pages stored.
    LoseStorage(LostStorage),
    /// The app is stopped and started again.
    RestartApp(AppRestart),
    /// Lets time pass.
    Wait(Duration),
    /// Somebody calls Logto's Management API meanwhile.
    Administer(AdminCall),
    /// Something changes at Hugging Face meanwhile.
    AtHuggingFace(Box<HuggingFaceChange>),
    /// Something between the parties breaks, or works again.
    Network(NetworkChange),
}

/// Username and password, typed into Logto's page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordAccount {
    /// The username.
    pub username: String,
    /// The password.
    pub password: String,
}

/// What Logto may ask of a new person; exactly one at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// A username.
    pub username: Option<String>,
    /// A password.
    pub password: Option<String>,
    /// An e-mail address; Logto sends a code there.
    pub email: Option<String>,
}

/// What a browser loses of what pages stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LostStorage {
    /// `sessionStorage` of the tab, as in-app browsers do.
    Session,
    /// `localStorage` too.
    All,
}

impl Profile {
    /// What is filled in, by kind.
    #[must_use]
    pub fn given(&self) -> Vec<(&'static str, &str)> {
        [("username", &self.username), ("password", &self.password), ("email", &self.email)]
            .into_iter()
            .filter_map(|(kind, value)| Some((kind, value.as_deref()?)))
            .collect()
    }
}

/// The answers to “an account with this e-mail exists”, and to the terms of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Sign in to that account from now on.
    LinkAccount,
    /// Make another account.
    CreateAccount,
    /// Agree to the terms.
    AgreeToTerms,
}

impl Verb {
    /// The names of all verbs, as they are written in a file.
    pub const NAMES: [&str; 19] = [
        "visit",
        "click",
        "continue_with",
        "sign_in_as",
        "deny_as",
        "register_with_password",
        "sign_in_with_password",
        "choose",
        "fill_in",
        "reload",
        "back",
        "prefetch",
        "lose_cookies",
        "lose_storage",
        "restart_app",
        "wait",
        "administer",
        "at_huggingface",
        "network",
    ];

    /// As it stands in the file.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Visit(_) => "visit",
            Self::Click(_) => "click",
            Self::ContinueWith(_) => "continue_with",
            Self::SignInAs(_) => "sign_in_as",
            Self::DenyAs(_) => "deny_as",
            Self::RegisterWithPassword(_) => "register_with_password",
            Self::SignInWithPassword(_) => "sign_in_with_password",
            Self::Choose(_) => "choose",
            Self::FillIn(_) => "fill_in",
            Self::Reload => "reload",
            Self::Back => "back",
            Self::Prefetch(_) => "prefetch",
            Self::LoseCookies(_) => "lose_cookies",
            Self::LoseStorage(_) => "lose_storage",
            Self::RestartApp(_) => "restart_app",
            Self::Wait(_) => "wait",
            Self::Administer(_) => "administer",
            Self::AtHuggingFace(_) => "at_huggingface",
            Self::Network(_) => "network",
        }
    }
}

impl std::fmt::Display for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Visit(object)
            | Self::Click(object)
            | Self::ContinueWith(object)
            | Self::SignInAs(object)
            | Self::Prefetch(object)
            | Self::DenyAs(object) => write!(f, ": {object}"),
            Self::RegisterWithPassword(account) | Self::SignInWithPassword(account) => {
                write!(f, ": {}", account.username)
            }
            Self::Choose(Choice::LinkAccount) => f.write_str(": link_account"),
            Self::Choose(Choice::CreateAccount) => f.write_str(": create_account"),
            Self::Choose(Choice::AgreeToTerms) => f.write_str(": agree_to_terms"),
            Self::FillIn(profile) => {
                let given = profile.given().first().map_or("nothing", |(kind, _)| kind);
                write!(f, ": {given}")
            }
            Self::Reload | Self::Back | Self::RestartApp(_) => Ok(()),
            Self::LoseStorage(LostStorage::Session) => f.write_str(": session"),
            Self::LoseStorage(LostStorage::All) => f.write_str(": all"),
            Self::LoseCookies(names) if names.is_empty() => f.write_str(": all"),
            Self::LoseCookies(names) => write!(f, ": {}", names.join(", ")),
            Self::Wait(time) => write!(f, ": {time:?}"),
            Self::Administer(call) => write!(f, ": {}", call.call),
            Self::AtHuggingFace(change) => write!(f, ": {change}"),
            Self::Network(change) => write!(f, ": {change}"),
        }
    }
}

/// A value that later steps may name as `[NAME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The name, in capitals.
    pub name: String,
    /// What it is.
    pub source: CaptureSource,
}

/// Where a captured value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureSource {
    /// The whole address of the last hop of the step to this address (given without query).
    Address(String),
    /// A claim of the app's session.
    Claim(String),
    /// Where the link with this text leads.
    Link(String),
    /// A text in the answer to `administer`, by JSON Pointer.
    Answer(String),
}
