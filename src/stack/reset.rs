//! Making a tenant of our own as if nobody had been in it, and proving it.
//!
//! Everything goes through the Management API, as a person would do it; what
//! cannot be reached that way (sessions, grants, the audit log) belongs to users
//! and applications that are deleted, and no scenario sees it.

use serde_json::{Map, Value, json};

use super::management::{Management, ManagementError};
use super::saved::CHANGED_MEMBERS;
use super::steps::StepError;

/// What a fresh tenant has none of, by its path in the Management API. Both are
/// lists without pages, or the first page of one.
const EMPTY: [&str; 5] = ["users", "applications", "connectors", "resources", "roles"];

/// What a seeded tenant has of its own accord, by id or name.
const SEEDED: [&str; 2] = ["management-api", "Logto Management API access"];

/// The tenant could not be made as untouched.
#[derive(Debug, thiserror::Error)]
#[error(
    "the tenant is not as untouched after the reset: {what}; another client may be at work in it, or this version of \
     Logto keeps something that the Management API does not delete. --fresh-logto gives every scenario a Logto of its own"
)]
pub struct NotClean {
    /// What is left.
    pub what: String,
}

/// Deletes what earlier walks left, puts the sign-in experience back, and looks
/// at all of it once more.
///
/// # Errors
/// [`NotClean`] when something is left; [`ManagementError`] when Logto refuses.
pub(super) async fn reset(management: &Management, untouched: &Value) -> Result<(), StepError> {
    let mut changed = false;
    for kind in EMPTY {
        changed |= delete_all(management, kind).await?;
    }
    let experience = management.get("sign-in-exp").await?.body;
    if experience != *untouched {
        changed = true;
        let members: Map<String, Value> = CHANGED_MEMBERS
            .iter()
            .filter_map(|member| Some(((*member).to_owned(), untouched.get(*member)?.clone())))
            .collect();
        management.patch("sign-in-exp", &Value::Object(members)).await?;
    }
    // What was found as it should be has been looked at already.
    if changed {
        prove(management, untouched).await?;
    }
    Ok(())
}

/// Whether there was any.
async fn delete_all(management: &Management, kind: &str) -> Result<bool, ManagementError> {
    let mut any = false;
    loop {
        let found = left_over(management, kind).await?;
        if found.is_empty() {
            return Ok(any);
        }
        any = true;
        for one in &found {
            if kind == "users" {
                forgive(management, one).await?;
            }
            management.delete(&format!("{kind}/{}", id(one))).await?;
        }
    }
}

/// Failed attempts are counted by identifier for an hour, whoever has it then
/// (contract §12): a name that scenarios use again and again would end up locked.
async fn forgive(management: &Management, user: &Value) -> Result<(), ManagementError> {
    let targets: Vec<&str> = ["username", "primaryEmail", "primaryPhone"]
        .into_iter()
        .filter_map(|member| user.get(member)?.as_str())
        .collect();
    if targets.is_empty() {
        return Ok(());
    }
    let body = json!({ "targetType": "User", "targets": targets });
    match management.post("sentinel-activities/delete", &body).await {
        // Before 1.27 there is no such call (docs/logto-versions.md).
        Ok(_) | Err(ManagementError::Refused { status: 404, .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Of a kind, what a fresh tenant does not have.
async fn left_over(management: &Management, kind: &str) -> Result<Vec<Value>, ManagementError> {
    let answer = management
        .get(&format!("{kind}{}", if kind == "users" { "?page=1&page_size=100" } else { "" }))
        .await?;
    let seeded = |one: &Value| {
        ["id", "name"]
            .iter()
            .filter_map(|member| one.get(*member)?.as_str())
            .any(|text| SEEDED.contains(&text))
    };
    Ok(answer.list()?.iter().filter(|one| !seeded(one)).cloned().collect())
}

async fn prove(management: &Management, untouched: &Value) -> Result<(), StepError> {
    let mut left = Vec::new();
    for kind in EMPTY {
        let found = left_over(management, kind).await?;
        if !found.is_empty() {
            left.push(format!("{} {kind}", found.len()));
        }
    }
    let experience = management.get("sign-in-exp").await?.body;
    left.extend(differing(untouched, &experience).map(|member| format!("sign-in-exp.{member}")));
    match left.is_empty() {
        true => Ok(()),
        false => Err(NotClean { what: left.join(", ") }.into()),
    }
}

/// Members of one object that another has differently.
fn differing<'a>(untouched: &'a Value, found: &'a Value) -> impl Iterator<Item = &'a str> {
    let members = untouched.as_object().into_iter().flat_map(Map::keys);
    members.filter(|member| untouched.get(*member) != found.get(*member)).map(String::as_str)
}

fn id(one: &Value) -> &str {
    one.get("id").and_then(Value::as_str).unwrap_or_default()
}
