//! A file of the user's project that an app reads, replaced while a stack uses it.

use std::path::{Path, PathBuf};

use kit::files::{self, Access};

/// Added to the name of the user's own file while it is replaced. A run that is killed leaves it, and the next one
/// takes it for the user's own file.
const ASIDE: &str = ".before-logto-testkit";

/// A replaced file. Dropping it puts the user's own file back, or removes the file if there was none.
#[derive(Debug)]
pub(super) struct Replaced {
    file: PathBuf,
    aside: PathBuf,
}

impl Replaced {
    /// Puts the file aside, and writes this text in its place, which only the owner can read.
    pub(super) fn write(file: &Path, text: String) -> std::io::Result<Self> {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(ASIDE);
        let aside = file.with_file_name(name);
        if file.exists() && !aside.exists() {
            std::fs::rename(file, &aside)?;
        }
        let replaced = Self { file: file.to_owned(), aside };
        files::replace(file, text, Access::Secret)?;
        Ok(replaced)
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        let put_back = if self.aside.exists() {
            std::fs::rename(&self.aside, &self.file)
        } else {
            std::fs::remove_file(&self.file)
        };
        if let Err(error) = put_back {
            tracing::error!(
                "cannot put {} back: {error}; your own file is {}",
                self.file.display(),
                self.aside.display()
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_file_comes_back_also_after_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        let read = || std::fs::read_to_string(&file).unwrap();
        drop(Replaced::write(&file, "ours".to_owned()).unwrap());
        assert!(!file.exists(), "there was none");
        std::fs::write(&file, "own").unwrap();
        let replaced = Replaced::write(&file, "ours".to_owned()).unwrap();
        assert_eq!(read(), "ours");
        // A killed run does not get that far.
        std::mem::forget(replaced);
        let replaced = Replaced::write(&file, "ours, again".to_owned()).unwrap();
        assert_eq!(read(), "ours, again");
        drop(replaced);
        assert_eq!(read(), "own");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
