//! What a shared tenant was like before the first change, and how to put it back.

use std::path::{Path, PathBuf};

use kit::document;
use kit::files::{self, Access};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::management::ManagementError;
use crate::vocabulary::free_texts;

/// The format that is written.
const VERSION: u32 = 2;

/// The state of a tenant before a run, with what the run has created since.
///
/// Written to a file before the first change, so that `logto-testkit restore
/// FILE` repairs the tenant even after a kill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedState {
    /// Format of this file: 2, or 1 as of logto-testkit before it wrote down what it was about to do.
    pub version: u32,
    /// Which Logto.
    pub logto: Url,
    /// Its admin tenant.
    pub logto_admin: Url,
    /// When the run began, in milliseconds since the Unix epoch.
    pub started_at_ms: i64,
    /// When Logto made the newest account that was there before the run, in milliseconds since the Unix epoch.
    #[serde(default)]
    pub newest_user_ms: Option<i64>,
    /// The connector that was there and is borrowed.
    pub borrowed_connector: Option<BorrowedConnector>,
    /// The connector that the run created.
    pub created_connector: Option<String>,
    /// The application that the run created.
    pub created_application: Option<String>,
    /// The accounts that the run created beforehand.
    #[serde(default)]
    pub created_users: Vec<String>,
    /// Ids of the people at the mock Hugging Face: an account that one of them is linked to, and
    /// that belongs to no application yet, is left of a sign-in that broke off.
    #[serde(default)]
    pub people: Vec<String>,
    /// Whether it held nothing but what Logto seeded, so that whatever else there is now is the run's.
    #[serde(default)]
    pub was_empty: bool,
    /// When the run last began to create something in a tenant that was empty, in milliseconds since the Unix
    /// epoch: what is much newer is of somebody else.
    #[serde(default)]
    pub at_work_ms: Option<i64>,
    /// What scenarios created through the Management API, by path: `connectors/abc`.
    #[serde(default)]
    pub created_besides: Vec<String>,
    /// What was about to be created when this was written, and is not known to be.
    #[serde(default)]
    pub creating: Vec<Creation>,
    /// What scenarios changed of what was there before the run, as it was, by path: `roles/abc`.
    #[serde(default)]
    pub before: Map<String, Value>,
    /// Calls of scenarios that nothing can undo, such as rotating a key.
    #[serde(default)]
    pub not_undone: Vec<String>,
    /// The sign-in experience as it was.
    pub sign_in_experience: Map<String, Value>,
}

/// A thing that a run is about to create: it may be there, or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Creation {
    /// The list it will be in, below `/api`: `applications`.
    pub list: String,
    /// What it is made of.
    pub body: Value,
    /// What was there before and is like it, by path.
    pub already: Vec<String>,
}

impl SavedState {
    /// Of a tenant in which nothing was changed yet.
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

