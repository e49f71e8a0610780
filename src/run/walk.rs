//! One walk of one scenario.

use std::sync::Arc;

use mock_logto::{FACTS, Fact};

use super::action::ActionError;
use super::check::{self, Failure};
use super::ending;
use super::observe;
use super::person::Person;
use crate::Scenario;
use crate::findings::Finding;
use crate::record::Record;
use crate::signin_page::SigninPageError;
use crate::stack::{Stack, StackBuilder};
use crate::transcript::{Terms, Transcript, Wire};
use crate::walker::WalkError;

/// The result of a walk.
#[derive(Debug, Clone)]
pub struct WalkReport {
    /// The expectations that were not met, in order.
    pub failures: Vec<Failure>,
    /// Every hop, with values replaced by their roles.
    pub transcript: Transcript,
    /// The same as the Logto of the reviewed transcript would have it, if another version differs in what a
    /// transcript shows.
    pub(super) translated: Option<Box<Transcript>>,
    /// The facts in which this Logto differs from that one, shown or not.
    pub(super) differing: Vec<Fact>,
    /// What went wrong, by name, the earliest first. Determined if the walk failed, if the scenario
    /// names a finding, and by [`diagnosed_walk`].
    pub findings: Vec<Finding>,
    /// A disturbance by the machine during the walk, e.g. a step of its clock: if there was one, no party
    /// is to blame for what was unexpected.
    pub disturbed: Option<Finding>,
    /// The raw headers, for [`keep_wire`](crate::keep_wire) if the walk failed.
    pub wire: Wire,
}

impl WalkReport {
    /// Whether all expectations were met.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// The transcript to compare with the reviewed one.
    #[must_use]
    pub fn comparable(&self) -> &Transcript {
        self.translated.as_deref().unwrap_or(&self.transcript)
    }
}

/// A stack set up by the scenario's `given`, with the embedded Logto.
#[must_use]
pub fn stack_for(scenario: &Scenario) -> StackBuilder {
    Stack::builder().setup(scenario.given.clone())
}

/// Walks a scenario on a stack with a fresh browser; [`WalkReport::failures`] has what was unexpected.
pub async fn walk(stack: &Stack, scenario: &Scenario) -> WalkReport {
    play(stack, scenario, false).await.report
}

/// Like [`walk`], and determines the findings however the walk ends.
pub async fn diagnosed_walk(stack: &Stack, scenario: &Scenario) -> WalkReport {
    play(stack, scenario, true).await.report
}

/// Like [`diagnosed_walk`], with its record.
pub(crate) async fn observed_walk(stack: &Stack, scenario: &Scenario) -> ObservedWalk {
    play(stack, scenario, true).await
}

/// A walk with what was observed of it.
#[derive(Debug)]
pub(crate) struct ObservedWalk {
    pub(crate) report: WalkReport,
    pub(crate) record: Arc<Record>,
    /// Whether the walk ended at a call that the Management API refused.
    pub(crate) refused: bool,
}

async fn play(stack: &Stack, scenario: &Scenario, diagnose: bool) -> ObservedWalk {
    let mut person = Person::new(stack);
    let Told { failures, findings, disturbed } = tell(&mut person, scenario, diagnose).await;
    let record = Arc::new(person.close());
    let transcript = Transcript::of(&record, person.roles(), person.stack.masks());
    let reviewed = scenario.reviewed_version();
    let version = stack.logto_version().unwrap_or(reviewed);
    let terms = Terms::between(version, reviewed);
    let translated = (!terms.are_the_same())
        .then(|| Box::new(Transcript::in_terms(terms, &record, person.roles(), person.stack.masks())));
    let differing = FACTS.iter().map(|row| row.fact).filter(|fact| version.has(*fact) != reviewed.has(*fact));
    let differing = differing.collect();
    let wire = Wire::new(record.clone(), person.secrets());
    let refused = person.answered.as_ref().is_some_and(|answer| answer.status >= 400);
    let report = WalkReport { failures, transcript, translated, differing, findings, disturbed, wire };
    ObservedWalk { report, record, refused }
}

