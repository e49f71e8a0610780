//! Why a diagnosis failed.

use crate::scenario::ScenarioError;
use crate::stack::{AppError, ManagementError, StartError, StopError};

/// How the error begins for a file that has an answer of Logto about an error.
pub(super) const LOGTO_ERROR: &str = "this is an error message of Logto";

/// Why the input cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The file is not valid JSON (or, for the OAuth app, YAML).
    #[error("{file}:{line}:{column}: {message}{hint}")]
    Syntax {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// What is wrong at this position.
        message: String,
        /// What to do, appended to the message.
        hint: &'static str,
    },
    /// The file does not have the expected shape.
    #[error("{file}: {what}; {hint}")]
    Shape {
        /// Name of the file.
        file: String,
        /// What the file contains instead.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The connector is for another provider.
    #[error(
        "{file}: this is a connector of the factory `{factory}`{target}, not one that signs in with Hugging Face; \
         only `huggingface-universal`, `oauth2` and `oidc` are supported"
    )]
    OtherFactory {
        /// Name of the file.
        file: String,
        /// The connector's factory.
        factory: String,
        /// Its target, in words.
        target: String,
    },
    /// A generic connector leads to another provider.
    #[error(
        "{file}: the connector's `{member}` is {address}, which does not belong to Hugging Face; only connectors that sign in \
         with https://huggingface.co are supported"
    )]
    OtherProvider {
        /// Name of the file.
        file: String,
        /// The member of its configuration.
        member: &'static str,
        /// The member's value.
        address: String,
    },
}

impl InputError {
    /// Whether it quotes an error message of Logto that is in the place of the settings.
    pub(crate) fn is_logtos_own(&self) -> bool {
        matches!(self, Self::Shape { what, .. } if what.starts_with(LOGTO_ERROR))
    }
}

/// Why a tenant could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TenantReadError {
    /// The Management API refused a request.
    #[error(transparent)]
    Management(#[from] ManagementError),
    /// The tenant does not have the requested object.
    #[error("{logto}: {what}")]
    Missing {
        /// Logto's origin and the request.
        logto: String,
        /// What is missing, and what exists instead.
        what: String,
    },
    /// The tenant's settings cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
}

/// Why a diagnosis failed.
#[derive(Debug, thiserror::Error)]
pub enum DiagnoseError {
    /// The input cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Logto refuses a setting of the input.
    #[error("the twin's Logto refuses {part}: {what}; correct it in the input")]
    Setting {
        /// The part of the input, in words.
        part: &'static str,
        /// The members that it refuses, and why.
        what: String,
    },
    /// The twin of the set-up did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The twin of the set-up did not stop.
    #[error(transparent)]
    Stop(#[from] StopError),
    /// The twin's scenario is invalid: an internal error.
    #[error("internal error: the generated scenario is invalid; please report it: {0}")]
    Scenario(#[from] ScenarioError),
    /// Your app did not start.
    #[error(transparent)]
    App(#[from] AppError),
}

/// Why a capsule could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CapsuleError {
    /// The input cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The scenario file is invalid.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The case cannot be walked.
    #[error(transparent)]
    Diagnose(#[from] DiagnoseError),
    /// Without its secrets, the case leads to another finding.
    #[error(
        "the capsule was not written: with other secrets its first finding is {disguised}, with the real ones it is {own}"
    )]
    Differs {
        /// The first finding of the case.
        own: String,
        /// The first finding of the capsule.
        disguised: String,
    },
    /// The capsule would contain a secret.
    #[error(
        "the capsule was not written: the value of `{field}` would still be in it. Please remove it from the other \
         texts of the input, and try again"
    )]
    WouldLeak {
        /// The field of the scenario that contains the value.
        field: String,
    },
}
