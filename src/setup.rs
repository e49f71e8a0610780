//! How a stack is set up, as far as it differs from the healthy one of the guide: plain data, which a
//! scenario's `given` is, a stack is built from, and a diagnosis changes part by part.
//!
//! Keys that stand for a member of Logto's Management API are Logto's words in snake case. Texts may name
//! what the stack knows, as its transcripts do: `[APP]`, `[LOGTO]`, `[HF]`, `[CONNECTOR]`, `[HF_CLIENT_ID]`,
//! `[HF_CLIENT_SECRET]`, and in the app's own settings `[APP_ID]` and `[APP_SECRET]`. So a secret with a
//! trailing newline is `"[HF_CLIENT_SECRET]\n"`.

mod app;
mod huggingface;
mod logto;
mod surroundings;
mod tenant;

use schemars::JsonSchema;
use serde::Deserialize;

#[doc(hidden)]
pub use app::AppRestart;
pub use app::SampleApp;
pub use huggingface::{HuggingFaceSetup, OauthApp};
#[doc(hidden)]
pub use logto::LogtoEnvironment;
pub use logto::{Application, ApplicationKind, Connector, ConnectorFactory};
#[doc(hidden)]
pub use surroundings::{ClockOffset, Clocks, NetworkChange, Proxies, Reach, Way};
#[doc(hidden)]
pub use tenant::Identity;
pub use tenant::{SignInExperience, User};

/// How the stack is set up, as far as it differs from the healthy one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// The mock Hugging Face: accounts, the OAuth app, behaviour.
    pub huggingface: HuggingFaceSetup,
    /// The Hugging Face connector in Logto.
    pub connector: Connector,
    /// The sign-in experience of the Logto tenant.
    pub sign_in_experience: SignInExperience,
    /// The app's record in Logto.
    pub application: Application,
    /// Accounts that exist in Logto already.
    pub users: Vec<User>,
    /// The sample app's own configuration.
    pub app: SampleApp,
    /// The environment of the embedded Logto.
    pub logto: LogtoEnvironment,
    /// Reverse proxies in front of app and Logto.
    pub proxies: Proxies,
    /// By how much the clocks of parties are off.
    pub clocks: Clocks,
    /// What is broken on the ways between the parties, once the stack is up.
    pub network: NetworkChange,
    /// The person's first browser.
    pub browser: Browser,
}

/// The person's first browser.
#[doc(hidden)]
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Browser {
    /// It takes no cookies.
    pub refuses_cookies: bool,
}
