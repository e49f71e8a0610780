//! From text to [`Scenario`], with file, line, column and a hint when it fails.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::{Location, Spanned};

use super::hint::nearest;
use super::model::{
    Expect, Given, GivenApp, GivenConnector, GivenHuggingFace, Scenario, SessionExpectation, Step, Verb,
};

/// A scenario file is not one.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no scenario below a folder.
    #[error("{path}: no scenario (`*.yaml`) here")]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
    /// The text is not a scenario.
    #[error("{path}:{line}:{column}: {message}{}", hint.as_ref().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// What is wrong.
        message: String,
        /// What was probably meant.
        hint: Option<String>,
    },
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ScenarioError`] with file, line, column and a hint.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ScenarioError::Read { path: path.to_owned(), source })?;
        Self::parse(&text, path)
    }

    /// Reads text; `path` is for messages and the name only.
    ///
    /// # Errors
    /// [`ScenarioError`] with file, line, column and a hint.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ScenarioError> {
        let raw: RawScenario = serde_saphyr::from_str(text).map_err(|error| refused(&error, path))?;
        raw.checked(path)
    }

    /// The name: the path below `scenarios/` without its ending.
    #[must_use]
    pub fn name(&self) -> String {
        let path = self.path.with_extension("");
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let below = parts.iter().rposition(|part| part == "scenarios").map_or(0, |at| at + 1);
        // Outside a `scenarios` folder, the file's own name must do.
        let start = if below == 0 { parts.len().saturating_sub(1) } else { below };
        parts[start..].join("/")
    }
}

/// The scenario files at and below these paths, in order of their names.
/// Files in a folder `invalid` are meant to be refused and are passed over.
///
/// # Errors
/// [`ScenarioError::Read`] when a path does not exist, [`ScenarioError::Nothing`]
/// when a folder holds no scenario.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ScenarioError> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        collect(path, &mut found)?;
        if found.len() == before {
            return Err(ScenarioError::Nothing { path: path.clone() });
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), ScenarioError> {
    let failed = |source| ScenarioError::Read { path: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(failed)?.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?.path();
        let is_yaml = entry.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
        if entry.is_dir() && entry.file_name().is_some_and(|name| name != "invalid") || is_yaml {
            collect(&entry, found)?;
        }
    }
    Ok(())
}

fn refused(error: &serde_saphyr::Error, path: &Path) -> ScenarioError {
    let error = error.without_snippet();
    let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
    let (message, hint) = match error {
        serde_saphyr::Error::SerdeUnknownField { field, expected, .. } => {
            let known = expected.join(", ");
            let hint = match nearest(field, expected.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? Known here: {known}"),
                None => format!("known here: {known}"),
            };
            (format!("unknown key `{field}`"), Some(hint))
        }
        serde_saphyr::Error::SerdeMissingField { field, .. } => (format!("`{field}` is missing"), None),
        // The first line is the message, the rest a drawing of the source.
        other => (other.to_string().lines().next().unwrap_or_default().to_owned(), None),
    };
    ScenarioError::Invalid { path: path.to_owned(), line, column, message, hint }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScenario {
    description: Spanned<String>,
    #[serde(default)]
    given: RawGiven,
    steps: Spanned<Vec<Spanned<RawStep>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawGiven {
    huggingface: RawHuggingFace,
    connector: RawConnector,
    app: RawApp,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawHuggingFace {
    users: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawConnector {
    scope: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawApp {
    scopes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    visit: Option<String>,
    click: Option<String>,
    continue_with: Option<String>,
    sign_in_as: Option<String>,
    #[serde(default)]
    expect: RawExpect,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawExpect {
    status: Option<u16>,
    at: Option<String>,
    text: Option<String>,
    session: Option<RawSession>,
}

/// `none`, or a map of claims. Read by hand: serde's `untagged` would lose
/// location and reason.
struct RawSession(SessionExpectation);

impl<'de> Deserialize<'de> for RawSession {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = RawSession;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`none`, or a map of claims")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RawSession, E> {
                match text {
                    "none" => Ok(RawSession(SessionExpectation::None)),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawSession, A::Error> {
                let mut claims = Map::new();
                while let Some((claim, value)) = map.next_entry::<String, Value>()? {
                    claims.insert(claim, value);
                }
                Ok(RawSession(SessionExpectation::Claims(claims)))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl RawScenario {
    fn checked(self, path: &Path) -> Result<Scenario, ScenarioError> {
        let invalid = |at: Location, message: String, hint: Option<String>| ScenarioError::Invalid {
            path: path.to_owned(),
            line: at.line(),
            column: at.column(),
            message,
            hint,
        };
        if self.description.value.trim().is_empty() {
            let hint = Some("say in a sentence who does what, and what comes of it".to_owned());
            return Err(invalid(self.description.referenced, "`description` is empty".to_owned(), hint));
        }
        if self.steps.value.is_empty() {
            return Err(invalid(self.steps.referenced, "`steps` is empty".to_owned(), None));
        }
        let mut steps = Vec::new();
        for step in self.steps.value {
            let at = step.referenced;
            let step = step.value.checked(at.line()).map_err(|message| {
                invalid(at, message, Some(format!("a step has exactly one of: {}", Verb::NAMES.join(", "))))
            })?;
            steps.push(step);
        }
        Ok(Scenario {
            path: path.to_owned(),
            description: self.description.value,
            given: Given {
                huggingface: GivenHuggingFace { users: self.given.huggingface.users },
                connector: GivenConnector { scope: self.given.connector.scope },
                app: GivenApp { scopes: self.given.app.scopes },
            },
            steps,
        })
    }
}

impl RawStep {
    fn checked(self, line: u64) -> Result<Step, String> {
        let verbs = [
            self.visit.map(Verb::Visit),
            self.click.map(Verb::Click),
            self.continue_with.map(Verb::ContinueWith),
            self.sign_in_as.map(Verb::SignInAs),
        ];
        let mut given: Vec<Verb> = verbs.into_iter().flatten().collect();
        let verb = match (given.pop(), given.pop()) {
            (Some(verb), None) => verb,
            (None, _) => return Err("this step has no verb".to_owned()),
            (Some(second), Some(first)) => {
                return Err(format!("this step has two verbs, `{}` and `{}`", first.name(), second.name()));
            }
        };
        let RawExpect { status, at, text, session } = self.expect;
        Ok(Step {
            line,
            verb,
            expect: Expect { status, at, text, session: session.map(|session| session.0) },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Scenario::parse(text, Path::new("scenarios/a.yaml")).unwrap_err().to_string()
    }

    #[test]
    fn reads_what_the_design_shows() {
        let text = r#"
description: A first-time visitor signs in.
given:
  huggingface: { users: [ada] }
  connector: { scope: openid profile email }
  app: { scopes: [email] }
steps:
  - visit: /
  - sign_in_as: ada
    expect: { at: "[APP]/", session: { email: ada@example.com } }
  - click: Sign Out
    expect: { session: none }
"#;
        let scenario = Scenario::parse(text, Path::new("/x/scenarios/sign-in/first-visit.yaml")).unwrap();
        assert_eq!(scenario.name(), "sign-in/first-visit");
        assert_eq!(scenario.given.connector.scope.as_deref(), Some("openid profile email"));
        assert_eq!((scenario.steps[1].line, &scenario.steps[1].verb), (9, &Verb::SignInAs("ada".to_owned())));
        assert_eq!(scenario.steps[2].expect.session, Some(SessionExpectation::None));
    }

    #[test]
    fn refuses_an_unknown_key_with_place_and_hint() {
        let message = error("description: x\nsteps:\n  - visit: /\n    expcet: { status: 200 }\n");
        assert!(message.starts_with("scenarios/a.yaml:4:5: unknown key `expcet`"), "{message}");
        assert!(message.contains("did you mean `expect`?"), "{message}");
    }

    #[test]
    fn refuses_a_step_with_two_verbs_or_none() {
        let message = error("description: x\nsteps:\n  - visit: /\n    click: Sign In\n");
        assert!(message.contains("a.yaml:3:5: this step has two verbs, `visit` and `click`"), "{message}");
        let message = error("description: x\nsteps:\n  - expect: { status: 200 }\n");
        assert!(message.contains("this step has no verb"), "{message}");
    }

    #[test]
    fn refuses_a_scenario_that_says_or_does_nothing() {
        assert!(error("description: ' '\nsteps:\n  - visit: /\n").contains("`description` is empty"));
        assert!(error("description: x\nsteps: []\n").contains("`steps` is empty"));
        assert!(error("steps:\n  - visit: /\n").contains("`description` is missing"));
        let session = error("description: x\nsteps:\n  - visit: /\n    expect: { session: nobody }\n");
        assert!(session.contains("`none`, or a map of claims"), "{session}");
    }
}
