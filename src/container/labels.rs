//! Labels on everything we start, and the lock that says whether its owner lives.

use std::fs::File;
use std::path::{Path, PathBuf};

/// The run something belongs to.
pub(super) const RUN: &str = "logto-testkit.run";
/// What it stays for, when it stays: [`KEPT`] or [`REUSED`].
pub(super) const STAYS: &str = "logto-testkit.stays";
/// The file that the owner holds a lock on while it lives.
pub(super) const LOCK: &str = "logto-testkit.lock";
/// What it is: `postgres` or `logto`.
pub(super) const PART: &str = "logto-testkit.part";
/// By what a container to be used again is found.
pub(super) const REUSE_KEY: &str = "logto-testkit.reuse-key";

/// Value of [`STAYS`] for `--keep`.
pub(super) const KEPT: &str = "kept";
/// Value of [`STAYS`] for `--reuse`.
pub(super) const REUSED: &str = "reused";

/// A file that is locked as long as this process lives, however it ends: the
/// system lets go of the lock.
#[derive(Debug)]
pub(super) struct OwnerLock {
    path: PathBuf,
    _file: File,
}

/// Whether the owner of a container is still at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Lives,
    Gone,
    /// The file is not here: gone and swept, or on another machine.
    Unknown,
}

/// Where the lock of a run is.
pub(super) fn lock_of(run: &str) -> PathBuf {
    std::env::temp_dir().join(format!("logto-testkit-{run}.lock"))
}

impl OwnerLock {
    /// # Errors
    /// When the file cannot be made, or another process holds it
    /// ([`std::io::ErrorKind::WouldBlock`]).
    pub(super) fn take(path: PathBuf) -> std::io::Result<Self> {
        let file = File::options().write(true).create(true).truncate(false).open(&path)?;
        file.try_lock().map_err(std::io::Error::from)?;
        Ok(Self { path, _file: file })
    }

    /// Of one run.
    pub(super) fn of_run(run: &str) -> std::io::Result<Self> {
        Self::take(lock_of(run))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for OwnerLock {
    fn drop(&mut self) {
        // It is only a mark; what is left of it, `clean` takes away.
        drop(std::fs::remove_file(&self.path));
    }
}

impl Owner {
    pub(super) fn of(lock: Option<&Path>) -> Self {
        let Some(lock) = lock else { return Self::Unknown };
        match File::options().write(true).open(lock) {
            Ok(file) => match file.try_lock() {
                Ok(()) => Self::Gone,
                Err(_) => Self::Lives,
            },
            Err(_) => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_known_by_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.lock");
        assert_eq!(Owner::of(Some(&path)), Owner::Unknown);
        let lock = OwnerLock::take(path.clone()).unwrap();
        assert_eq!(Owner::of(Some(&path)), Owner::Lives);
        assert_eq!(OwnerLock::take(path.clone()).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        drop(lock);
        assert_eq!(Owner::of(Some(&path)), Owner::Unknown, "nothing is left of it");
        std::fs::write(&path, "").unwrap();
        assert_eq!(Owner::of(Some(&path)), Owner::Gone, "as after a kill");
    }
}
