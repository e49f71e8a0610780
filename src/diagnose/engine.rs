//! Walks the twin, repairs what broke first, and walks it again.

use std::path::Path;
use std::time::Duration;

use kit::Stopwatch;
use serde_json::{Map, Value};

use super::app::App;
use super::case::Case;
use super::checks::{Passed, Stage, asked_resources, passed};
use super::diagnosis::{Check, CheckResult, Diagnosis, Found};
use super::error::DiagnoseError;
use super::input::not_storable;
use super::levers::{Lever, levers, without};
use super::permissions::with_asked;
use super::secrets::with_expiry;
use super::sent::Sent;
use super::twin::{ConfigGoes, Story, Twin, twin};
use super::words::Words;
use crate::findings::{Cause, Evidence, Finding};
use crate::project::Project;
use crate::run::{observed_walk, stack_for};
use crate::scenario::Scenario;
use crate::stack::{ManagementError, Stack, StartError, StepError};

/// The maximum number of faults that are repaired in one set-up.
const REPAIRS: usize = 8;

/// One walk of the twin.
struct Walk {
    findings: Vec<Finding>,
    passed: Vec<Passed>,
    transcript: String,
    failures: Vec<String>,
    failed: bool,
    sent: Sent,
    /// The API resources that the app asked Logto for.
    asked_resources: Vec<String>,
}

/// Builds the twin of a set-up, walks sign-in, session check and sign-out, and reports what breaks
/// first and what else is wrong.
///
/// ```
/// use logto_testkit::diagnose::{App, Case, diagnose};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let mut case = Case::default();
/// let copied = "{ \"clientId\": \"5fbf7d1c-0f4e\", \"clientSecret\": \"oauth_app_secret_abcdefghijkl\\n\" }";
/// case.read_connector(copied, "connector.json")?;
/// let diagnosis = diagnose(&case, &App::Sample).await?;
/// assert_eq!(diagnosis.found[0].finding.cause.id(), "connector/secret-has-trailing-whitespace");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`DiagnoseError`] if the twin could not be walked. A faulty set-up is not an error.
pub async fn diagnose(case: &Case, app: &App) -> Result<Diagnosis, DiagnoseError> {
    let started = Stopwatch::start();
    let (mut project, story) = told(app);
    let (mut model, first) = first_walk(case, app).await?;
    let mut walks = vec![first];
    let mut document = model.document.clone();
    let mut found: Vec<Found> = Vec::new();
    let mut unfinished = None;
    loop {
        let at = walks.len() - 1;
        let walk = &walks[at];
        let breaks = walk.failed.then(|| walk.findings.first().map(|first| first.cause)).flatten();
        for (nth, finding) in walk.findings.iter().enumerate() {
            let breaks = walk.failed && nth == 0;
            // A fault of the configuration is better reported at the point where people run into
            // it.
            found.retain(|known| known.finding.cause != finding.cause || known.breaks || !breaks);
            if found.iter().all(|known| known.finding.cause != finding.cause) {
                let finding = with_expiry(case, with_targets_given(case, finding.clone()));
                found.push(Found { finding, walk: at, breaks, repaired_by: None });
            }
        }
        let Some(cause) = breaks else {
            if walk.failed {
                let failure = walk.failures.first().map_or(String::new(), |failure| format!(" ({failure})"));
                unfinished = Some(format!(
                    "The walk did not reach its end{failure}, and the evidence does not show why."
                ));
            }
            break;
        };
        if walks.len() > REPAIRS {
            unfinished = Some(format!("More than {REPAIRS} faults: repair these first, then look again."));
            break;
        }
        let with_sample = if project.take().is_some() {
            // Its ID and secret are those of the stack that it was started for.
            document = twin(case, Story::SAMPLE, ConfigGoes::InGiven).document;
            Some(walk_twin(&model, &document, None).await)
        } else {
            None
        };
        let before = match &with_sample {
            // The configuration is refused, or the sample app gets past it.
            Some(Err(_)) => &walks[at],
            Some(Ok(walk)) if walk.findings.iter().any(|finding| finding.cause == cause) => walk,
            Some(Ok(_)) => {
                unfinished = Some(
                    "Later stages were not reached. The sample app does not run into this with the same settings: look for \
                     it in your app, or in what the project says of it."
                        .to_owned(),
                );
                break;
            }
            None => &walks[at],
        };
        if with_sample.is_some() {
            model.assumed.push(
                "Everything after the first finding was examined with the sample app instead of yours."
                    .to_owned(),
            );
        }
        match repaired(&model, &document, cause, before).await? {
            Some((lever, changed, walk)) => {
                if let Some(found) = found.iter_mut().find(|found| found.finding.cause == cause) {
                    found.finding = found.finding.clone().placed_by_repair(&lever.name());
                    found.repaired_by = Some(lever.name());
                }
                document = changed;
                walks.push(walk);
            }
            None => {
                unfinished = Some(
                    "Later stages were not reached: no single setting of the twin repairs this.".to_owned(),
                );
                break;
            }
        }
    }
    // Faults that only the configuration shows come after those that people run into.
    found.sort_by_key(|found| !found.breaks);
    let elapsed = started.elapsed();
    Ok(conclude(model, found, walks, unfinished, story, elapsed))
}

