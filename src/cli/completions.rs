//! `logto-testkit completions`.

use clap::CommandFactory as _;

use super::arguments::{Arguments, Completions};
use super::exit::CliError;
use super::output;

pub(crate) fn completions(completions: &Completions) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Arguments::command(), "logto-testkit", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}
