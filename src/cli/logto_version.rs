//! Which version of Logto a command is about.

use clap::Args;
use kit::Client;
use kit::output::complain;
use mock_logto::Version;

use super::exit::CliError;
use super::usage::UsageError;
use crate::stack::{Logto, version};

/// The version of the embedded Logto, or of one that does not show its own.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct LogtoVersion {
    #[arg(long, value_name = "VERSION", help = help())]
    pub(crate) logto_version: Option<Version>,
}

fn help() -> String {
    format!(
        "Version of Logto that the embedded one plays: {}; `1.37` is the newest of them with these numbers [default: {}]. \
         With --logto URL: the version of that Logto, if it does not show it.",
        mock_logto::names(),
        Version::default()
    )
}

impl LogtoVersion {
    /// The version of this Logto, as far as it can be known before the first walk.
    pub(crate) async fn of(self, logto: &Logto) -> Result<Option<Version>, CliError> {
        let asked = self.logto_version;
        match logto {
            Logto::Embedded => Ok(Some(asked.unwrap_or_default())),
            Logto::Container(_) | Logto::Running(_) if asked.is_some() => {
                Err(UsageError::NotForContainer { option: "--logto-version" }.into())
            }
            Logto::Running(running) => Ok(Some(running.version())),
            // Each walk has its own, and learns it when it has started.
            Logto::Container(_) => Ok(None),
            Logto::External(external) => {
                let hosts = external.endpoint.host_str().into_iter();
                let client = hosts.fold(Client::builder(), kit::ClientBuilder::allow).build()?;
                // Whether it is there at all is said with the first walk.
                let shown = version::shown(&client, &external.endpoint).await.unwrap_or_default();
                if shown.is_none() {
                    complain(&told(asked));
                }
                Ok(shown.or(asked))
            }
        }
    }
}

fn told(asked: Option<Version>) -> String {
    match asked {
        Some(version) => format!("note: this Logto does not show its version: it is taken for {version}"),
        None => format!(
            "note: this Logto does not show its version: it is taken for {}; pass --logto-version VERSION if it is another",
            Version::default()
        ),
    }
}
