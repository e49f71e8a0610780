//! Restores a shared tenant.

use serde_json::{Map, Value, json};

use super::ahead::{alike, read};
use super::management::{Management, ManagementError};
use super::reset;
use super::saved::{BorrowedConnector, SavedState, SavedStateError, StateFile};

/// How far the clocks of this machine and of Logto may differ when users that a run
/// created are searched for.
const CLOCK_TOLERANCE_MS: i64 = 15 * 60 * 1000;
/// The maximum duration of a recorded story.
const STORY_MS: i64 = 15 * 60 * 1000;
/// Members that record when, or by which app first, something was changed or used: no call restores them.
const MOVED_ON: [&str; 3] = ["updatedAt", "lastSignInAt", "applicationId"];

/// What a restore did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// How many users of the run were deleted.
    pub users: usize,
    /// Calls by scenarios that cannot be undone.
    pub not_undone: Vec<String>,
}

impl SavedState {
    /// Whether an account belongs to the run: created through its application, or still without one and
    /// linked to a person at the mock.
    pub(super) fn is_own(&self, user: &Value) -> bool {
        // An older account also gets the application when it signs in for the first time.
        self.is_new(user)
            && match user.get("applicationId").and_then(Value::as_str) {
                Some(id) => self.created_application.as_deref() == Some(id),
                None => self.is_left_over(user),
            }
    }

    /// Whether an account was created since the run began, by Logto's own clock if there was an account to
    /// compare with.
    fn is_new(&self, user: &Value) -> bool {
        let made = user.get("createdAt").and_then(Value::as_i64);
        made.is_some_and(|made| self.newest_user_ms.map_or(made >= self.began(), |newest| made > newest))
    }

    fn is_left_over(&self, user: &Value) -> bool {
        let identities = user.get("identities").and_then(Value::as_object).into_iter().flatten();
        let mut ids = identities.filter_map(|(_, identity)| identity.get("userId")?.as_str());
        ids.any(|id| self.people.iter().any(|known| known == id))
    }

    /// Whether an item is too new to belong to the run.
    fn is_of_later(&self, item: &Value) -> bool {
        let last = self.at_work_ms.unwrap_or(self.started_at_ms) + STORY_MS + CLOCK_TOLERANCE_MS;
        item.get("createdAt").and_then(Value::as_i64).is_some_and(|made| made > last)
    }

    fn began(&self) -> i64 {
        self.started_at_ms - CLOCK_TOLERANCE_MS
    }
}

impl StateFile {
    /// Restores the tenant and removes the file. Safe to repeat: what is already deleted
    /// or restored is skipped.
    ///
    /// Deletes only users that the run created beforehand, and those that were
    /// created through its own application since it began; in a tenant that was empty, everything, unless
    /// an item is newer than the run.
    ///
    /// # Errors
    /// `SavedStateError::NotRestored` says what is left to restore; the file then stays.
    pub async fn restore(self, management: &Management) -> Result<Restored, SavedStateError> {
        let failed = |what| {
            let path = self.path.clone();
            move |source| SavedStateError::NotRestored { what, path, source }
        };
        let state = &self.state;
        if state.was_empty {
            // Before anything is changed: the file may be old, and people may use the tenant by now.
            let found =
                made_later(management, state).await.map_err(failed("what recorded stories created"))?;
            if !found.is_empty() {
                return Err(SavedStateError::UsedSince { found: found.join(", "), path: self.path });
            }
        }
        let mut restored = Restored { not_undone: state.not_undone.clone(), ..Restored::default() };
        for user in &state.created_users {
            management.delete(&format!("users/{user}")).await.map_err(failed("users"))?;
            restored.users += 1;
        }
        restored.users += delete_begun(management, state).await.map_err(failed("what was being created"))?;
        for path in state.created_besides.iter().rev() {
            management.delete(path).await.map_err(failed("what scenarios created"))?;
        }
        // Before the application, which alone identifies these users.
        if let Some(application) = &state.created_application {
            restored.users += delete_users(management, state).await.map_err(failed("users"))?;
            let path = format!("applications/{application}");
            management.delete(&path).await.map_err(failed("the application"))?;
        }
        if let Some(connector) = &state.created_connector {
            let path = format!("connectors/{connector}");
            management.delete(&path).await.map_err(failed("the connector"))?;
        }
        if state.was_empty {
            reset::empty(management).await.map_err(failed("what recorded stories created"))?;
        }
        if let Some(connector) = &state.borrowed_connector {
            put_connector_back(management, &connector.id, &whole(connector))
                .await
                .map_err(failed("the connector's configuration"))?;
        }
        let mut by_hand = Vec::new();
        for (place, before) in &state.before {
            let back = put_back(management, place, before).await;
            by_hand.extend(back.map_err(failed("what scenarios changed"))?);
        }
        // Deleting a connector removed its target from the sign-in experience.
        reset::put_settings_back(management, "sign-in-exp", Value::Object(state.sign_in_experience.clone()))
            .await
            .map_err(failed("the sign-in experience"))?;
        if !by_hand.is_empty() {
            return Err(SavedStateError::ByHand { what: by_hand.join(", "), path: self.path });
        }
        self.remove()?;
        Ok(restored)
    }
}

/// What was created after the run, counted; Logto returns no creation date for items of other lists.
async fn made_later(management: &Management, state: &SavedState) -> Result<Vec<String>, ManagementError> {
    let mut found = Vec::new();
    for list in ["users", "applications"] {
        // Newest first (golden README).
        let items = management.get(&format!("{list}?page=1&page_size=100")).await?;
        let count = items.list()?.iter().filter(|item| state.is_of_later(item)).count();
        if count > 0 {
            found.push(format!("{count} {list}"));
        }
    }
    Ok(found)
}

