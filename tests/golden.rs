//! Recorded traffic of a real Logto, replayed against the double.
//!
//! Each story of `tests/golden/` is a named test; `LOGTO_TESTKIT_GOLDEN` names
//! another folder of stories in the same format. Every difference must be
//! listed in the folder's `known-differences.yaml`, and everything listed must
//! differ.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use logto_testkit::golden::{
    KNOWN_DIFFERENCES_FILE, KnownDifferences, KnownOn, Story, Target, replay, stories,
};

fn main() {
    let arguments = Arguments::from_args();
    let root = std::env::var_os("LOGTO_TESTKIT_GOLDEN")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden"), PathBuf::from);
    let files = stories(&root).unwrap_or_else(|error| panic!("{error}"));
    assert!(!files.is_empty(), "no story in {}", root.display());
    let known = Arc::new(KnownDifferences::load(&root).unwrap_or_else(|error| panic!("{error}")));
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let strangers = known.strangers(&names);
    assert!(strangers.is_empty(), "{KNOWN_DIFFERENCES_FILE} names stories that do not exist: {strangers:?}");
    let trials = files.into_iter().map(|(name, file)| {
        let known = known.clone();
        Trial::test(name.clone(), move || told(&name, &file, &known))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn told(name: &str, file: &Path, known: &KnownDifferences) -> Result<(), Failed> {
    let story = Story::load(file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let differences = runtime.block_on(replay(&story, &Target::Double))?;
    let unknown = known.unknown(KnownOn::Double, name, &differences);
    let unknown = unknown.iter().map(ToString::to_string);
    let gone = known.gone(KnownOn::Double, name, &differences);
    let gone = gone.iter().map(|known| {
        format!(
            "exchange {}: {} no longer differs: remove it from {KNOWN_DIFFERENCES_FILE}",
            known.exchange, known.field
        )
    });
    let messages: Vec<String> = unknown.chain(gone).collect();
    if messages.is_empty() { Ok(()) } else { Err(format!("\n{}", messages.join("\n")).into()) }
}
