//! From text to [`Scenario`]; errors have file, line, column and a hint.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kit::files;
use mock_logto::Version;
use serde_json::{Map, Value};

use super::capture::Capture;
use super::change::answers_work;
use super::error::ScenarioError;
use super::expand::{Expanded, expand, walks};
use super::model::{BackendKind, Needs, Scenario, Step};
use super::permissions;
use super::raw::RawScenario;
use super::verb::{RawStep, Verb};
use crate::document::hint::nearest;
use crate::document::node::{Kind, Node, Place};
use crate::document::typed::{Placed, known, typed};
use crate::findings::Cause;
use crate::placeholder::{self, KNOWN_NAMES};

/// A longer wait than this makes sense only if the clock can be advanced.
const REAL_WAIT_LIMIT: Duration = Duration::from_secs(60);

impl Scenario {
    /// Reads a file that contains one scenario.
    ///
    /// # Errors
    /// [`ScenarioError`] with file, line, column and a hint; [`ScenarioError::Cases`] if the file
    /// contains a table of cases.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        single(Self::load_all(path)?, path)
    }

    /// Reads a file: one scenario, or one for each of its cases.
    ///
    /// # Errors
    /// [`ScenarioError`] with file, line, column and a hint.
    pub fn load_all(path: &Path) -> Result<Vec<Self>, ScenarioError> {
        Self::parse_all(&read(path)?, path)
    }

    /// Parses text that contains one scenario; `path` is used in messages, for the name, and to
    /// resolve includes.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ScenarioError> {
        single(Self::parse_all(text, path)?, path)
    }

    /// Parses text: one scenario, or one for each of its cases.
    ///
    /// # Errors
    /// As [`Scenario::load_all`].
    pub fn parse_all(text: &str, path: &Path) -> Result<Vec<Self>, ScenarioError> {
        expand(text, path)?.into_iter().map(|expanded| checked(expanded, path)).collect()
    }

    /// A generated scenario that was not read from a file: `path` is used in messages.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub(crate) fn made(document: Map<String, Value>, path: &Path) -> Result<Self, ScenarioError> {
        let at = Place { file: Arc::new(path.to_owned()), line: 1, column: 1 };
        let all = walks(Node::of(Value::Object(document), &at))?;
        single(all.into_iter().map(|expanded| checked(expanded, path)).collect::<Result<_, _>>()?, path)
    }

    /// The name: the path below `scenarios/` without its extension, and the case.
    ///
    /// ```
    /// # use logto_testkit::Scenario;
    /// let text = "description: x\nsteps:\n  - visit: /\n";
    /// let scenario = Scenario::parse(text, "scenarios/sign-in/first-visit.yaml".as_ref())?;
    /// assert_eq!(scenario.name(), "sign-in/first-visit");
    /// # Ok::<(), logto_testkit::ScenarioError>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> String {
        let path = self.path.with_extension("");
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let below = parts.iter().rposition(|part| part == "scenarios").map_or(0, |at| at + 1);
        // Outside a `scenarios` folder, use the file name alone.
        let start = if below == 0 { parts.len().saturating_sub(1) } else { below };
        let name = parts[start..].join("/");
        match &self.case {
            Some(case) => format!("{name}@{case}"),
            None => name,
        }
    }

    /// Why it cannot run on a backend; `None` if it can.
    #[must_use]
    pub fn skipped_on(&self, backend: BackendKind) -> Option<String> {
        let needs = self.needs.as_ref().filter(|needs| !needs.backends.contains(&backend))?;
        let backends: Vec<String> = needs.backends.iter().map(ToString::to_string).collect();
        Some(format!("needs {}: {}", backends.join(" or "), needs.because.trim()))
    }

    /// Why it cannot run on a Logto of this version; `None` if it can.
    #[must_use]
    pub fn skipped_in(&self, version: Version) -> Option<String> {
        let needs = self.needs.as_ref()?;
        let since = needs.since.filter(|since| version < since.0)?.0;
        Some(format!("needs Logto {since}: {}", needs.because.trim()))
    }
}

/// One walk of a file as plain values, with the name of its case.
pub(crate) type Document = (Option<String>, Map<String, Value>);

/// The walks of a file as plain values, with includes and parameters resolved.
pub(crate) fn documents(path: &Path) -> Result<Vec<Document>, ScenarioError> {
    let text = read(path)?;
    // Errors of files that are not scenarios are reported with their position.
    Scenario::parse_all(&text, path)?;
    let expanded = expand(&text, path)?;
    let plain = |Expanded { case, root, .. }: Expanded| match root.plain() {
        Value::Object(members) => (case, members),
        _ => (case, Map::new()),
    };
    Ok(expanded.into_iter().map(plain).collect())
}

