//! `logto-testkit restore`.

use kit::Client;
use logto_testkit::stack::{Management, StateFile};

use super::arguments::{Restore, UsageError};
use super::exit::CliError;
use super::output;
use super::secrets;

pub(crate) async fn restore(restore: Restore) -> Result<(), CliError> {
    let file = StateFile::load(&restore.file).inspect_err(|_| secrets::values_of(&restore.file))?;
    let (logto, admin) = (file.state().logto.clone(), file.state().logto_admin.clone());
    let credentials =
        restore.access.credentials()?.ok_or_else(|| UsageError::NoCredentials(logto.clone()))?;
    let client = [&logto, &admin]
        .into_iter()
        .filter_map(|url| url.host_str())
        .fold(Client::builder(), kit::ClientBuilder::allow)
        .build()
        .map_err(|source| CliError::Io {
            what: "build the HTTP client",
            source: std::io::Error::other(source),
        })?;
    let management = Management::open(client, &logto, &admin, &credentials).await?;
    let restored = file.restore(&management).await?;
    output::print(&format!("{logto} is as it was; {} user(s) of the run deleted\n", restored.users))
}
