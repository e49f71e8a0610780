//! Finds scenario files in folders.

use std::path::{Path, PathBuf};

use super::error::ScenarioError;

/// Folders whose files are not scenarios of their own: files that must be refused, and parts that
/// scenarios include.
const PASSED_OVER: [&str; 2] = ["invalid", "shared"];

/// The scenario files at and below these paths, sorted by name. Files in a folder `invalid` are
/// meant to be refused, those in a folder `shared` are parts for others: both are skipped unless
/// named explicitly.
///
/// # Errors
/// [`ScenarioError::Read`] if a path does not exist, [`ScenarioError::Nothing`] if a folder
/// contains no scenario.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ScenarioError> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        collect(path, &mut found)?;
        if found.len() == before {
            return Err(ScenarioError::Nothing { path: path.clone() });
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), ScenarioError> {
    let failed = |source| ScenarioError::Read { path: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(failed)?.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?.path();
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        let is_yaml = entry.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
        let kind = std::fs::metadata(&entry).map(|there| (there.is_dir(), there.is_file()));
        match kind {
            // Reading a pipe would block until something writes to it.
            Ok((false, false)) if is_yaml => {
                let source = std::io::Error::other(
                    "it is not a regular file; to read from a pipe, name it in the arguments",
                );
                return Err(ScenarioError::Read { path: entry, source });
            }
            Ok((true, _)) if !PASSED_OVER.contains(&&*name) => collect(&entry, found)?,
            _ if is_yaml => collect(&entry, found)?,
            _ => {}
        }
    }
    Ok(())
}
