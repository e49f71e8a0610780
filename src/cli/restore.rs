//! `logto-testkit restore`.

use std::path::Path;

use kit::Client;
use url::Url;

use super::arguments::Restore;
use super::exit::CliError;
use super::output;
use super::secrets;
use super::usage::UsageError;
use crate::counted::counted;
use crate::stack::{Credentials, Management, Restored, StateFile};

pub(crate) async fn restore(restore: Restore) -> Result<(), CliError> {
    let file = StateFile::load(&restore.file).inspect_err(|_| secrets::values_of(&restore.file))?;
    let logto = file.state().logto.clone();
    let credentials = restore.access.credentials()?.ok_or_else(|| UsageError::NoCredentials(logto))?;
    let (logto, restored) = from(file, &credentials).await?;
    let mut told = format!("{logto} is restored; {} of the run deleted\n", counted(restored.users, "user"));
    for call in &restored.not_undone {
        told.push_str(&format!("not undone, because this cannot be undone: {call}\n"));
    }
    output::print(&told)
}

/// Restores the tenant that a state file describes.
pub(crate) async fn put_back(file: &Path, credentials: &Credentials) -> Result<(Url, Restored), CliError> {
    from(StateFile::load(file)?, credentials).await
}

async fn from(file: StateFile, credentials: &Credentials) -> Result<(Url, Restored), CliError> {
    let (logto, admin) = (file.state().logto.clone(), file.state().logto_admin.clone());
    let client = [&logto, &admin]
        .into_iter()
        .filter_map(|url| url.host_str())
        .fold(Client::builder(), kit::ClientBuilder::allow)
        .build()
        .map_err(|source| CliError::Io {
            what: "build the HTTP client",
            source: std::io::Error::other(source),
        })?;
    let management = Management::open(client, &logto, &admin, credentials).await?;
    Ok((logto, file.restore(&management).await?))
}
