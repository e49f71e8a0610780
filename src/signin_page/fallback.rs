//! What the page stores in addition to `sessionStorage`, for in-app browsers that lose it on the
//! way to the provider and back (contract §2.3; Logto's own `social-redirect-fallback-context`):
//! for ten minutes, under the state.

use serde::{Deserialize, Serialize};

use super::api::Api;

/// How long it stays valid, in milliseconds.
const LIFETIME_MS: i64 = 10 * 60 * 1000;

/// What the page needs to continue.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) connector: String,
    pub(super) verification: String,
    pub(super) app_id: Option<String>,
    expires_at: i64,
}

fn key(state: &str) -> String {
    format!("logto:redirect-context:fallback:{state}")
}

/// Stores what the page will need when the person comes back with this state.
pub(super) fn keep(api: &mut Api<'_>, state: &str, connector: &str, verification: &str) {
    let kept = Kept {
        connector: connector.to_owned(),
        verification: verification.to_owned(),
        app_id: api.app_id.clone(),
        expires_at: api.walker.now_ms().saturating_add(LIFETIME_MS),
    };
    // A struct of strings and a number can always be written as JSON.
    let text = serde_json::to_string(&kept).unwrap_or_default();
    api.walker.store_locally(api.tab, &api.origin, &key(state), &text);
}

/// Takes what was stored for a state; works only once.
pub(super) fn take(api: &mut Api<'_>, state: &str) -> Option<Kept> {
    let text = api.walker.forget_locally(api.tab, &api.origin, &key(state))?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    (kept.expires_at > api.walker.now_ms()).then_some(kept)
}
