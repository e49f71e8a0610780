//! Creates what access tokens may allow: API resources with scopes, roles, and the permissions of a
//! third-party application.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::planned::{PlannedPermissions, RoleIds};
use super::steps::StepError;
use super::tenant::Tenant;
use super::tenant_error::TenantError;
use crate::setup::{ApiResource, Role, ScopesByResource};

/// The ids that Logto gave to scopes, by the indicator of their resource and by name.
type ScopeIds = BTreeMap<(String, String), String>;

impl Tenant {
    /// Creates resources and roles, and permits the application its scopes.
    ///
    /// # Errors
    /// [`StepError`] with Logto's own answer; [`TenantError`] if the tenant has another default
    /// resource, or the set-up names a scope that it does not create.
    pub(super) async fn permit(
        &self,
        planned: &PlannedPermissions,
        application: &str,
    ) -> Result<RoleIds, StepError> {
        if planned.resources.iter().any(|resource| resource.is_default) {
            self.without_default_resource().await?;
        }
        let mut scopes = ScopeIds::new();
        for resource in &planned.resources {
            self.create_resource(resource, &mut scopes).await?;
        }
        let mut roles = RoleIds::default();
        for role in &planned.roles {
            roles.0.insert(role.name.clone(), self.create_role(role, &scopes).await?);
        }
        let mut organization_scopes = Vec::new();
        for name in &planned.organization_scopes {
            organization_scopes
                .push(self.create_listed("organization-scopes", &json!({ "name": name })).await?);
        }
        let management = self.management();
        // Releases until 1.42 refuse an empty list.
        let resource_scopes = ids(&scopes, &planned.resource_scopes)?;
        let lists = [
            ("userScopes", json!(planned.user_scopes)),
            ("resourceScopes", json!(resource_scopes)),
            ("organizationScopes", json!(organization_scopes)),
        ];
        let filled = |(_, list): &(&str, Value)| list.as_array().is_some_and(|list| !list.is_empty());
        let body: Map<String, Value> =
            lists.into_iter().filter(filled).map(|(name, list)| (name.to_owned(), list)).collect();
        if !body.is_empty() {
            let body = Value::Object(body);
            management.post(&format!("applications/{application}/user-consent-scopes"), &body).await?;
        }
        if let Some(name) = &planned.display_name {
            let body = json!({ "displayName": name });
            management.put(&format!("applications/{application}/sign-in-experience"), &body).await?;
        }
        Ok(roles)
    }

    /// Making a resource the default takes that from another one.
    async fn without_default_resource(&self) -> Result<(), StepError> {
        let all = self.management().get("resources").await?;
        let default = all.list()?.iter().find(|resource| resource["isDefault"] == true);
        let Some(indicator) = default.and_then(|default| default.get("indicator")?.as_str()) else {
            return Ok(());
        };
        Err(TenantError::DefaultResourceTaken { indicator: indicator.to_owned() }.into())
    }

    async fn create_resource(&self, resource: &ApiResource, scopes: &mut ScopeIds) -> Result<(), StepError> {
        let indicator = &resource.indicator;
        let mut body = json!({
            "name": resource.name.as_ref().unwrap_or(indicator),
            "indicator": indicator,
        });
        if let Some(seconds) = resource.access_token_ttl {
            body["accessTokenTtl"] = json!(seconds);
        }
        let id = self.create_listed("resources", &body).await?;
        let path = format!("resources/{id}/scopes");
        for name in &resource.scopes {
            let made = self.management().post(&path, &json!({ "name": name })).await?;
            scopes.insert((indicator.clone(), name.clone()), made.text("id")?);
        }
        if resource.is_default {
            let body = json!({ "isDefault": true });
            self.management().patch(&format!("resources/{id}/is-default"), &body).await?;
        }
        Ok(())
    }

    async fn create_role(&self, role: &Role, scopes: &ScopeIds) -> Result<String, StepError> {
        let body = json!({
            "name": role.name,
            // Logto requires one.
            "description": role.description.as_ref().unwrap_or(&role.name),
            "type": "User",
            "isDefault": role.is_default,
            "scopeIds": ids(scopes, &role.scopes)?,
        });
        self.create_listed("roles", &body).await
    }

    /// Creates an item that is deleted when the tenant is restored.
    async fn create_listed(&self, list: &str, body: &Value) -> Result<String, StepError> {
        self.create_in(list, body, |state, id| state.created_besides.push(format!("{list}/{id}"))).await
    }
}

/// The ids of scopes that were created.
fn ids<'s>(known: &'s ScopeIds, wanted: &ScopesByResource) -> Result<Vec<&'s String>, TenantError> {
    let all = wanted.iter().flat_map(|(resource, scopes)| scopes.iter().map(move |scope| (resource, scope)));
    let found = all.map(|(resource, scope)| {
        let unknown = || TenantError::UnknownScope { resource: resource.clone(), scope: scope.clone() };
        known.get(&(resource.clone(), scope.clone())).ok_or_else(unknown)
    });
    found.collect()
}
