//! `logto-testkit clean`, and the guard that removes what a killed run left.

use super::arguments::Clean;
use super::exit::CliError;
use super::output;
use crate::container::{self, CleanScope};

pub(crate) async fn clean(clean: Clean) -> Result<(), CliError> {
    let scope = match (clean.run, clean.all) {
        (Some(run), _) => CleanScope::Run(run),
        (None, true) => CleanScope::All,
        (None, false) => CleanScope::LeftOver,
    };
    output::print(&format!("{}\n", container::clean(&scope).await?))
}

pub(crate) async fn reap(run: &str) -> Result<(), CliError> {
    Ok(container::reap(run).await?)
}
