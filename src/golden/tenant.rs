//! A running Logto's tenant between stories: empty, as at the start of each recording.

use kit::Clock;
use serde_json::{Map, Value};

use super::error::ReplayError;
use super::target::{RunningLogto, Site, Target};
use crate::stack::{Management, SavedState, StateFile, empty, not_seeded};

/// A tenant for tests that is empty between stories.
#[derive(Debug)]
pub struct Tenant {
    running: RunningLogto,
    saved: StateFile,
}

impl Tenant {
    /// Inspects the tenant, and saves its sign-in experience to the state file.
    ///
    /// # Errors
    /// [`ReplayError::InUse`]: stories delete users, applications, connectors, API resources and
    /// roles, so a tenant that has any is refused.
    pub async fn open(running: &RunningLogto) -> Result<Self, ReplayError> {
        let external = &running.external;
        // Leftovers of an earlier run do not make a tenant count as in use.
        StateFile::check(&external.state_file)?;
        let management = management(running).await?;
        let found = not_seeded(&management).await?;
        if !found.is_empty() {
            let counts = found.iter().map(|(list, ids)| format!("{} {list}", ids.len()));
            return Err(ReplayError::InUse { found: counts.collect::<Vec<_>>().join(", ") });
        }
        let experience = management.get("sign-in-exp").await?;
        let sign_in_experience = of_a_patch(&experience.body);
        let now = Clock::system().millis();
        let state = SavedState::new(&external.endpoint, &external.admin_endpoint, now, sign_in_experience);
        let state = SavedState { was_empty: true, ..state };
        let saved = StateFile::create(external.state_file.clone(), state)?;
        Ok(Self { running: running.clone(), saved })
    }

    /// Deletes what the last story left, and resets the sign-in experience to the seeded one, with
    /// which every recording began.
    ///
    /// # Errors
    /// [`ReplayError::Management`] with Logto's own answer, [`ReplayError::SavedState`] if it
    /// cannot be recorded that the next story begins.
    pub async fn clean(&mut self) -> Result<(), ReplayError> {
        self.saved.note(|state| state.at_work_ms = Some(Clock::system().millis()))?;
        let management = management(&self.running).await?;
        empty(&management).await?;
        let seeded = of_a_patch(&mock_logto::seeded_sign_in_experience());
        management.patch("sign-in-exp", &Value::Object(seeded)).await?;
        Ok(())
    }

    /// Cleans for the last time, restores the tenant's own sign-in experience, and removes the
    /// state file.
    ///
    /// # Errors
    /// Like [`Tenant::clean`]; the state file then stays.
    pub async fn close(mut self) -> Result<(), ReplayError> {
        self.clean().await?;
        let management = management(&self.running).await?;
        self.saved.restore(&management).await?;
        Ok(())
    }
}

async fn management(running: &RunningLogto) -> Result<Management, ReplayError> {
    let client = Site::client(&Target::Running(Box::new(running.clone())), &running.ca, running.listen, 0)?;
    let external = &running.external;
    Ok(Management::open(client, &external.endpoint, &external.admin_endpoint, &external.credentials).await?)
}

/// A sign-in experience in the form in which it can be sent back: its keys are fixed.
fn of_a_patch(experience: &Value) -> Map<String, Value> {
    let members = experience.as_object().into_iter().flatten();
    let members = members.filter(|(name, _)| !["id", "tenantId"].contains(&name.as_str()));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}
