//! Hints for an unknown client id.

use thiserror::Error;

use crate::config::App;
use crate::store::Store;

kit::reasons! {
    /// What the client probably meant by an unknown id; follows "client_id `…` is not registered".
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    pub(super) enum ClientIdHint {
        #[error(": it is empty")]
        Empty => "hf/client-id-empty",
        #[error(": it is the secret of the app `{0}`")]
        SecretOf(String) => "hf/client-id-is-secret",
        #[error(": it differs from `{0}` only by leading or trailing whitespace")]
        WhiteSpace(String) => "hf/client-id-white-space",
        #[error(": it differs from `{0}` only by letter case")]
        LetterCase(String) => "hf/client-id-letter-case",
        #[error("")]
        Nothing => "hf/client-id-unknown",
    }
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
