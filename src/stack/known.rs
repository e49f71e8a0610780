//! Ids and secrets of a stack.

/// Id and secret of the second app, if the set-up has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondKnown {
    /// Its `client_id` in Logto.
    pub app_id: String,
    /// Its `client_secret` in Logto.
    pub app_secret: String,
}

/// The values in a stack's traffic that are known beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// `client_id` of the app in Logto.
    pub app_id: String,
    /// `client_secret` of the app in Logto.
    pub app_secret: String,
    /// The connector's id, part of its callback URL.
    pub connector_id: String,
    /// `client_id` of the OAuth app at Hugging Face.
    pub huggingface_client_id: String,
    /// `client_secret` of the OAuth app at Hugging Face.
    pub huggingface_client_secret: String,
    /// The second app.
    pub second_app: Option<SecondKnown>,
}
