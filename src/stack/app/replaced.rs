//! A file of the user's project that an app reads, replaced while a stack uses it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use kit::files::{self, Access};

use super::error::AppError;

/// Added to the file's name for the folder that keeps the user's own file in the meantime.
const ASIDE: &str = ".before-logto-testkit";
/// The user's own file, in that folder.
const OWN: &str = "own";
/// What was written in its place, in that folder: after a kill it shows whether the user has changed the file since.
const WRITTEN: &str = "written";
/// Locked while a stack uses the file, in that folder. The system releases the lock of a process that is killed.
const LOCK: &str = "lock";

/// A replaced file. Dropping it puts the user's own file back, or removes the file if there was none.
#[derive(Debug)]
pub(super) struct Replaced {
    place: Place,
    lock: File,
}

/// A file, and the folder that keeps what it was.
#[derive(Debug)]
struct Place {
    file: PathBuf,
    aside: PathBuf,
}

/// Why a file cannot be replaced.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("it is not an ordinary file")]
    Kind,
    #[error("it does not name a file")]
    NoName,
    #[error("another run uses it: wait until that run has ended")]
    InUse,
    #[error(
        "it was changed after a run that was killed, and {own} is the file from before that run. Remove one of the two: \
         keep {own} by removing {file}, or keep {file} by removing {own}",
        own = .own.display(), file = .file.display()
    )]
    Changed { own: PathBuf, file: PathBuf },
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        Self::new(io::ErrorKind::InvalidInput, refused)
    }
}

impl Replaced {
    /// Puts the user's own file aside, so that no program reads it, or a file that a killed run left, in place of what
    /// [`Replaced::write`] writes.
    pub(super) fn claim(file: &Path) -> Result<Self, AppError> {
        Self::claimed(file).map_err(|source| AppError::Variables { file: file.to_owned(), source })
    }

    fn claimed(file: &Path) -> io::Result<Self> {
        let mut name = file.file_name().ok_or(Refused::NoName)?.to_owned();
        name.push(ASIDE);
        // A link is not followed: putting it back would not restore what it points to.
        if std::fs::symlink_metadata(file).is_ok_and(|there| !there.is_file()) {
            return Err(Refused::Kind.into());
        }
        let aside = file.with_file_name(name);
        match std::fs::create_dir(&aside) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(aside.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Refused::InUse.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let place = Place { file: file.to_owned(), aside };
        place.end_killed_run()?;
        place.put_aside()?;
        Ok(Self { place, lock })
    }

    /// Writes the file, which only the owner can read.
    pub(super) fn write(&self, text: &str) -> Result<(), AppError> {
        let Place { file, aside } = &self.place;
        files::replace(&aside.join(WRITTEN), text, Access::Secret)
            .and_then(|()| files::replace(file, text, Access::Secret))
            .map_err(|source| AppError::Variables { file: file.clone(), source })
    }
}

impl Place {
    /// Puts the file of a killed run back, if the user has not changed it.
    fn end_killed_run(&self) -> io::Result<()> {
        let Some(now) = read(&self.file)? else { return self.put_back() };
        let own = self.aside.join(OWN);
        match (read(&self.aside.join(WRITTEN))?, own.exists()) {
            (Some(written), _) if written == now => self.put_back(),
            (_, true) => Err(Refused::Changed { own, file: self.file.clone() }.into()),
            // There was none before that run, so that it is the user's now.
            (_, false) => Ok(()),
        }
    }

    fn put_aside(&self) -> io::Result<()> {
        unless_missing(std::fs::rename(&self.file, self.aside.join(OWN)))
    }

