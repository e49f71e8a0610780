//! `logto-testkit completions`.

use clap::CommandFactory as _;

use super::arguments::{Arguments, Completions};

pub(crate) fn completions(completions: &Completions) {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Arguments::command(), "logto-testkit", &mut script);
    // Completing is done by the shell, which closes the pipe when it has enough.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), &script);
}
