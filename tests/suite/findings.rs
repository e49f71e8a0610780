//! Findings: the reference page, and that there is a scenario for every cause.

use std::collections::BTreeMap;
use std::path::Path;

use logto_testkit::findings::{Cause, LEFT_OUT, reference};
use logto_testkit::{Scenario, scenario};

/// The numbers of the catalog of real faults, by group; it has gaps.
const CATALOG: &[(char, &[u32])] = &[
    ('A', &[1, 2, 3, 4, 6, 7, 8, 10, 12, 13, 15, 16, 17, 18]),
    ('B', &[1, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]),
    ('C', &[1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]),
    (
        'D',
        &[
            1, 2, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15, 16, 17, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31,
            32, 33, 34, 35, 36, 37,
        ],
    ),
    ('E', &[1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13]),
    ('F', &[1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 14, 15, 16, 17, 18, 19, 21, 23, 24, 25, 26]),
    ('G', &[1, 2, 3, 4, 6, 8, 9, 11, 12, 13]),
];

fn all_scenarios() -> Vec<Scenario> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = scenario::find(&[root]).unwrap();
    files.iter().flat_map(|file| Scenario::load_all(file).unwrap()).collect()
}

/// For each cause, the scenarios whose first finding it is.
fn shown_by() -> BTreeMap<String, Vec<String>> {
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for scenario in all_scenarios() {
        if let Some((cause, _)) = scenario.finding {
            shown.entry(cause.id().to_owned()).or_default().push(scenario.name());
        }
    }
    shown
}

#[test]
fn the_reference_page_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md");
    let page = reference(&shown_by());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "docs/findings.md is out of date: run `UPDATE_DOCS=1 cargo test --test suite findings`"
    );
}

/// What the sample app cannot do; `suite/back_channel.rs` shows them.
const OF_OWN_APPS: [&str; 2] = ["app/endpoint-path-wrong", "app/logto-not-asked"];

/// Values that no scenario has: Logto's name is ASCII there, and its secrets have nothing to encode. The
/// tests of `oauth::redirect_uri` and of the rule show them.
const OF_OTHER_VALUES: [&str; 2] =
    ["huggingface/redirect-uri-international-host", "app/app-secret-percent-encoded"];

#[test]
fn every_cause_is_the_first_finding_of_some_scenario() {
    let shown = shown_by();
    let without: Vec<&str> = Cause::all()
        .into_iter()
        // No scenario can step the machine's clock as `suite/endurance/time.rs` does.
        // Warnings are seen in the files of `diagnose`, without a walk; `src/diagnose/warnings/tests.rs` has an input for
        // each.
        .filter(|cause| !matches!(cause, Cause::Unknown | Cause::Machine(_) | Cause::Warning(_)))
        .map(Cause::id)
        .filter(|id| !OF_OWN_APPS.contains(id) && !OF_OTHER_VALUES.contains(id))
        .filter(|id| !shown.contains_key(*id))
        .collect();
    assert!(without.is_empty(), "causes that no scenario shows: {}", without.join(", "));
}

#[test]
fn bug_scenarios_say_where_they_come_from_and_what_is_found() {
    for scenario in all_scenarios() {
        if scenario.name().starts_with("bugs/") {
            assert!(!scenario.source.is_empty(), "{} has no `source`", scenario.name());
            assert!(scenario.finding.is_some(), "{} has no `finding`", scenario.name());
        }
    }
}

#[test]
fn what_is_left_out_has_a_reason() {
    for left_out in LEFT_OUT {
        assert!(left_out.because.len() > 20 && !left_out.what.is_empty(), "{}", left_out.entry);
    }
}

/// Every real fault of the catalog is either shown by a scenario or listed as left out, never both.
#[test]
fn every_entry_of_the_catalog_is_shown_or_left_out() {
    let sources: Vec<String> = all_scenarios()
        .into_iter()
        .filter(|scenario| scenario.name().starts_with("bugs/"))
        .flat_map(|scenario| scenario.source)
        .collect();
    let mut wrong = Vec::new();
    for (group, numbers) in CATALOG {
        for entry in numbers.iter().map(|number| format!("{group}{number}")) {
            let shown = sources.contains(&entry);
            let left_out = LEFT_OUT.iter().any(|left_out| left_out.entry == entry);
            if shown == left_out {
                wrong.push(format!("{entry}: shown {shown}, left out {left_out}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
