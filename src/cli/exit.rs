//! From result to exit code: one enum, one exhaustive match.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use logto_testkit::stack::{ManagementError, SavedStateError, StartError, StopError};
use logto_testkit::{RunError, ScenarioError};

use super::arguments::{Arguments, Command, UsageError};
use super::{ca, check, completions, restore, run, serve, up};

/// Why the command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Already reported, walk by walk.
    #[error("{failed} of {all} scenarios failed")]
    Failed { failed: usize, all: usize },
    /// Already reported, scenario by scenario.
    #[error("{stacks} stacks did not start")]
    NotStarted { stacks: usize },
    #[error(transparent)]
    Usage(#[from] UsageError),
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Already reported, file by file.
    #[error("{wrong} of {files} files are no scenarios")]
    WrongFiles { wrong: usize, files: usize },
    /// The scenario at which a run ended.
    #[error("{name}: {source}")]
    InScenario { name: String, source: Box<CliError> },
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0}; --app-port and --logto-port choose others")]
    PortTaken(StartError),
    #[error(transparent)]
    Stop(#[from] StopError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Ca(#[from] kit::CaError),
    #[error(transparent)]
    SavedState(#[from] SavedStateError),
    #[error(transparent)]
    Management(#[from] ManagementError),
    #[error(transparent)]
    ServeHuggingface(#[from] mock_huggingface::cli::CliError),
    #[error(transparent)]
    ServeLogto(#[from] mock_logto::cli::CliError),
    #[error(transparent)]
    ServeApp(#[from] sample_app::cli::CliError),
    #[error("interrupted")]
    Interrupted,
    #[error("{what}: {source}")]
    Io { what: &'static str, source: std::io::Error },
}

impl CliError {
    /// The documented exit code.
    fn code(&self) -> u8 {
        match self {
            Self::Failed { .. } => 1,
            Self::InScenario { source, .. } => source.code(),
            Self::Usage(_) | Self::Scenario(_) | Self::WrongFiles { .. } | Self::Ca(_) => 2,
            Self::Run(RunError::Given { .. }) => 2,
            Self::Start(_) | Self::PortTaken(_) | Self::NotStarted { .. } | Self::Management(_) => 3,
            Self::Stop(StopError::NotRestored(_)) | Self::SavedState(_) => 4,
            Self::Stop(StopError::Serve(_)) | Self::Io { .. } => 70,
            Self::ServeHuggingface(error) => serve_huggingface(error),
            Self::ServeLogto(error) => serve_logto(error),
            Self::ServeApp(error) => serve_app(error),
            Self::Interrupted => 130,
        }
    }
}

fn serve_huggingface(error: &mock_huggingface::cli::CliError) -> u8 {
    use mock_huggingface::cli::CliError;
    match error {
        CliError::Origin { .. } | CliError::Config(_) => 2,
        CliError::Bind(_) | CliError::Exposed(_) | CliError::Ca(_) => 3,
        CliError::Runtime(_) | CliError::Output(_) | CliError::Signal(_) | CliError::Serve(_) => 70,
    }
}

fn serve_logto(error: &mock_logto::cli::CliError) -> u8 {
    use mock_logto::cli::CliError;
    match error {
        CliError::Origin { .. } => 2,
        CliError::Bind(_) | CliError::Exposed(_) | CliError::Ca(_) => 3,
        CliError::Client(_)
        | CliError::Runtime(_)
        | CliError::Output(_)
        | CliError::Signal(_)
        | CliError::Serve(_) => 70,
    }
}

fn serve_app(error: &sample_app::cli::CliError) -> u8 {
    use sample_app::cli::CliError;
    match error {
        CliError::Missing(_) | CliError::BaseUrl { .. } | CliError::Config(_) => 2,
        CliError::Bind { .. } | CliError::Exposed(_) => 3,
        CliError::Client(_)
        | CliError::Runtime(_)
        | CliError::Output(_)
        | CliError::Signal(_)
        | CliError::Serve(_) => 70,
    }
}

/// Parses the arguments, does what they say, and gives the exit code.
pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .init();
    // A walk is a chain of exchanges: on one thread nobody waits for a wake-up.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(source) => return report(&CliError::Io { what: "start the runtime", source }),
    };
    let done = runtime.block_on(async {
        match arguments.command {
            None => run::run(run::defaults()).await,
            Some(Command::Run(run)) => run::run(*run).await,
            Some(Command::Check(command)) => check::check(&command),
            Some(Command::Up(up)) => up::up(up).await,
            Some(Command::Serve(command)) => serve::serve(command).await,
            Some(Command::Ca(command)) => ca::ca(command),
            Some(Command::Restore(restore)) => restore::restore(restore).await,
            Some(Command::Completions(command)) => {
                completions::completions(&command);
                Ok(())
            }
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

fn report(error: &CliError) -> ExitCode {
    // A failed scenario was told in full where it failed.
    if !matches!(error, CliError::Failed { .. } | CliError::NotStarted { .. }) {
        eprintln!("error: {error}");
    }
    ExitCode::from(error.code())
}
