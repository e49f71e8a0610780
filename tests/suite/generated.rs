//! Set-ups that are drawn from a seed: healthy ones, and with one or two faults of a table. What is
//! true of them comes from Logto's contract, Hugging Face's documentation and public reports, which
//! each row cites; nothing here looks at how `diagnose` comes to its findings.
//!
//! `LOGTO_TESTKIT_SEED=7` draws others.

mod addresses;
mod at_huggingface;
mod connector;
mod draw;
mod fault;
mod generic;
mod healthy;
mod in_logto;
mod in_the_app;
mod judge;
mod set_up;
mod warnings;

use std::collections::BTreeSet;

use draw::Draw;
use fault::{Effect, Fault};
use judge::{Drawn, Report, examined};

const SEED: u64 = 20_261_130;
/// Percentages.
const RIGHT_FIRST: f64 = 95.0;
const UNKNOWN: f64 = 5.0;

fn faults() -> Vec<Fault> {
    let mut faults = at_huggingface::faults();
    faults.extend(connector::faults());
    faults.extend(generic::faults());
    faults.extend(in_logto::faults());
    faults.extend(in_the_app::faults());
    faults.extend(warnings::faults());
    faults
}

fn seed() -> u64 {
    match std::env::var("LOGTO_TESTKIT_SEED") {
        Ok(text) => {
            text.parse().unwrap_or_else(|_| panic!("LOGTO_TESTKIT_SEED is `{text}`: it should be a number"))
        }
        Err(_) => SEED,
    }
}

/// The number of the set-up is part of its seed, so that each can be drawn alone.
fn drawn<'f>(seed: u64, faults: &[&'f Fault]) -> Option<Drawn<'f>> {
    let draw = Draw::seeded(seed);
    let mut set_up = healthy::healthy(&draw);
    for fault in faults {
        if !(fault.applies)(&set_up) {
            return None;
        }
        (fault.apply)(&mut set_up, &draw);
    }
    let needed: BTreeSet<_> = faults.iter().flat_map(|fault| fault.parts()).collect();
    set_up.forget(&needed, &draw);
    Some(Drawn { seed, faults: faults.to_vec(), set_up })
}

/// The first of some seeds from which a set-up comes to which the faults apply.
fn found<'f>(seed: u64, faults: &[&'f Fault]) -> Option<Drawn<'f>> {
    (0..400).find_map(|more| drawn(seed + more, faults))
}

fn singles(faults: &[Fault], bases: u64) -> Vec<Drawn<'_>> {
    let numbered = (seed()..).step_by(10_000).zip(faults);
    numbered
        .flat_map(|(seed, fault)| (0..bases).filter_map(move |base| found(seed + base * 400, &[fault])))
        .collect()
}

/// Pairs of faults that break something, and do not touch the same setting.
fn pairs(faults: &[Fault], count: usize) -> Vec<Drawn<'_>> {
    let draw = Draw::seeded(seed());
    let breaking: Vec<&Fault> = faults.iter().filter(|fault| fault.effect != Effect::Warns).collect();
    let mut pairs = Vec::new();
    while pairs.len() < count {
        let pair = [draw.one(&breaking), draw.one(&breaking)];
        let from = seed() + 1_000_000_000 + 400 * u64::try_from(pairs.len()).unwrap();
        if pair[0].is_apart_from(pair[1]) {
            pairs.extend(found(from, &pair));
        }
    }
    pairs
}

fn healthy_ones(count: u64) -> impl Iterator<Item = Drawn<'static>> {
    (0..count).filter_map(|number| drawn(seed() + 2_000_000_000 + number, &[]))
}

fn believed(report: &Report) {
    eprintln!("{report}");
    assert_eq!((report.wrong(), report.no_answer()), (0, 0), "{report}");
    assert!(report.right_first() >= RIGHT_FIRST, "{report}");
    assert!(report.unknown() <= UNKNOWN, "{report}");
}

#[test]
fn every_row_cites_its_source_and_applies_to_some_set_up() {
    let faults = faults();
    let names: BTreeSet<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names.len(), faults.len());
    for fault in &faults {
        assert!(
            !fault.cites.is_empty() && !fault.named.is_empty() && !fault.touches.is_empty(),
            "{}",
            fault.name
        );
    }
    let idle: Vec<&str> =
        faults.iter().filter(|fault| found(seed(), &[fault]).is_none()).map(|fault| &*fault.name).collect();
    assert!(idle.is_empty(), "these apply to none: {idle:?}");
}

#[test]
fn a_few_drawn_set_ups_are_diagnosed_rightly() {
    let faults = faults();
    let mut few: Vec<_> = healthy_ones(8).collect();
    few.extend(singles(&faults, 1).into_iter().step_by(17));
    few.extend(pairs(&faults, 6));
    believed(&examined(&few));
}

/// How many bases each row of the table is drawn on.
const BASES: &str = "LOGTO_TESTKIT_BASES";

/// By default each row on one base, which takes a minute or two; on seven of them, thousands of set-ups, which take ten
/// minutes on two cores.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn drawn_set_ups_with_each_fault_and_pairs_are_diagnosed_rightly() {
    let faults = faults();
    let bases: u64 =
        std::env::var(BASES).map_or(1, |text| text.parse().expect("LOGTO_TESTKIT_BASES is a number"));
    let mut all: Vec<_> = healthy_ones(43 * bases).collect();
    all.extend(singles(&faults, bases));
    all.extend(pairs(&faults, 100 * usize::try_from(bases).unwrap()));
    assert!(all.len() >= 300, "{}", all.len());
    believed(&examined(&all));
}
