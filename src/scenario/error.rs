//! A scenario file is not one.

use std::path::PathBuf;

use super::node::Place;
use super::typed::TypeError;

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
    /// The file is a table of cases, and one scenario was asked for.
    #[error("{path} has a table of {count} cases; read them with `Scenario::load_all`")]
    Cases {
        /// The file.
        path: PathBuf,
        /// How many.
        count: usize,
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

impl ScenarioError {
    /// Something is wrong at a place.
    pub(super) fn at(place: &Place, message: impl Into<String>, hint: Option<String>) -> Self {
        Self::Invalid {
            path: place.file.to_path_buf(),
            line: place.line,
            column: place.column,
            message: message.into(),
            hint,
        }
    }

    /// A value does not fit its type; `place` counts when the error names none.
    pub(super) fn typed(error: TypeError, place: &Place) -> Self {
        Self::at(error.at.as_ref().unwrap_or(place), error.message, error.hint)
    }
}
