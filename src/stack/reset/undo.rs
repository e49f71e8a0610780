//! Turns a used tenant back into an unused one.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Map, Value};

use super::super::management::{Management, ManagementError};
use super::super::steps::StepError;
use super::inventory::{Inventory, LISTS, List, SETTINGS, Settings, differing};
use super::lockouts::{forgive, identifiers};
use crate::container::RunningContainer;

/// How many attempts to restore the settings are made.
const ROUNDS: usize = 3;

/// The tenant could not be reset to its unused state.
#[derive(Debug, thiserror::Error)]
#[error(
    "the reset did not restore the tenant: {what}; another client may be changing it, or this version of Logto keeps \
     something that the Management API does not delete. Pass --fresh-logto to start a fresh Logto for each scenario"
)]
pub struct NotClean {
    /// What still differs.
    pub what: String,
}

/// The first stack records what the tenant holds; each later one finds exactly
/// that again.
///
/// # Errors
/// [`NotClean`] if something still differs; [`ManagementError`] if Logto refuses.
pub(in super::super) async fn as_untouched(
    management: &Management,
    container: &RunningContainer,
) -> Result<(), StepError> {
    let found = Inventory::take(management).await?;
    match container.untouched() {
        None => container.remember(found.written()).await,
        Some(untouched) => reset(management, &Inventory::read(untouched), &found).await?,
    }
    Ok(())
}

/// Deletes what is new, restores settings, and then reads everything that differed
/// once more.
async fn reset(management: &Management, untouched: &Inventory, found: &Inventory) -> Result<(), StepError> {
    for list in &LISTS {
        if untouched.list(list) != found.list(list) {
            delete_new(management, list, untouched.list(list), found.list(list).to_vec()).await?;
        }
    }
    let mut changed = false;
    for settings in &SETTINGS {
        // Restoring one may change another: without a captcha provider, Logto stops requiring captchas.
        let now = if changed { settings.read(management).await? } else { None };
        let found = if changed { now.as_ref() } else { found.settings(settings) };
        if untouched.settings(settings) != found {
            put_back(management, settings, untouched.settings(settings), found).await?;
            changed = true;
        }
    }
    let now = Inventory::take_where(management, |path| untouched.at(path) != found.at(path)).await?;
    let left = untouched.differences(&now.or(untouched));
    match left.is_empty() {
        true => Ok(()),
        false => Err(NotClean { what: left.join(", ") }.into()),
    }
}

/// Page by page; the final comparison reports anything that stays despite its deletion.
async fn delete_new(
    management: &Management,
    list: &List,
    untouched: &[Value],
    mut found: Vec<Value>,
) -> Result<(), ManagementError> {
    let mut seen: BTreeSet<String> = untouched.iter().map(|one| list.name(one).to_owned()).collect();
    for was in untouched {
        let is = found.iter().find(|one| list.name(one) == list.name(was));
        let changed = is.map(|is| changed(was, is)).unwrap_or_default();
        if !changed.is_empty() {
            management.patch(&list.place(was), &Value::Object(changed)).await?;
        }
    }
    loop {
        let new: Vec<Value> =
            found.into_iter().filter(|one| seen.insert(list.name(one).to_owned())).collect();
        if new.is_empty() {
            return Ok(());
        }
        if list.path == "users" {
            let tried: Vec<String> = new.iter().flat_map(identifiers).collect();
            forgive(management, &tried).await?;
        }
        for one in &new {
            management.delete(&list.place(one)).await?;
        }
        found = list.read(management).await?.unwrap_or_default();
    }
}

/// Whether a path leads to one of the [`SETTINGS`].
pub(in super::super) fn is_settings(path: &str) -> bool {
    SETTINGS.iter().any(|settings| settings.path == path)
}

/// Restores one set of settings, as far as `before` holds them.
///
/// # Errors
/// [`ManagementError`] when Logto refuses.
pub(in super::super) async fn put_settings_back(
    management: &Management,
    path: &str,
    before: Value,
) -> Result<(), ManagementError> {
    let Some(settings) = SETTINGS.iter().find(|settings| settings.path == path) else { return Ok(()) };
    let found = settings.read(management).await?;
    put_back(management, settings, Some(&before), found.as_ref()).await
}

async fn put_back(
    management: &Management,
    settings: &Settings,
    untouched: Option<&Value>,
    found: Option<&Value>,
) -> Result<(), ManagementError> {
    match (untouched, found, &settings.back) {
        (Some(untouched), Some(found), &Method::PATCH) => {
            let mut found = found.clone();
            // Changing one member may change another: without MFA factors, Logto switches adaptive MFA off.
            for _ in 0..ROUNDS {
                let changed = changed(untouched, &found);
                if changed.is_empty() {
                    break;
                }
                management.patch(settings.path, &Value::Object(changed)).await?;
                found = settings.read(management).await?.unwrap_or_default();
            }
        }
        (Some(untouched), found, back) if found != Some(untouched) => {
            management.ask(back.clone(), settings.path, Some(untouched)).await?;
        }
        (None, Some(_), &Method::DELETE) => management.delete(settings.path).await?,
        // Settings that are new to a tenant, or gone from it: the final comparison reports them.
        _ => {}
    }
    Ok(())
}

/// The members that differ, with their original values.
fn changed(untouched: &Value, found: &Value) -> Map<String, Value> {
    differing(untouched, found).map(|member| (member.to_owned(), untouched[member].clone())).collect()
}