    /// Whether something, or what it belongs to, was created by the run: `users/abc/roles`.
    pub(super) fn has_created(&self, path: &str) -> bool {
        let users = self.created_users.iter().map(|id| format!("users/{id}"));
        let application = self.created_application.iter().map(|id| format!("applications/{id}"));
        let connector = self.created_connector.iter().map(|id| format!("connectors/{id}"));
        let mut all = users.chain(application).chain(connector).chain(self.created_besides.iter().cloned());
        all.any(|place| {
            path.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// What the tenant's own connector proves itself with is shown nowhere.
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

/// A `huggingface-universal` connector of the tenant: there can be only one
/// (contract §4), so it is borrowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BorrowedConnector {
    /// Its id.
    pub id: String,
    /// Its configuration, secret included.
    pub config: Value,
    /// Whether it syncs the profile at every sign-in.
    pub sync_profile: bool,
}

/// The saved state could not be written, read or put back.
#[derive(Debug, thiserror::Error)]
pub enum SavedStateError {
    /// The file could not be written or read.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not one of ours.
    #[error("{path}:{line}:{column}: this is not a saved state of logto-testkit: {message}",
        line = source.line, column = source.column, message = source.message)]
    Format {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: document::Fault,
    },
    /// The file is empty, or ends in the middle.
    #[error(
        "{path} is empty or cut off, as a full disk or an interrupted copy leaves it: nothing can be put back from it. \
         Use another copy if there is one. Otherwise look in Logto's console for what the run made: applications \
         whose name ends in “(logto-testkit)” with their users, the Hugging Face connector, the sign-in experience; \
         then delete the file"
    )]
    CutOff {
        /// Which file.
        path: PathBuf,
    },
    /// The file was written by another version.
    #[error("{path} has version {found}; this logto-testkit reads versions 1 and 2")]
    Version {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// An earlier run was ended before it put its tenant back.
    #[error(
        "an earlier run was ended before it put the tenant at {logto} back, and {path} holds what it was like; run \
         `logto-testkit restore {path}` first"
    )]
    LeftOver {
        /// The file.
        path: PathBuf,
        /// Whose tenant.
        logto: Url,
    },
    /// Another run is at work with the file.
    #[error(
        "{path} belongs to a run that is still at work in the tenant at {logto}; wait for it, or stop it with Ctrl-C: \
         it puts the tenant back"
    )]
    AtWork {
        /// The file.
        path: PathBuf,
        /// Whose tenant.
        logto: Url,
    },
    /// There is something in the place of the file.
    #[error(
        "{path} is there already, and is never written over: {source}; pass another name with --state-file"
    )]
    Occupied {
        /// The file.
        path: PathBuf,
        /// Why it cannot be used.
        source: Box<SavedStateError>,
    },
    /// Something is gone that can only be made by hand.
    #[error(
        "the tenant is not as it was: {what}; everything else is. Mend it by hand in Logto's console, then delete {path}"
    )]
    ByHand {
        /// What, and what has become of it.
        what: String,
        /// The file that still holds the state.
        path: PathBuf,
    },
    /// The tenant was empty before the run, and has been used since.
    #[error(
        "the tenant was empty before the run, and {found} in it came after the run was ended: it is not emptied. Delete \
         by hand in Logto's console what the run left, put the sign-in experience right, then delete {path}"
    )]
    UsedSince {
        /// What was made since, counted.
        found: String,
        /// The file that still holds the state.
        path: PathBuf,
    },
    /// Something could not be put back.
    #[error(
        "the tenant is not as it was: {what} could not be put back: {source}\n\
         run `logto-testkit restore {path}` once that is mended"
    )]
    NotRestored {
        /// What.
        what: &'static str,
        /// The file that still holds the state.
        path: PathBuf,
        /// Why.
        source: ManagementError,
    },
}

/// A saved state and the file that holds it.
#[derive(Debug)]
pub struct StateFile {
    pub(super) path: PathBuf,
    pub(super) state: SavedState,
    /// Locked as long as the run is at work; the system lets go of it however the run ends.
    held: Option<std::fs::File>,
}

impl StateFile {
    /// Writes the state to a new file, readable by the owner only: the
    /// connector's secret is in it.
    ///
    /// # Errors
    /// As [`StateFile::check`]; an existing file is never written over.
    pub fn create(path: PathBuf, state: SavedState) -> Result<Self, SavedStateError> {
        Self::check(&path)?;
        state.keep_secret();
        let mut file = Self { path, state, held: None };
        file.write(Put::New)?;
        Ok(file)
    }

    /// Whether a file can be made here.
    ///
    /// # Errors
    /// `SavedStateError::LeftOver` or `SavedStateError::AtWork` where one holds what another run still has
    /// to put back.
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

    /// Reads a file that an earlier run left, and holds it.
    ///
    /// # Errors
    /// `SavedStateError` when it is missing or not one of ours, or when its run is still at work.
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

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &SavedState {
        &self.state
    }

    /// Notes what the run is about to do, before it does.
    pub(crate) fn note(&mut self, change: impl FnOnce(&mut SavedState)) -> Result<(), SavedStateError> {
        change(&mut self.state);
        self.write(Put::Over)
    }

    /// A kill leaves one whole state, and so does a machine that goes down.
    fn write(&mut self, put: Put) -> Result<(), SavedStateError> {
        let failed = |source| SavedStateError::File { path: self.path.clone(), source };
        if let Some(parent) = self.path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        let text =
            serde_json::to_string_pretty(&self.state).map_err(std::io::Error::other).map_err(failed)?;
        let placed = match put {
            Put::Over => files::replace(&self.path, text, Access::Secret),
            // Another run's file may have come a moment before.
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

    /// Removes the file: there is nothing left to put back.
    pub(super) fn remove(self) -> Result<(), SavedStateError> {
        std::fs::remove_file(&self.path)
            .map_err(|source| SavedStateError::File { path: self.path.clone(), source })
    }
}

/// Whether a file may be there already.
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

/// Where a lock also keeps others from reading, there is none.
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
