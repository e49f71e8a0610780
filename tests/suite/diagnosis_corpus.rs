//! Set-ups whose truth is written down: `tests/diagnosis/*.yaml`.
//!
//! Each case says what is wrong with its settings, and where that is known from: a section of the contract, a
//! recording, a report. The code had no part in it. By default a sample of each file is diagnosed.

mod judge;
mod own_app;
mod truth;

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt as _;
use logto_testkit::diagnose::diagnose;
use logto_testkit::findings::Cause;

use crate::support::root;
use judge::{Judgement, Seen, judged};
use truth::{Truth, TruthFile};

/// About how many cases the sample has; one takes a quarter of a second, or more.
const SAMPLE: usize = 40;
/// Part of the name of cases, `FILE/CASE`: only those are diagnosed, and all of them.
const ONLY: &str = "LOGTO_TESTKIT_DIAGNOSIS";

/// The files of the corpus, in order.
fn corpus() -> Vec<TruthFile> {
    let folder = root().join("tests/diagnosis");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|ext| ext == "yaml")).collect();
    paths.sort();
    paths.iter().map(|path| TruthFile::load(path)).collect()
}

/// What [`ONLY`] leaves of the corpus; `None` if it is not set.
fn selected(corpus: &[TruthFile]) -> Option<Vec<(&TruthFile, &Truth)>> {
    let only = std::env::var(ONLY).ok()?;
    let cases = corpus.iter().flat_map(|file| file.cases.iter().map(move |case| (file, case)));
    let named = |file: &TruthFile, case: &Truth| format!("{}/{}", file.name, case.name).contains(&only);
    let found: Vec<_> = cases.filter(|(file, case)| named(file, case)).collect();
    assert!(!found.is_empty(), "{ONLY} is `{only}`: it is not part of the name of a case, `FILE/CASE`");
    Some(found)
}

/// Every nth case of each file.
fn sample(corpus: &[TruthFile]) -> Vec<(&TruthFile, &Truth)> {
    let step = corpus.iter().map(|file| file.cases.len()).sum::<usize>().div_ceil(SAMPLE).max(1);
    corpus.iter().flat_map(|file| file.cases.iter().step_by(step).map(move |case| (file, case))).collect()
}

fn all(corpus: &[TruthFile]) -> Vec<(&TruthFile, &Truth)> {
    corpus.iter().flat_map(|file| file.cases.iter().map(move |case| (file, case))).collect()
}

async fn seen(truth: &Truth) -> Seen {
    let app = own_app::app(truth.own_app.as_ref()).await;
    let case = match truth.case(app.port) {
        Ok(case) => case,
        Err(error) => return Seen::Refused(error.to_string()),
    };
    let diagnosed = AssertUnwindSafe(diagnose(&case, app.app())).catch_unwind().await;
    match diagnosed {
        Ok(Ok(diagnosis)) => Seen::Diagnosed(Box::new(diagnosis)),
        Ok(Err(error)) => Seen::NotWalked(error.to_string()),
        Err(_) => Seen::NotWalked("diagnose panicked".to_owned()),
    }
}

/// Diagnoses in parallel, each thread with its own runtime; the judgements are in the order of the cases.
fn diagnosed(cases: &[(&TruthFile, &Truth)]) -> Vec<Judgement> {
    let (next, judgements) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    let Some((_, truth)) = cases.get(at) else { break };
                    let judgement = judged(&truth.expect, &runtime.block_on(seen(truth)));
                    judgements.lock().unwrap().push((at, judgement));
                }
            });
        }
    });
    let mut judgements = judgements.into_inner().unwrap();
    judgements.sort_by_key(|(at, _)| *at);
    judgements.into_iter().map(|(_, judgement)| judgement).collect()
}

/// Prints each case that is not right, and totals for each file; fails if there is one.
fn believed(cases: &[(&TruthFile, &Truth)]) {
    let judgements = diagnosed(cases);
    let mut told = String::new();
    let mut totals = String::new();
    let mut files: Vec<&str> = cases.iter().map(|(file, _)| file.name.as_str()).collect();
    files.dedup();
    for name in files {
        let of_file: Vec<_> =
            cases.iter().zip(&judgements).filter(|((file, _), _)| file.name == name).collect();
        for ((_, truth), judgement) in &of_file {
            if !judgement.is_right() {
                told.push_str(&format!("{name}/{}: {judgement}\n", truth.name));
            }
        }
        totals.push_str(&judge::totals(name, of_file.iter().map(|(_, judgement)| *judgement)));
    }
    totals.push_str(&judge::totals("in total", judgements.iter()));
    eprintln!("{totals}");
    assert!(judgements.iter().all(Judgement::is_right), "{told}\n{totals}");
}

#[test]
fn of_a_sample_of_the_corpus_every_diagnosis_is_true() {
    let corpus = corpus();
    believed(&selected(&corpus).unwrap_or_else(|| sample(&corpus)));
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn of_the_whole_corpus_every_diagnosis_is_true() {
    let corpus = corpus();
    believed(&selected(&corpus).unwrap_or_else(|| all(&corpus)));
}

#[test]
fn the_corpus_names_only_findings_that_exist() {
    let known: BTreeSet<&str> = Cause::all().into_iter().map(Cause::id).collect();
    let corpus = corpus();
    let named = corpus.iter().flat_map(|file| file.cases.iter().flat_map(|case| case.expect.ids()));
    let unknown: BTreeSet<&str> = named.filter(|id| !known.contains(id)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}
