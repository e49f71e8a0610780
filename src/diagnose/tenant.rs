//! Reads a tenant, without writing to it.

use serde_json::Value;
use url::Url;

use super::case::Case;
use super::error::TenantReadError;
use super::input::{application, connector, consent_scopes, experience, resources};
use crate::stack::{Management, ManagementError};

/// Kinds of applications that people sign in to.
const KINDS: [&str; 3] = ["Traditional", "SPA", "Native"];

impl Case {
    /// Reads connector, sign-in experience, API resources and the app's record with its secrets and
    /// permissions from a running Logto, only with `GET`. Without `app_id`, the application is read
    /// if there is only one. What the credentials may not read is noted as not read, except for the
    /// connector.
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
        if let Some(mut members) = self.optional(management, "sign-in-exp", "The sign-in experience").await? {
            // They are not part of it, and Logto asks new people for them.
            let fields = self.optional(management, "custom-profile-fields", "Custom profile fields").await?;
            if let (Some(fields), Value::Object(members)) = (fields, &mut members) {
                members.insert("customProfileFields".to_owned(), fields);
            }
            self.sign_in_experience = Some(experience(members, &place("sign-in-exp"))?);
        }
        let path = "resources?includeScopes=true";
        if let Some(list) = self.optional(management, path, "API resources").await? {
            self.resources = Some(resources(&list, &place("resources"))?);
        }
        if let Some(record) = self.record(management, logto, app_id).await? {
            self.application = Some(application(record, &place("applications"))?);
        }
        Ok(())
    }

    /// An answer, unless this Logto does not have it or the credentials may not read it, which is noted.
    async fn optional(
        &mut self,
        management: &Management,
        path: &str,
        what: &str,
    ) -> Result<Option<Value>, TenantReadError> {
        match management.get(path).await {
            Ok(answer) => Ok(Some(answer.body)),
            // An older Logto.
            Err(ManagementError::Refused { status: 404, .. }) => Ok(None),
            Err(ManagementError::Refused { status: status @ (401 | 403 | 501), path, .. }) => {
                self.not_read.push(format!("{what}: Logto answered GET /api/{path} with {status}."));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn record(
        &mut self,
        management: &Management,
        logto: &Url,
        app_id: Option<&str>,
    ) -> Result<Option<Value>, TenantReadError> {
        let Some(list) = self.optional(management, "applications", "The application").await? else {
            return Ok(None);
        };
        let Some(id) = chosen(&list, logto, app_id)? else { return Ok(None) };
        let path = format!("applications/{id}");
        let Some(mut record) = self.optional(management, &path, "The application").await? else {
            return Ok(None);
        };
        // Before 1.21 there is one secret, in the record itself.
        if let Some(secrets) =
            self.optional(management, &format!("{path}/secrets"), "The application's secrets").await?
        {
            record["secrets"] = secrets;
        }
        if record.get("isThirdParty") == Some(&Value::Bool(true)) {
            let permissions = format!("{path}/user-consent-scopes");
            let what = "The permissions of the third-party application";
            if let Some(scopes) = self.optional(management, &permissions, what).await? {
                let place = format!("{} (GET /api/{permissions})", logto.origin().ascii_serialization());
                record["userConsentScopes"] = Value::Object(consent_scopes(scopes, &place)?);
            }
        }
        Ok(Some(record))
    }
}

/// The ID of the application to read; `None` if it is not clear which.
fn chosen(list: &Value, logto: &Url, app_id: Option<&str>) -> Result<Option<String>, TenantReadError> {
    let text =
        |one: &Value, member: &str| one.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let signs_in = |one: &&Value| KINDS.contains(&text(one, "type").as_str());
    let apps: Vec<&Value> = list.as_array().into_iter().flatten().filter(signs_in).collect();
    match (app_id, apps.as_slice()) {
        // White space is a defect of the app's setting, not another application.
        (Some(wanted), all) => match all.iter().find(|one| text(one, "id") == wanted.trim()) {
            Some(found) => Ok(Some(text(found, "id"))),
            None => {
                let there: Vec<String> =
                    all.iter().map(|one| format!("{} (“{}”)", text(one, "id"), text(one, "name"))).collect();
                let there =
                    if there.is_empty() { "no application at all".to_owned() } else { there.join(", ") };
                let what = format!("no application has the ID `{wanted}`; found {there}");
                Err(TenantReadError::Missing { logto: logto.origin().ascii_serialization(), what })
            }
        },
        (None, [one]) => Ok(Some(text(one, "id"))),
        (None, _) => Ok(None),
    }
}
