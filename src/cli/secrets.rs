//! Which secrets the files of a command hold: what it shows does not hold them.

use std::path::Path;

use kit::{files, secret};

use crate::{Scenario, ScenarioError};

/// The scenarios of a file. The secrets that they give literally are not shown from now on; of a file that
/// cannot be read nothing is known, so any of its values may be one.
pub(super) fn scenarios(path: &Path) -> Result<Vec<Scenario>, ScenarioError> {
    match Scenario::load_all(path) {
        Ok(scenarios) => {
            scenarios.iter().flat_map(Scenario::secret_values).for_each(|value| secret::learn(&value));
            Ok(scenarios)
        }
        Err(error) => {
            values_of(path);
            Err(error)
        }
    }
}

/// Whatever may be a secret in a file that is not what it should be.
pub(super) fn values_of(path: &Path) {
    if let Ok(text) = files::read_text(path, files::SMALL_LIMIT) {
        secret::in_text(&text).iter().for_each(|value| secret::learn(value));
    }
}
