//! `given`: how the stack is set up, as far as it differs from the healthy one
//! of the guide. These types are the reference; the JSON Schema comes from them.
//!
//! Keys that stand for a member of Logto's Management API are Logto's words in
//! snake case. Texts may name what the stack knows: `[APP]`, `[HF_CLIENT_SECRET]`.

use std::collections::BTreeMap;

use mock_huggingface::{Organisation, Switches, User};
use sample_app::{ClientAuth, CookieOptions, ExpectedIssuer, SignOutOptions, StorageKind, Variant};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::surroundings::{GivenClocks, GivenLogto, GivenProxies, NetworkChange};

/// How the stack is set up, as far as it differs from the healthy one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Given {
    /// The mock Hugging Face: accounts, the OAuth app, behaviour.
    pub huggingface: GivenHuggingFace,
    /// The Hugging Face connector in Logto.
    pub connector: GivenConnector,
    /// The sign-in experience of the Logto tenant.
    pub sign_in_experience: GivenSignInExperience,
    /// The app's record in Logto.
    pub application: GivenApplication,
    /// Accounts that exist in Logto already.
    pub users: Vec<GivenUser>,
    /// The sample app's own configuration.
    pub app: GivenApp,
    /// The environment of the embedded Logto.
    pub logto: GivenLogto,
    /// Reverse proxies in front of app and Logto.
    pub proxies: GivenProxies,
    /// By how much the clocks of parties are off.
    pub clocks: GivenClocks,
    /// What is broken on the ways between the parties, once the stack is up.
    pub network: NetworkChange,
    /// The person's first browser.
    pub browser: GivenBrowser,
}

/// The person's first browser.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GivenBrowser {
    /// It takes no cookies.
    pub refuses_cookies: bool,
}

/// The mock Hugging Face.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GivenHuggingFace {
    /// Who of the accounts that are always there has one, by username. With
    /// neither `users` nor `accounts`: `ada` and `grace`.
    pub users: Vec<String>,
    /// Accounts described in full, besides `users`.
    pub accounts: Vec<User>,
    /// Organisations that accounts are in.
    pub organisations: Vec<Organisation>,
    /// The OAuth app that the connector uses, with the fields of the settings page.
    pub app: GivenOauthApp,
    /// Further OAuth apps, which the connector is not meant to use.
    pub other_apps: Vec<GivenOauthApp>,
    /// Behaviour that nothing public tells about the real site.
    pub switches: Switches,
    /// Scripted answers, faults and delays; the first that fits a request is used.
    pub answers: Vec<kit::Rule>,
    /// What is wrong with the claims of id_tokens, which are signed all the same.
    pub id_token: kit::MemberChange,
}

impl GivenHuggingFace {
    /// Usernames of the accounts there will be.
    pub(crate) fn accounts_there(&self) -> Vec<String> {
        let defaults = mock_huggingface::Config::default().users.into_iter().map(|user| user.username);
        let all = self.users.is_empty() && self.accounts.is_empty();
        let kept = defaults.filter(|name| all || self.users.contains(name));
        kept.chain(self.accounts.iter().map(|account| account.username.clone())).collect()
    }
}

/// The OAuth app at Hugging Face.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GivenOauthApp {
    /// Its client id; made up unless said.
    pub client_id: Option<String>,
    /// Its secret; made up unless said.
    pub secret: Option<String>,
    /// Its name on the permission page; `Bookstore` unless said.
    pub name: Option<String>,
    /// Where codes may be sent; `[LOGTO]/callback/[CONNECTOR]` unless said.
    pub redirect_uris: Option<Vec<String>>,
    /// Scopes ticked on the settings page; `openid profile email` unless said.
    pub scopes: Option<Vec<String>>,
    /// The app has no secret.
    pub public: Option<bool>,
    /// Lifetime of access tokens in minutes.
    pub token_duration_minutes: Option<u32>,
    /// Usernames of the organisations whose members alone can sign in (`hf_oauth_authorized_org`).
    pub authorized_orgs: Option<Vec<String>>,
}

/// The connector's configuration in Logto.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GivenConnector {
    /// The factory it is made of; `huggingface-universal` unless said. The generic
    /// ones are given the mock's addresses and the target `huggingface`.
    pub factory: Option<GivenConnectorFactory>,
    /// Its id, part of its callback URI; `logto-testkit` unless said.
    pub id: Option<String>,
    /// What the sign-in experience knows a connector of a generic factory by; `huggingface` unless said.
    pub target: Option<String>,
    /// `clientId`; `[HF_CLIENT_ID]` unless said.
    pub client_id: Option<String>,
    /// `clientSecret`; `[HF_CLIENT_SECRET]` unless said.
    pub client_secret: Option<String>,
    /// `scope`; without it the connector's default, `profile` (`oauth2`: none; `oidc`: `openid profile`).
    pub scope: Option<String>,
    /// `syncProfile`: name and avatar are copied at every sign-in, not only at the first.
    pub sync_profile: Option<bool>,
    /// Further members of the configuration, in Logto's own spelling; they win
    /// over those that the stack would set.
    pub config: BTreeMap<String, serde_json::Value>,
    /// Members of the configuration that are left out, although the stack would set them.
    pub without: Vec<String>,
}

