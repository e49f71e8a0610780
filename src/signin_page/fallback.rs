//! What the page stores in addition to `sessionStorage`, for in-app browsers that lose it on the
//! way to the provider and back (contract §2.3; Logto's own `social-redirect-fallback-context`):
//! for ten minutes, under the state.

use serde::{Deserialize, Serialize};

use super::api::{APP_ID, Api};

/// How long it stays valid, in milliseconds.
const LIFETIME_MS: i64 = 10 * 60 * 1000;
const SOCIAL: &str = "social";

/// What the page needs to continue.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    state: String,
    flow: String,
    connector_id: String,
    pub(super) verification_id: String,
    created_at: i64,
    expires_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) app_id: Option<String>,
}

impl Kept {
    pub(super) fn is_of(&self, connector: &str) -> bool {
        self.flow == SOCIAL && self.connector_id == connector
    }
}

fn key(state: &str) -> String {
    format!("logto:redirect-context:fallback:{state}")
}

/// Stores what the page will need when the person comes back with this state.
pub(super) fn keep(api: &mut Api<'_>, state: &str, connector: &str, verification: &str) {
    let now = api.walker.now_ms();
    let kept = Kept {
        state: state.to_owned(),
        flow: SOCIAL.to_owned(),
        connector_id: connector.to_owned(),
        verification_id: verification.to_owned(),
        created_at: now,
        expires_at: now.saturating_add(LIFETIME_MS),
        app_id: api.stored(APP_ID),
    };
    // A struct of strings and numbers can always be written as JSON.
    let text = serde_json::to_string(&kept).unwrap_or_default();
    api.walker.store_locally(api.tab, &api.origin, &key(state), &text);
}

/// Takes what was stored for a state; works only once.
pub(super) fn take(api: &mut Api<'_>, state: &str) -> Option<Kept> {
    let text = api.walker.forget_locally(api.tab, &api.origin, &key(state))?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    (kept.expires_at >= api.walker.now_ms()).then_some(kept)
}
