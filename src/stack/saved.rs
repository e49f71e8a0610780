//! The state of a shared tenant before the first change, and how to restore it.

use std::path::{Path, PathBuf};

use kit::document;
use kit::files::{self, Access};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::management::ManagementError;
use crate::vocabulary::free_texts;

/// The version of the format that is written.
const VERSION: u32 = 2;

/// The state of a tenant before a run, with what the run has created since.
///
/// Written to a file before the first change, so that `logto-testkit restore
/// FILE` restores the tenant even after the run was killed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedState {
    /// Version of the format: 2, or 1 from a logto-testkit that did not yet record what it was about to do.
    pub version: u32,
    /// The `ENDPOINT` of the Logto that has the tenant.
    pub logto: Url,
    /// The `ADMIN_ENDPOINT` of that Logto.
    pub logto_admin: Url,
    /// When the run began, in milliseconds since the Unix epoch.
    pub started_at_ms: i64,
    /// When Logto created the newest account that existed before the run, in milliseconds since the Unix
    /// epoch.
    #[serde(default)]
    pub newest_user_ms: Option<i64>,
    /// The tenant's own connector, which the run borrows.
    pub borrowed_connector: Option<BorrowedConnector>,
    /// The connector that the run created.
    pub created_connector: Option<String>,
    /// The application that the run created.
    pub created_application: Option<String>,
    /// The accounts that the run created before its first walk.
    #[serde(default)]
    pub created_users: Vec<String>,
    /// Ids of the people at the mock Hugging Face: an account that is linked to one of them and does not
    /// belong to an application yet is left over from an interrupted sign-in.
    #[serde(default)]
    pub people: Vec<String>,
    /// Whether the tenant held only what Logto seeded, so that everything else in it now belongs to the run.
    #[serde(default)]
    pub was_empty: bool,
    /// When the run last began to create something in a tenant that was empty, in milliseconds since the Unix
    /// epoch: anything much newer does not belong to the run.
    #[serde(default)]
    pub at_work_ms: Option<i64>,
    /// Paths of what scenarios created through the Management API: `connectors/abc`.
    #[serde(default)]
    pub created_besides: Vec<String>,
    /// What was about to be created when this was written, and may not exist.
    #[serde(default)]
    pub creating: Vec<Creation>,
    /// The original values of what scenarios changed, by path: `roles/abc`.
    #[serde(default)]
    pub before: Map<String, Value>,
    /// Calls by scenarios that cannot be undone, such as rotating a key.
    #[serde(default)]
    pub not_undone: Vec<String>,
    /// The sign-in experience before the run.
    pub sign_in_experience: Map<String, Value>,
}

/// A thing that a run was about to create, and that may exist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Creation {
    /// The list it will be in, below `/api`: `applications`.
    pub list: String,
    /// The body of the request that creates it.
    pub body: Value,
    /// Paths of similar things that existed before.
    pub already: Vec<String>,
}

impl SavedState {
    /// The state of a tenant in which nothing has been changed yet.
    #[must_use]
    pub fn new(
        logto: &Url,
        logto_admin: &Url,
        started_at_ms: i64,
        sign_in_experience: Map<String, Value>,
    ) -> Self {
        Self {
            version: VERSION,
            logto: logto.clone(),
            logto_admin: logto_admin.clone(),
            started_at_ms,
            newest_user_ms: None,
            borrowed_connector: None,
            created_connector: None,
            created_application: None,
            created_users: vec![],
            people: vec![],
            was_empty: false,
            at_work_ms: None,
            created_besides: vec![],
            creating: vec![],
            before: Map::new(),
            not_undone: vec![],
            sign_in_experience,
        }
    }