/// A factory of Logto that can be pointed at the mock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum GivenConnectorFactory {
    /// Logto's connector for Hugging Face.
    #[serde(rename = "huggingface-universal")]
    HuggingFace,
    /// The generic OAuth 2.0 connector.
    #[serde(rename = "oauth2")]
    OAuth2,
    /// The generic OpenID Connect connector.
    #[serde(rename = "oidc")]
    Oidc,
}

/// Members of the sign-in experience (`PATCH /api/sign-in-exp`, contract §3)
/// that differ from the guide's: sign-up identifier "None", the social button on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all(serialize = "camelCase", deserialize = "snake_case"))]
pub struct GivenSignInExperience {
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
    pub members: BTreeMap<String, serde_json::Value>,
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

/// The app's record in Logto (`oidcClientMetadata` and `customClientMetadata`).
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GivenApplication {
    /// Redirect URIs; `[APP]/callback` unless said.
    pub redirect_uris: Option<Vec<String>>,
    /// Post sign-out redirect URIs; `[APP]/` unless said.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Gives a refresh token whether or not the app asks with `prompt=consent`.
    pub always_issue_refresh_token: Option<bool>,
    /// `[APP_SECRET]` is a secret made for the app that ends after so many seconds.
    pub secret_expires_in: Option<u32>,
    /// What kind of application Logto takes the app for; `Traditional` unless said.
    #[serde(rename = "type")]
    pub kind: Option<GivenApplicationKind>,
    /// It is an application of somebody else's.
    pub is_third_party: Option<bool>,
    /// Further members of `customClientMetadata`, in Logto's own spelling.
    pub custom_client_metadata: BTreeMap<String, serde_json::Value>,
}

/// A kind of application, in Logto's own spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum GivenApplicationKind {
    /// "Traditional web": has a secret.
    Traditional,
    /// "Single page app": has none.
    #[serde(rename = "SPA")]
    Spa,
    /// "Native app": has none.
    Native,
    /// "Machine-to-machine": nobody signs in to it.
    MachineToMachine,
}

impl GivenApplicationKind {
    /// As Logto spells it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Traditional => "Traditional",
            Self::Spa => "SPA",
            Self::Native => "Native",
            Self::MachineToMachine => "MachineToMachine",
        }
    }
}

/// An account that exists in Logto already (`POST /api/users`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all(serialize = "camelCase", deserialize = "snake_case"))]
pub struct GivenUser {
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
    pub identities: Vec<GivenIdentity>,
}

/// A social identity of an account in Logto (`PUT /api/users/:id/identities/:target`).
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenIdentity {
    /// The target it is kept under; `huggingface` unless said.
    #[serde(default)]
    pub target: Option<String>,
    /// Username of the account at Hugging Face.
    pub account: String,
}

/// The sample app's configuration.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GivenApp {
    /// `client_id`; `[APP_ID]` unless said.
    pub app_id: Option<String>,
    /// `client_secret`; `[APP_SECRET]` unless said.
    pub app_secret: Option<String>,
    /// Where the app asks Logto; `[LOGTO]` unless said.
    pub logto_endpoint: Option<String>,
    /// Scopes on top of the SDK's `openid offline_access profile`.
    pub scopes: Option<Vec<String>>,
    /// Whether the SDK's own scopes are asked for.
    pub reserved_scopes: Option<bool>,
    /// API resources to ask for (`resource`, RFC 8707).
    pub resources: Option<Vec<String>>,
    /// `prompt`; empty to send none. `consent` unless said.
    pub prompt: Option<String>,
    /// `direct_sign_in`, e.g. `social:huggingface`.
    pub direct_sign_in: Option<String>,
    /// `first_screen`, e.g. `register`.
    pub first_screen: Option<String>,
    /// Further parameters of the authorization request.
    pub extra_parameters: Option<BTreeMap<String, String>>,
    /// How the app authenticates itself at the token and revocation endpoints.
    pub client_auth: Option<ClientAuth>,
    /// Path that Logto sends the person back to after a sign-in; `/callback` unless said.
    pub callback_path: Option<String>,
    /// Query of the redirect URI, e.g. `theme=dark&lang=en`.
    pub callback_query: Option<String>,
    /// Path that Logto sends the person back to after a sign-out; `/` unless said.
    pub post_sign_out_path: Option<String>,
    /// Claims of the ID token without which the app takes nobody in.
    pub required_claims: Option<Vec<String>>,
    /// How the app signs people out.
    pub sign_out: Option<SignOutOptions>,
    /// The session cookie.
    pub cookie: Option<CookieOptions>,
    /// Where sessions are kept.
    pub storage: Option<StorageKind>,
    /// How many seconds Logto may take for one answer.
    pub timeout_seconds: Option<u32>,
    /// Whom the app takes for the issuer: the one at its Logto endpoint, unless said.
    pub issuer: Option<ExpectedIssuer>,
    /// Reads Logto's key set once and keeps it for good.
    pub keeps_keys: Option<bool>,
    /// What sessions in a cookie are signed with; made at every start when not given.
    pub session_secret: Option<String>,
    /// How many of the app stand behind its address, taking turns; one unless said.
    pub replicas: Option<usize>,
    /// Defects of other apps that this one is to have.
    pub variants: Option<Vec<Variant>>,
}
