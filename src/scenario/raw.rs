//! The file as it is written. The doc comments become the descriptions of the JSON Schema, which
//! editors show.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::model::Needs;
use super::verb::RawStep;
use crate::document::typed::Placed;
use crate::setup::Setup;

/// A scenario of logto-testkit: what is given, and the steps with what is
/// expected after each. Reference: docs/scenarios.md.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(title = "Logto Testkit scenario"))]
pub(super) struct RawScenario {
    /// One or two sentences: who does what, and with what result. Optional in files below a folder
    /// `shared`.
    pub(super) description: Placed<String>,
    /// Files of shared `given` and steps, relative to this one. This file's `given` overrides
    /// theirs, and their steps come first.
    #[serde(default)]
    #[expect(dead_code, reason = "followed in the tree of values, before types are looked at")]
    pub(super) include: Vec<String>,
    /// Values for `${name}` in the rest of the file; null for one that each case (or each
    /// `include`) must provide.
    #[serde(default)]
    #[expect(dead_code, reason = "filled in in the tree of values, before types are looked at")]
    pub(super) parameters: IndexMap<String, Value>,
    /// A table: one walk and one snapshot for each row.
    #[serde(default)]
    #[expect(dead_code, reason = "expanded in the tree of values, before types are looked at")]
    pub(super) cases: IndexMap<String, RawCase>,
    /// Sources of the story: entries of the catalog of real faults, issues, pages.
    #[serde(default)]
    pub(super) source: Vec<String>,
    /// The first finding that the walk must lead to, e.g.
    /// `connector/secret-wrong` (docs/findings.md).
    pub(super) finding: Option<Placed<String>>,
    /// Which backends the scenario can run on, if not on all.
    pub(super) needs: Option<Placed<Needs>>,
    /// How the stack is set up, as far as it differs from the healthy set-up.
    #[serde(default)]
    pub(super) given: Setup,
    /// What the person does, in order.
    pub(super) steps: Placed<Vec<Placed<RawStep>>>,
}

/// A row of the table of cases.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "Case"))]
pub(super) struct RawCase {
    /// What this row is about; appended to the scenario's description.
    pub(super) description: String,
    /// Values of the parameters, by name.
    #[expect(dead_code, reason = "filled in in the tree of values, before types are looked at")]
    pub(super) with: IndexMap<String, Value>,
}
