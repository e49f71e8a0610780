//! From arguments to a command and its exit code.

use std::process::ExitCode;

use kit::output::{LogLines, complain};

use super::arguments::{Arguments, Command};
use super::docker_host;
use super::exit::CliError;
use super::{
    ca, capsule, check, clean, completions, diagnose, fidelity, guard, init, panics, probe, provision,
    restore, run, serve, session, token, up,
};

/// Parses the arguments, runs the command, and returns the exit code.
pub fn main() -> ExitCode {
    docker_host::unset_if_empty();
    panics::tell();
    let arguments: Arguments = match kit::parse_arguments() {
        Ok(arguments) => arguments,
        Err(told) => return told,
    };
    // Without colors: the text of a line may come from anywhere, and its control characters must
    // not take effect.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(LogLines::default)
        .with_ansi(false)
        .init();
    // Before anything is opened. A run reports the effects of the limit itself.
    kit::raise_descriptor_limit();
    // A walk is a chain of exchanges: a single thread avoids wake-ups.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(source) => return report(&CliError::Io { what: "start the runtime", source }),
    };
    let command = async {
        kit::survive_file_size_limit().map_err(|source| CliError::Io { what: "wait for signals", source })?;
        match arguments.command {
            None => run::run(run::defaults()).await,
            Some(Command::Run(run)) => run::run(*run).await,
            Some(Command::Check(command)) => check::check(&command),
            Some(Command::Init(command)) => init::init(&command),
            Some(Command::Diagnose(command)) => diagnose::diagnose(*command).await,
            Some(Command::Capsule(command)) => capsule::capsule(*command).await,
            Some(Command::Fidelity(command)) => fidelity::fidelity(*command).await,
            Some(Command::Up(up)) => up::up(*up).await,
            Some(Command::Serve(command)) => serve::serve(command).await,
            Some(Command::Session(command)) => session::session(command).await,
            Some(Command::Token(command)) => token::token(command).await,
            Some(Command::Provision(command)) => provision::provision(*command).await,
            Some(Command::Probe { url }) => probe::probe(&url).await,
            Some(Command::Ca(command)) => ca::ca(command),
            Some(Command::Restore(restore)) => restore::restore(restore).await,
            Some(Command::Clean(command)) => clean::clean(command).await,
            Some(Command::Reap { run }) => clean::reap(&run).await,
            Some(Command::Guard { command }) => guard::guard(&command).await,
            Some(Command::Completions(command)) => completions::completions(&command),
        }
    };
    match panics::caught(|| runtime.block_on(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

fn report(error: &CliError) -> ExitCode {
    // Already reported in full where it failed.
    if !error.is_told() {
        complain(&format!("error: {error}"));
    }
    ExitCode::from(error.code())
}
