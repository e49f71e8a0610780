//! Whether every rule of the findings is needed, and none speaks without need.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::stack_for;
use super::super::walk::tell;
use super::*;
use crate::findings::{by_rules, rule_names};
use crate::scenario::BackendKind;
use crate::{Scenario, scenario};

/// Those that the embedded Logto can play.
fn scenarios() -> Vec<Scenario> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = scenario::find(&[root]).unwrap();
    let all = files.iter().flat_map(|file| Scenario::load_all(file).unwrap());
    all.filter(|scenario| scenario.skipped_on(BackendKind::Embedded).is_none()).collect()
}

/// Which rules no scenario has missed yet, and what was found where nothing is wrong.
struct Tally {
    unmissed: Mutex<BTreeSet<&'static str>>,
    wrong: Mutex<Vec<String>>,
}

impl Tally {
    /// Walks a scenario once, and asks all rules, and then all but each.
    async fn walked(&self, scenario: &Scenario) {
        let stack = stack_for(scenario).unwrap().start().await.unwrap();
        let mut person = Person::new(&stack);
        tell(&mut person, scenario, false).await;
        let around = Around::read(&person).await;
        let seen = around.seen_by(&person);
        let expected = scenario.finding.map(|(cause, _)| cause);
        let first = |found: Vec<Finding>| found.first().map(|first| first.cause);
        let found = findings(&seen);
        if first(found.clone()) != expected {
            let told: Vec<String> = found.iter().map(ToString::to_string).collect();
            self.wrong.lock().unwrap().push(format!("{}: {}", scenario.name(), told.join("\n\n")));
        }
        let unmissed = self.unmissed.lock().unwrap().clone();
        for rule in unmissed {
            if first(by_rules(&seen, |name| name != rule)) != expected {
                self.unmissed.lock().unwrap().remove(rule);
            }
        }
        stack.stop().await.unwrap();
    }
}

/// A scenario names the first finding that its walk leads to, or none where nothing is wrong. Without any
/// one of the rules, that is no longer so for at least one of them.
#[test]
fn no_scenario_is_told_wrong_and_none_of_the_rules_can_be_left_out() {
    let names = rule_names();
    let tally = Tally { unmissed: Mutex::new(names.iter().copied().collect()), wrong: Mutex::default() };
    assert_eq!(tally.unmissed.lock().unwrap().len(), names.len(), "a rule stands in the lists twice");
    let (scenarios, next) = (scenarios(), AtomicUsize::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::SeqCst)) {
                    runtime.block_on(tally.walked(scenario));
                }
            });
        }
    });
    let wrong = tally.wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let unmissed = tally.unmissed.into_inner().unwrap();
    let short = |name: &&'static str| name.rsplit("::rules::").next().unwrap_or_default();
    let told: Vec<&str> = unmissed.iter().map(short).collect();
    assert!(
        told.is_empty(),
        "of {} rules, {} are missed by no scenario: write one whose `finding` needs the rule, or delete the rule: {}",
        names.len(),
        told.len(),
        told.join(", ")
    );
}