/// Logto keeps only those of the listed targets that a connector has, and so does the twin: but the
/// person looks for the targets in their own file.
fn with_targets_given(case: &Case, mut finding: Finding) -> Finding {
    let given =
        case.sign_in_experience.as_ref().and_then(|members| members.get("socialSignInConnectorTargets"));
    let lists =
        |one: &str| given.and_then(Value::as_array).is_some_and(|all| all.iter().any(|other| other == one));
    let id = case.connector.id.as_deref().filter(|id| lists(id));
    let factory = Some(case.connector.factory.id()).filter(|factory| lists(factory));
    let hint = match (id, factory) {
        (Some(id), _) => format!(", and `{id}` is the connector's id, not its target"),
        (None, Some(factory)) => format!(", and `{factory}` is the connector's factory, not its target"),
        (None, None) => String::new(),
    };
    let given = given.map(ToString::to_string);
    for evidence in &mut finding.evidence {
        if let (Evidence::Setting { field, value }, Some(given)) = (evidence, &given)
            && *field == "signInExperience.socialSignInConnectorTargets"
            && value != given
        {
            *value = format!("{given}; Logto drops targets that no connector has{hint}");
        }
    }
    finding
}

fn told(app: &App) -> (Option<&Project>, Story<'_>) {
    match app {
        App::Sample => (None, Story::SAMPLE),
        App::Own(project) => {
            let story = Story {
                sign_in: project.sign_in.path.as_deref().unwrap_or(Story::SAMPLE.sign_in),
                sign_out: project.sign_out.path.as_deref().unwrap_or(Story::SAMPLE.sign_out),
                sample: false,
                started_at: project.app.as_ref().and_then(|app| app.url.as_ref()),
                signed_in: project.signed_in.as_ref(),
            };
            (Some(project), story)
        }
    }
}

/// The twin of a set-up, and its first walk.
async fn first_walk(case: &Case, app: &App) -> Result<(Twin, Walk), DiagnoseError> {
    let (project, story) = told(app);
    let mut model = twin(case, story, ConfigGoes::InGiven);
    let mut walk = match walk_twin(&model, &model.document, project).await {
        // Logto rejects the connector's configuration: that is the first thing to go wrong.
        Err(error) if config_refused(&error) => {
            model = twin(case, story, ConfigGoes::ByStep);
            walk_twin(&model, &model.document, project).await?
        }
        walk => walk.map_err(not_storable)?,
    };
    // A resource that the input says nothing about may well be there.
    if project.is_some() && let Some(case) = with_asked(case, &walk.asked_resources) {
        model = twin(&case, story, ConfigGoes::InGiven);
        walk = walk_twin(&model, &model.document, project).await?;
    }
    // Without a record, Logto's lists are those that an app of the person's own needs: what it sends.
    let is_assumed = case.application.is_none()
        && project.is_some_and(|project| project.application.redirect_uris.is_none());
    while is_assumed && walk.failed && model.register(&walk.sent) {
        walk = walk_twin(&model, &model.document, project).await?;
    }
    Ok((model, walk))
}

/// The twin of a set-up, and the first finding of its walk.
pub(super) async fn modeled(case: &Case, app: &App) -> Result<(Twin, Option<Cause>), DiagnoseError> {
    let (twin, walk) = first_walk(case, app).await?;
    Ok((twin, walk.findings.first().map(|first| first.cause)))
}

/// The first finding of a scenario's walk.
pub(super) async fn first_finding(scenario: &Scenario) -> Result<Option<Cause>, DiagnoseError> {
    let stack = stack_for(scenario).start().await?;
    let walked = observed_walk(&stack, scenario).await;
    stack.stop().await?;
    Ok(walked.report.findings.first().map(|first| first.cause))
}