    /// Whether the run created the thing at a path, or what it belongs to: `users/abc/roles`.
    pub(super) fn has_created(&self, path: &str) -> bool {
        let users = self.created_users.iter().map(|id| format!("users/{id}"));
        let application = self.created_application.iter().map(|id| format!("applications/{id}"));
        let connector = self.created_connector.iter().map(|id| format!("connectors/{id}"));
        let mut all = users.chain(application).chain(connector).chain(self.created_besides.iter().cloned());
        all.any(|place| {
            path.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Keeps the secret of the tenant's own connector out of every output.
    fn keep_secret(&self) {
        let mut found = Vec::new();
        let changed = self.before.values().filter_map(|before| before.get("config"));
        for config in self.borrowed_connector.iter().map(|connector| &connector.config).chain(changed) {
            let members = config.as_object().into_iter().flatten();
            let members = members.filter(|(name, _)| !["clientId", "scope"].contains(&name.as_str()));
            members.for_each(|(_, value)| free_texts(value, &mut found));
        }
        found.iter().for_each(|value| kit::secret::learn(value));
    }
}

/// The tenant's own `huggingface-universal` connector: a tenant can have only one
/// (contract §4), so the run borrows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BorrowedConnector {
    /// Its id in Logto.
    pub id: String,
    /// Its configuration, secret included.
    pub config: Value,
    /// Whether it syncs the profile at every sign-in.
    pub sync_profile: bool,
}

/// The saved state could not be written, read or restored.
#[derive(Debug, thiserror::Error)]
pub enum SavedStateError {
    /// The file could not be written or read.
    #[error("{path}: {source}")]
    File {
        /// The state file.
        path: PathBuf,
        /// The error of the file system.
        source: std::io::Error,
    },
    /// The file is not a saved state.
    #[error("{path}:{line}:{column}: this is not a saved state of logto-testkit: {message}",
        line = source.line, column = source.column, message = source.message)]
    Format {
        /// The state file.
        path: PathBuf,
        /// The position and message of the parser.
        source: document::Fault,
    },
    /// The file is empty or cut off.
    #[error(
        "{path} is empty or cut off, as a full disk or an interrupted copy leaves it: nothing can be restored from it. \
         Use another copy if you have one. Otherwise look in Logto's console for what the run created: applications \
         whose name ends in “(logto-testkit)” with their users, the Hugging Face connector, the sign-in experience; \
         then delete the file"
    )]
    CutOff {
        /// The state file.
        path: PathBuf,
    },
    /// The file was written by another version.
    #[error("{path} has version {found}; this logto-testkit reads versions 1 and 2")]
    Version {
        /// The state file.
        path: PathBuf,
        /// The version found in it.
        found: u32,
    },
    /// An earlier run was interrupted before it restored its tenant.
    #[error(
        "an earlier run was interrupted before it restored the tenant at {logto}, whose original state is in {path}; \
         run `logto-testkit restore {path}` first"
    )]
    LeftOver {
        /// The state file.
        path: PathBuf,
        /// The Logto of that tenant.
        logto: Url,
    },
    /// Another run is using the file.
    #[error(
        "{path} belongs to a run that is still using the tenant at {logto}; wait for it, or stop it with Ctrl-C: \
         it then restores the tenant"
    )]
    AtWork {
        /// The state file.
        path: PathBuf,
        /// The Logto of that tenant.
        logto: Url,
    },
    /// The file exists, and is not a usable state file.
    #[error("{path} exists, and is never overwritten: {source}; pass another name with --state-file")]
    Occupied {
        /// The existing file.
        path: PathBuf,
        /// Why it cannot be used.
        source: Box<SavedStateError>,
    },
    /// Something was deleted that only you can restore.
    #[error(
        "the tenant is not fully restored: {what}; everything else is. Fix it by hand in Logto's console, then delete {path}"
    )]
    ByHand {
        /// What is not restored, and its present state.
        what: String,
        /// The file that still holds the state.
        path: PathBuf,
    },
    /// The tenant was empty before the run, and has been used since.
    #[error(
        "the tenant was empty before the run, but {found} were created in it after the run ended, so it is not emptied. \
         In Logto's console, delete what the run left and correct the sign-in experience, then delete {path}"
    )]
    UsedSince {
        /// What was created since, counted.
        found: String,
        /// The file that still holds the state.
        path: PathBuf,
    },
    /// Something could not be restored.
    #[error(
        "the tenant is not fully restored: {what} could not be restored: {source}\n\
         run `logto-testkit restore {path}` once that is fixed"
    )]
    NotRestored {
        /// What could not be restored.
        what: &'static str,
        /// The file that still holds the state.
        path: PathBuf,
        /// The error of the Management API.
        source: ManagementError,
    },
}

/// A saved state and the file that holds it.
#[derive(Debug)]
pub struct StateFile {
    pub(super) path: PathBuf,
    pub(super) state: SavedState,
    /// Locked while the run lasts; the system releases it however the run ends.
    held: Option<std::fs::File>,
}

