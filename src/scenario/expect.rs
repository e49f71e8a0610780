//! What a scenario expects after a step.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

/// What is expected after a step; absent members are not checked.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "Expectation"))]
pub struct Expect {
    /// HTTP status of the page.
    pub status: Option<u16>,
    /// URL of the page; `[APP]`, `[LOGTO]` and `[HF]` stand for the origins.
    pub at: Option<String>,
    /// Title of the page.
    pub title: Option<String>,
    /// Text that a person can see on the page.
    pub text: Option<String>,
    /// Text that a person cannot see on the page.
    pub no_text: Option<String>,
    /// What the app knows of the person (`GET /api/session`): `none`, or claims; null for a claim
    /// that must be absent or null.
    pub session: Option<SessionExpectation>,
    /// Whether the person is signed in to the app: the sample app says it at `/api/session`, for an app of your own
    /// `[signed_in]` of the project file says where to look.
    pub signed_in: Option<bool>,
    /// The social buttons of Logto's sign-in page, by target, in order.
    pub social_buttons: Option<Vec<String>>,
    /// Logto's page does not offer what the step does: it has no such form, or no such answer to its
    /// question.
    pub not_offered: bool,
    /// Logto's page shows an error and does not continue.
    pub refused: Option<ExpectedRefusal>,
    /// Logto's page asks for more.
    pub asks: Option<Question>,
    /// What Logto's Management API must answer to `administer`; without it, the call must succeed.
    pub answered: Option<ExpectedAnswer>,
    /// URLs, without query, that the browser must visit in this step.
    pub visited: Vec<String>,
    /// URLs, without query, that the browser must not visit in this step.
    pub not_visited: Vec<String>,
    /// General rules for hops that are broken in this step (parts of the transcript's text for
    /// them).
    pub breaks: Vec<String>,
    /// The number of requests that Hugging Face receives in this step, by path.
    pub calls: IndexMap<String, usize>,
    /// The step ends at this URL, without query, where no server answers.
    pub no_answer: Option<String>,
    /// The step ends where Logto sends the browser to this URL, without query, and without an error: one with a
    /// native app's own scheme, which the operating system opens. The walk does not follow it.
    pub hands_over: Option<String>,
    /// The step never ends: the browser gives up, because one redirect follows another.
    pub endless_redirects: bool,
    /// Reasons that the mock Hugging Face writes into its journal in this step: their codes, or
    /// parts of their texts.
    pub journal: Vec<String>,
}

/// An error that Logto's page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedRefusal {
    /// HTTP status of the call that was refused.
    pub status: Option<u16>,
    /// Logto's code, e.g. `connector.general`.
    pub code: Option<String>,
    /// Part of the message: Logto's, or that of the page if it found the fault without a call.
    pub message: Option<String>,
    /// The page itself found the fault: the `state` that came back is not the one it sent.
    pub state_mismatch: bool,
    /// The page itself found the fault: it no longer has what belongs to the `state`.
    pub session_not_found: bool,
    /// The page does not show the connector any more, and sends the person back to the sign-in page
    /// without a word.
    pub without_a_word: bool,
}

/// An answer of Logto's Management API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedAnswer {
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// Logto's code, e.g. `connector.invalid_config`.
    pub code: Option<String>,
    /// Part of the raw body.
    pub text: Option<String>,
}

/// A question that Logto's page asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Question {
    /// The page asks a new person for these, e.g. `[username]`.
    #[serde(rename = "for")]
    pub profile: Option<Vec<String>>,
    /// The page asks whether to link to the account with this identifier.
    pub whether_to_link: Option<String>,
    /// Whether it also offers to create an account instead.
    pub may_create: Option<bool>,
    /// The page asks to agree to the terms.
    pub to_agree: bool,
    /// The page asks to authorize a third-party application; `{}` for any request.
    pub to_authorize: Option<ToAuthorize>,
}

/// What Logto's page asks to authorize; members that are absent are not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ToAuthorize {
    /// The application, by the name that the page shows.
    pub application: Option<String>,
    /// Scopes about the person, in order, e.g. `[profile, email]`.
    pub user_scopes: Option<Vec<String>>,
    /// Scopes of API resources, by the resource's indicator.
    pub resource_scopes: Option<BTreeMap<String, Vec<String>>>,
    /// Names of the organizations among which the person chooses.
    pub organizations: Option<Vec<String>>,
}

/// What the app is expected to know of the person.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionExpectation {
    /// The person is not signed in.
    None,
    /// The person is signed in, with at least these claims; `null` for one that must be absent or
    /// null.
    Claims(Map<String, Value>),
}

// Parsed by hand: serde's `untagged` would lose location and reason.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for SessionExpectation {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Session".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "anyOf": [{ "const": "none" }, { "type": "object" }] })
    }
}

impl<'de> Deserialize<'de> for SessionExpectation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = SessionExpectation;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`none`, or a map of claims")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<SessionExpectation, E> {
                match text {
                    "none" => Ok(SessionExpectation::None),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SessionExpectation, A::Error> {
                let mut claims = Map::new();
                while let Some((claim, value)) = map.next_entry::<String, Value>()? {
                    claims.insert(claim, value);
                }
                Ok(SessionExpectation::Claims(claims))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}
