//! What `diagnose` says about a set-up, held against what is true of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use logto_testkit::diagnose::{App, Case, diagnose};
use serde_json::Value;

use super::fault::{Effect, Fault, allows};
use super::set_up::SetUp;

const UNKNOWN: &str = "unknown/first-bad-hop";

/// A set-up with what is wrong with it.
pub(super) struct Drawn<'f> {
    pub(super) seed: u64,
    pub(super) faults: Vec<&'f Fault>,
    pub(super) set_up: SetUp,
}

/// What the report says, by names.
struct Said {
    findings: Vec<String>,
    warnings: Vec<String>,
}

/// The judgement about one report.
#[derive(Debug, Default)]
struct Judged {
    /// Names that are not true of the set-up.
    wrong: Vec<String>,
    first: First,
    /// Rows that were not named.
    lost: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum First {
    #[default]
    Right,
    /// True, but of a fault that shows later, or less than the row demands.
    Other,
    Unknown,
    /// Nothing was found.
    Missed,
    /// The set-up was refused, or could not be walked.
    NoAnswer,
}

struct Outcome {
    name: String,
    kind: &'static str,
    judged: Judged,
    said: String,
    /// To feed to the command.
    input: String,
}

impl Drawn<'_> {
    fn name(&self) -> String {
        let names: Vec<&str> = self.faults.iter().map(|fault| fault.name.as_str()).collect();
        if names.is_empty() { "healthy".to_owned() } else { names.join(" + ") }
    }

    fn kind(&self) -> &'static str {
        match self.faults.as_slice() {
            [] => "healthy",
            [one] if one.effect == Effect::Warns => "warning",
            [_] => "single",
            _ => "pair",
        }
    }

    fn judge(&self, said: &Said) -> Judged {
        let allowed = |id: &str| {
            self.faults.iter().any(|fault| allows(&fault.named, id) || allows(&fault.also_true, id))
        };
        let all = || said.findings.iter().chain(&said.warnings);
        let named = |fault: &Fault| all().any(|id| allows(&fault.named, id));
        let lost = self.faults.iter().filter(|fault| !named(fault)).map(|fault| fault.name.clone());
        let wrong = |id: &&String| !allowed(id) && (*id != UNKNOWN || self.faults.is_empty());
        Judged {
            wrong: all().filter(wrong).cloned().collect(),
            first: self.first(said),
            lost: lost.collect(),
        }
    }

    fn first(&self, said: &Said) -> First {
        let shows = |fault: &&Fault| match fault.effect {
            Effect::Shows(first, last) => Some((first, last)),
            Effect::Warns => None,
        };
        // Only warnings: whether they are there counts as lost, not here.
        let Some(latest) = self.faults.iter().filter_map(shows).map(|(_, last)| last).min() else {
            return First::Right;
        };
        let may_be_first = |fault: &&Fault| shows(fault).is_some_and(|(first, _)| first <= latest);
        match said.findings.first() {
            None => First::Missed,
            Some(id) if id == UNKNOWN => First::Unknown,
            Some(id) => {
                let right =
                    self.faults.iter().copied().filter(may_be_first).any(|fault| allows(&fault.named, id));
                if right { First::Right } else { First::Other }
            }
        }
    }

    async fn outcome(&self) -> Outcome {
        let (judged, said) = match said(&self.set_up).await {
            Ok(said) => (self.judge(&said), [said.findings, said.warnings].concat().join(", ")),
            Err(error) => (Judged { first: First::NoAnswer, ..Judged::default() }, error),
        };
        let input = format!("seed {}\n{}", self.seed, self.set_up);
        Outcome { name: self.name(), kind: self.kind(), judged, said, input }
    }
}

/// The one place that calls what is judged, with the files as their owner has them.
async fn said(set_up: &SetUp) -> Result<Said, String> {
    let mut case = Case::default();
    let text = |file: &Value| file.to_string();
    case.read_connector(&text(&set_up.connector), "connector.json").map_err(|error| error.to_string())?;
    if !set_up.application.is_null() {
        case.read_application(&text(&set_up.application), "application.json")
            .map_err(|error| error.to_string())?;
    }
    if !set_up.experience.is_null() {
        case.read_sign_in_experience(&text(&set_up.experience), "sign-in-experience.json")
            .map_err(|error| error.to_string())?;
    }
    if !set_up.oauth_app.is_null() {
        case.read_oauth_app(&text(&set_up.oauth_app), "huggingface.yaml")
            .map_err(|error| error.to_string())?;
    }
    let options = set_up.options.clone();
    let url = |text: Option<String>| {
        text.map(|text| text.parse().map_err(|error| format!("`{text}`: {error}"))).transpose()
    };
    case.logto_endpoint = url(options.logto_endpoint)?;
    case.app_url = url(options.app_url)?;
    case.app.app_id = options.app_id;
    case.app.app_secret = options.app_secret;
    case.app.redirect_uri = options.redirect_uri;
    case.app.post_sign_out_redirect_uri = options.post_sign_out_uri;
    case.app.scopes = options.app_scopes;
    let report = diagnose(&case, &App::Sample).await.map_err(|error| error.to_string())?.to_json();
    let ids = |member: &str| {
        let all = report[member].as_array().cloned().unwrap_or_default();
        all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    Ok(Said { findings: ids("findings"), warnings: ids("warnings") })
}

/// Diagnoses all of them, each thread with its own runtime.
pub(super) fn examined(all: &[Drawn<'_>]) -> Report {
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                while let Some(one) = all.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let outcome = runtime.block_on(one.outcome());
                    outcomes.lock().unwrap().push(outcome);
                }
            });
        }
    });
    Report { outcomes: outcomes.into_inner().unwrap() }
}

