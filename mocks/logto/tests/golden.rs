//! Recorded traffic of a real Logto, replayed against the double.
//!
//! The stories are in `tests/golden/` of the repository, in the format its
//! README tells. Each is a named test. The provider is a stub that answers as
//! that README says; the story's requests are sent as recorded, with the values
//! of this run in place of the recorded ones.

#[path = "golden/compare.rs"]
mod compare;
#[path = "golden/places.rs"]
mod places;
#[path = "golden/provider.rs"]
mod provider;
#[path = "golden/replay.rs"]
mod replay;
#[path = "golden/values.rs"]
mod values;

use libtest_mimic::{Arguments, Trial};
use std::path::{Path, PathBuf};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let mut trials = Vec::new();
    for file in stories(&root) {
        let name = file.strip_prefix(&root).unwrap_or(&file).with_extension("").display().to_string();
        trials.push(Trial::test(name, move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            Ok(runtime.block_on(replay::replay(&file))?)
        }));
    }
    assert!(!trials.is_empty(), "no story in {}", root.display());
    libtest_mimic::run(&arguments, trials).exit();
}

fn stories(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root).expect("the repository has goldens").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(stories(&path));
        } else if path.extension().is_some_and(|ending| ending == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}
