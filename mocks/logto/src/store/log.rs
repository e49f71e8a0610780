//! The audit log (`GET /api/logs`). Entries are stored as events and formatted only when they are
//! read, because most never are.

use kit::alphabet::LOWER_ALNUM;
use serde_json::{Map, Value};

use super::{CAPACITY, Experience, Store};
use crate::audit::{self, Caller};
use crate::shared::Shared;

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct LogEntry {
    pub(crate) id: String,
    /// What happened, e.g. `Interaction.SignIn.Submit`.
    pub(crate) key: String,
    /// Why it failed; `None` for a success.
    pub(crate) error: Option<Value>,
    pub(crate) caller: Caller,
    pub(crate) user: Option<String>,
    pub(crate) application: Option<String>,
    pub(crate) details: LogDetails,
    /// Milliseconds since the epoch.
    pub(crate) created_at: i64,
}

/// The details of an entry.
#[derive(Debug, Clone)]
pub(crate) enum LogDetails {
    /// A call of the sign-in page.
    Experience {
        /// The body, with what the path adds to it.
        payload: Option<Map<String, Value>>,
        /// The state of the interaction at that time.
        experience: Box<Experience>,
        more: Map<String, Value>,
    },
    /// A call of the OIDC provider: session, parameters, and the rest.
    Oidc { session: Option<String>, params: Option<Map<String, Value>>, more: Map<String, Value> },
}

/// An entry that is being built.
#[derive(Debug)]
pub(crate) struct LogDraft {
    pub(crate) key: String,
    pub(crate) error: Option<Value>,
    pub(crate) user: Option<String>,
    pub(crate) application: Option<String>,
    pub(crate) details: LogDetails,
}

impl Store {
    /// Writes an entry for the current request.
    pub(crate) fn log(&mut self, shared: &Shared, draft: LogDraft) {
        if self.logs.len() == CAPACITY {
            self.logs.pop_front();
        }
        self.logs.push_back(LogEntry {
            id: shared.context.random.string(LOWER_ALNUM, 21),
            key: draft.key,
            error: draft.error,
            caller: audit::caller(),
            user: draft.user,
            application: draft.application,
            details: draft.details,
            created_at: shared.context.clock.millis(),
        });
    }
}
