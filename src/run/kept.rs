//! Keeps the headers of a failed walk.

use std::path::{Path, PathBuf};

use kit::files::{self, Access};
use kit::output::{Form, escaped};

use crate::Scenario;
use crate::transcript::Wire;

/// Keeps the folder out of version control.
const IGNORED: &str = "# Raw headers of failed walks, with cookies and codes in clear text.\n*\n";

/// Writes the headers of a failed walk, and the output of its app, into `folder`, one file per scenario, replacing
/// that of an earlier walk. Only the owner can read the file: it has cookies and codes in clear text. Secrets that the
/// scenario or this process was given are hidden.
///
/// # Errors
/// If the folder or the file cannot be written.
pub fn keep_wire(
    folder: &Path,
    scenario: &Scenario,
    wire: &Wire,
    output: Option<&str>,
) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        files::replace(&ignore, IGNORED, Access::Ordinary)?;
    }
    // `sign-in/first-visit@case` as `sign-in-first-visit@case.txt`.
    let path = folder.join(format!("{}.txt", scenario.name().replace(['/', '\\'], "-")));
    let mut text = format!("# {}\n\n{wire}", escaped(&scenario.path.display().to_string(), Form::Line));
    if let Some(output) = output.filter(|output| !output.is_empty()) {
        text += &format!(
            "\n# What the app wrote to standard output and standard error\n\n{}",
            escaped(output, Form::Text)
        );
    }
    let text = kit::secret::hide(&scenario.secrets().hide(&text)).into_owned();
    files::replace(&path, text, Access::Secret)?;
    Ok(path)
}
