//! Ids and secrets of a stack.

/// What a stack knows beforehand of the values in its traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// `client_id` of the app in Logto.
    pub app_id: String,
    /// Its `client_secret`.
    pub app_secret: String,
    /// The connector's id, part of its callback URL.
    pub connector_id: String,
    /// `client_id` of the OAuth app at Hugging Face.
    pub huggingface_client_id: String,
    /// Its `client_secret`.
    pub huggingface_client_secret: String,
}
