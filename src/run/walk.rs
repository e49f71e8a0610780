//! One walk of one scenario.

use std::path::PathBuf;

use super::check::{self, Failure};
use super::person::Person;
use crate::Scenario;
use crate::signin_page::SigninPageError;
use crate::stack::Stack;
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
    #[error("there is no link or button “{text}” on {page}; there is {there}")]
    NothingToClick { text: String, page: String, there: String },
    #[error("the page at {at} is not one of Hugging Face's login or permission pages: {shows}")]
    NotAtHuggingFace { at: String, shows: String },
    #[error("Hugging Face's login page knows nobody called `{0}`")]
    Stranger(String),
    #[error("`{0}` is no address")]
    Address(String),
    #[error("{0}")]
    Refused(String),
}

/// Plays a scenario on a stack with a fresh browser.
///
/// # Errors
/// [`RunError`]; what is merely unexpected is in [`WalkReport::failures`].
pub async fn walk(stack: &Stack, scenario: &Scenario) -> Result<WalkReport, RunError> {
    let mut person = Person::new(stack);
    let mut failures = Vec::new();
    for step in &scenario.steps {
        match person.does(&step.verb).await {
            Ok(()) => failures.extend(check::expectations(&mut person, step).await),
            Err(error) => {
                failures.push(Failure { line: step.line, what: format!("`{}`: {error}", step.verb) });
                // The steps after it would tell of nothing but this one.
                break;
            }
        }
    }
    let hops = person.walker.hops();
    let broken = hops.iter().flat_map(|hop| hop.violations.iter().map(move |broken| (hop.number, broken)));
    for (hop, broken) in broken {
        failures.push(Failure {
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
