//! Surveys a tenant before anything is changed in it.

use serde_json::{Map, Value};

use super::management::{Management, ManagementError};
use super::saved::BorrowedConnector;
use crate::counted::counted;
use crate::setup::ConnectorFactory;

/// The id requested for our connector, so that its callback URL is known beforehand.
pub(super) const CONNECTOR_ID: &str = "logto-testkit";
/// The factory of Logto's own connector for Hugging Face.
pub(super) const FACTORY: ConnectorFactory = ConnectorFactory::HuggingFace;
/// The name of our application, which identifies one left over from an earlier run.
pub(super) const APPLICATION_NAME: &str = "Bookstore (logto-testkit)";

/// What a tenant holds before a run.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) users: u64,
    pub(super) newest_user_ms: Option<i64>,
    pub(super) applications: usize,
    pub(super) own_application: Option<String>,
    pub(super) social_connectors: usize,
    /// The ids of all connectors, of every kind.
    pub(super) connectors: Vec<String>,
    pub(super) own_connector: bool,
    pub(super) borrowed: Option<BorrowedConnector>,
    pub(super) sign_in_experience: Map<String, Value>,
}

impl Survey {
    pub(super) async fn of(management: &Management) -> Result<Self, ManagementError> {
        let users = management.get("users?page=1&page_size=1").await?;
        let newest_user_ms = users.list()?.first().and_then(|newest| newest.get("createdAt")?.as_i64());
        let users = users.total.ok_or_else(|| users.lacks("Total-Number header"))?;
        let applications = management.get("applications").await?;
        let (ours, others): (Vec<&Value>, Vec<&Value>) =
            applications.list()?.iter().partition(|application| {
                application.get("name").and_then(Value::as_str) == Some(APPLICATION_NAME)
            });
        let own_application = ours.first().and_then(|ours| ours.get("id")?.as_str()).map(ToOwned::to_owned);
        let applications = others.len();
        let connectors = management.get("connectors").await?;
        let (mut social_connectors, mut own_connector, mut borrowed) = (0, false, None);
        let mut ids = Vec::new();
        for connector in connectors.list()? {
            let text = |member: &str| connector.get(member).and_then(Value::as_str).unwrap_or_default();
            ids.push(text("id").to_owned());
            if text("id") == CONNECTOR_ID {
                own_connector = true;
                continue;
            }
            if text("type") == "Social" {
                social_connectors += 1;
            }
            if text("connectorId") == FACTORY.id() {
                borrowed = Some(BorrowedConnector {
                    id: text("id").to_owned(),
                    config: connector.get("config").cloned().unwrap_or_default(),
                    sync_profile: connector.get("syncProfile").and_then(Value::as_bool).unwrap_or_default(),
                });
            }
        }
        let experience = management.get("sign-in-exp").await?;
        let mut sign_in_experience = experience.body.as_object().cloned().unwrap_or_default();
        // Its keys are fixed.
        sign_in_experience.retain(|member, _| !["id", "tenantId"].contains(&member.as_str()));
        Ok(Self {
            users,
            newest_user_ms,
            applications,
            own_application,
            social_connectors,
            connectors: ids,
            own_connector,
            borrowed,
            sign_in_experience,
        })
    }

    /// What in the tenant does not belong to us, in words, with `users` users.
    pub(super) fn in_use(&self, users: u64) -> Option<String> {
        let counts = [
            (users, "user"),
            (self.applications as u64, "application"),
            (self.social_connectors as u64, "social connector"),
        ];
        let found: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| counted(*count, what))
            .collect();
        (!found.is_empty()).then(|| found.join(", "))
    }
}
