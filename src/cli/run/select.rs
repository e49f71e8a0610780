//! Which scenarios to run.

use std::path::PathBuf;

use logto_testkit::{Scenario, scenario};

use super::super::arguments::{Run, UsageError};
use super::super::exit::CliError;

/// The scenarios that the arguments name, in order of their names.
pub(super) fn scenarios(run: &Run) -> Result<Vec<Scenario>, CliError> {
    let paths = if run.paths.is_empty() { vec![PathBuf::from("scenarios")] } else { run.paths.clone() };
    let mut scenarios = Vec::new();
    for path in scenario::find(&paths)? {
        scenarios.extend(Scenario::load_all(&path)?);
    }
    let found = scenarios.len();
    if !run.filter.is_empty() {
        scenarios.retain(|scenario| run.filter.iter().any(|part| scenario.name().contains(part.as_str())));
    }
    if scenarios.is_empty() {
        return Err(UsageError::NothingSelected { filter: run.filter.join(", "), found }.into());
    }
    Ok(scenarios)
}
