//! Forgiving failed attempts.

use serde_json::{Value, json};

use super::super::management::{Management, ManagementError};

/// Forgets failed attempts at these identifiers.
///
/// They are counted by identifier for an hour, whether or not somebody has it
/// (contract §12): a name that scenarios use again and again would end up locked.
///
/// # Errors
/// [`ManagementError`] when Logto refuses.
pub(in super::super) async fn forgive(
    management: &Management,
    identifiers: &[String],
) -> Result<(), ManagementError> {
    if identifiers.is_empty() {
        return Ok(());
    }
    let body = json!({ "targetType": "User", "targets": identifiers });
    match management.post("sentinel-activities/delete", &body).await {
        // Before 1.27 there is no such call (docs/logto-versions.md).
        Ok(_) | Err(ManagementError::Refused { status: 404, .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// By what somebody may have tried to sign in.
pub(super) fn identifiers(user: &Value) -> impl Iterator<Item = String> {
    ["username", "primaryEmail", "primaryPhone"]
        .into_iter()
        .filter_map(|member| user.get(member)?.as_str().map(ToOwned::to_owned))
}