/// Deletes what the run was about to create when it was killed, if it was created. Returns the number of
/// users.
async fn delete_begun(management: &Management, state: &SavedState) -> Result<usize, ManagementError> {
    let mut users = 0;
    for begun in state.creating.iter().rev() {
        for place in alike(management, &begun.list, &begun.body).await? {
            if begun.already.contains(&place) || !is_since(management, state, &place).await? {
                continue;
            }
            management.delete(&place).await?;
            users += usize::from(place.starts_with("users/"));
        }
    }
    Ok(users)
}

/// Whether an item was created during the run. Checked for accounts, which people also create and which have
/// a creation date.
async fn is_since(management: &Management, state: &SavedState, place: &str) -> Result<bool, ManagementError> {
    if !place.starts_with("users/") {
        return Ok(true);
    }
    Ok(read(management, place).await?.is_some_and(|user| state.is_new(&user)))
}

async fn delete_users(management: &Management, state: &SavedState) -> Result<usize, ManagementError> {
    let mut created = Vec::new();
    for page in 1.. {
        let answer = management.get(&format!("users?page={page}&page_size=100")).await?;
        let users = answer.list()?;
        for user in users {
            if let Some(id) = user.get("id").and_then(Value::as_str).filter(|_| state.is_own(user)) {
                created.push(id.to_owned());
            }
        }
        // Newest first (golden README): older ones cannot be this run's.
        let oldest = users.last().and_then(|user| user.get("createdAt")?.as_i64());
        if users.len() < 100 || oldest.is_some_and(|at| at < state.began()) {
            break;
        }
    }
    for id in &created {
        management.delete(&format!("users/{id}")).await?;
    }
    Ok(created.len())
}

/// The borrowed connector as the API returns it, as far as that was saved.
fn whole(connector: &BorrowedConnector) -> Value {
    json!({
        "connectorId": "huggingface-universal",
        "config": connector.config,
        "syncProfile": connector.sync_profile,
    })
}

/// Changes it back, or creates it again with its id if a scenario deleted it.
async fn put_connector_back(management: &Management, id: &str, was: &Value) -> Result<(), ManagementError> {
    let path = format!("connectors/{id}");
    // The returned members that can be sent.
    let sent = |name: &&str| was.get(*name).filter(|value| !value.is_null() && **value != json!({}));
    let members = |names: &[&str]| -> Map<String, Value> {
        names.iter().filter_map(|name| Some(((*name).to_owned(), sent(name)?.clone()))).collect()
    };
    let changeable = members(&["config", "syncProfile", "metadata"]);
    match read(management, &path).await? {
        Some(now) if changeable.iter().all(|(name, value)| now.get(name) == Some(value)) => return Ok(()),
        Some(_) => match management.patch(&path, &Value::Object(changeable)).await {
            // A configuration that Logto accepts at creation may be refused as a change.
            Err(ManagementError::Refused { status: 400, .. }) => management.delete(&path).await?,
            patched => return patched.map(drop),
        },
        None => {}
    }
    let mut anew = members(&["connectorId", "config", "syncProfile", "metadata"]);
    anew.insert("id".to_owned(), json!(id));
    management.post("connectors", &Value::Object(anew)).await?;
    Ok(())
}

/// Restores one thing or one set of settings; returns what still differs.
async fn put_back(
    management: &Management,
    place: &str,
    before: &Value,
) -> Result<Option<String>, ManagementError> {
    if reset::is_settings(place) {
        reset::put_settings_back(management, place, before.clone()).await?;
    } else if let Some(id) = place.strip_prefix("connectors/") {
        put_connector_back(management, id, before).await?;
    } else {
        let Some(now) = read(management, place).await? else {
            return Ok(Some(format!("{place} was deleted, and can only be created anew")));
        };
        put_members_back(management, place, before, &now).await?;
    }
    let now = read(management, place).await?.unwrap_or_default();
    let other: Vec<&str> = reset::differing(before, &now).filter(|name| !MOVED_ON.contains(name)).collect();
    Ok((!other.is_empty()).then(|| format!("{place} has a different {}", other.join(", "))))
}

async fn put_members_back(
    management: &Management,
    place: &str,
    before: &Value,
    now: &Value,
) -> Result<(), ManagementError> {
    let mut changed: Map<String, Value> = reset::differing(before, now)
        .filter(|name| !MOVED_ON.contains(name))
        .map(|name| (name.to_owned(), before[name].clone()))
        .collect();
    if place.starts_with("users/") {
        if let Some(suspended) = changed.remove("isSuspended") {
            management.patch(&format!("{place}/is-suspended"), &json!({ "isSuspended": suspended })).await?;
        }
        if changed.remove("identities").is_some() {
            put_identities_back(management, place, &before["identities"], &now["identities"]).await?;
        }
    }
    if !changed.is_empty() {
        management.patch(place, &Value::Object(changed)).await?;
    }
    Ok(())
}

async fn put_identities_back(
    management: &Management,
    user: &str,
    before: &Value,
    now: &Value,
) -> Result<(), ManagementError> {
    for target in reset::differing(now, before) {
        if before.get(target).is_none() {
            management.delete(&format!("{user}/identities/{target}")).await?;
        }
    }
    for target in reset::differing(before, now) {
        management.put(&format!("{user}/identities/{target}"), &before[target]).await?;
    }
    Ok(())
}
