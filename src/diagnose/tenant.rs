//! Reads a tenant, without writing to it.

use serde_json::Value;
use url::Url;

use super::case::Case;
use super::error::TenantReadError;
use super::input::{application, connector, experience};
use crate::stack::{Management, ManagementError};

/// Kinds of applications that people sign in to.
const KINDS: [&str; 3] = ["Traditional", "SPA", "Native"];

impl Case {
    /// Reads connector, sign-in experience and the app's record from a running Logto, only with
    /// `GET`. Without `app_id`, the application is read if there is only one.
    ///
    /// # Errors
    /// [`TenantReadError`] if the Management API refuses, or does not have the object.
    pub async fn read_tenant(
        &mut self,
        management: &Management,
        logto: &Url,
        app_id: Option<&str>,
    ) -> Result<(), TenantReadError> {
        let place = |path: &str| format!("{} (GET /api/{path})", logto.origin().ascii_serialization());
        let connectors = management.get("connectors").await?.body;
        self.connector = connector(&connectors, &place("connectors"))?;
        let members = management.get("sign-in-exp").await?.body;
        self.sign_in_experience = Some(experience(members, &place("sign-in-exp"))?);
        if let Some(record) = record(management, logto, app_id).await? {
            self.application = Some(application(record, &place("applications"))?);
        }
        Ok(())
    }
}

async fn record(
    management: &Management,
    logto: &Url,
    app_id: Option<&str>,
) -> Result<Option<Value>, TenantReadError> {
    let list = management.get("applications").await?;
    let text =
        |one: &Value, member: &str| one.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let signs_in = |one: &&Value| KINDS.contains(&text(one, "type").as_str());
    let apps: Vec<&Value> = list.list()?.iter().filter(signs_in).collect();
    let id = match (app_id, apps.as_slice()) {
        // White space is a defect of the app's setting, not another application.
        (Some(wanted), all) => match all.iter().find(|one| text(one, "id") == wanted.trim()) {
            Some(found) => text(found, "id"),
            None => {
                let there: Vec<String> =
                    all.iter().map(|one| format!("{} (“{}”)", text(one, "id"), text(one, "name"))).collect();
                let there =
                    if there.is_empty() { "no application at all".to_owned() } else { there.join(", ") };
                let what = format!("no application has the ID `{wanted}`; found {there}");
                return Err(TenantReadError::Missing { logto: logto.origin().ascii_serialization(), what });
            }
        },
        (None, [one]) => text(one, "id"),
        (None, _) => return Ok(None),
    };
    let mut record = management.get(&format!("applications/{id}")).await?.body;
    match management.get(&format!("applications/{id}/secrets")).await {
        Ok(secrets) => record["secrets"] = secrets.body,
        // Before 1.21 there is one secret, in the record itself.
        Err(ManagementError::Refused { status: 404, .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Some(record))
}
