//! One walk of one scenario.

use std::path::PathBuf;

use super::check::{self, Failure, Since};
use super::person::Person;
use crate::Scenario;
use crate::stack::Stack;
use crate::transcript::Transcript;

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

/// Plays a scenario on a stack with a fresh browser.
///
/// # Errors
/// [`RunError`]; what is merely unexpected is in [`WalkReport::failures`].
pub async fn walk(stack: &Stack, scenario: &Scenario) -> Result<WalkReport, RunError> {
    let mut person = Person::new(stack);
    let mut failures = Vec::new();
    for step in &scenario.steps {
        let since = Since { hops: person.walker.hops().len(), journal: stack.journal().last_number() };
        person.look_at(step.tab);
        let failed = match person.does(&step.verb).await {
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
    let broken: Vec<Failure> = person
        .walker
        .hops()
        .iter()
        .flat_map(|hop| hop.violations.iter().map(move |broken| (hop.number, broken)))
        .map(|(hop, broken)| Failure {
            path: scenario.path.clone(),
            line: 1,
            what: format!("hop {hop} breaks a rule of every hop: {}", broken.what),
        })
        .collect();
    failures.extend(broken);
    Ok(WalkReport { failures, transcript: person.transcript() })
}