/// Resets one lever after the other, until the sign-in gets past this cause.
async fn repaired(
    model: &Twin,
    document: &Map<String, Value>,
    cause: Cause,
    before: &Walk,
) -> Result<Option<(Lever, Map<String, Value>, Walk)>, DiagnoseError> {
    let area = cause.id().split_once('/').map_or("", |(area, _)| area);
    let reached = |walk: &Walk| walk.passed.len();
    for lever in levers(document, area) {
        let changed = without(document, &lever);
        let walk = match walk_twin(model, &changed, None).await {
            Ok(walk) => walk,
            // A repair that makes the twin impossible does not count.
            Err(DiagnoseError::Start(_) | DiagnoseError::Scenario(_)) => continue,
            Err(error) => return Err(error),
        };
        let gone = walk.findings.iter().all(|finding| finding.cause != cause);
        if gone && (!walk.failed || reached(&walk) > reached(before)) {
            return Ok(Some((lever, changed, walk)));
        }
    }
    Ok(None)
}

fn config_refused(error: &DiagnoseError) -> bool {
    let DiagnoseError::Start(StartError { cause: StepError::Management(refused), .. }) = error else {
        return false;
    };
    matches!(refused, ManagementError::Refused { path, status: 400, .. } if path.starts_with("connectors"))
}

async fn walk_twin(
    model: &Twin,
    document: &Map<String, Value>,
    project: Option<&Project>,
) -> Result<Walk, DiagnoseError> {
    let scenario = Scenario::made(document.clone(), Path::new("twin.yaml"))?;
    let mut builder = stack_for(&scenario);
    if let Some(project) = project {
        builder = builder.project(project);
    }
    let stack = builder.start().await?;
    let walked = walk_on(&stack, &scenario, model).await;
    let stopped = stack.stop().await;
    let walk = walked?;
    stopped?;
    Ok(walk)
}

async fn walk_on(stack: &Stack, scenario: &Scenario, model: &Twin) -> Result<Walk, DiagnoseError> {
    stack.start_app().await?;
    let observed = observed_walk(stack, scenario).await;
    let words = Words::new(model, stack);
    let mut stages = passed(&observed, stack.own_app().and_then(|app| app.signed_in.as_ref()));
    for stage in &mut stages {
        stage.detail = stage.detail.take().map(|detail| words.own(&detail));
    }
    Ok(Walk {
        findings: observed.report.findings.iter().map(|finding| words.finding(finding)).collect(),
        failures: observed.report.failures.iter().map(|failure| words.own(&failure.what)).collect(),
        failed: !observed.report.passed(),
        sent: Sent::on(stack, &observed.record),
        asked_resources: asked_resources(&observed),
        transcript: observed.report.transcript.to_string(),
        passed: stages,
    })
}

fn conclude(
    model: Twin,
    found: Vec<Found>,
    walks: Vec<Walk>,
    unfinished: Option<String>,
    story: Story<'_>,
    duration: Duration,
) -> Diagnosis {
    let unseen = |stage| match stage {
        // The operating system opens the app.
        Stage::AppCallback | Stage::Session | Stage::SignOut if model.ends_before_app => true,
        Stage::Session => !story.sample && story.signed_in.is_none(),
        _ => false,
    };
    let checks = Stage::ALL.into_iter().map(|stage| check(stage, &found, &walks, unseen(stage))).collect();
    Diagnosis {
        found,
        checks,
        unfinished,
        assumed: model.assumed,
        unknown: model.unknown,
        walks: walks.into_iter().map(|walk| walk.transcript).collect(),
        duration,
    }
}

fn check(stage: Stage, found: &[Found], walks: &[Walk], is_unseen: bool) -> Check {
    let seen = |walk: &Walk| {
        walk.passed.iter().find(|passed| passed.stage == stage).map(|passed| passed.detail.clone())
    };
    // It broke at the first stage that a failed walk did not pass.
    let broke_in = |walk: &Walk| {
        walk.failed
            && Stage::ALL.into_iter().find(|stage| walk.passed.iter().all(|passed| passed.stage != *stage))
                == Some(stage)
    };
    let broken = walks.iter().position(broke_in);
    let passed = walks.iter().enumerate().find_map(|(at, walk)| Some((at, seen(walk)?)));
    let (result, detail) = match (broken, passed) {
        (Some(walk), _) => {
            let at = found.iter().position(|found| found.walk == walk && found.breaks);
            (at.map_or(CheckResult::NotReached, |found| CheckResult::Broke { found }), None)
        }
        (None, Some((0, detail))) => (CheckResult::Passed, detail),
        (None, Some((repaired, detail))) => (CheckResult::PassedAfter { repaired }, detail),
        (None, None) if is_unseen => (CheckResult::NotLookedAt, None),
        (None, None) => (CheckResult::NotReached, None),
    };
    Check { stage, result, detail }
}
