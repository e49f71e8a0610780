//! Walks the twin, repairs what broke first, and walks it again.

use std::path::Path;
use std::time::Duration;

use kit::Stopwatch;
use serde_json::{Map, Value};

use super::addresses::uris;
use super::app::{App, Story};
use super::case::Case;
use super::checks::{AppSeen, Seen, Stage, asked_resources, seen};
use super::diagnosis::{Check, CheckResult, Diagnosis, Found};
use super::error::DiagnoseError;
use super::permissions::with_asked;
use super::repairs::{Repair, repairs};
use super::secrets::with_expiry;
use super::sent::Sent;
use super::twin::{ConfigGoes, Twin, twin};
use super::warnings::warnings;
use super::words::Words;
use crate::findings::{Cause, Evidence, Finding};
use crate::placeholder;
use crate::project::Project;
use crate::run::{observed_walk, stack_for};
use crate::scenario::Scenario;
use crate::stack::{ManagementError, Stack, StartError, StepError};

/// The maximum number of faults that are repaired in one set-up.
const REPAIRS: usize = 8;

/// One walk of the twin.
struct Walk {
    findings: Vec<Finding>,
    seen: Vec<(Stage, Seen)>,
    transcript: String,
    failures: Vec<String>,
    failed: bool,
    /// Whether the sample app took the place of your own.
    stands_in: bool,
    sent: Sent,
    /// The API resources that the app asked Logto for.
    asked_resources: Vec<String>,
    /// What the repair before this walk changed its setting to, in the person's words.
    repaired_with: String,
}

impl Walk {
    /// The stage at which it ended, as a number; beyond all stages if it passed them.
    fn end(&self) -> usize {
        let stopped = |stage: &Stage| self.seen.iter().all(|(seen, _)| seen != stage);
        let all = Stage::ALL.len();
        if self.failed { Stage::ALL.iter().position(stopped).unwrap_or(all) } else { all + 1 }
    }

    /// The stage that it did not pass.
    fn broken(&self) -> Option<Stage> {
        Stage::ALL.get(self.end()).copied()
    }

    fn has(&self, fault: &Finding) -> bool {
        self.findings.iter().any(|finding| finding.is_same_fault(fault))
    }

