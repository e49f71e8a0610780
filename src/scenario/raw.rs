//! The file as it is written. The doc comments are the descriptions of the
//! JSON Schema, which editors show.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::change::{AdminCall, AppRestart, HuggingFaceChange};
use super::expect::Expect;
use super::given::Given;
use super::model::{Choice, LostStorage, Needs, PasswordAccount, Profile};
use super::surroundings::NetworkChange;
use super::typed::Placed;

/// A scenario of logto-testkit: what is given, and the steps with what is
/// expected after each. Reference: docs/scenarios.md.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Logto Testkit scenario")]
pub(super) struct RawScenario {
    /// One or two sentences: who does what, and what comes of it. Files below a
    /// folder `shared` need none.
    pub(super) description: Placed<String>,
    /// Files of shared `given` and steps, relative to this one. Their `given`
    /// lies below this file's, their steps come first.
    #[serde(default)]
    #[expect(dead_code, reason = "followed in the tree of values, before types are looked at")]
    pub(super) include: Vec<String>,
    /// Values for `${name}` in the rest of the file; null for one that each case
    /// (or each `include`) has to give.
    #[serde(default)]
    #[expect(dead_code, reason = "filled in in the tree of values, before types are looked at")]
    pub(super) parameters: IndexMap<String, Value>,
    /// A table: one walk and one snapshot for each row.
    #[serde(default)]
    #[expect(dead_code, reason = "expanded in the tree of values, before types are looked at")]
    pub(super) cases: IndexMap<String, RawCase>,
    /// Where the story comes from: entries of the catalogue of real faults, issues, pages.
    #[serde(default)]
    pub(super) source: Vec<String>,
    /// The first finding that the walk must lead to, e.g.
    /// `connector/secret-wrong` (docs/findings.md).
    pub(super) finding: Option<Placed<String>>,
    /// Where the scenario can run, when not everywhere.
    pub(super) needs: Option<Placed<Needs>>,
    /// How the stack is set up, as far as it differs from the healthy one.
    #[serde(default)]
    pub(super) given: Given,
    /// What the person does, in order.
    pub(super) steps: Placed<Vec<Placed<RawStep>>>,
}

/// A row of the table of cases.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Case")]
pub(super) struct RawCase {
    /// What this row is about; follows the scenario's description.
    pub(super) description: String,
    /// Values of parameters.
    #[expect(dead_code, reason = "filled in in the tree of values, before types are looked at")]
    pub(super) with: IndexMap<String, Value>,
}

/// One thing the person does (exactly one verb), and what is expected then.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Step")]
pub(super) struct RawStep {
    /// Types an address: a path of the app, or an absolute one (`[LOGTO]/…`).
    pub(super) visit: Option<String>,
    /// Clicks the link or button with this text.
    pub(super) click: Option<String>,
    /// On Logto's sign-in page: the social button of this target, e.g. `huggingface`.
    pub(super) continue_with: Option<String>,
    /// At Hugging Face: logs in as this user where asked, and allows.
    pub(super) sign_in_as: Option<String>,
    /// At Hugging Face: logs in as this user where asked, and denies.
    pub(super) deny_as: Option<String>,
    /// On Logto's sign-in page: creates an account.
    pub(super) register_with_password: Option<PasswordAccount>,
    /// On Logto's sign-in page: signs in to an account.
    pub(super) sign_in_with_password: Option<PasswordAccount>,
    /// Answers Logto's question about an account with the same e-mail.
    pub(super) choose: Option<Choice>,
    /// Fills in what Logto asks of a new person.
    pub(super) fill_in: Option<Profile>,
    /// Loads the page again: `reload: page`.
    pub(super) reload: Option<Reloaded>,
    /// Goes back to the page before: `back: page`.
    pub(super) back: Option<Reloaded>,
    /// The page lets the browser load the target of the link with this text in
    /// the background, with cookies; what comes of it is thrown away.
    pub(super) prefetch: Option<String>,
    /// The browser loses these cookies; `[]` for all.
    pub(super) lose_cookies: Option<Vec<String>>,
    /// The browser loses what pages stored in this tab (`session`), or everywhere (`all`).
    pub(super) lose_storage: Option<LostStorage>,
    /// The sample app is stopped and started again.
    pub(super) restart_app: Option<AppRestart>,
    /// Lets time pass, e.g. `2h 30m`. The embedded Logto's clock is put forward.
    pub(super) wait: Option<String>,
    /// Somebody calls Logto's Management API meanwhile.
    pub(super) administer: Option<AdminCall>,
    /// Something changes at Hugging Face meanwhile.
    pub(super) at_huggingface: Option<Box<HuggingFaceChange>>,
    /// Something between the parties breaks, or works again.
    pub(super) network: Option<NetworkChange>,
    /// In place of this step, the steps of a file, relative to this one.
    #[expect(dead_code, reason = "followed in the tree of values, before types are looked at")]
    pub(super) include: Option<String>,
    /// Values for the included file's parameters.
    #[serde(default)]
    #[expect(dead_code, reason = "filled in in the tree of values, before types are looked at")]
    pub(super) with: IndexMap<String, Value>,
    /// In which browser, from 1; one named for the first time is opened. Browsers
    /// share nothing.
    pub(super) browser: Option<Placed<usize>>,
    /// In which tab, from 1; a tab named for the first time is opened.
    pub(super) tab: Option<Placed<usize>>,
    /// What is expected once every redirect is through.
    #[serde(default)]
    pub(super) expect: Expect,
    /// Values that later steps name as `[NAME]`.
    #[serde(default)]
    pub(super) capture: IndexMap<String, Placed<RawCapture>>,
}

/// What is loaded again, or gone back to.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reloaded {
    /// The page of the tab, or the one before it.
    Page,
}

/// Where a captured value comes from: exactly one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Capture")]
pub(super) struct RawCapture {
    /// The whole address of the last hop of this step to this address (without query).
    pub(super) address: Option<String>,
    /// A claim of the app's session.
    pub(super) claim: Option<String>,
    /// Where the link with this text leads.
    pub(super) link: Option<String>,
    /// A text in the answer to `administer`, by JSON Pointer (RFC 6901), e.g. `/id`.
    pub(super) answer: Option<String>,
}