    fn put_back(&self) -> io::Result<()> {
        let own = self.aside.join(OWN);
        if own.exists() {
            std::fs::rename(own, &self.file)?;
        } else {
            unless_missing(std::fs::remove_file(&self.file))?;
        }
        unless_missing(std::fs::remove_file(self.aside.join(WRITTEN)))
    }
}

fn read(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        let Place { file, aside } = &self.place;
        if let Err(error) = self.place.put_back() {
            let (file, own) = (file.display(), aside.join(OWN));
            let own =
                if own.exists() { format!("; your own file is {}", own.display()) } else { String::new() };
            tracing::error!("cannot put {file} back: {error}{own}");
            return;
        }
        // The lock is held until the folder is empty. Its name may already be another run's.
        let removed = unless_missing(std::fs::remove_file(aside.join(LOCK)))
            .and_then(|()| unless_missing(std::fs::remove_dir(aside)));
        if let Err(error) = removed.and_then(|()| self.lock.unlock()) {
            tracing::warn!("cannot remove {}: {error}", aside.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Project {
        folder: tempfile::TempDir,
        file: PathBuf,
    }

    impl Project {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("config.json");
            Self { folder, file }
        }

        fn read(&self) -> Option<String> {
            std::fs::read_to_string(&self.file).ok()
        }

        /// What a killed process leaves: its files, without its lock.
        fn killed(&self, written: &str) {
            let replaced = Replaced::claim(&self.file).unwrap();
            replaced.write(written).unwrap();
            replaced.lock.unlock().unwrap();
            std::mem::forget(replaced);
        }

        fn names(&self) -> Vec<String> {
            let entries = std::fs::read_dir(self.folder.path()).unwrap();
            let mut names: Vec<String> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }
    }

    #[test]
    fn the_users_own_file_is_out_of_sight_and_comes_back() {
        let place = Project::new();
        let replaced = Replaced::claim(&place.file).unwrap();
        replaced.write("ours").unwrap();
        drop(replaced);
        assert!(place.names().is_empty(), "there was none");

        std::fs::write(&place.file, "own").unwrap();
        let replaced = Replaced::claim(&place.file).unwrap();
        assert_eq!(place.read(), None);
        replaced.write("ours").unwrap();
        replaced.write("ours, again").unwrap();
        assert_eq!(place.read().as_deref(), Some("ours, again"));
        drop(replaced);
        assert_eq!(place.read().as_deref(), Some("own"));
        assert_eq!(place.names(), ["config.json"]);
    }

    #[test]
    fn a_second_run_is_refused() {
        for own in [None, Some("own")] {
            let place = Project::new();
            if let Some(own) = own {
                std::fs::write(&place.file, own).unwrap();
            }
            let first = Replaced::claim(&place.file).unwrap();
            first.write("first").unwrap();
            let error = Replaced::claim(&place.file).unwrap_err().to_string();
            assert!(error.contains("another run uses it"), "{error}");
            assert_eq!(place.read().as_deref(), Some("first"));
            drop(first);
            assert_eq!(place.read().as_deref(), own);
        }
    }

    #[test]
    fn a_killed_run_is_ended_by_the_next_one() {
        for own in [None, Some("own")] {
            let place = Project::new();
            if let Some(own) = own {
                std::fs::write(&place.file, own).unwrap();
            }
            place.killed("ours");
            drop(Replaced::claim(&place.file).unwrap());
            assert_eq!(place.read().as_deref(), own);
            assert_eq!(place.names().len(), usize::from(own.is_some()));
        }
    }

    #[test]
    fn what_the_user_wrote_after_a_kill_is_not_lost() {
        let place = Project::new();
        place.killed("ours");
        std::fs::write(&place.file, "new").unwrap();
        drop(Replaced::claim(&place.file).unwrap());
        assert_eq!(place.read().as_deref(), Some("new"));

        place.killed("ours");
        std::fs::write(&place.file, "newer").unwrap();
        for _ in 0..2 {
            let error = Replaced::claim(&place.file).unwrap_err().to_string();
            assert!(error.contains("changed after a run that was killed"), "{error}");
            assert_eq!(place.read().as_deref(), Some("newer"));
        }
        // As the error says.
        std::fs::remove_file(&place.file).unwrap();
        drop(Replaced::claim(&place.file).unwrap());
        assert_eq!(place.read().as_deref(), Some("new"));
        assert_eq!(place.names(), ["config.json"]);
    }

    #[test]
    fn after_a_write_that_fails_the_users_own_file_comes_back() {
        let place = Project::new();
        std::fs::write(&place.file, "own").unwrap();
        let replaced = Replaced::claim(&place.file).unwrap();
        replaced.write("ours").unwrap();
        let mut permissions = std::fs::metadata(&place.file).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&place.file, permissions).unwrap();
        replaced.write("ours, again").unwrap_err();
        drop(replaced);
        assert_eq!(place.read().as_deref(), Some("own"));
    }

    #[test]
    fn only_an_ordinary_file_is_replaced() {
        let place = Project::new();
        std::fs::create_dir(&place.file).unwrap();
        Replaced::claim(&place.file).unwrap_err();
        assert!(place.file.is_dir());
        Replaced::claim(Path::new("..")).unwrap_err();
        Replaced::claim(Path::new("")).unwrap_err();
        #[cfg(unix)]
        {
            let link = place.folder.path().join("link");
            std::os::unix::fs::symlink("missing", &link).unwrap();
            Replaced::claim(&link).unwrap_err();
            assert!(link.is_symlink());
        }
    }
}
