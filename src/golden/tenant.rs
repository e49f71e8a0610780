//! A running Logto's tenant between stories: empty, as each recording began.

use kit::Clock;
use serde_json::{Map, Value};

use super::error::ReplayError;
use super::target::{RunningLogto, Site, Target};
use crate::stack::{Management, ManagementError, SavedState, StateFile};

/// Whether an item of a list is Logto's own.
type Seeded = fn(&Value) -> bool;

/// What a story may create, below `/api`, and how an item that Logto itself
/// seeded is known.
const COLLECTIONS: [(&str, Seeded); 5] = [
    ("users", |_| false),
    ("applications", |_| false),
    ("connectors", |_| false),
    // The Management API is a resource of every tenant, and its role is seeded.
    ("resources", |item| {
        item["indicator"].as_str().is_some_and(|text| text.starts_with("https://default.logto.app/"))
    }),
    ("roles", |item| item["name"].as_str().is_some_and(|name| name.starts_with("Logto "))),
];

/// A tenant for tests, that is empty whenever no story is told.
#[derive(Debug)]
pub struct Tenant {
    running: RunningLogto,
    saved: StateFile,
}

impl Tenant {
    /// Looks at the tenant, and saves its sign-in experience to the state file.
    ///
    /// # Errors
    /// [`ReplayError::InUse`]: stories delete users, applications, connectors,
    /// API resources and roles, so a tenant that has any is not touched.
    pub async fn open(running: &RunningLogto) -> Result<Self, ReplayError> {
        let management = management(running).await?;
        let mut found = Vec::new();
        for (collection, _) in COLLECTIONS {
            let count = of_others(&management, collection).await?.len();
            if count > 0 {
                found.push(format!("{count} {collection}"));
            }
        }
        if !found.is_empty() {
            return Err(ReplayError::InUse { found: found.join(", ") });
        }
        let experience = management.get("sign-in-exp").await?;
        let sign_in_experience = of_a_patch(&experience.body);
        let external = &running.external;
        let state = SavedState {
            version: 1,
            logto: external.endpoint.clone(),
            logto_admin: external.admin_endpoint.clone(),
            started_at_ms: Clock::system().millis(),
            borrowed_connector: None,
            created_connector: None,
            created_application: None,
            created_users: vec![],
            people: vec![],
            created_besides: vec![],
            sign_in_experience,
        };
        let saved = StateFile::create(external.state_file.clone(), state)?;
        Ok(Self { running: running.clone(), saved })
    }

    /// Deletes what the last story left, and puts the sign-in experience to the
    /// seeded one: every recording began with it.
    ///
    /// # Errors
    /// [`ReplayError::Management`] with Logto's own answer.
    pub async fn clean(&self) -> Result<(), ReplayError> {
        let management = management(&self.running).await?;
        for (collection, _) in COLLECTIONS {
            for id in of_others(&management, collection).await? {
                management.delete(&format!("{collection}/{id}")).await?;
            }
        }
        let seeded = of_a_patch(&mock_logto::seeded_sign_in_experience());
        management.patch("sign-in-exp", &Value::Object(seeded)).await?;
        Ok(())
    }

    /// Cleans for the last time, puts the tenant's own sign-in experience back,
    /// and removes the state file.
    ///
    /// # Errors
    /// As [`Tenant::clean`]; the state file stays then.
    pub async fn close(self) -> Result<(), ReplayError> {
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

/// Ids of the items that are not seeded.
async fn of_others(management: &Management, collection: &str) -> Result<Vec<String>, ReplayError> {
    let (_, seeded) = COLLECTIONS.iter().find(|(name, _)| *name == collection).expect("one of the list");
    // Connectors come whole; the others in pages.
    let pages = if collection == "connectors" { "" } else { "?page=1&page_size=100" };
    let list = match management.get(&format!("{collection}{pages}")).await {
        // A Logto that knows no such thing has none.
        Err(ManagementError::Refused { status: 404, .. }) => return Ok(vec![]),
        list => list?,
    };
    let ids = list.list()?.iter().filter(|item| !seeded(item));
    Ok(ids.filter_map(|item| item["id"].as_str()).map(percent_encoded).collect())
}

fn percent_encoded(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A sign-in experience as it can be sent back: its keys are fixed.
fn of_a_patch(experience: &Value) -> Map<String, Value> {
    let members = experience.as_object().into_iter().flatten();
    let members = members.filter(|(name, _)| !["id", "tenantId"].contains(&name.as_str()));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}