    /// The finding that ended it.
    fn first(&self) -> Option<&Finding> {
        self.findings.first().filter(|_| self.failed)
    }
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
    let (mut project, _) = app.told();
    let (mut model, first) = first_walk(case, app).await?;
    let mut walks = vec![first];
    let mut document = model.document.clone();
    let mut found: Vec<Found> = Vec::new();
    let mut unfinished = None;
    // Where each walk that was repaired had ended.
    let mut ends: Vec<usize> = Vec::new();
    loop {
        let at = walks.len() - 1;
        let walk = &walks[at];
        collect(&mut found, case, walk, at);
        let Some(first) = walk.first().cloned() else {
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
        // Its ID and secret are those of the stack that it was started for.
        let control = if project.take().is_some() {
            document = twin(case, Story::SAMPLE, where_config_goes(&model)).document;
            let control = walk_twin(&model, &document, None, None).await;
            match control {
                Ok(mut control) if fails_alike(&control, &first, &walks[at]) => {
                    control.stands_in = true;
                    Some(control)
                }
                Err(DiagnoseError::Start(_)) | Ok(_) => {
                    unfinished = Some(APP_ALONE.to_owned());
                    break;
                }
                Err(error) => return Err(error),
            }
        } else {
            None
        };
        if control.is_some() {
            model.assumed.push(
                "Everything after the first finding was examined with the sample app instead of yours."
                    .to_owned(),
            );
        }
        let before = control.as_ref().unwrap_or(&walks[at]);
        let (stands_in, end) = (before.stands_in, before.end());
        match repaired(&model, &document, &first, before).await? {
            Some((repair, changed, mut walk)) => {
                let is_of_it = |found: &&mut Found| found.finding.is_same_fault(&first);
                if let Some(found) = found.iter_mut().find(is_of_it).filter(|_| repair.is_advice(&first)) {
                    found.finding = found.finding.clone().placed_by_repair(&repair.name());
                    found.repaired_by = Some(repair.name());
                    found.repaired_with = Some(walk.repaired_with.clone());
                }
                walk.stands_in = stands_in;
                document = changed;
                ends.push(end);
                walks.push(walk);
            }
            None => {
                unfinished = Some(
                    "Later stages were not reached: none of the changes that were tried gets the sign-in past this."
                        .to_owned(),
                );
                break;
            }
        }
    }
    withdraw_unproven(&mut found, &walks, &ends);
    // Faults that only the configuration shows come after those that people run into.
    found.sort_by_key(|found| !found.breaks);
    let warnings = warnings(case, &found, kit::Clock::system().now());
    let elapsed = started.elapsed();
    Ok(conclude(model, found, warnings, walks, unfinished, elapsed))
}

/// Whether the sample app fails as your own does. What has no name has to end at the same stage.
fn fails_alike(control: &Walk, first: &Finding, own: &Walk) -> bool {
    match first.cause {
        Cause::Unknown => {
            control.end() == own.end() && control.first().is_some_and(|first| first.cause == Cause::Unknown)
        }
        _ => control.has(first),
    }
}

/// Where the configuration stands in a twin.
fn where_config_goes(model: &Twin) -> ConfigGoes {
    let first = model.document.get("steps").and_then(|steps| steps.get(0));
    match first.and_then(|step| step.get("administer")) {
        Some(_) => ConfigGoes::ByStep,
        None => ConfigGoes::InGiven,
    }
}

/// Why nothing is repaired for a fault that only the person's own app runs into.
const APP_ALONE: &str = "Later stages were not reached. The sample app does not run into this with the same settings: \
    look for it in your app, or in what the project says of it.";

/// Adds what a walk showed to what was found.
fn collect(found: &mut Vec<Found>, case: &Case, walk: &Walk, at: usize) {
    let named = walk.first().is_some_and(|first| first.cause != Cause::Unknown);
    for (nth, finding) in walk.findings.iter().enumerate() {
        let breaks = walk.failed && nth == 0;
        // What breaks after a named fault, and has no name, is its consequence until a walk without the fault shows it.
        if named && !breaks && finding.cause == Cause::Unknown {
            continue;
        }
        // A fault of the configuration is better reported at the point where people run into it.
        found.retain(|known| !known.finding.is_same_fault(finding) || known.breaks || !breaks);
        if !found.iter().any(|known| known.finding.is_same_fault(finding)) {
            let finding = with_expiry(case, as_given(case, finding.clone()));
            found.push(Found { finding, walk: at, breaks, repaired_by: None, repaired_with: None });
        }
    }
}

/// A repair after which another fault showed at the same stage is proven only by a later walk that gets further.
fn withdraw_unproven(found: &mut [Found], walks: &[Walk], ends: &[usize]) {
    for found in found.iter_mut().filter(|found| found.breaks) {
        let Some(end) = ends.get(found.walk) else { continue };
        if walks[found.walk + 1..].iter().all(|later| later.end() <= *end) {
            (found.repaired_by, found.repaired_with) = (None, None);
        }
    }
}

/// Logto stores only targets that a connector has, and only valid redirect URIs, and so does the twin: but
/// the person looks for what is in their own file.
fn as_given(case: &Case, mut finding: Finding) -> Finding {
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
        let Evidence::Setting { field, value } = evidence else { continue };
        if let Some(given) = &given
            && *field == "signInExperience.socialSignInConnectorTargets"
            && value != given
        {
            *value = format!("{given}; Logto drops targets that no connector has{hint}");
        }
        if let Some(member) = field.strip_prefix("application.oidcClientMetadata.") {
            let refused: Vec<String> = uris(case, member)
                .iter()
                .filter(|uri| !mock_logto::stores_uri(uri))
                .map(|uri| format!("`{uri}`"))
                .collect();
            if !refused.is_empty() {
                value.push_str(&format!(" without {}, which Logto does not store", refused.join(", ")));
            }
        }
    }
    finding
}

