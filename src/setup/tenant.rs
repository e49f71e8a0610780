//! The tenant besides connector and application: the sign-in experience, and accounts that exist already.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Members of the sign-in experience (`PATCH /api/sign-in-exp`, contract §3)
/// that differ from the guide's: sign-up identifier "None", the social button on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all(serialize = "camelCase", deserialize = "snake_case"))]
pub struct SignInExperience {
    /// What people sign up with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_up: Option<SignUp>,
    /// What people sign in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// How social sign-in treats accounts that are there already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub social_sign_in: Option<SocialSignIn>,
    /// The social buttons, by target; `[huggingface]` unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub social_sign_in_connector_targets: Option<Vec<String>>,
    /// Whether new people are taken; `SignInAndRegister` unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_mode: Option<SignInMode>,
    /// Rules for passwords.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_policy: Option<PasswordPolicy>,
    /// Further members, in Logto's own spelling; they win over the others.
    #[serde(skip_serializing)]
    pub members: BTreeMap<String, Value>,
}

impl SignInExperience {
    /// What `PATCH /api/sign-in-exp` is sent on top of the guide's.
    #[must_use]
    pub(crate) fn body(&self) -> Map<String, Value> {
        let mut body = members(self);
        body.extend(self.members.clone());
        body
    }
}

/// These types are made of JSON alone.
fn members<T: Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// `signUp`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// Identifiers; none for "None".
    pub identifiers: Vec<Identifier>,
    /// Whether a password is set at sign-up.
    #[serde(default)]
    pub password: bool,
    /// Whether the identifier is verified by a code.
    #[serde(default)]
    pub verify: bool,
}

/// `signIn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The methods in order; none means social buttons only.
    pub methods: Vec<SignInMethod>,
}

/// A method of `signIn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase", deserialize = "snake_case"))]
pub struct SignInMethod {
    /// What a person types in.
    pub identifier: Identifier,
    /// Whether a password is asked for.
    #[serde(default)]
    pub password: bool,
    /// Whether a code is sent.
    #[serde(default)]
    pub verification_code: bool,
    /// Whether the password is offered first.
    #[serde(default)]
    pub is_password_primary: bool,
}

/// What identifies an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Identifier {
    /// A username.
    Username,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
}

/// `socialSignIn`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all(serialize = "camelCase", deserialize = "snake_case"))]
pub struct SocialSignIn {
    /// Links to the account with the same verified e-mail without asking.
    pub automatic_account_linking: bool,
    /// Does not ask a new person for identifiers that the tenant requires.
    pub skip_required_identifiers: bool,
}

/// `signInMode`, in Logto's own spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SignInMode {
    /// Known people only.
    SignIn,
    /// New people only.
    Register,
    /// Both.
    SignInAndRegister,
}

/// `passwordPolicy`, as far as tests need it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// How long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<PasswordLength>,
    /// What is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejects: Option<PasswordRejects>,
}

/// `passwordPolicy.length`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordLength {
    /// At least so many characters.
    pub min: u32,
}

/// `passwordPolicy.rejects`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRejects {
    /// Whether leaked passwords are refused. A real Logto asks a service on the
    /// internet for that.
    pub pwned: bool,
}

/// An account that exists in Logto already (`POST /api/users`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all(serialize = "camelCase", deserialize = "snake_case"))]
#[schemars(rename = "LogtoUser")]
pub struct User {
    /// Its username.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Its e-mail address, taken as verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_email: Option<String>,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Social identities it has already.
    #[serde(skip_serializing)]
    pub identities: Vec<Identity>,
}

impl User {
    /// What `POST /api/users` is sent.
    #[must_use]
    pub(crate) fn body(&self) -> Map<String, Value> {
        members(self)
    }
}

/// A social identity of an account in Logto (`PUT /api/users/:id/identities/:target`).
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The target it is kept under; `huggingface` unless said.
    #[serde(default)]
    pub target: Option<String>,
    /// Username of the account at Hugging Face.
    pub account: String,
}
