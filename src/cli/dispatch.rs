//! From arguments to a command and its exit code.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;

use super::arguments::{Arguments, Command};
use super::exit::CliError;
use super::{
    ca, capsule, check, clean, completions, diagnose, fidelity, probe, provision, restore, run, serve, up,
};

/// Parses the arguments, does what they say, and gives the exit code.
pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .init();
    // Before anything is opened. What a run makes of the limit, it says itself.
    kit::raise_descriptor_limit();
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
            Some(Command::Diagnose(command)) => diagnose::diagnose(*command).await,
            Some(Command::Capsule(command)) => capsule::capsule(*command).await,
            Some(Command::Fidelity(command)) => fidelity::fidelity(*command).await,
            Some(Command::Up(up)) => up::up(up).await,
            Some(Command::Serve(command)) => serve::serve(command).await,
            Some(Command::Provision(command)) => provision::provision(*command).await,
            Some(Command::Probe { url }) => probe::probe(&url).await,
            Some(Command::Ca(command)) => ca::ca(command),
            Some(Command::Restore(restore)) => restore::restore(restore).await,
            Some(Command::Clean(command)) => clean::clean(command).await,
            Some(Command::Reap { run }) => clean::reap(&run).await,
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
    if !matches!(error, CliError::Failed { .. } | CliError::NotStarted { .. } | CliError::Found) {
        eprintln!("error: {error}");
    }
    ExitCode::from(error.code())
}
