//! Selects the scenarios to run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::exit::CliError;
use super::super::secrets;
use super::super::usage::UsageError;
use crate::{Scenario, ScenarioError, scenario};

/// A scenario file, or one of its cases: `client-secret.yaml@wrong`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct Selected {
    pub(in crate::cli) file: PathBuf,
    pub(in crate::cli) case: Option<String>,
}

impl Selected {
    /// Splits what an argument names into file and case.
    pub(in crate::cli) fn of(argument: &Path) -> Self {
        let text = argument.to_string_lossy();
        match text.rsplit_once('@') {
            Some((file, case)) if !argument.exists() && !Path::new(file).is_dir() => {
                Self { file: PathBuf::from(file), case: Some(case.to_owned()) }
            }
            _ => Self { file: argument.to_owned(), case: None },
        }
    }

    /// All scenarios of the file, or that of the case.
    pub(in crate::cli) fn scenarios(&self) -> Result<Vec<Scenario>, ScenarioError> {
        match self.case {
            Some(_) => Ok(vec![self.scenario()?]),
            None => secrets::scenarios(&self.file),
        }
    }

    /// The only scenario of the file, or that of the case.
    pub(in crate::cli) fn scenario(&self) -> Result<Scenario, ScenarioError> {
        let mut scenarios = secrets::scenarios(&self.file)?;
        let names: Vec<_> = scenarios.iter().map(|scenario| scenario.case.as_deref()).collect();
        let at = scenario::position(&self.file, &names, self.case.as_deref())?;
        Ok(scenarios.swap_remove(at))
    }
}

/// What the arguments name, by default the files of `scenarios`, ordered by name.
pub(in crate::cli) fn files(arguments: &[PathBuf]) -> Result<Vec<Selected>, CliError> {
    let default = [PathBuf::from("scenarios")];
    let arguments = match arguments {
        [] if default[0].exists() => &default,
        [] => return Err(UsageError::NoScenarios.into()),
        arguments => arguments,
    };
    let mut all = Vec::new();
    for argument in arguments {
        let Selected { file, case } = Selected::of(argument);
        let files = scenario::find(&[file])?.into_iter();
        all.extend(files.map(|file| Selected { file, case: case.clone() }));
    }
    all.sort();
    // A whole file precedes its cases, and contains them.
    all.dedup_by(|next, kept| next.file == kept.file && (kept.case.is_none() || next.case == kept.case));
    Ok(all)
}

/// The scenarios that the arguments name, ordered by name.
pub(in crate::cli) fn scenarios(
    arguments: &[PathBuf],
    filter: &[String],
) -> Result<Vec<Arc<Scenario>>, CliError> {
    let mut scenarios = Vec::new();
    for selected in files(arguments)? {
        scenarios.extend(selected.scenarios()?.into_iter().map(Arc::new));
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
