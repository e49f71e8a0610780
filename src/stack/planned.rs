//! What is planned to be created in Logto.

use std::collections::BTreeMap;
use std::time::Duration;

use kit::Clock;
use serde_json::{Map, Value, json};

use super::management::Management;
use super::steps::StepError;
use super::tenant_error::TenantError;
use crate::setup::{ApiResource, ConnectorFactory, MessageConnector, Role, ScopesByResource};

/// What to create.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The factory of the connector.
    pub(super) factory: ConnectorFactory,
    /// The connector's target in the sign-in experience; it can be chosen with a generic factory.
    pub(super) target: String,
    /// `clientId`, `clientSecret`, `scope` … of the connector.
    pub(super) connector_config: Value,
    /// Whether the connector copies the profile at every sign-in.
    pub(super) sync_profile: bool,
    /// Connectors that send codes.
    pub(super) message_connectors: Vec<MessageConnector>,
    /// Members of the sign-in experience on top of the guide's.
    pub(super) sign_in_experience: Map<String, Value>,
    /// Accounts to create.
    pub(super) users: Vec<Map<String, Value>>,
    /// Social identities of these accounts.
    pub(super) identities: Vec<PlannedIdentity>,
    /// Redirect URIs of the application.
    pub(super) redirect_uris: Vec<String>,
    /// Post sign-out redirect URIs of the application.
    pub(super) post_logout_redirect_uris: Vec<String>,
    /// `type` of the application.
    pub(super) application_kind: String,
    /// `isThirdParty` of the application.
    pub(super) third_party: bool,
    /// `customClientMetadata` of the application.
    pub(super) custom_client_metadata: Map<String, Value>,
    /// How long a temporary secret for the app lasts, on this clock; with `None` the app
    /// uses the default one, which does not expire.
    pub(super) secret_lasts: Option<(Duration, Clock)>,
    /// API resources, roles, and the permissions of the application.
    pub(super) permissions: PlannedPermissions,
}

/// A social identity to give to one of the accounts.
#[derive(Debug, Clone)]
pub(super) struct PlannedIdentity {
    /// Index into [`Plan::users`].
    pub(super) user: usize,
    pub(super) target: String,
    /// The account's id at the provider.
    pub(super) user_id: String,
}

/// What access tokens may allow.
#[derive(Debug, Clone, Default)]
pub(super) struct PlannedPermissions {
    pub(super) resources: Vec<ApiResource>,
    pub(super) roles: Vec<Role>,
    /// Names of the roles of each account, in the order of `Plan::users`.
    pub(super) user_roles: Vec<Vec<String>>,
    /// Scopes about the person that the application may request, if it is a third-party one.
    pub(super) user_scopes: Vec<String>,
    /// Scopes of API resources that it may request.
    pub(super) resource_scopes: ScopesByResource,
    /// Scopes of organizations, which are created, and which it may request.
    pub(super) organization_scopes: Vec<String>,
    /// The application's name on its consent page.
    pub(super) display_name: Option<String>,
}

/// The ids that Logto gave to the roles, by name.
#[derive(Debug, Default)]
pub(super) struct RoleIds(pub(super) BTreeMap<String, String>);

impl RoleIds {
    /// Gives roles to an account.
    ///
    /// # Errors
    /// [`StepError`] with Logto's own answer, or for a role that was not created.
    pub(super) async fn give(
        &self,
        management: &Management,
        user: &str,
        names: &[String],
    ) -> Result<(), StepError> {
        if names.is_empty() {
            return Ok(());
        }
        let unknown = |name: &String| TenantError::UnknownRole { name: name.clone() };
        let ids = names.iter().map(|name| self.0.get(name).ok_or_else(|| unknown(name)));
        let ids: Vec<&String> = ids.collect::<Result<_, _>>()?;
        management.post(&format!("users/{user}/roles"), &json!({ "roleIds": ids })).await?;
        Ok(())
    }
}
