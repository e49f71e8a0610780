//! Why there is no diagnosis.

use crate::scenario::ScenarioError;
use crate::stack::{AppError, ManagementError, StartError, StopError};

/// What was given cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// Not JSON (or, for the OAuth app, YAML).
    #[error("{file}:{line}:{column}: {message}{hint}")]
    Syntax {
        /// The file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// What is wrong there.
        message: String,
        /// What to do.
        hint: &'static str,
    },
    /// Of the wrong shape.
    #[error("{file}: {what}; {hint}")]
    Shape {
        /// The file.
        file: String,
        /// What is there.
        what: String,
        /// What to do.
        hint: String,
    },
    /// A connector for another provider.
    #[error(
        "{file}: this is a connector of the factory `{factory}`{target}, not one that signs in with Hugging Face; \
         `huggingface-universal`, `oauth2` and `oidc` can be looked at"
    )]
    OtherFactory {
        /// The file.
        file: String,
        /// Its factory.
        factory: String,
        /// Its target, in words.
        target: String,
    },
    /// A generic connector that leads to another provider.
    #[error(
        "{file}: the connector's `{member}` is {address}, which is not at Hugging Face; only connectors that sign in \
         with https://huggingface.co can be looked at"
    )]
    OtherProvider {
        /// The file.
        file: String,
        /// The member of its configuration.
        member: &'static str,
        /// Its value.
        address: String,
    },
}

/// A tenant could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TenantReadError {
    /// The Management API.
    #[error(transparent)]
    Management(#[from] ManagementError),
    /// There is no such thing in it.
    #[error("{logto}: {what}")]
    Missing {
        /// The Logto.
        logto: String,
        /// What is missing, and what there is.
        what: String,
    },
    /// What it has cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
}

/// There is no diagnosis.
#[derive(Debug, thiserror::Error)]
pub enum DiagnoseError {
    /// What was given cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The twin of the set-up did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The twin of the set-up did not stop.
    #[error(transparent)]
    Stop(#[from] StopError),
    /// The twin's scenario cannot be read: a fault of this program.
    #[error("the scenario of the twin is none, which is a fault of this program: {0}")]
    Scenario(#[from] ScenarioError),
    /// The app of one's own did not start.
    #[error(transparent)]
    App(#[from] AppError),
}

/// A capsule was not made.
#[derive(Debug, thiserror::Error)]
pub enum CapsuleError {
    /// What was given cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The scenario cannot be read.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The case cannot be walked.
    #[error(transparent)]
    Diagnose(#[from] DiagnoseError),
    /// The file has several cases.
    #[error("{file} has cases: say which, as {file}@CASE. There are: {cases}")]
    WhichCase {
        /// The file.
        file: String,
        /// Its cases.
        cases: String,
    },
    /// Without its secrets the case is another one.
    #[error(
        "the capsule was not written: with other secrets its first finding is {disguised}, with the real ones it is {own}"
    )]
    Differs {
        /// The first finding of the case.
        own: String,
        /// That of the capsule.
        disguised: String,
    },
    /// A secret would be in it.
    #[error(
        "the capsule was not written: the value of `{field}` would still be in it. Please take it out of the other \
         texts of the input, and try again"
    )]
    WouldLeak {
        /// Where the value stands in the scenario.
        field: String,
    },
}
