//! The file of `--env-file`.

use std::path::Path;

use kit::files;
use url::Url;

use super::CliError;

/// What such a file may hold.
#[derive(Debug, Default)]
pub(super) struct EnvFile {
    pub(super) logto_endpoint: Option<Url>,
    pub(super) app_id: Option<String>,
    pub(super) app_secret: Option<String>,
    pub(super) base_url: Option<Url>,
}

impl EnvFile {
    /// Reads lines of `NAME=value`; a value is taken as it stands. A name that the
    /// app does not know is refused: it is rather misspelt than superfluous.
    pub(super) fn read(path: &Path) -> Result<Self, CliError> {
        let text = files::read_text(path, files::SMALL_LIMIT)
            .map_err(|source| CliError::EnvFile { path: path.to_owned(), source })?;
        let mut read = Self::default();
        // Whatever is wrong with a line: its value is not shown.
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
        let (name, value) = line.split_once('=').ok_or("there is no `=` in it")?;
        let url = || value.parse::<Url>().map_err(|error| format!("{name} is no URL: {error}"));
        match name {
            "LOGTO_ENDPOINT" => self.logto_endpoint = Some(url()?),
            "LOGTO_APP_ID" => self.app_id = Some(value.to_owned()),
            "LOGTO_APP_SECRET" => self.app_secret = Some(value.to_owned()),
            "APP_BASE_URL" => self.base_url = Some(url()?),
            _ => {
                let known = "LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET, APP_BASE_URL";
                return Err(format!("the app knows no {name}, only {known}"));
            }
        }
        Ok(())
    }
}

/// What a line that cannot be read holds may be a secret.
fn conceal(line: &str) {
    kit::secret::in_text(line).iter().for_each(|value| kit::secret::learn(value));
}