fn read(path: &Path) -> Result<String, ScenarioError> {
    files::read_text(path, files::SETTINGS_LIMIT)
        .map_err(|source| ScenarioError::Read { path: path.to_owned(), source })
}

fn single(mut scenarios: Vec<Scenario>, path: &Path) -> Result<Scenario, ScenarioError> {
    match (scenarios.pop(), scenarios.len()) {
        (Some(scenario), 0) => Ok(scenario),
        (_, others) => Err(ScenarioError::Cases { path: path.to_owned(), count: others + 1 }),
    }
}

fn checked(expanded: Expanded, path: &Path) -> Result<Scenario, ScenarioError> {
    let Expanded { case, root, notes } = expanded;
    let raw: RawScenario = typed(&root).map_err(|error| ScenarioError::typed(error, &root.at))?;
    if raw.description.value.trim().is_empty() {
        let hint = Some("say in one sentence who does what, and with what result".to_owned());
        return Err(ScenarioError::at(&raw.description.at, "`description` is empty", hint));
    }
    if raw.steps.value.is_empty() {
        return Err(ScenarioError::at(&raw.steps.at, "`steps` is empty", None));
    }
    let mut names: BTreeSet<String> = KNOWN_NAMES.iter().map(ToString::to_string).collect();
    if let Some(given) = root.get("given") {
        names_known(given, &names)?;
        rules_kept(&raw, given)?;
    }
    let needs = raw.needs.map(needs).transpose()?;
    let nodes = match root.get("steps").map(|steps| &steps.kind) {
        Some(Kind::List(nodes)) => nodes.as_slice(),
        _ => &[],
    };
    let mut steps: Vec<Step> = Vec::new();
    for (step, node) in raw.steps.value.into_iter().zip(nodes) {
        names_known(node, &names)?;
        let at = step.at.clone();
        let step = checked_step(step)?;
        check_tab(&step, &steps, &at)?;
        check_page(&step, &steps, &at)?;
        if let Verb::Wait(time) = step.verb
            && time > REAL_WAIT_LIMIT
            && needs.as_ref().is_none_or(|needs| needs.backends != [BackendKind::Embedded])
        {
            let message = "with a real Logto this really waits that long";
            let hint = "add `needs: { backends: [embedded], because: … }`: the embedded Logto's clock is advanced instead";
            return Err(ScenarioError::at(&at, message, Some(hint.to_owned())));
        }
        names.extend(step.capture.iter().map(|capture| capture.name.clone()));
        steps.push(step);
    }
    Ok(Scenario {
        path: path.to_owned(),
        case,
        description: raw.description.value,
        source: raw.source,
        finding: raw.finding.map(finding).transpose()?,
        needs,
        given: raw.given,
        steps,
        notes,
    })
}

/// Checks rules between the values of `given` that their types cannot express.
fn rules_kept(raw: &RawScenario, given: &Node) -> Result<(), ScenarioError> {
    let place = |member: &str| {
        let node = given.get("huggingface").and_then(|node| node.get(member)).unwrap_or(given);
        node.at.clone()
    };
    if let Some(endpoint) = &raw.given.logto.endpoint
        && url::Url::parse(endpoint).is_err()
    {
        let node = given.get("logto").and_then(|node| node.get("endpoint")).unwrap_or(given);
        return Err(ScenarioError::at(&node.at, format!("`{endpoint}` is not a valid URL"), None));
    }
    let known_users: Vec<String> =
        mock_huggingface::Config::default().users.into_iter().map(|user| user.username).collect();
    let names: Vec<&str> = known_users.iter().map(String::as_str).collect();
    for user in &raw.given.huggingface.users {
        if !names.contains(&user.as_str()) {
            let hint = known(user, &names).map(|hint| format!("{hint}; add others under `accounts`"));
            let message = format!("Hugging Face has no user `{user}`");
            return Err(ScenarioError::at(&place("users"), message, hint));
        }
    }
    let accounts = raw.given.huggingface.config();
    accounts.check().map_err(|broken| ScenarioError::at(&place("accounts"), broken.to_string(), None))?;
    answers_work(&raw.given.huggingface.answers)
        .map_err(|broken| ScenarioError::typed(broken, &place("answers")))?;
    let there = raw.given.huggingface.accounts_there();
    let names: Vec<&str> = there.iter().map(String::as_str).collect();
    for identity in raw.given.users.iter().flat_map(|user| &user.identities) {
        if !names.contains(&identity.account.as_str()) {
            let message = format!("Hugging Face has no user `{}`", identity.account);
            let at = given.get("users").unwrap_or(given).at.clone();
            return Err(ScenarioError::at(&at, message, known(&identity.account, &names)));
        }
    }
    permissions::check(&raw.given, given, raw.needs.as_ref().map(|needs| &needs.value))
}

