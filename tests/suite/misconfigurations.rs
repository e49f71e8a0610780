//! Set-ups without a rule written for them: single faults and pairs of faults,
//! generated from a seed. The first finding must nearly always be the right one,
//! and a wrong claim is never allowed: where nothing proves a cause, the finding
//! is `unknown/first-bad-hop`.

mod at_huggingface;
mod faults;
mod in_logto;
mod in_the_app;
mod levers;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kit::Random;
use logto_testkit::{Scenario, diagnosed_walk, stack_for};
use serde_json::{Value, json};

use faults::{Fault, allows, merged};

const SEED: u64 = 20_261_128;
/// How many of all possible pairs are tried.
const PAIRS: usize = 260;
/// The percentage of broken walks whose first finding must be right.
const GOAL: f64 = 95.0;
const UNKNOWN: &str = "unknown/first-bad-hop";

/// One or two faults in one set-up.
struct Misconfiguration<'f> {
    faults: Vec<&'f Fault>,
    /// Faults that do not break the walk, by name.
    harmless: &'f [String],
}

/// The result of a walk.
struct Outcome {
    name: String,
    verdict: Verdict,
}

enum Verdict {
    /// Nothing broke, and no wrong claim was made.
    Harmless,
    Right,
    Unknown(String),
    /// Broken, and nothing was found.
    Missed(String),
    Wrong(String),
}

impl Misconfiguration<'_> {
    fn name(&self) -> String {
        if self.faults.is_empty() {
            return "nothing wrong".to_owned();
        }
        self.faults.iter().map(|fault| fault.name.as_str()).collect::<Vec<_>>().join(" + ")
    }

    /// Causes that are true of the fault that shows first; of two at the same stop, either may show.
    fn first(&self) -> Vec<&'static str> {
        let shows = || self.faults.iter().filter(|fault| !self.harmless.contains(&fault.name));
        let stop = shows().map(|fault| fault.stop).min().unwrap_or_default();
        let first = shows().filter(|fault| fault.stop == stop);
        first.flat_map(|fault| fault.causes.iter().copied()).collect()
    }

    /// Causes that are true of any of them.
    fn any(&self) -> Vec<&'static str> {
        self.faults.iter().flat_map(|fault| fault.causes.iter().copied()).collect()
    }

    fn scenario(&self) -> String {
        let given = self.faults.iter().fold(base(), |given, fault| merged(given, fault.given.clone()));
        let steps = json!([
            { "visit": "/sign-in", "expect": { "status": 200 } },
            { "continue_with": "huggingface", "expect": { "status": 200 } },
            { "sign_in_as": "ada", "expect": { "session": {} } },
            { "visit": "/sign-out", "expect": { "at": "[APP]/", "session": "none" } },
        ]);
        json!({ "description": self.name(), "given": given, "steps": steps }).to_string()
    }

    async fn walked(&self) -> Verdict {
        let text = self.scenario();
        let scenario = Scenario::parse(&text, Path::new("misconfiguration.yaml"))
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        let stack = match stack_for(&scenario).start().await {
            Ok(stack) => stack,
            Err(error) => panic!("{}: {error}\n{text}", self.name()),
        };
        let report = diagnosed_walk(&stack, &scenario).await;
        stack.stop().await.unwrap();
        let failure = || report.failures.first().map_or_else(String::new, |failure| failure.what.clone());
        let any = self.any();
        let wrong = report.findings.iter().find(|finding| {
            let id = finding.cause.id();
            id != UNKNOWN && !allows(&any, id)
        });
        if let Some(wrong) = wrong {
            return Verdict::Wrong(format!("{wrong}\n{}", failure()));
        }
        match report.findings.first().map(|first| first.cause.id()) {
            None if report.passed() => Verdict::Harmless,
            None => Verdict::Missed(failure()),
            Some(UNKNOWN) => Verdict::Unknown(failure()),
            Some(first) if allows(&self.first(), first) => Verdict::Right,
            // True, but of a fault that would show later.
            Some(_) => Verdict::Wrong(format!("{}\n{}", report.findings[0], failure())),
        }
    }
}

/// The healthy set-up, with client id and secret known in advance.
fn base() -> Value {
    json!({
        "huggingface": { "app": { "client_id": faults::CLIENT_ID, "secret": faults::SECRET } },
        "connector": { "scope": "openid profile email" },
        "app": { "scopes": ["email"] },
    })
}