pub(super) struct Report {
    outcomes: Vec<Outcome>,
}

impl Report {
    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|outcome| is(outcome)).count()
    }

    /// False alarms among them.
    pub(super) fn wrong(&self) -> usize {
        self.count(|outcome| !outcome.judged.wrong.is_empty())
    }

    pub(super) fn no_answer(&self) -> usize {
        self.count(|outcome| outcome.judged.first == First::NoAnswer)
    }

    fn breaks(outcome: &Outcome) -> bool {
        ["single", "pair"].contains(&outcome.kind)
    }

    /// Of the broken ones.
    fn percent(&self, first: First) -> f64 {
        let of = self.count(Self::breaks);
        let such = self.count(|outcome| Self::breaks(outcome) && outcome.judged.first == first);
        100.0 * such as f64 / of.max(1) as f64
    }

    pub(super) fn right_first(&self) -> f64 {
        self.percent(First::Right)
    }

    pub(super) fn unknown(&self) -> f64 {
        self.percent(First::Unknown)
    }

    /// Of the pairs, those of which one was not named; of the warnings, those that were not given.
    pub(super) fn lost(&self, kind: &str) -> f64 {
        let of = self.count(|outcome| outcome.kind == kind);
        let lost = self.count(|outcome| outcome.kind == kind && !outcome.judged.lost.is_empty());
        100.0 * lost as f64 / of.max(1) as f64
    }
}

impl Outcome {
    /// What is not as it should be, in a word.
    fn complaint(&self) -> Option<String> {
        let judged = &self.judged;
        let loses = self.kind != "single" && !judged.lost.is_empty();
        match judged.first {
            _ if !judged.wrong.is_empty() => Some(format!("WRONG {}", judged.wrong.join(", "))),
            First::Right if loses => Some(format!("lost: {}", judged.lost.join(", "))),
            First::Right => None,
            first => Some(format!("{first:?}")),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = ["healthy", "single", "pair", "warning"]
            .map(|kind| format!("{} {kind}", self.count(|outcome| outcome.kind == kind)));
        writeln!(f, "{} set-ups ({})", self.outcomes.len(), kinds.join(", "))?;
        let alarms = self.count(|outcome| outcome.kind == "healthy" && !outcome.judged.wrong.is_empty());
        writeln!(
            f,
            "wrong claims in {} (of these {alarms} healthy), no answer {}",
            self.wrong(),
            self.no_answer()
        )?;
        writeln!(f, "right first {:.1} %, unknown {:.1} %", self.right_first(), self.unknown())?;
        writeln!(
            f,
            "one of a pair lost {:.1} %, warnings lost {:.1} %",
            self.lost("pair"),
            self.lost("warning")
        )?;
        let mut rows: BTreeMap<(&str, &str), Vec<(&Outcome, String)>> = BTreeMap::new();
        for outcome in &self.outcomes {
            if let Some(complaint) = outcome.complaint() {
                rows.entry((outcome.kind, &outcome.name)).or_default().push((outcome, complaint));
            }
        }
        for ((kind, name), complaints) in rows {
            let of = self.count(|outcome| outcome.name == name && outcome.kind == kind);
            writeln!(f, "\n{kind}: {name}: {} of {of}", complaints.len())?;
            let mut told: BTreeMap<&str, usize> = BTreeMap::new();
            for (outcome, complaint) in &complaints {
                let times = told.entry(complaint).or_default();
                *times += 1;
                // One of each is enough to begin with.
                if *times == 1 {
                    writeln!(f, "  {complaint}; said: {}", outcome.said)?;
                    for line in outcome.input.lines() {
                        writeln!(f, "    {line}")?;
                    }
                }
            }
        }
        Ok(())
    }
}
