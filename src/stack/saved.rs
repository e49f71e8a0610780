//! What a shared tenant was like before the first change, and how to put it back.

use std::path::{Path, PathBuf};

use kit::document;
use kit::files::{self, Access};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::management::{Management, ManagementError};
use crate::vocabulary::free_texts;

/// How far the clocks of this machine and of Logto may be apart when users
/// created by a run are looked for.
const CLOCK_TOLERANCE_MS: i64 = 15 * 60 * 1000;

/// The members of the sign-in experience that provisioning, or a scenario's
/// `administer`, may change.
pub(super) const CHANGED_MEMBERS: [&str; 15] = [
    "signUp",
    "signIn",
    "socialSignIn",
    "socialSignInConnectorTargets",
    "signInMode",
    "passwordPolicy",
    "termsOfUseUrl",
    "privacyPolicyUrl",
    "agreeToTermsPolicy",
    "mfa",
    "emailBlocklistPolicy",
    "captchaPolicy",
    "sentinelPolicy",
    "singleSignOnEnabled",
    "unknownSessionRedirectUrl",
];

/// The state of a tenant before a run, with what the run has created since.
///
/// Written to a file before the first change, so that `logto-testkit restore
/// FILE` repairs the tenant even after a kill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedState {
    /// Format of this file; 1.
    pub version: u32,
    /// Which Logto.
    pub logto: Url,
    /// Its admin tenant.
    pub logto_admin: Url,
    /// When the run began, in milliseconds since the Unix epoch.
    pub started_at_ms: i64,
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
    /// What scenarios created through the Management API, by path: `connectors/abc`.
    #[serde(default)]
    pub created_besides: Vec<String>,
    /// The members of the sign-in experience that the run changes, as they were.
    pub sign_in_experience: Map<String, Value>,
}

impl SavedState {
    /// What the tenant's own connector proves itself with is shown nowhere.
    fn keep_secret(&self) {
        let mut found = Vec::new();
        if let Some(connector) = &self.borrowed_connector {
            let members = connector.config.as_object().into_iter().flatten();
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
    #[error("{path} has version {found}; this logto-testkit reads version 1")]
    Version {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u32,
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
    path: PathBuf,
    state: SavedState,
}

impl StateFile {
    /// Writes the state to a new file, readable by the owner only: the
    /// connector's secret is in it.
    ///
    /// # Errors
    /// [`SavedStateError::File`]; an existing file is never overwritten, it may
    /// hold what another run still has to put back.
    pub fn create(path: PathBuf, state: SavedState) -> Result<Self, SavedStateError> {
        if path.exists() {
            let source = std::io::Error::new(
                std::io::ErrorKind::AlreadyExists,
                "holds the state saved by an earlier run that did not put it back; run `logto-testkit restore` on \
                 it first",
            );
            return Err(SavedStateError::File { path, source });
        }
        state.keep_secret();
        let file = Self { path, state };
        file.write()?;
        Ok(file)
    }

    /// Reads a file that an earlier run left.
    ///
    /// # Errors
    /// [`SavedStateError`] when it is missing or not one of ours.
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
        if state.version != 1 {
            return Err(SavedStateError::Version { path, found: state.version });
        }
        state.keep_secret();
        Ok(Self { path, state })
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

    /// Notes what the run is about to create, before it does.
    pub(super) fn note(&mut self, change: impl FnOnce(&mut SavedState)) -> Result<(), SavedStateError> {
        change(&mut self.state);
        self.write()
    }

    /// A kill leaves one whole state, and so does a machine that goes down.
    fn write(&self) -> Result<(), SavedStateError> {
        let failed = |source| SavedStateError::File { path: self.path.clone(), source };
        if let Some(parent) = self.path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        let text =
            serde_json::to_string_pretty(&self.state).map_err(std::io::Error::other).map_err(failed)?;
        files::replace(&self.path, text, Access::Secret).map_err(failed)
    }

    /// Puts the tenant back and removes the file. Safe to repeat: what is gone
    /// or back already is passed over.
    ///
    /// Deletes only users that the run created beforehand, and those that were
    /// created through its own application since it began.
    ///
    /// # Errors
    /// [`SavedStateError::NotRestored`] says what is left; the file then stays.
    pub async fn restore(self, management: &Management) -> Result<Restored, SavedStateError> {
        let failed = |what| {
            let path = self.path.clone();
            move |source| SavedStateError::NotRestored { what, path, source }
        };
        let mut restored = Restored::default();
        for user in &self.state.created_users {
            management.delete(&format!("users/{user}")).await.map_err(failed("users"))?;
            restored.users += 1;
        }
        for path in self.state.created_besides.iter().rev() {
            management.delete(path).await.map_err(failed("what scenarios created"))?;
        }
        // Before the application: these users are known by it alone.
        if let Some(application) = &self.state.created_application {
            restored.users += self.delete_users(management, application).await.map_err(failed("users"))?;
            let path = format!("applications/{application}");
            management.delete(&path).await.map_err(failed("the application"))?;
        }
        if let Some(connector) = &self.state.created_connector {
            let path = format!("connectors/{connector}");
            management.delete(&path).await.map_err(failed("the connector"))?;
        }
        if let Some(connector) = &self.state.borrowed_connector {
            let patch = json!({ "config": connector.config, "syncProfile": connector.sync_profile });
            let path = format!("connectors/{}", connector.id);
            management.patch(&path, &patch).await.map_err(failed("the connector's configuration"))?;
        }
        let patch = Value::Object(self.state.sign_in_experience.clone());
        management.patch("sign-in-exp", &patch).await.map_err(failed("the sign-in experience"))?;
        std::fs::remove_file(&self.path)
            .map_err(|source| SavedStateError::File { path: self.path.clone(), source })?;
        Ok(restored)
    }

    /// An account without an application that is linked to somebody of the mock.
    fn is_left_over(&self, user: &Value) -> bool {
        let identities = user.get("identities").and_then(Value::as_object).into_iter().flatten();
        let mut ids = identities.filter_map(|(_, identity)| identity.get("userId")?.as_str());
        ids.any(|id| self.state.people.iter().any(|known| known == id))
    }

    async fn delete_users(
        &self,
        management: &Management,
        application: &str,
    ) -> Result<usize, ManagementError> {
        let since = self.state.started_at_ms - CLOCK_TOLERANCE_MS;
        let mut created = Vec::new();
        for page in 1.. {
            let answer = management.get(&format!("users?page={page}&page_size=100")).await?;
            let users = answer.list()?;
            for user in users {
                let ours = match user.get("applicationId").and_then(Value::as_str) {
                    Some(id) => id == application,
                    None => self.is_left_over(user),
                };
                if let Some(id) = user.get("id").and_then(Value::as_str).filter(|_| ours) {
                    created.push(id.to_owned());
                }
            }
            // Newest first (golden README): older ones cannot be this run's.
            let oldest = users.last().and_then(|user| user.get("createdAt")?.as_i64());
            if users.len() < 100 || oldest.is_some_and(|at| at < since) {
                break;
            }
        }
        for id in &created {
            management.delete(&format!("users/{id}")).await?;
        }
        Ok(created.len())
    }
}

/// What a restore did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    /// How many users of the run were deleted.
    pub users: usize,
}