fn needs(needs: Placed<Needs>) -> Result<Needs, ScenarioError> {
    if needs.value.backends.is_empty() {
        return Err(ScenarioError::at(
            &needs.at,
            "`needs.backends` is empty: the scenario could not run anywhere",
            None,
        ));
    }
    if needs.value.because.trim().is_empty() {
        let hint = Some("it is shown when the scenario is skipped".to_owned());
        return Err(ScenarioError::at(&needs.at, "`needs.because` is empty", hint));
    }
    Ok(needs.value)
}

fn finding(named: Placed<String>) -> Result<(Cause, u64), ScenarioError> {
    let Some(cause) = Cause::by_id(&named.value) else {
        let all: Vec<&str> = Cause::all().into_iter().map(Cause::id).collect();
        let hint = nearest(&named.value, all.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let hint = hint.unwrap_or_default() + " see docs/findings.md for the list";
        let message = format!("unknown finding `{}`", named.value);
        return Err(ScenarioError::at(&named.at, message, Some(hint.trim().to_owned())));
    };
    Ok((cause, named.at.line))
}

/// Rejects a name that is not defined, or not yet.
fn names_known(node: &Node, names: &BTreeSet<String>) -> Result<(), ScenarioError> {
    node.texts(&mut |text, at| {
        let Some(stranger) = placeholder::names(text).into_iter().find(|name| !names.contains(*name)) else {
            return Ok(());
        };
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let hint =
            known(stranger, &all).map(|hint| format!("{hint}; `capture` defines names for what a step saw"));
        Err(ScenarioError::at(at, format!("[{stranger}] is not defined here"), hint))
    })
}

fn check_tab(step: &Step, before: &[Step], at: &Place) -> Result<(), ScenarioError> {
    let browsers = before.iter().map(|step| step.browser).max().unwrap_or(1);
    let same = before.iter().filter(|other| other.browser == step.browser);
    let tabs = same.map(|step| step.tab).max().unwrap_or(0);
    let message = match step.tab {
        _ if step.browser == 0 => "browsers are numbered from 1".to_owned(),
        _ if step.browser > browsers + 1 => {
            format!("browser {} is used before browser {}", step.browser, browsers + 1)
        }
        _ if step.browser > browsers && !matches!(step.verb, Verb::Visit(_)) => {
            format!("browser {} is new and empty: start with `visit`", step.browser)
        }
        0 => "tabs are numbered from 1".to_owned(),
        tab if tab > tabs + 1 => format!("tab {tab} is used before tab {}", tabs + 1),
        tab if tab > tabs && tab > 1 && !matches!(step.verb, Verb::Visit(_)) => {
            format!("tab {tab} is new and empty: start with `visit`")
        }
        _ => return Ok(()),
    };
    Err(ScenarioError::at(at, message, None))
}

/// Rejects an action on the page of a tab that has not visited one.
fn check_page(step: &Step, before: &[Step], at: &Place) -> Result<(), ScenarioError> {
    let mut in_tab = before.iter().filter(|other| (other.browser, other.tab) == (step.browser, step.tab));
    if !step.verb.needs_page() || in_tab.any(|other| matches!(other.verb, Verb::Visit(_))) {
        return Ok(());
    }
    let hint = Some("for example `- visit: /`".to_owned());
    Err(ScenarioError::at(at, "the first step in a tab must be `visit`", hint))
}

fn checked_step(step: Placed<RawStep>) -> Result<Step, ScenarioError> {
    let Placed { at, value: mut raw } = step;
    let verb = raw.verb().map_err(|error| ScenarioError::typed(error, &at))?;
    // For `at_huggingface`, expected answers are not checked.
    let asks = matches!(verb, Verb::Administer(_) | Verb::AtHuggingFace(_));
    if raw.expect.answered.is_some() && !asks {
        let hint = Some("use `answered` only in a step with `administer`".to_owned());
        return Err(ScenarioError::at(&at, "this step does not call the Management API", hint));
    }
    let tab = raw.tab.map_or(1, |tab| tab.value);
    let browser = raw.browser.map_or(1, |browser| browser.value);
    let capture = raw.capture.into_iter().map(|(name, source)| Capture::checked(name, source));
    let capture = capture.collect::<Result<_, _>>()?;
    Ok(Step {
        file: PathBuf::clone(&at.file),
        line: at.line,
        verb,
        browser,
        tab,
        expect: raw.expect,
        capture,
    })
}
