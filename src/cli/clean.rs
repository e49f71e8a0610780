//! `logto-testkit clean`, and the guard that removes what a killed run left.

use logto_testkit::container::{self, CleanScope};

use super::arguments::Clean;
use super::exit::CliError;

pub(crate) async fn clean(clean: Clean) -> Result<(), CliError> {
    let scope = match (clean.run, clean.all) {
        (Some(run), _) => CleanScope::Run(run),
        (None, true) => CleanScope::All,
        (None, false) => CleanScope::LeftOver,
    };
    println!("{}", container::clean(&scope).await?);
    Ok(())
}

pub(crate) async fn reap(run: &str) -> Result<(), CliError> {
    Ok(container::reap(run).await?)
}
