//! What a scenario says. Plain data: nothing here knows a walker or a stack.

use std::path::PathBuf;

use serde_json::{Map, Value};

/// A scenario: what is given, and the steps with what is expected after each.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The file it came from.
    pub path: PathBuf,
    /// One or two sentences: who does what, and what comes of it.
    pub description: String,
    /// How the stack is set up.
    pub given: Given,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// How the stack is set up, as far as it differs from the healthy one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// The mock Hugging Face.
    pub huggingface: GivenHuggingFace,
    /// The connector in Logto.
    pub connector: GivenConnector,
    /// The sample app.
    pub app: GivenApp,
}

/// `given.huggingface`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GivenHuggingFace {
    /// Who has an account, by username; `ada` and `grace` when empty.
    pub users: Vec<String>,
}

/// `given.connector`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GivenConnector {
    /// The scope the connector asks for; Logto's default is `profile`.
    pub scope: Option<String>,
}

/// `given.app`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GivenApp {
    /// Scopes on top of what the guide's app asks for.
    pub scopes: Vec<String>,
}

/// One thing the person does, and what is expected then.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Line in the file, from 1.
    pub line: u64,
    /// What the person does.
    pub verb: Verb,
    /// What is expected once every redirect and self-submitting page is through.
    pub expect: Expect,
}

/// What a person does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Types an address of the app, or an absolute URL.
    Visit(String),
    /// Clicks a link or button by its text.
    Click(String),
    /// Chooses a social button of Logto's sign-in page by its target.
    ContinueWith(String),
    /// At Hugging Face: logs in as this user where asked, and allows.
    SignInAs(String),
}

impl Verb {
    /// The names of all verbs, as they are written in a file.
    pub const NAMES: [&str; 4] = ["visit", "click", "continue_with", "sign_in_as"];

    /// As it stands in the file.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Visit(_) => "visit",
            Self::Click(_) => "click",
            Self::ContinueWith(_) => "continue_with",
            Self::SignInAs(_) => "sign_in_as",
        }
    }
}

impl std::fmt::Display for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Visit(object) | Self::Click(object) | Self::ContinueWith(object) | Self::SignInAs(object)) =
            self;
        write!(f, "{}: {object}", self.name())
    }
}

/// What is expected after a step; absent members are not looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expect {
    /// Status of the page.
    pub status: Option<u16>,
    /// Address of the page; `[APP]`, `[LOGTO]` and `[HF]` stand for the origins.
    pub at: Option<String>,
    /// Text that a person sees on the page.
    pub text: Option<String>,
    /// What the app knows of the person (`GET /api/session`).
    pub session: Option<SessionExpectation>,
}

/// What the app is expected to know of the person.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionExpectation {
    /// Nobody is signed in.
    None,
    /// Somebody is, with at least these claims.
    Claims(Map<String, Value>),
}
