//! The scopes that a third-party application may request, and the branding of its consent page
//! (contract §14, "Third-party applications").

use serde_json::{Map, Value, json};

/// Scopes that are enabled for a third-party application.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConsentScopes {
    /// Scopes about the user, e.g. `profile`.
    user: Vec<String>,
    /// Ids of scopes of API resources.
    resource: Vec<String>,
    /// The same, for people as members of an organization.
    organization: Vec<String>,
}

impl ConsentScopes {
    pub(crate) fn has_user_scope(&self, scope: &str) -> bool {
        self.user.iter().any(|known| known == scope)
    }

    pub(crate) fn has_resource_scope(&self, id: &str) -> bool {
        self.resource.iter().any(|known| known == id)
    }

    pub(crate) fn has_organization_scope(&self, id: &str) -> bool {
        self.organization.iter().any(|known| known == id)
    }

    /// In the order in which Logto lists them.
    pub(crate) fn user_scopes(&self) -> &[String] {
        &self.user
    }

    pub(crate) fn add_user_scope(&mut self, scope: &str) {
        if let Err(at) = self.user.binary_search_by(|known| known.as_str().cmp(scope)) {
            self.user.insert(at, scope.to_owned());
        }
    }

    pub(crate) fn add_resource_scope(&mut self, id: &str) {
        if !self.has_resource_scope(id) {
            self.resource.push(id.to_owned());
        }
    }

    pub(crate) fn add_organization_scope(&mut self, id: &str) {
        if !self.has_organization_scope(id) {
            self.organization.push(id.to_owned());
        }
    }

    /// Removes a scope. Returns whether it was enabled.
    pub(crate) fn remove_user_scope(&mut self, scope: &str) -> bool {
        removed(&mut self.user, scope)
    }

    /// Removes a scope. Returns whether it was enabled.
    pub(crate) fn remove_resource_scope(&mut self, id: &str) -> bool {
        removed(&mut self.resource, id)
    }

    /// Removes a scope. Returns whether it was enabled.
    pub(crate) fn remove_organization_scope(&mut self, id: &str) -> bool {
        removed(&mut self.organization, id)
    }
}

fn removed(list: &mut Vec<String>, item: &str) -> bool {
    let at = list.iter().position(|known| known == item);
    at.map(|at| list.remove(at)).is_some()
}

/// Branding of one application's pages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Branding {
    members: Map<String, Value>,
}

/// Members of the row, in order, and whether each is an object when unset.
const MEMBERS: [(&str, bool); 6] = [
    ("color", true),
    ("branding", true),
    ("customCss", false),
    ("termsOfUseUrl", false),
    ("privacyPolicyUrl", false),
    ("displayName", false),
];

impl Branding {
    pub(crate) fn knows(member: &str) -> bool {
        MEMBERS.iter().any(|(name, _)| *name == member)
    }

    /// Sets a member; empty texts become null.
    pub(crate) fn set(&mut self, member: &str, value: Value) {
        let value = if value == "" { Value::Null } else { value };
        self.members.insert(member.to_owned(), value);
    }

    fn member(&self, name: &str, is_object: bool) -> Value {
        let unset = || if is_object { json!({}) } else { Value::Null };
        self.members.get(name).cloned().unwrap_or_else(unset)
    }

    /// The branding in the Management API.
    pub(crate) fn json(&self, application: &str) -> Value {
        let mut json = json!({ "tenantId": "default", "applicationId": application });
        for (name, is_object) in MEMBERS {
            json[name] = self.member(name, is_object);
        }
        json
    }

    /// The branding on the consent page.
    pub(crate) fn of_consent_page(&self) -> Map<String, Value> {
        let shown = [
            ("branding", true),
            ("displayName", false),
            ("privacyPolicyUrl", false),
            ("termsOfUseUrl", false),
        ];
        shown.into_iter().map(|(name, is_object)| (name.to_owned(), self.member(name, is_object))).collect()
    }
}
