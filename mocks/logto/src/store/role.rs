//! Roles (contract §14, "Roles"): scopes of API resources, held by users or by
//! machine-to-machine applications.

use oauth::Scopes;
use serde_json::{Value, json};

use super::{ApiResource, Store, User};

/// The kind of holder that a role is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoleKind {
    User,
    MachineToMachine,
}

impl RoleKind {
    /// The names in requests and responses.
    pub(crate) const NAMES: &'static [&'static str] = &["User", "MachineToMachine"];

    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "User" => Some(Self::User),
            "MachineToMachine" => Some(Self::MachineToMachine),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::MachineToMachine => "MachineToMachine",
        }
    }
}

/// A role.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) kind: RoleKind,
    /// Whether new users have it.
    pub(crate) is_default: bool,
    /// Ids of scopes of API resources.
    pub(crate) scopes: Vec<String>,
    /// Ids of users.
    pub(crate) users: Vec<String>,
    /// Ids of applications.
    pub(crate) applications: Vec<String>,
}

impl Role {
    /// As after `db seed`: for machines that use the Management API.
    pub(crate) fn management_api() -> Self {
        let resource = ApiResource::management_api(0);
        Self {
            id: "management-api-access".to_owned(),
            name: "Logto Management API access".to_owned(),
            description: "This default role grants access to the Logto management API.".to_owned(),
            kind: RoleKind::MachineToMachine,
            is_default: false,
            scopes: resource.scopes.into_iter().map(|scope| scope.id).collect(),
            users: vec![],
            applications: vec![],
        }
    }

    /// The role in the Management API.
    pub(crate) fn json(&self) -> Value {
        json!({
            "tenantId": "default",
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "type": self.kind.name(),
            "isDefault": self.is_default,
        })
    }
}

impl Store {
    pub(crate) fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    pub(crate) fn role_mut(&mut self, id: &str) -> Option<&mut Role> {
        self.roles.iter_mut().find(|role| role.id == id)
    }

    /// Adds a user, with the default roles.
    pub(crate) fn add_user(&mut self, user: User) {
        let defaults = self.roles.iter_mut().filter(|role| role.is_default && role.kind == RoleKind::User);
        defaults.for_each(|role| role.users.push(user.id.clone()));
        self.users.insert(0, user);
    }

    /// Names of the roles of a user, for the claim `roles`.
    pub(crate) fn role_names(&self, user: &str) -> Vec<&str> {
        let held = self.roles.iter().filter(|role| role.users.iter().any(|id| id == user));
        held.map(|role| role.name.as_str()).collect()
    }

    /// Which of these scopes a user holds at a resource, as far as the application may request
    /// them: for third-party applications each of them must be enabled.
    pub(crate) fn held_scopes(&self, client: &str, user: &str, indicator: &str, asked: &Scopes) -> Scopes {
        let enabled = |scope: &str| match self.application(client) {
            Some(application) if application.is_third_party => application.consent.resource.contains(scope),
            _ => true,
        };
        let held = |role: &Role, scope: &str| role.users.iter().any(|id| id == user) && enabled(scope);
        self.scopes_by_role(indicator, asked, held)
    }

    /// Which of these scopes a machine-to-machine application holds at a resource.
    pub(crate) fn machine_scopes(&self, application: &str, indicator: &str, asked: &Scopes) -> Scopes {
        let held = |role: &Role, _: &str| role.applications.iter().any(|id| id == application);
        self.scopes_by_role(indicator, asked, held)
    }

    fn scopes_by_role(&self, indicator: &str, asked: &Scopes, held: impl Fn(&Role, &str) -> bool) -> Scopes {
        let scopes = self.resource(indicator).into_iter().flat_map(|resource| &resource.scopes);
        let holds = |id: &String| self.roles.iter().any(|role| role.scopes.contains(id) && held(role, id));
        let names: Scopes = scopes.filter(|scope| holds(&scope.id)).map(|scope| &scope.name).collect();
        asked.intersect(&names)
    }
}
