//! From result to exit code: one enum, one exhaustive match.

use kit::CaError;

use url::Url;

use super::init::error::InitError;
use super::usage::UsageError;
use crate::ScenarioError;
use crate::container::{ContainerError, EngineError};
use crate::counted::counted;
use crate::diagnose::{CapsuleError, DiagnoseError, InputError, TenantReadError};
use crate::golden::{FuzzError, KnownDifferencesError, ReplayError, StoryError};
use crate::project::ProjectError;
use crate::stack::{AppError, ManagementError, SavedStateError, StartError, StepError, StopError};

/// For the help of every command.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    everything passed
  1    an expectation of a scenario failed, a person could not sign in, no scenario was walked,
       something changes (`run --against`), or a probed server is not up
  2    invalid usage, or a file that cannot be used
  3    the stack did not start, or does not answer
  4    a tenant could not be restored, or `diagnose --deny-warnings` has warnings
  70   internal error, or something could not be written
  130  interrupted";

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Already reported, walk by walk.
    #[error("{failed} of {all} scenarios failed")]
    Failed { failed: usize, all: usize },
    /// Already reported, scenario by scenario.
    #[error("{stacks} stacks did not start")]
    NotStarted { stacks: usize },
    /// Already reported, scenario by scenario.
    #[error("no scenario was walked: {skipped} skipped")]
    NothingWalked { skipped: usize },
    /// Already reported, walk by walk.
    #[error("{} {}", counted(*changed, "walk"), if *changed == 1 { "changes" } else { "change" })]
    Changed { changed: usize },
    /// Already reported, story by story.
    #[error("{stories} {}", if *stories == 1 { "story differs" } else { "stories differ" })]
    Unfaithful { stories: usize },
    /// Already reported by the command itself.
    #[error("something is wrong")]
    Found,
    /// Already reported by the command itself.
    #[error("there are warnings")]
    Warned,
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    TenantRead(#[from] TenantReadError),
    #[error(transparent)]
    Diagnose(#[from] DiagnoseError),
    #[error(transparent)]
    Capsule(#[from] CapsuleError),
    /// A probed server does not answer, or not with success.
    #[error("{url} is not up: {why}")]
    NotUp { url: Url, why: String },
    #[error(transparent)]
    Story(#[from] StoryError),
    #[error(transparent)]
    KnownDifferences(#[from] KnownDifferencesError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Fuzz(#[from] FuzzError),
    /// Already reported, kind by kind.
    #[error("{kinds} {} of difference", if *kinds == 1 { "kind" } else { "kinds" })]
    Different { kinds: usize },
    #[error(transparent)]
    Usage(#[from] UsageError),
    #[error(transparent)]
    Init(#[from] InitError),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Already reported, file by file.
    #[error("{wrong} of {} {} not valid", counted(*files, "file"), if *wrong == 1 { "is" } else { "are" })]
    WrongFiles { wrong: usize, files: usize },
    /// The scenario at which a run stopped.
    #[error("{name}: {source}")]
    InScenario { name: String, source: Box<CliError> },
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    App(#[from] AppError),
    #[error("{0}; choose other ports with --app-port and --logto-port")]
    PortTaken(StartError),
    #[error("{0}; choose another port with --control-port")]
    ControlPort(kit::BindError),
    #[error(
        "no stack answers at {url}: start one with `logto-testkit serve stack` or `up`, and pass the address that it prints ({source})"
    )]
    NoStack { url: Url, source: kit::SendError },
    #[error("the stack does not answer: {0}")]
    StackSilent(kit::DeadlineExceeded),
    /// The stack says where a sign-in ended.
    #[error("{0}")]
    SignIn(String),
    #[error(transparent)]
    Client(#[from] kit::ClientError),
    /// The container for the whole run could not be started.
    #[error(transparent)]
    Container(#[from] Box<ContainerError>),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Stop(#[from] StopError),
    #[error(transparent)]
    Ca(#[from] CaError),
    #[error(transparent)]
    SavedState(#[from] SavedStateError),
    #[error(transparent)]
    Management(#[from] ManagementError),
    #[error(transparent)]
    ServeHuggingFace(#[from] mock_huggingface::cli::CliError),
    #[error(transparent)]
    ServeLogto(#[from] mock_logto::cli::CliError),
    #[error(transparent)]
    ServeApp(#[from] sample_app::cli::CliError),
    #[error("interrupted")]
    Interrupted,
    /// Already reported where it happened.
    #[error("internal error")]
    Panicked,
    #[error("{what}: {source}")]
    Io { what: &'static str, source: std::io::Error },
}

impl CliError {
    /// Whether the error has already been reported.
    pub(crate) fn is_told(&self) -> bool {
        match self {
            Self::Failed { .. }
            | Self::Changed { .. }
            | Self::NotStarted { .. }
            | Self::Found
            | Self::Warned
            | Self::Panicked => true,
            Self::InScenario { source, .. } => source.is_told(),
            _ => false,
        }
    }

    /// The documented exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Failed { .. }
            | Self::Changed { .. }
            | Self::NothingWalked { .. }
            | Self::Unfaithful { .. }
            | Self::Different { .. }
            | Self::NotUp { .. }
            | Self::SignIn(_)
            | Self::Found => 1,
            Self::Input(_) => 2,
            Self::TenantRead(TenantReadError::Input(_) | TenantReadError::Missing { .. }) => 2,
            Self::TenantRead(TenantReadError::Management(_)) => 3,
            Self::Diagnose(error) => diagnosis(error),
            Self::Capsule(error) => capsule(error),
            Self::InScenario { source, .. } => source.code(),
            Self::Replay(error) => replay(error),
            Self::Fuzz(FuzzError::Replay { source, .. }) => replay(source),
            Self::Fuzz(FuzzError::Data(_)) => 70,
            Self::Story(_) | Self::KnownDifferences(_) => 2,
            Self::Ca(CaError::Write { .. }) => 70,
            Self::Usage(_)
            | Self::Init(_)
            | Self::Project(_)
            | Self::Scenario(_)
            | Self::WrongFiles { .. }
            | Self::Ca(_) => 2,
            Self::App(error) => app(error),
            Self::Container(_) | Self::Engine(_) => 3,
            Self::ControlPort(_) | Self::NoStack { .. } | Self::StackSilent(_) => 3,
            Self::Start(StartError { cause: StepError::OwnApp(error), .. }) => app(error),
            Self::Start(_) | Self::PortTaken(_) | Self::NotStarted { .. } | Self::Management(_) => 3,
            Self::Warned => 4,
            Self::Stop(StopError::NotRestored(_) | StopError::NotForgiven(_)) | Self::SavedState(_) => 4,
            // The command does not use stubs.
            Self::Stop(StopError::Serve(_) | StopError::Stub(_))
            | Self::Io { .. }
            | Self::Panicked
            | Self::Client(_) => 70,
            Self::ServeHuggingFace(error) => error.code(),
            Self::ServeLogto(error) => error.code(),
            Self::ServeApp(error) => error.code(),
            Self::Interrupted => 130,
        }
    }
}

fn diagnosis(error: &DiagnoseError) -> u8 {
    match error {
        DiagnoseError::Input(_) | DiagnoseError::Setting { .. } => 2,
        DiagnoseError::Start(_) | DiagnoseError::Stop(_) | DiagnoseError::Scenario(_) => 3,
        DiagnoseError::App(error) => app(error),
    }
}

fn app(error: &AppError) -> u8 {
    match error {
        AppError::Variables { .. } => 70,
        AppError::Template { .. }
        | AppError::Unfilled { .. }
        | AppError::LineBreak { .. }
        | AppError::Name(_)
        | AppError::NoLever { .. }
        | AppError::NotOurs => 2,
        AppError::Occupied { .. }
        | AppError::Command { .. }
        | AppError::Ended { .. }
        | AppError::Silent { .. }
        | AppError::Hangs { .. }
        | AppError::NotReady { .. }
        | AppError::NotHttp { .. }
        | AppError::NoPort(_)
        | AppError::Config(_) => 3,
    }
}

fn capsule(error: &CapsuleError) -> u8 {
    match error {
        CapsuleError::Input(_) | CapsuleError::Scenario(_) | CapsuleError::WouldLeak { .. } => 2,
        CapsuleError::Differs { .. } => 3,
        CapsuleError::Diagnose(error) => diagnosis(error),
    }
}

fn replay(error: &ReplayError) -> u8 {
    match error {
        ReplayError::SavedState(_) => 4,
        ReplayError::InUse { .. } | ReplayError::Bind(_) | ReplayError::Management(_) => 3,
        ReplayError::Ca(_) | ReplayError::Outside { .. } => 2,
        ReplayError::Client(_)
        | ReplayError::Send { .. }
        | ReplayError::Deadline { .. }
        | ReplayError::Request { .. }
        | ReplayError::Serve(_) => 70,
    }
}
