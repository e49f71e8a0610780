//! What the Management API configures.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use super::{Branding, ConsentScopes};
use crate::connectors::MessageKind;
use crate::version::{Fact, Version};

/// An application.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) kind: String,
    pub(crate) oidc_client_metadata: Value,
    pub(crate) custom_client_metadata: Value,
    pub(crate) custom_data: Value,
    pub(crate) is_third_party: bool,
    /// The scopes that it may request, if it is a third-party application.
    pub(crate) consent: ConsentScopes,
    /// Its own branding, if it has any.
    pub(crate) branding: Option<Branding>,
    pub(crate) created_at: i64,
    pub(crate) secrets: Vec<ApplicationSecret>,
}

/// A secret of an application.
#[derive(Debug, Clone)]
pub(crate) struct ApplicationSecret {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) created_at: i64,
    /// Milliseconds since the epoch.
    pub(crate) expires_at: Option<i64>,
}

impl Application {
    fn uris(&self, member: &str) -> Vec<String> {
        let uris = self.oidc_client_metadata.get(member).and_then(Value::as_array);
        uris.into_iter().flatten().filter_map(|uri| Some(uri.as_str()?.to_owned())).collect()
    }

    pub(crate) fn redirect_uris(&self) -> Vec<String> {
        self.uris("redirectUris")
    }

    pub(crate) fn post_logout_redirect_uris(&self) -> Vec<String> {
        self.uris("postLogoutRedirectUris")
    }

    /// Traditional web and machine-to-machine applications have a secret (contract §1.6).
    pub(crate) fn is_confidential(&self) -> bool {
        matches!(self.kind.as_str(), "Traditional" | "MachineToMachine")
    }

    /// Whether it uses the device flow and no other.
    pub(crate) fn is_device_flow(&self) -> bool {
        self.kind == "Native" && self.custom("isDeviceFlow") == &Value::Bool(true)
    }

    /// `customClientMetadata.<name>`.
    pub(crate) fn custom(&self, name: &str) -> &Value {
        self.custom_client_metadata.get(name).unwrap_or(&Value::Null)
    }

    /// The application in the Management API (contract §4): without a secret that could be used.
    pub(crate) fn json(&self, version: Version) -> Value {
        let mut shown = json!({
            "tenantId": "default",
            "id": self.id,
            "name": self.name,
            "secret": format!("#internal:{}", internal_secret(&self.id)),
            "description": self.description,
            "type": self.kind,
            "oidcClientMetadata": self.oidc_client_metadata,
            "customClientMetadata": self.custom_client_metadata,
            "protectedAppMetadata": null,
            "customData": self.custom_data,
            "isThirdParty": self.is_third_party,
            "appLevelAccessControlEnabled": false,
            "createdAt": self.created_at,
        });
        let hidden = [
            ("secret", version.has(Fact::HiddenSecret)),
            (ACCESS_CONTROL, !version.has(Fact::AccessControlMember)),
        ];
        if let Value::Object(members) = &mut shown {
            for (name, _) in hidden.into_iter().filter(|(_, hidden)| *hidden) {
                members.shift_remove(name);
            }
        }
        shown
    }
}

const ACCESS_CONTROL: &str = "appLevelAccessControlEnabled";

/// What earlier versions show in place of an application's secret: 32 characters that are good for nothing.
fn internal_secret(id: &str) -> String {
    let hash = digest(&SHA256, id.as_bytes());
    hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A connector.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    pub(crate) id: String,
    /// Its factory, e.g. `huggingface-universal`.
    pub(crate) factory: String,
    pub(crate) config: Map<String, Value>,
    /// Its own target, name and logos, if its factory allows them.
    pub(crate) metadata: Map<String, Value>,
    pub(crate) sync_profile: bool,
}

/// A connector that sends codes.
#[derive(Debug, Clone)]
pub(crate) struct MessageConnector {
    pub(crate) id: String,
    pub(crate) kind: MessageKind,
    pub(crate) config: Map<String, Value>,
}

/// The sign-in experience of a newly seeded tenant, as `GET /api/sign-in-exp` returns it (golden
/// `management/sign-in-experience`).
#[must_use]
pub fn seeded_sign_in_experience() -> Value {
    serde_json::from_str(include_str!("seeded-sign-in-experience.json")).unwrap_or_default()
}

/// Members of the sign-in experience that not every version has.
const MEMBERS_SINCE: [(Fact, &[&str]); 4] = [
    (Fact::AdaptiveMfaSetting, &["adaptiveMfa", "passkeySignIn"]),
    (Fact::SignUpFields, &["signUpProfileFields"]),
    (Fact::CustomUiCsp, &["customUiCsp"]),
    (Fact::UsernamePolicy, &["usernamePolicy", "passwordExpiration", "verificationCodePolicy"]),
];

/// The seeded sign-in experience of this version.
pub(super) fn sign_in_experience(version: Version) -> Map<String, Value> {
    let mut members = seeded_sign_in_experience().as_object().cloned().unwrap_or_default();
    for (_, names) in MEMBERS_SINCE.iter().filter(|(fact, _)| !version.has(*fact)) {
        members.retain(|name, _| !names.contains(&name.as_str()));
    }
    members
}

/// A value as a JSON column returns it: members ordered by length, then by bytes, at every depth
/// (contract §11).
pub(crate) fn column(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then(a.cmp(b)));
            sorted
                .into_iter()
                .map(|(name, value)| (name.clone(), column(value)))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Array(items) => items.iter().map(column).collect(),
        other => other.clone(),
    }
}
