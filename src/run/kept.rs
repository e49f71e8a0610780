//! What is kept of a walk that failed.

use std::path::{Path, PathBuf};

use kit::files::{self, Access};
use kit::output::{Form, escaped};

use crate::Scenario;
use crate::transcript::Wire;

/// Keeps the folder out of version control.
const IGNORED: &str = "# Raw headers of failed walks, with cookies and codes in clear.\n*\n";

/// Writes the headers of a failed walk into `folder`, a file to the scenario; that of an earlier walk is
/// replaced. Its owner alone can read it, for cookies and codes are in clear. Secrets that the
/// scenario or this process was given are not.
///
/// # Errors
/// When the folder or the file cannot be written.
pub fn keep_wire(folder: &Path, scenario: &Scenario, wire: &Wire) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        files::replace(&ignore, IGNORED, Access::Ordinary)?;
    }
    // `sign-in/first-visit@case` as `sign-in-first-visit@case.txt`.
    let path = folder.join(format!("{}.txt", scenario.name().replace(['/', '\\'], "-")));
    let text = format!("# {}\n\n{wire}", escaped(&scenario.path.display().to_string(), Form::Line));
    let text = kit::secret::hide(&scenario.secrets().hide(&text)).into_owned();
    files::replace(&path, text, Access::Secret)?;
    Ok(path)
}
