//! The scopes that a third-party application may request, and the branding of its consent page
//! (contract §14, "Third-party applications").

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Scopes that are enabled for a third-party application.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConsentScopes {
    /// Scopes about the user, e.g. `profile`, in the order in which Logto lists them.
    pub(crate) user: BTreeSet<String>,
    /// Ids of scopes of API resources.
    pub(crate) resource: BTreeSet<String>,
    /// The same, for people as members of an organization.
    pub(crate) organization: BTreeSet<String>,
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
