//! Settings of the tenant, apart from connector and application: the sign-in experience, and
//! existing accounts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Members of the sign-in experience (`PATCH /api/sign-in-exp`, contract §3)
/// that differ from the guide's: sign-up identifier "None", the social button on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all(serialize = "camelCase", deserialize = "snake_case"))]
pub struct SignInExperience {
    /// Identifiers for signing up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_up: Option<SignUp>,
    /// Methods for signing in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// How social sign-in treats existing accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub social_sign_in: Option<SocialSignIn>,
    /// The social buttons, by target; the default is `[huggingface]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub social_sign_in_connector_targets: Option<Vec<String>>,
    /// Whether new people are accepted; the default is `SignInAndRegister`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_mode: Option<SignInMode>,
    /// Rules for passwords.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_policy: Option<PasswordPolicy>,
    /// The connectors that send codes, which Logto requires before it asks people for an e-mail
    /// address or a phone number. By default there are none. Nothing is ever sent.
    #[serde(skip_serializing)]
    pub message_connectors: Vec<MessageConnector>,
    /// Further members, in Logto's own spelling; they override the others.
    #[serde(skip_serializing)]
    pub members: BTreeMap<String, Value>,
}

impl SignInExperience {
    /// The body of `PATCH /api/sign-in-exp`, applied to the guide's.
    #[must_use]
    pub(crate) fn body(&self) -> Map<String, Value> {
        let mut body = members(self);
        body.extend(self.members.clone());
        body
    }
}

/// Serializes one of these types, which consist of JSON values only.
fn members<T: Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// A connector that sends codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum MessageConnector {
    /// By e-mail: Logto's factory `http-email`.
    Email,
    /// By text message: Logto's factory `http-sms`.
    Phone,
}

impl MessageConnector {
    /// The ID of its factory in Logto.
    #[must_use]
    pub(crate) fn factory(self) -> &'static str {
        match self {
            Self::Email => "http-email",
            Self::Phone => "http-sms",
        }
    }
}

/// The member `signUp`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// The required identifiers; empty for "None".
    pub identifiers: Vec<Identifier>,
    /// Whether a person sets a password at sign-up.
    #[serde(default)]
    pub password: bool,
    /// Whether a code verifies the identifier.
    #[serde(default)]
    pub verify: bool,
}

/// The member `signIn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The methods, in order; empty for social buttons only.
    pub methods: Vec<SignInMethod>,
}

/// A method of `signIn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase", deserialize = "snake_case"))]
pub struct SignInMethod {
    /// What a person enters.
    pub identifier: Identifier,
    /// Whether the page asks for a password.
    #[serde(default)]
    pub password: bool,
    /// Whether Logto sends a code.
    #[serde(default)]
    pub verification_code: bool,
    /// Whether the page offers the password first.
    #[serde(default)]
    pub is_password_primary: bool,
}

/// What identifies an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Identifier {
    /// A username.
    Username,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
}

/// The member `socialSignIn`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all(serialize = "camelCase", deserialize = "snake_case"))]
pub struct SocialSignIn {
    /// Links to the account with the same verified e-mail address without asking.
    pub automatic_account_linking: bool,
    /// Does not ask a new person for identifiers that the tenant requires.
    pub skip_required_identifiers: bool,
}

/// `signInMode`, in Logto's own spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SignInMode {
    /// Existing users only.
    SignIn,
    /// New users only.
    Register,
    /// Existing and new users.
    SignInAndRegister,
}

/// `passwordPolicy`, as far as tests need it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Limits for the length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<PasswordLength>,
    /// Which passwords are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejects: Option<PasswordRejects>,
}

/// The member `passwordPolicy.length`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordLength {
    /// Minimum number of characters.
    pub min: u32,
}

/// The member `passwordPolicy.rejects`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordRejects {
    /// Whether leaked passwords are refused. A real Logto uses an Internet service for that.
    pub pwned: bool,
}

/// An account that already exists in Logto (`POST /api/users`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all(serialize = "camelCase", deserialize = "snake_case"))]
#[cfg_attr(feature = "schema", schemars(rename = "LogtoUser"))]
pub struct User {
    /// Its username, unique in the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Its e-mail address, which Logto treats as verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_email: Option<String>,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its password in clear text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Social identities that it already has.
    #[serde(skip_serializing)]
    pub identities: Vec<Identity>,
    /// Names of its roles, in addition to the default ones.
    #[serde(skip_serializing)]
    pub roles: Vec<String>,
}

impl User {
    /// The body of `POST /api/users`.
    #[must_use]
    pub(crate) fn body(&self) -> Map<String, Value> {
        members(self)
    }
}

/// A social identity of an account in Logto (`PUT /api/users/:id/identities/:target`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The target under which it is stored; the default is `huggingface`.
    #[serde(default)]
    pub target: Option<String>,
    /// Username of the account at Hugging Face.
    pub account: String,
}
