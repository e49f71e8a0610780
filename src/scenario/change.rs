//! What changes while a person is signing in: in Logto, and at Hugging Face.

use mock_huggingface::{Switches, User};
use serde::Deserialize;
use serde_json::Value;

use crate::document::typed::TypeError;
use crate::setup::OAuth2App;

/// A call of Logto's Management API, made with the stack's own credentials.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdminCall {
    /// Method and path, e.g. `DELETE /api/connectors/[CONNECTOR]`.
    pub call: String,
    /// The JSON body, for calls that have one.
    #[serde(default)]
    pub body: Option<Value>,
}

impl AdminCall {
    /// The method, and the path below `/api/`; `None` if the call does not have that form.
    #[must_use]
    pub fn parts(&self) -> Option<(http::Method, &str)> {
        let (method, path) = self.call.split_once(' ')?;
        let method = ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().find(|known| *known == method)?;
        let path = path.strip_prefix("/api/").filter(|path| !path.is_empty() && !path.contains(' '))?;
        Some((method.parse().ok()?, path))
    }
}

/// What the owner of the OAuth app, the person, or the site changes at Hugging Face. Absent members
/// stay unchanged.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct HuggingFaceChange {
    /// Fields of the OAuth app's settings page.
    pub app: Option<OAuth2App>,
    /// Refreshes the secret: the previous one stops working.
    pub refresh_secret: bool,
    /// Deletes the OAuth app.
    pub delete_app: bool,
    /// Replaces the account with this one, or adds it if it is new.
    pub account: Option<Box<User>>,
    /// Deletes the account with this username.
    pub delete_account: Option<String>,
    /// Revokes this person's tokens and permissions of the OAuth app.
    pub revoke_for: Option<String>,
    /// Behavior of the real site that is not publicly documented.
    pub switches: Option<Box<Switches>>,
    /// Scripted answers from now on, in place of earlier ones; `[]` removes them.
    pub answers: Option<Vec<kit::Rule>>,
    /// Signs id_tokens with a new key from now on.
    pub rotate_id_token_key: Option<KeyRotation>,
}

/// Rejects a scripted answer that would be skipped silently when its turn comes.
pub(super) fn answers_work(answers: &[kit::Rule]) -> Result<(), TypeError> {
    answers.iter().try_for_each(|rule| {
        let broken = |error| TypeError::new(format!("the answer for {}: {error}", rule.path), None);
        rule.check().map_err(broken)
    })
}

/// What happens to the key set when the signing key changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyRotation {
    /// The key set contains the new key.
    Published,
    /// The key set still contains the old key, as from a stale cache.
    Unpublished,
}

impl std::fmt::Display for HuggingFaceChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            app,
            refresh_secret,
            delete_app,
            account,
            delete_account,
            revoke_for,
            switches,
            answers,
            rotate_id_token_key,
        } = self;
        let changed: Vec<&str> = [
            (app.is_some(), "app"),
            (*refresh_secret, "refresh_secret"),
            (*delete_app, "delete_app"),
            (account.is_some(), "account"),
            (delete_account.is_some(), "delete_account"),
            (revoke_for.is_some(), "revoke_for"),
            (switches.is_some(), "switches"),
            (answers.is_some(), "answers"),
            (rotate_id_token_key.is_some(), "rotate_id_token_key"),
        ]
        .into_iter()
        .filter_map(|(is, name)| is.then_some(name))
        .collect();
        f.write_str(&changed.join(", "))
    }
}
