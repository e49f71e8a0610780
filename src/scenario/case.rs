//! Selects one of a file's cases by its name.

use std::path::Path;

use super::error::ScenarioError;
use crate::document::hint::nearest;

/// The position of a case among the walks of a file, whose cases have these names; without a case, the only walk.
///
/// # Errors
/// [`ScenarioError::WhichCase`], [`ScenarioError::UnknownCase`] or [`ScenarioError::WithoutCases`].
pub(crate) fn position(
    path: &Path,
    names: &[Option<&str>],
    case: Option<&str>,
) -> Result<usize, ScenarioError> {
    let cases: Vec<&str> = names.iter().copied().flatten().collect();
    let (path, available) = (path.to_owned(), cases.join(", "));
    match case {
        None if names.len() == 1 => Ok(0),
        None => Err(ScenarioError::WhichCase { path, available }),
        Some(case) if cases.is_empty() => Err(ScenarioError::WithoutCases { path, case: case.to_owned() }),
        Some(case) => names.iter().position(|name| *name == Some(case)).ok_or_else(|| {
            let near = nearest(case, cases).map(ToOwned::to_owned);
            ScenarioError::UnknownCase { path, case: case.to_owned(), near, available }
        }),
    }
}
