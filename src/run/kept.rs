//! What is kept of a walk that failed.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::Scenario;
use crate::transcript::Wire;

/// Keeps folders of failed walks out of version control.
const IGNORED: &str = "# Raw headers of failed walks, with cookies and codes: not for version control.\n*\n";

/// Writes the headers of a failed walk into `folder`, a file to the scenario; an earlier walk's is
/// replaced. Its owner alone can read it, for the cookies and codes in it are in clear.
///
/// # Errors
/// When the folder or the file cannot be written.
pub fn keep_wire(folder: &Path, scenario: &Scenario, wire: &Wire) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(ignore, IGNORED)?;
    }
    let path = file_of(folder, scenario);
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    write!(file, "# {}\n\n{wire}", scenario.path.display())?;
    std::fs::rename(&beside, &path)?;
    Ok(path)
}

/// `sign-in/first-visit@case` as `sign-in-first-visit@case.txt`.
fn file_of(folder: &Path, scenario: &Scenario) -> PathBuf {
    folder.join(format!("{}.txt", scenario.name().replace(['/', '\\'], "-")))
}