/// The course of a walk, up to its end.
pub(super) struct Told {
    pub(super) failures: Vec<Failure>,
    pub(super) findings: Vec<Finding>,
    disturbed: Option<Finding>,
}

pub(super) async fn tell(person: &mut Person<'_>, scenario: &Scenario, diagnose: bool) -> Told {
    let stack = person.stack;
    person.shows_fault = scenario.finding.is_some();
    if scenario.given.browser.refuses_cookies {
        person.walker.refuse_cookies();
    }
    let mut failures = Vec::new();
    for step in &scenario.steps {
        let since = person.walker.hops().len();
        person.look_at(step.browser, step.tab);
        person.stops_at(step.expect.hands_over.as_deref());
        let done = person.does(&step.verb).await;
        let hops = since..person.walker.hops().len();
        let seen = observe::step(person, &step.verb, hops, done.as_ref().err());
        person.steps.push(seen);
        let failed = match done {
            Ok(())
            | Err(
                ActionError::Walk(WalkError::Send(_) | WalkError::Deadline(_))
                | ActionError::SigninPage(SigninPageError::Walk(WalkError::Send(_) | WalkError::Deadline(_))),
            ) if step.expect.no_answer.is_some() => check::no_answer(person, step),
            Err(ActionError::Circle(_) | ActionError::Walk(WalkError::TooManyRedirects { .. }))
                if step.expect.endless_redirects =>
            {
                vec![]
            }
            Ok(()) => check::expectations(person, step, since).await,
            // A person does not find a button, and the step says which ones the page has.
            Err(ActionError::SigninPage(SigninPageError::NotShown { .. }))
                if step.expect.social_buttons.is_some() =>
            {
                check::expectations(person, step, since).await
            }
            Err(error) => {
                let what = format!("`{}`: {error}", step.verb);
                vec![Failure { path: step.file.clone(), line: step.line, what }]
            }
        };
        if !failed.is_empty() {
            // The later steps would only fail because of this one.
            failures = failed;
            break;
        }
    }
    if failures.is_empty() {
        failures.extend(ending::unexpected(person, scenario));
    }
    // A scenario may expect that a rule is broken.
    let expected = |at: usize, what: &str| {
        let of_steps = person.steps.iter().zip(&scenario.steps);
        let step = of_steps.into_iter().find(|(seen, _)| seen.hops.contains(&at)).map(|(_, step)| step);
        step.is_some_and(|step| step.expect.breaks.iter().any(|part| what.contains(part)))
    };
    let broken: Vec<Failure> = person
        .walker
        .hops()
        .iter()
        .enumerate()
        .flat_map(|(at, hop)| hop.violations.iter().map(move |broken| (at, hop.number, broken)))
        .filter(|(at, _, broken)| !expected(*at, &broken.what))
        .map(|(_, hop, broken)| (hop, broken))
        .map(|(hop, broken)| Failure {
            path: scenario.path.clone(),
            line: 1,
            what: format!("hop {hop} breaks a rule for every hop: {}", broken.what),
        })
        .collect();
    failures.extend(broken);
    let wanted = diagnose || !failures.is_empty() || scenario.finding.is_some();
    let mut findings = if wanted { observe::conclude(person).await } else { vec![] };
    let missed = |findings: &[Finding]| {
        scenario.finding.filter(|(expected, _)| findings.first().is_none_or(|first| first.cause != *expected))
    };
    let disturbed = Finding::of_machine(&stack.time().walk_ends(person.disturbances));
    if let Some(machine) = &disturbed
        && (!failures.is_empty() || diagnose && !findings.is_empty() || missed(&findings).is_some())
    {
        findings = vec![machine.clone()];
    }
    if let Some((expected, line)) = missed(&findings) {
        let found =
            findings.first().map_or_else(|| "there is none".to_owned(), |first| format!("it is\n{first}"));
        let what = format!("expected the first finding to be {expected}, but {found}");
        failures.push(Failure { path: scenario.path.clone(), line, what });
    }
    Told { failures, findings, disturbed }
}

#[cfg(test)]
mod tests;
