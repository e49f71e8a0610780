//! The secrets in a command's input files, which its output must not contain.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use kit::output::complain;
use kit::{files, secret};

use crate::{Scenario, ScenarioError};

/// The notes that were reported: a shared file is read once for each file that includes it.
static REPORTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The scenarios of a file. From now on, output hides the secrets that they contain literally; if a
/// file cannot be read, any of its values may be a secret, except the name of a file to include.
pub(super) fn scenarios(path: &Path) -> Result<Vec<Scenario>, ScenarioError> {
    match Scenario::load_all(path) {
        Ok(scenarios) => {
            scenarios.iter().flat_map(Scenario::secret_values).for_each(|value| secret::learn(&value));
            scenarios.iter().flat_map(|scenario| &scenario.notes).for_each(|note| report(note));
            Ok(scenarios)
        }
        Err(error @ ScenarioError::Include { .. }) => Err(error),
        Err(error) => {
            values_of(path);
            Err(error)
        }
    }
}

fn report(note: &str) {
    let mut reported = REPORTED.lock().unwrap_or_else(PoisonError::into_inner);
    if reported.insert(note.to_owned()) {
        complain(&format!("note: {note}"));
    }
}

/// Hides every value that may be a secret in a file that is not as expected.
pub(super) fn values_of(path: &Path) {
    if let Ok(text) = files::read_text(path, files::SMALL_LIMIT) {
        secret::in_text(&text).iter().for_each(|value| secret::learn(value));
    }
}
