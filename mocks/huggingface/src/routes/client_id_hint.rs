//! Hints for an unknown client id.

use kit::Reason;
use thiserror::Error;

use crate::config::App;
use crate::store::Store;

/// What the client probably meant by an unknown id; follows "client_id `…` is not registered".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum ClientIdHint {
    #[error(": it is empty")]
    Empty,
    #[error(": it is the secret of the app `{0}`")]
    SecretOf(String),
    #[error(": it differs from `{0}` only by leading or trailing whitespace")]
    WhiteSpace(String),
    #[error(": it differs from `{0}` only by letter case")]
    LetterCase(String),
    #[error("")]
    Nothing,
}

impl ClientIdHint {
    pub(super) fn of(given: &str, store: &Store) -> Self {
        if given.is_empty() {
            return Self::Empty;
        }
        if let Some(app) = store.apps.iter().find(|app| app.secret.as_deref() == Some(given)) {
            return Self::SecretOf(app.name.clone());
        }
        let similar = |app: &&App| app.client_id.trim().eq_ignore_ascii_case(given.trim());
        match store.apps.iter().find(similar) {
            Some(app) if app.client_id.trim() == given.trim() => Self::WhiteSpace(app.client_id.clone()),
            Some(app) => Self::LetterCase(app.client_id.clone()),
            None => Self::Nothing,
        }
    }
}

impl Reason for ClientIdHint {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "hf/client-id-empty",
            Self::SecretOf(_) => "hf/client-id-is-secret",
            Self::WhiteSpace(_) => "hf/client-id-white-space",
            Self::LetterCase(_) => "hf/client-id-letter-case",
            Self::Nothing => "hf/client-id-unknown",
        }
    }
}
