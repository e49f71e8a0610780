//! Clears Logto's counts of failed sign-in attempts.

use serde_json::{Value, json};

use super::super::management::{Management, ManagementError};

/// Clears the failed attempts for these identifiers.
///
/// Logto counts them per identifier for an hour, whether or not an account has it
/// (contract §12): a name that scenarios use repeatedly would end up locked.
///
/// # Errors
/// [`ManagementError`] if Logto refuses.
pub(in super::super) async fn forgive(
    management: &Management,
    identifiers: &[String],
) -> Result<(), ManagementError> {
    if identifiers.is_empty() {
        return Ok(());
    }
    let body = json!({ "targetType": "User", "targets": identifiers });
    match management.post("sentinel-activities/delete", &body).await {
        // Logto has this call since 1.27 (docs/logto-versions.md); the double does not play it.
        Ok(_) | Err(ManagementError::Refused { status: 404 | 501, .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The identifiers with which a person may have tried to sign in to this account.
pub(super) fn identifiers(user: &Value) -> impl Iterator<Item = String> {
    ["username", "primaryEmail", "primaryPhone"]
        .into_iter()
        .filter_map(|member| user.get(member)?.as_str().map(ToOwned::to_owned))
}
