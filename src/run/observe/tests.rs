//! Checks that the findings need every rule, that no rule reports without cause, and that none reads our own
//! prose.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use kit::{Note, Outcome};

use super::super::stack_for;
use super::super::walk::tell;
use super::*;
use crate::findings::{Cause, by_rules, rule_names};
use crate::scenario::BackendKind;
use crate::{Scenario, scenario};

/// The scenarios that the embedded Logto supports.
fn scenarios() -> Vec<Scenario> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = scenario::find(&[root]).unwrap();
    let all = files.iter().flat_map(|file| Scenario::load_all(file).unwrap());
    all.filter(|scenario| scenario.skipped_on(BackendKind::Embedded).is_none()).collect()
}

/// What the walks of all scenarios show.
struct Looked {
    /// Scenarios whose first finding is not the one that they name.
    wrong: Vec<String>,
    /// Rules without which every scenario still has its finding.
    unmissed: BTreeSet<&'static str>,
    /// Scenarios whose findings change if our texts are worded differently.
    by_wording: Vec<String>,
    /// The number of notes in all walks.
    notes: usize,
}

/// Every scenario is walked once, for all tests.
static LOOKED: LazyLock<Looked> = LazyLock::new(|| {
    let looked = Mutex::new(Looked {
        wrong: vec![],
        unmissed: rule_names().into_iter().collect(),
        by_wording: vec![],
        notes: 0,
    });
    let (scenarios, next) = (scenarios(), AtomicUsize::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::SeqCst)) {
                    runtime.block_on(walked(scenario, &looked));
                }
            });
        }
    });
    looked.into_inner().unwrap()
});

async fn walked(scenario: &Scenario, looked: &Mutex<Looked>) {
    let stack = stack_for(scenario).start().await.unwrap();
    let mut person = Person::new(&stack);
    tell(&mut person, scenario, false).await;
    let around = Around::read(&person).await;
    look(scenario, &around.seen_by(&person), looked);
    stack.stop().await.unwrap();
}

/// Applies all rules, then all but each one, then all to the same observation with other texts.
fn look(scenario: &Scenario, seen: &Observed<'_>, looked: &Mutex<Looked>) {
    let expected = scenario.finding.map(|(cause, _)| cause);
    let first = |found: &[Finding]| found.first().map(|first| first.cause);
    let found = findings(seen);
    if first(&found) != expected {
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        looked.lock().unwrap().wrong.push(format!("{}: {}", scenario.name(), told.join("\n\n")));
    }
    // Without a finding, no rule can be missed.
    let unmissed = if found.is_empty() { BTreeSet::new() } else { looked.lock().unwrap().unmissed.clone() };
    for rule in unmissed {
        if first(&by_rules(seen, |name| name != rule)) != expected {
            looked.lock().unwrap().unmissed.remove(rule);
        }
    }
    let causes = |found: &[Finding]| -> Vec<(Cause, Option<usize>)> {
        found.iter().map(|finding| (finding.cause, finding.hop)).collect()
    };
    let texts: [fn(&Note) -> &'static str; 2] = [|note| note.code, |_| ""];
    for text in texts {
        let record = reworded(seen.record, text);
        let other = findings(&Observed { record: &record, ..seen.clone() });
        if causes(&other) != causes(&found) {
            let told = format!("{}: {:?} became {:?}", scenario.name(), causes(&found), causes(&other));
            looked.lock().unwrap().by_wording.push(told);
        }
    }
    looked.lock().unwrap().notes += seen.record.entries().map(|entry| entry.notes.len()).sum::<usize>();
}

/// The record, with every text of ours replaced by another one.
fn reworded(record: &Record, text: fn(&Note) -> &'static str) -> Record {
    let mut record = record.clone();
    for entry in record.entries_mut() {
        let fault = match &mut entry.outcome {
            Outcome::Fault(fault) => Some(fault),
            Outcome::Pending | Outcome::Response(_) => None,
        };
        for note in entry.notes.iter_mut().chain(fault) {
            note.text = text(note).into();
        }
    }
    for fault in record.hops.iter_mut().filter_map(|hop| hop.response.fault.as_mut()) {
        *fault = "".into();
    }
    record
}

/// A scenario names the first finding of its walk, or no finding if nothing is wrong. Without any one of the
/// rules, at least one scenario no longer has its finding.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn no_scenario_is_told_wrong_and_none_of_the_rules_can_be_left_out() {
    let names = rule_names();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "a rule is listed twice");
    assert!(LOOKED.wrong.is_empty(), "{}", LOOKED.wrong.join("\n\n"));
    let short = |name: &&'static str| name.rsplit("::rules::").next().unwrap_or_default();
    // About apps of your own: `tests/suite/back_channel.rs` needs them.
    let of_own_apps = [
        "request::endpoint_path",
        "callback::not_asked",
        "app::cookie_dropped",
        "network::app_got_no_connection",
        "tokens::algorithm",
    ];
    // Only in a person's settings may the app have Logto's address, or an endpoint be at a host that does not answer:
    // `tests/suite/diagnose.rs` and `tests/suite/generated/` show them.
    let of_settings = ["redirect_uri::callback_of_logto", "endpoint::authorization"];
    let elsewhere = |name: &&str| of_own_apps.contains(name) || of_settings.contains(name);
    let told = LOOKED.unmissed.iter().map(short).filter(|name| !elsewhere(name));
    let told: Vec<&str> = told.collect();
    assert!(
        told.is_empty(),
        "no scenario needs {1} of {0} rules: write one whose `finding` needs the rule, or delete the rule: {2}",
        names.len(),
        told.len(),
        told.join(", ")
    );
}

/// A diagnosis does not depend on how a party words its reasons: with the code in place of every text, and
/// with no text at all, each walk has the same findings at the same hops.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn findings_do_not_depend_on_the_wording_of_notes() {
    assert!(LOOKED.notes > 0, "no walk left a note");
    assert!(LOOKED.by_wording.is_empty(), "{}", LOOKED.by_wording.join("\n"));
}
