//! How a stack is set up, as far as it differs from the healthy set-up of the guide. It is plain
//! data: a scenario's `given` consists of it, a stack is built from it, and a diagnosis changes it
//! part by part.
//!
//! Keys for members of Logto's Management API are Logto's names in snake case. Texts may use the
//! same names as transcripts do: `[APP]`, `[LOGTO]`, `[HF]`, `[CONNECTOR]`, `[HF_CLIENT_ID]`,
//! `[HF_CLIENT_SECRET]`, and in the app's own settings `[APP_ID]` and `[APP_SECRET]`. A secret with
//! a trailing newline is therefore `"[HF_CLIENT_SECRET]\n"`.

mod app;
mod huggingface;
mod logto;
mod mask;
mod own_app;
mod permissions;
mod surroundings;
mod tenant;

use serde::Deserialize;

#[doc(hidden)]
pub use app::AppRestart;
pub use app::{SampleApp, SecondApp};
pub use huggingface::{HuggingFaceSetup, OAuth2App};
pub use logto::{Application, ApplicationKind, Connector, ConnectorFactory};
#[doc(hidden)]
pub use logto::{LogtoEnvironment, LogtoVersion};
pub use mask::{Mask, MaskError, MaskedPart};
pub use own_app::{ClockProbe, OwnApp, Ready, SignedIn, Template, Timeout};
pub use permissions::{ApiResource, Role, ScopesByResource, UserScope};
#[doc(hidden)]
pub use surroundings::{Addresses, ClockOffset, Clocks, NetworkChange, Origin, Proxies, Reach, Way};
#[doc(hidden)]
pub use tenant::Identity;
pub use tenant::{MessageConnector, SignInExperience, User};

/// How the stack is set up, as far as it differs from the healthy set-up.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// The mock Hugging Face: accounts, the OAuth app, behavior.
    pub huggingface: HuggingFaceSetup,
    /// The Hugging Face connector in Logto.
    pub connector: Connector,
    /// The sign-in experience of the Logto tenant.
    pub sign_in_experience: SignInExperience,
    /// The app's record in Logto.
    pub application: Application,
    /// API resources of the Logto tenant, besides the Management API.
    pub resources: Vec<ApiResource>,
    /// Roles of the Logto tenant.
    pub roles: Vec<Role>,
    /// Accounts that already exist in Logto.
    pub users: Vec<User>,
    /// The sample app's own configuration.
    pub app: SampleApp,
    /// A second sample app on the same Logto, at `[SECOND_APP]`, with an application of its own.
    pub second_app: Option<SecondApp>,
    /// The environment of the embedded Logto.
    pub logto: LogtoEnvironment,
    /// Public addresses of app and Logto.
    pub addresses: Addresses,
    /// Reverse proxies in front of app and Logto.
    pub proxies: Proxies,
    /// Offsets of the parties' clocks.
    pub clocks: Clocks,
    /// Broken connections between the parties, once the stack is up.
    pub network: NetworkChange,
    /// The person's first browser.
    pub browser: Browser,
}

/// The person's first browser.
#[doc(hidden)]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Browser {
    /// The browser does not accept cookies.
    pub refuses_cookies: bool,
}