/// The twin of a set-up, and its first walk.
async fn first_walk(case: &Case, app: &App) -> Result<(Twin, Walk), DiagnoseError> {
    let (project, story) = app.told();
    let mut model = twin(case, story, ConfigGoes::InGiven);
    let mut walk = match walk_twin(&model, &model.document, project, None).await {
        // Logto rejects the connector's configuration: that is the first thing to go wrong.
        Err(error) if config_refused(&error) => {
            model = twin(case, story, ConfigGoes::ByStep);
            walk_twin(&model, &model.document, project, None).await?
        }
        walk => walk.map_err(with_members)?,
    };
    // A resource that the input says nothing about may well be there.
    if project.is_some()
        && let Some(case) = with_asked(case, &walk.asked_resources)
    {
        model = twin(&case, story, where_config_goes(&model));
        walk = walk_twin(&model, &model.document, project, None).await?;
    }
    // Without a record, Logto's lists are those that an app of the person's own needs: what it sends.
    let is_assumed = case.application.is_none()
        && project.is_some_and(|project| project.application.redirect_uris.is_none());
    while is_assumed && walk.failed && model.register(&walk.sent) {
        walk = walk_twin(&model, &model.document, project, None).await?;
    }
    Ok((model, walk))
}

/// Names the members of the input that Logto refuses.
fn with_members(error: DiagnoseError) -> DiagnoseError {
    let DiagnoseError::Start(StartError { cause: StepError::Management(refused), .. }) = &error else {
        return error;
    };
    let ManagementError::Refused { path, status: 400 | 422, body, .. } = refused else { return error };
    let part = match path.split('/').next() {
        Some("sign-in-exp") => "the sign-in experience",
        Some("applications") => "the application",
        Some("resources") => "the API resources",
        _ => return error,
    };
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let issues = body.pointer("/data/issues").and_then(Value::as_array).into_iter().flatten();
    let issues: Vec<String> = issues
        .filter_map(|issue| {
            let path = issue.get("path")?.as_array()?.iter();
            let path: Vec<String> =
                path.map(|name| name.as_str().map_or_else(|| name.to_string(), ToOwned::to_owned)).collect();
            Some(format!("`{}`: {}", path.join("."), issue.get("message")?.as_str()?))
        })
        .collect();
    let message = || body.get("message").and_then(Value::as_str).unwrap_or("invalid").to_owned();
    let what = if issues.is_empty() { message() } else { issues.join(", ") };
    DiagnoseError::Setting { part, what }
}

/// The twin of a set-up, and the first finding of its walk.
pub(super) async fn modeled(case: &Case, app: &App) -> Result<(Twin, Option<Cause>), DiagnoseError> {
    let (twin, walk) = first_walk(case, app).await?;
    Ok((twin, walk.findings.first().map(|first| first.cause)))
}

/// The first finding of a scenario's walk.
pub(super) async fn first_finding(scenario: &Scenario) -> Result<Option<Cause>, DiagnoseError> {
    let stack = Box::pin(stack_for(scenario).start()).await?;
    let walked = Box::pin(observed_walk(&stack, scenario)).await;
    stack.stop().await?;
    Ok(walked.report.findings.first().map(|first| first.cause))
}

/// Tries one repair after the other, until the sign-in gets past this finding.
async fn repaired(
    model: &Twin,
    document: &Map<String, Value>,
    finding: &Finding,
    before: &Walk,
) -> Result<Option<(Repair, Map<String, Value>, Walk)>, DiagnoseError> {
    // What the evidence does not name may have been changed in vain: another fault only hides the one before it.
    let mut after_another = None;
    for repair in repairs(document, finding, &before.sent) {
        if after_another.is_some() && !repair.is_close() {
            break;
        }
        let changed = repair.applied(document);
        let walk = match walk_twin(model, &changed, None, Some(&repair)).await {
            Ok(walk) => walk,
            // A repair that makes the twin impossible does not count.
            Err(DiagnoseError::Start(_) | DiagnoseError::Scenario(_)) => continue,
            Err(error) => return Err(error),
        };
        // Another fault at the same stage, once this one is gone: the repair holds, and the search goes on with it.
        let other = walk.first().is_some_and(|other| {
            walk.end() == before.end()
                && repair.is_close()
                && !repair.may_cause(other)
                && other.cause != Cause::Unknown
                && finding.cause != Cause::Unknown
        });
        let gone = !walk.has(finding);
        if gone && (walk.end() > before.end() || other && repair.is_named()) {
            return Ok(Some((repair, changed, walk)));
        }
        if gone && other {
            after_another.get_or_insert((repair, changed, walk));
        }
    }
    Ok(after_another)
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
    repair: Option<&Repair>,
) -> Result<Walk, DiagnoseError> {
    let scenario = Scenario::made(document.clone(), Path::new("twin.yaml"))?;
    let mut builder = stack_for(&scenario);
    if let Some(project) = project {
        builder = builder.project(project);
    }
    // Their futures are large, and a thread of a test has 2 MiB of stack.
    let stack = Box::pin(builder.start()).await?;
    let walked = Box::pin(walk_on(&stack, &scenario, model, repair)).await;
    let stopped = stack.stop().await;
    let walk = walked?;
    stopped?;
    Ok(walk)
}