fn all_faults(random: &Random) -> Vec<Fault> {
    let mut faults = at_huggingface::faults(random);
    faults.extend(in_logto::faults(random));
    faults.extend(in_the_app::faults(random));
    faults.extend(levers::faults());
    faults
}

/// Different pairs of faults that do not touch the same setting.
fn pairs<'f>(faults: &'f [Fault], harmless: &'f [String], random: &Random) -> Vec<Misconfiguration<'f>> {
    let mut drawn: Vec<(usize, usize)> = Vec::new();
    let draw = || usize::from(u16::from_le_bytes(random.bytes())) % faults.len();
    while drawn.len() < PAIRS {
        let (a, b) = (draw(), draw());
        let apart = faults[a].touches != faults[b].touches;
        if apart && !drawn.contains(&(a, b)) {
            drawn.push((a, b));
        }
    }
    drawn
        .into_iter()
        .map(|(a, b)| Misconfiguration { faults: vec![&faults[a], &faults[b]], harmless })
        .collect()
}

/// Walks in parallel, each thread with its own runtime.
fn walked(all: &[Misconfiguration<'_>]) -> Vec<Outcome> {
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                while let Some(one) = all.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let verdict = runtime.block_on(one.walked());
                    outcomes.lock().unwrap().push(Outcome { name: one.name(), verdict });
                }
            });
        }
    });
    outcomes.into_inner().unwrap()
}

struct Judged {
    told: String,
    wrong: usize,
    percent: f64,
}

fn judged(what: &str, outcomes: &[Outcome]) -> Judged {
    let count = |wanted: fn(&Verdict) -> bool| outcomes.iter().filter(|one| wanted(&one.verdict)).count();
    let harmless = count(|verdict| matches!(verdict, Verdict::Harmless));
    let right = count(|verdict| matches!(verdict, Verdict::Right));
    let broken = outcomes.len() - harmless;
    let percent = 100.0 * right as f64 / broken.max(1) as f64;
    let mut told = format!(
        "{what}: {} set-ups, {harmless} of them work; of {broken} that break {right} have the right first finding ({percent:.1} %)\n",
        outcomes.len()
    );
    for one in outcomes {
        match &one.verdict {
            Verdict::Unknown(why) => told.push_str(&format!("  unknown  {}: {why}\n", one.name)),
            Verdict::Missed(why) => told.push_str(&format!("  missed   {}: {why}\n", one.name)),
            Verdict::Wrong(why) => told.push_str(&format!("  WRONG    {}: {why}\n", one.name)),
            Verdict::Harmless | Verdict::Right => {}
        }
    }
    Judged { told, wrong: count(|verdict| matches!(verdict, Verdict::Wrong(_))), percent }
}

fn believed(told: &[Judged]) {
    for judged in told {
        println!("{}", judged.told);
        assert_eq!(judged.wrong, 0, "{}", judged.told);
        assert!(judged.percent >= GOAL, "{}", judged.told);
    }
}

fn single(fault: &Fault) -> Misconfiguration<'_> {
    Misconfiguration { faults: vec![fault], harmless: &[] }
}

#[test]
fn of_every_fourth_fault_the_first_finding_is_right_and_no_claim_is_wrong() {
    let faults = all_faults(&Random::seeded(SEED));
    let singles = walked(&faults.iter().step_by(4).map(single).collect::<Vec<_>>());
    believed(&[judged("every fourth fault", &singles)]);
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn of_all_faults_and_of_pairs_the_first_finding_is_right_and_no_claim_is_wrong() {
    let random = Random::seeded(SEED);
    let faults = all_faults(&random);
    assert!(faults.len() >= 200, "{} faults", faults.len());
    let singles = walked(&faults.iter().map(single).collect::<Vec<_>>());
    let works = singles.iter().filter(|one| matches!(one.verdict, Verdict::Harmless));
    let harmless: Vec<String> = works.map(|one| one.name.clone()).collect();
    let pairs = walked(&pairs(&faults, &harmless, &random));
    believed(&[judged("single faults", &singles), judged("pairs of faults", &pairs)]);
}

#[test]
fn the_healthy_set_up_is_healthy() {
    let none = Misconfiguration { faults: vec![], harmless: &[] };
    let outcomes = walked(std::slice::from_ref(&none));
    assert!(matches!(outcomes[0].verdict, Verdict::Harmless));
}
