//! Labels on everything we start, and the lock that shows whether its owner is alive.

use std::fs::File;
use std::path::{Path, PathBuf};

/// The ID of the run that a container belongs to.
pub(super) const RUN: &str = "logto-testkit.run";
/// Why it stays after the run, if it does: [`KEPT`] or [`REUSED`].
pub(super) const STAYS: &str = "logto-testkit.stays";
/// Path of the file that the owner keeps locked while it lives.
pub(super) const LOCK: &str = "logto-testkit.lock";
/// The container's part: `postgres` or `logto`.
pub(super) const PART: &str = "logto-testkit.part";
/// The key by which a container to be reused is found.
pub(super) const REUSE_KEY: &str = "logto-testkit.reuse-key";

/// Value of [`STAYS`] for `--keep`.
pub(super) const KEPT: &str = "kept";
/// Value of [`STAYS`] for `--reuse`.
pub(super) const REUSED: &str = "reused";

/// A file that stays locked as long as this process lives. The operating system releases the lock
/// however the process ends.
#[derive(Debug)]
pub(super) struct OwnerLock {
    path: PathBuf,
    _file: File,
}

/// Whether the owner of a container is still running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Lives,
    Gone,
    /// The file does not exist: its owner is gone, or on another machine.
    Unknown,
}

/// Path of the lock file of a run.
pub(super) fn lock_of(run: &str) -> PathBuf {
    std::env::temp_dir().join(format!("logto-testkit-{run}.lock"))
}

impl OwnerLock {
    /// # Errors
    /// If the file cannot be created, or another process holds the lock
    /// ([`std::io::ErrorKind::WouldBlock`]).
    pub(super) fn take(path: PathBuf) -> std::io::Result<Self> {
        let file = File::options().write(true).create(true).truncate(false).open(&path)?;
        file.try_lock().map_err(std::io::Error::from)?;
        Ok(Self { path, _file: file })
    }

    /// Takes the lock of one run.
    pub(super) fn of_run(run: &str) -> std::io::Result<Self> {
        Self::take(lock_of(run))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for OwnerLock {
    fn drop(&mut self) {
        // The file is only a marker; `clean` removes one that is left over.
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
