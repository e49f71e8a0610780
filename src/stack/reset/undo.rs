//! From what is found back to what was untouched.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Map, Value};

use super::super::management::{Management, ManagementError};
use super::super::steps::StepError;
use super::inventory::{Inventory, LISTS, List, SETTINGS, Settings, differing};
use super::lockouts::{forgive, identifiers};
use crate::container::RunningContainer;

/// How often settings are put back until they are as they were.
const ROUNDS: usize = 3;

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

/// The first who comes writes down what there is; everybody after finds exactly
/// that again.
///
/// # Errors
/// [`NotClean`] when something is left; [`ManagementError`] when Logto refuses.
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

/// Deletes what is new, puts settings back, and looks once more at whatever was
/// not as it should be.
async fn reset(management: &Management, untouched: &Inventory, found: &Inventory) -> Result<(), StepError> {
    for list in &LISTS {
        if untouched.list(list) != found.list(list) {
            delete_new(management, list, untouched.list(list), found.list(list).to_vec()).await?;
        }
    }
    let mut changed = false;
    for settings in &SETTINGS {
        // One may change another: without a provider of captchas, none is asked for.
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

/// Page by page; a thing that stays although it was deleted is left for the proof to tell.
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

/// Whether something is one of the sets of settings that are always there.
pub(in super::super) fn is_settings(path: &str) -> bool {
    SETTINGS.iter().any(|settings| settings.path == path)
}

/// Puts one set of settings back, as far as it is told what they were.
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
            // One member may change another: without factors of MFA, the adaptive one is switched off.
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
        // Settings that are new to a tenant, or gone from it: the proof tells.
        _ => {}
    }
    Ok(())
}

/// Members that are not as they were, as they were.
fn changed(untouched: &Value, found: &Value) -> Map<String, Value> {
    differing(untouched, found).map(|member| (member.to_owned(), untouched[member].clone())).collect()
}
