//! Values that a step captures for later steps to use.

use serde::Deserialize;

use super::error::ScenarioError;
use crate::document::typed::Placed;
use crate::placeholder::{self, KNOWN_NAMES};

/// A value that later steps may name as `[NAME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The name, in capitals, e.g. `CALLBACK`.
    pub name: String,
    /// Where the value comes from.
    pub source: CaptureSource,
}

/// Where a captured value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureSource {
    /// The full URL of the step's last hop to this URL (given without query).
    Address(String),
    /// A claim of the app's session.
    Claim(String),
    /// The target of the link with this text.
    Link(String),
    /// A text in the answer to `administer`, by JSON Pointer (RFC 6901).
    Answer(String),
}

/// Where a captured value comes from: exactly one.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "Capture"))]
pub(super) struct RawCapture {
    /// The full URL of this step's last hop to this URL (given without query).
    address: Option<String>,
    /// A claim of the app's session.
    claim: Option<String>,
    /// The target of the link with this text.
    link: Option<String>,
    /// A text in the answer to `administer`, by JSON Pointer (RFC 6901), e.g. `/id`.
    answer: Option<String>,
}

impl Capture {
    pub(super) fn checked(name: String, source: Placed<RawCapture>) -> Result<Self, ScenarioError> {
        let Placed { at, value: raw } = source;
        if placeholder::names(&format!("[{name}]")).is_empty() {
            let hint = Some("use capitals, digits and `_`, as in `CALLBACK`".to_owned());
            return Err(ScenarioError::at(
                &at,
                format!("`{name}` is not a valid name for a captured value"),
                hint,
            ));
        }
        if KNOWN_NAMES.contains(&name.as_str()) {
            return Err(ScenarioError::at(&at, format!("[{name}] already exists"), None));
        }
        let mut sources: Vec<CaptureSource> = [
            raw.address.map(CaptureSource::Address),
            raw.claim.map(CaptureSource::Claim),
            raw.link.map(CaptureSource::Link),
            raw.answer.map(CaptureSource::Answer),
        ]
        .into_iter()
        .flatten()
        .collect();
        match (sources.pop(), sources.is_empty()) {
            (Some(source), true) => Ok(Self { name, source }),
            _ => {
                let hint = Some("give exactly one of: address, claim, link, answer".to_owned());
                Err(ScenarioError::at(&at, format!("it is not clear where `{name}` comes from"), hint))
            }
        }
    }
}
