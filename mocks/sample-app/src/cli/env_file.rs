//! Reads the file of `--env-file`.

use std::path::Path;

use kit::files;
use url::Url;

use super::CliError;

/// The values that the file can set.
#[derive(Debug, Default)]
pub(super) struct EnvFile {
    pub(super) logto_endpoint: Option<Url>,
    pub(super) app_id: Option<String>,
    pub(super) app_secret: Option<String>,
    pub(super) base_url: Option<Url>,
}

impl EnvFile {
    /// Reads lines of `NAME=value`; a value is taken verbatim. An unknown name is refused, because
    /// it is more likely misspelled than superfluous.
    pub(super) fn read(path: &Path) -> Result<Self, CliError> {
        let text = files::read_text(path, files::SMALL_LIMIT)
            .map_err(|source| CliError::EnvFile { path: path.to_owned(), source })?;
        let mut read = Self::default();
        // Errors never show the value of a line.
        text.lines().filter_map(|line| line.strip_prefix("LOGTO_APP_SECRET=")).for_each(kit::secret::learn);
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            read.take(line).inspect_err(|_| conceal(line)).map_err(|what| CliError::EnvLine {
                path: path.to_owned(),
                line: at + 1,
                what,
            })?;
        }
        Ok(read)
    }

    fn take(&mut self, line: &str) -> Result<(), String> {
        let (name, value) = line.split_once('=').ok_or("expected NAME=value, found no `=`")?;
        let url = || value.parse::<Url>().map_err(|error| format!("{name} is not a valid URL: {error}"));
        match name {
            "LOGTO_ENDPOINT" => self.logto_endpoint = Some(url()?),
            "LOGTO_APP_ID" => self.app_id = Some(value.to_owned()),
            "LOGTO_APP_SECRET" => self.app_secret = Some(value.to_owned()),
            "APP_BASE_URL" => self.base_url = Some(url()?),
            _ => {
                let known = "LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET, APP_BASE_URL";
                return Err(format!("unknown name {name}; supported are {known}"));
            }
        }
        Ok(())
    }
}

/// An unreadable line may hold a secret.
fn conceal(line: &str) {
    kit::secret::in_text(line).iter().for_each(|value| kit::secret::learn(value));
}
