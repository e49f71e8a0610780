//! Errors in scenario files.

use std::path::PathBuf;

use crate::document::node::Place;
use crate::document::typed::TypeError;

/// Why a scenario file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// Path of the file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A folder contains no scenario.
    #[error("{path}: no scenario (`*.yaml`) found here")]
    Nothing {
        /// Path of the folder.
        path: PathBuf,
    },
    /// The file has a table of cases, but one scenario was requested.
    #[error("{path} has a table of {count} cases; read them with `Scenario::load_all`")]
    Cases {
        /// Path of the file.
        path: PathBuf,
        /// The number of cases.
        count: usize,
    },
    /// The file has several cases, and none was selected.
    #[error("{path} has several cases: select one with {path}@CASE. Available: {available}")]
    WhichCase {
        /// Path of the file.
        path: PathBuf,
        /// The names of its cases.
        available: String,
    },
    /// The file has no case of this name.
    #[error("{path} does not contain the case `{case}`{} Available: {available}", near.as_ref().map_or(".".to_owned(), |near| format!(", did you mean `{near}`?")))]
    UnknownCase {
        /// Path of the file.
        path: PathBuf,
        /// The selected case.
        case: String,
        /// The case that was probably meant.
        near: Option<String>,
        /// The names of the file's cases.
        available: String,
    },
    /// A case was selected in a file that has none.
    #[error("{path} has no cases; remove `@{case}`")]
    WithoutCases {
        /// Path of the file.
        path: PathBuf,
        /// The selected case.
        case: String,
    },
    /// A file cannot be included.
    #[error("{path}:{line}:{column}: {message}")]
    Include {
        /// Path of the file that includes it.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// The name of the included file and what is wrong; nothing else of the including file.
        message: String,
    },
    /// The text is not a scenario.
    #[error("{path}:{line}:{column}: {message}{}", hint.as_ref().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default())]
    Invalid {
        /// Path of the file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// What is wrong, in words.
        message: String,
        /// What was probably meant, or what to do.
        hint: Option<String>,
    },
}

impl ScenarioError {
    /// An error at a place in a file.
    pub(super) fn at(place: &Place, message: impl Into<String>, hint: Option<String>) -> Self {
        Self::Invalid {
            path: place.file.to_path_buf(),
            line: place.line,
            column: place.column,
            message: message.into(),
            hint,
        }
    }

    /// An error for a file that cannot be included at this place.
    pub(super) fn include(place: &Place, message: String) -> Self {
        Self::Include { path: place.file.to_path_buf(), line: place.line, column: place.column, message }
    }

    /// An error for a value that does not fit its type; at `place` if the error does not name one.
    pub(super) fn typed(error: TypeError, place: &Place) -> Self {
        Self::at(error.at.as_ref().unwrap_or(place), error.message, error.hint)
    }
}
