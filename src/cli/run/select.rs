//! Selects the scenarios to run.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::exit::CliError;
use super::super::secrets;
use super::super::usage::UsageError;
use crate::{Scenario, scenario};

/// The files and folders that the arguments name, by default `scenarios`.
pub(in crate::cli) fn paths(named: &[PathBuf]) -> Result<Vec<PathBuf>, UsageError> {
    let default = PathBuf::from("scenarios");
    match named {
        [] if default.exists() => Ok(vec![default]),
        [] => Err(UsageError::NoScenarios),
        named => Ok(named.to_vec()),
    }
}

/// The scenarios that the arguments name, ordered by name.
pub(in crate::cli) fn scenarios(
    paths: &[PathBuf],
    filter: &[String],
) -> Result<Vec<Arc<Scenario>>, CliError> {
    let mut scenarios = Vec::new();
    for path in scenario::find(&self::paths(paths)?)? {
        scenarios.extend(secrets::scenarios(&path)?.into_iter().map(Arc::new));
    }
    let found = scenarios.len();
    if !filter.is_empty() {
        scenarios.retain(|scenario| filter.iter().any(|part| scenario.name().contains(part.as_str())));
    }
    if scenarios.is_empty() {
        return Err(UsageError::NothingSelected { filter: filter.join(", "), found }.into());
    }
    Ok(scenarios)
}