impl StateFile {
    /// Writes the state to a new file that only the owner can read: it contains the
    /// connector's secret.
    ///
    /// # Errors
    /// As for [`StateFile::check`]; an existing file is never overwritten.
    pub fn create(path: PathBuf, state: SavedState) -> Result<Self, SavedStateError> {
        Self::check(&path)?;
        state.keep_secret();
        let mut file = Self { path, state, held: None };
        file.write(Put::New)?;
        Ok(file)
    }

    /// Checks that a file can be created here.
    ///
    /// # Errors
    /// `SavedStateError::LeftOver` or `SavedStateError::AtWork` if the file holds the state of a tenant that
    /// another run has not restored yet.
    pub fn check(path: &Path) -> Result<(), SavedStateError> {
        if !path.exists() {
            return Ok(());
        }
        match Self::load(path) {
            Ok(file) => {
                Err(SavedStateError::LeftOver { path: path.to_owned(), logto: file.state.logto.clone() })
            }
            Err(at_work @ SavedStateError::AtWork { .. }) => Err(at_work),
            Err(source) => Err(SavedStateError::Occupied { path: path.to_owned(), source: Box::new(source) }),
        }
    }

    /// Reads and locks a file that an earlier run left.
    ///
    /// # Errors
    /// `SavedStateError` if it is missing or not a saved state, or if its run is still using it.
    pub fn load(path: &Path) -> Result<Self, SavedStateError> {
        let path = path.to_owned();
        let text = match files::read_text(&path, files::WRITTEN_LIMIT) {
            Ok(text) => text,
            Err(source) => return Err(SavedStateError::File { path, source }),
        };
        let state: SavedState = match document::json(&text) {
            Ok(state) => state,
            Err(source) if source.cut_off => return Err(SavedStateError::CutOff { path }),
            Err(source) => return Err(SavedStateError::Format { path, source }),
        };
        if !(1..=VERSION).contains(&state.version) {
            return Err(SavedStateError::Version { path, found: state.version });
        }
        state.keep_secret();
        match lock(&path) {
            Lock::Held(file) => Ok(Self { path, state, held: file }),
            Lock::Taken => Err(SavedStateError::AtWork { path, logto: state.logto }),
        }
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The state in the file.
    #[must_use]
    pub fn state(&self) -> &SavedState {
        &self.state
    }

    /// Records what the run is about to do, before it does it.
    pub(crate) fn note(&mut self, change: impl FnOnce(&mut SavedState)) -> Result<(), SavedStateError> {
        change(&mut self.state);
        self.write(Put::Over)
    }

    /// Replaces the file atomically, so that a kill or a crash of the machine leaves one complete state.
    fn write(&mut self, put: Put) -> Result<(), SavedStateError> {
        let failed = |source| SavedStateError::File { path: self.path.clone(), source };
        if let Some(parent) = self.path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        let text =
            serde_json::to_string_pretty(&self.state).map_err(std::io::Error::other).map_err(failed)?;
        let placed = match put {
            Put::Over => files::replace(&self.path, text, Access::Secret),
            // Another run may have created the file a moment ago.
            Put::New => files::create(&self.path, text, Access::Secret),
        };
        if let Err(source) = placed {
            return match source.kind() {
                std::io::ErrorKind::AlreadyExists => Self::check(&self.path).and(Err(failed(source))),
                _ => Err(failed(source)),
            };
        }
        if let Lock::Held(held) = lock(&self.path) {
            self.held = held;
        }
        Ok(())
    }

    /// Removes the file: nothing is left to restore.
    pub(super) fn remove(self) -> Result<(), SavedStateError> {
        std::fs::remove_file(&self.path)
            .map_err(|source| SavedStateError::File { path: self.path.clone(), source })
    }
}

/// Whether the file may already exist.
#[derive(Debug, Clone, Copy)]
enum Put {
    New,
    Over,
}

enum Lock {
    /// `None` where the file system has no locks.
    Held(Option<std::fs::File>),
    Taken,
}

/// Takes no lock on systems where it would also keep others from reading.
fn lock(path: &Path) -> Lock {
    if cfg!(windows) {
        return Lock::Held(None);
    }
    let Ok(file) = std::fs::File::open(path) else { return Lock::Held(None) };
    match file.try_lock() {
        Ok(()) => Lock::Held(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Lock::Taken,
        Err(std::fs::TryLockError::Error(_)) => Lock::Held(None),
    }
}