async fn walk_on(
    stack: &Stack,
    scenario: &Scenario,
    model: &Twin,
    repair: Option<&Repair>,
) -> Result<Walk, DiagnoseError> {
    stack.start_app().await?;
    let observed = observed_walk(stack, scenario).await;
    let words = Words::new(model, stack);
    let app = match stack.own_app() {
        Some(app) => AppSeen::Own(app.signed_in.as_ref()),
        None if model.ends_before_app => AppSeen::Opened,
        None => AppSeen::Sample,
    };
    let own = |(stage, seen): (Stage, Seen)| match seen {
        Seen::Passed(detail) => (stage, Seen::Passed(detail.map(|detail| words.own(&detail)))),
        not_shown @ Seen::NotShown(_) => (stage, not_shown),
    };
    let names = stack.names();
    let filled = |text: String| {
        let filled = placeholder::fill(&text, |name| names.get(name), || names.all()).unwrap_or(text);
        words.own(&filled)
    };
    Ok(Walk {
        findings: observed
            .report
            .findings
            .iter()
            .map(|finding| model.meant(words.finding(finding)))
            .collect(),
        failures: observed.report.failures.iter().map(|failure| words.own(&failure.what)).collect(),
        failed: !observed.report.passed(),
        transcript: observed.report.transcript.to_string(),
        seen: seen(&observed, app).into_iter().map(own).collect(),
        stands_in: model.stands_in,
        sent: Sent::on(stack, &observed.record),
        asked_resources: asked_resources(&observed),
        repaired_with: repair.map_or_else(String::new, |repair| filled(repair.says())),
    })
}

fn conclude(
    model: Twin,
    found: Vec<Found>,
    warnings: Vec<Finding>,
    walks: Vec<Walk>,
    unfinished: Option<String>,
    duration: Duration,
) -> Diagnosis {
    let checks = Stage::ALL.into_iter().map(|stage| check(stage, &found, &walks)).collect();
    Diagnosis {
        found,
        warnings,
        checks,
        unfinished,
        assumed: model.assumed,
        unknown: model.unknown,
        walks: walks.into_iter().map(|walk| walk.transcript).collect(),
        duration,
    }
}

/// The stages at which the person's own app takes part.
const OF_THE_APP: [Stage; 5] =
    [Stage::SignInBegins, Stage::AppRequest, Stage::AppCallback, Stage::Session, Stage::SignOut];

fn check(stage: Stage, found: &[Found], walks: &[Walk]) -> Check {
    let seen = |walk: &Walk| walk.seen.iter().find(|(seen, _)| *seen == stage).map(|(_, seen)| seen.clone());
    let broken = walks.iter().position(|walk| walk.broken() == Some(stage));
    let shown = walks.iter().enumerate().find_map(|(at, walk)| Some((at, walk.stands_in, seen(walk)?)));
    let not_checked = |why: &str| (CheckResult::NotLookedAt, Some(why.to_owned()));
    let (result, detail) = match (broken, shown) {
        (Some(walk), _) => {
            let at = found.iter().position(|found| found.walk == walk && found.breaks);
            (at.map_or(CheckResult::NotReached, |found| CheckResult::Broke { found }), None)
        }
        (None, Some((_, true, _))) if OF_THE_APP.contains(&stage) => {
            not_checked("not checked with your app: the sample app took its place")
        }
        (None, Some((_, _, Seen::NotShown(why)))) => not_checked(why),
        (None, Some((0, _, Seen::Passed(detail)))) => (CheckResult::Passed, detail),
        (None, Some((repaired, _, Seen::Passed(detail)))) => (CheckResult::PassedAfter { repaired }, detail),
        (None, None) if walks.iter().any(|walk| !walk.failed) => {
            not_checked("not checked: the walk does not show it")
        }
        (None, None) => (CheckResult::NotReached, None),
    };
    Check { stage, result, detail }
}
