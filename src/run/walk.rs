//! One walk of one scenario.

use std::path::PathBuf;

use super::check::{self, Failure, Since};
use super::person::Person;
use crate::Scenario;
use crate::signin_page::SigninPageError;
use crate::stack::{Stack, UnknownName};
use crate::transcript::{Origins, Roles, Transcript};
use crate::walker::WalkError;

/// A walk came to no end of its own.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The scenario asks for something that there is not.
    #[error("{path}: {what}")]
    Given {
        /// The scenario.
        path: PathBuf,
        /// What.
        what: String,
    },
}

/// What came of a walk.
#[derive(Debug, Clone)]
pub struct WalkReport {
    /// What was expected and did not come, in order.
    pub failures: Vec<Failure>,
    /// Every hop.
    pub transcript: Transcript,
}

impl WalkReport {
    /// Whether everything expected came.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Why a step could not be done: the walk ends there.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error(transparent)]
    Walk(#[from] WalkError),
    #[error(transparent)]
    SigninPage(#[from] SigninPageError),
    #[error(transparent)]
    Name(#[from] UnknownName),
    #[error("the page at {at} is not one of Hugging Face's login or permission pages: {shows}")]
    NotAtHuggingFace { at: String, shows: String },
    #[error("Hugging Face's login page knows nobody called `{0}`")]
    Stranger(String),
    #[error("`{0}` is no address")]
    Address(String),
    #[error("the browser has no cookie `{0}` to lose")]
    NoCookie(String),
    #[error("[{name}] could not be captured: {what}")]
    NotCaptured { name: String, what: String },
    #[error("{0} pages in a row moved on by themselves")]
    Circle(usize),
}

/// Plays a scenario on a stack with a fresh browser.
///
/// # Errors
/// [`RunError`]; what is merely unexpected is in [`WalkReport::failures`].
pub async fn walk(stack: &Stack, scenario: &Scenario) -> Result<WalkReport, RunError> {
    let mut person = Person::new(stack);
    let mut failures = Vec::new();
    for step in &scenario.steps {
        let since = Since { hops: person.walker.hops().len(), journal: stack.journal().last_number() };
        let failed = match person.does(step).await {
            Ok(()) => check::expectations(&mut person, step, since).await,
            Err(error) => {
                let what = format!("`{}`: {error}", step.verb);
                vec![Failure { path: step.file.clone(), line: step.line, what }]
            }
        };
        if !failed.is_empty() {
            // The steps after it would tell of nothing but this one.
            failures = failed;
            break;
        }
    }
    let hops = person.walker.hops();
    let broken = hops.iter().flat_map(|hop| hop.violations.iter().map(move |broken| (hop.number, broken)));
    for (hop, broken) in broken {
        failures.push(Failure {
            path: scenario.path.clone(),
            line: 1,
            what: format!("hop {hop} breaks a rule of every hop: {}", broken.what),
        });
    }
    let endpoints = stack.endpoints();
    let origins = Origins {
        app: endpoints.app.clone(),
        logto: endpoints.logto.clone(),
        huggingface: endpoints.huggingface.clone(),
    };
    let entries = hops.first().map(|first| stack.journal().since(first.journal_start)).unwrap_or_default();
    Ok(WalkReport { failures, transcript: Transcript::build(hops, &entries, origins, roles(stack)) })
}

/// What the stack knows beforehand.
fn roles(stack: &Stack) -> Roles {
    let known = stack.known();
    let mut roles = Roles::new();
    for (role, value) in [
        ("APP_ID", &known.app_id),
        ("APP_SECRET", &known.app_secret),
        ("CONNECTOR", &known.connector_id),
        ("HF_CLIENT_ID", &known.huggingface_client_id),
        ("HF_CLIENT_SECRET", &known.huggingface_client_secret),
    ] {
        roles.know(role, value);
    }
    roles
}
