//! Hints for an unknown client id.

use oauth::secret::{self, Difference};
use thiserror::Error;

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
        #[error(": it differs from `{0}` only by whitespace in it")]
        InnerWhiteSpace(String) => "hf/client-id-inner-white-space",
        #[error(": it differs from `{0}` only by quotation marks around it")]
        QuotationMarks(String) => "hf/client-id-quotation-marks",
        #[error(": it differs from `{0}` only by characters that look alike")]
        LookAlike(String) => "hf/client-id-look-alike",
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
        let ids = store.apps.iter().map(|app| &app.client_id);
        ids.filter_map(|id| Self::difference(id, given)).next().unwrap_or(Self::Nothing)
    }

    /// How an id differs from a registered one, if it is the same but for one slip.
    fn difference(registered: &str, given: &str) -> Option<Self> {
        let id = registered.to_owned();
        Some(match secret::difference(registered, given, None) {
            Difference::LeadingWhiteSpace
            | Difference::TrailingWhiteSpace
            | Difference::SurroundingWhiteSpace => Self::WhiteSpace(id),
            Difference::InnerWhiteSpace => Self::InnerWhiteSpace(id),
            Difference::QuotationMarks => Self::QuotationMarks(id),
            Difference::LookAlike => Self::LookAlike(id),
            Difference::LetterCase => Self::LetterCase(id),
            _ => return None,
        })
    }
}
