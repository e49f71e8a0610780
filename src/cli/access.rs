//! Credentials for Logto's Management API.

use std::path::{Path, PathBuf};

use clap::Args;
use kit::{files, secret};

use super::usage::UsageError;
use crate::stack::Credentials;

/// A machine-to-machine application with access to the Management API.
#[derive(Debug, Args)]
pub(crate) struct Access {
    /// Machine-to-machine application with access to the Management API.
    #[arg(long, value_name = "ID:SECRET", env = "LOGTO_TESTKIT_M2M", hide_env_values = true)]
    logto_m2m: Option<String>,
    /// File containing ID:SECRET, to keep the secret off the command line; overrides --logto-m2m.
    #[arg(long, value_name = "FILE")]
    logto_m2m_file: Option<PathBuf>,
}

impl Access {
    /// The option with which credentials were given on the command line. Credentials in the
    /// environment do not count: they are there for any command that needs them.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let in_environment = std::env::var("LOGTO_TESTKIT_M2M").ok();
        match (&self.logto_m2m_file, &self.logto_m2m) {
            (Some(_), _) => Some("--logto-m2m-file"),
            (None, Some(given)) if in_environment.as_ref() != Some(given) => Some("--logto-m2m"),
            (None, _) => None,
        }
    }

    /// The credentials, if any were given.
    ///
    /// # Errors
    /// [`UsageError`] if they are not `ID:SECRET`, or their file cannot be read.
    pub(crate) fn credentials(&self) -> Result<Option<Credentials>, UsageError> {
        match (&self.logto_m2m_file, &self.logto_m2m) {
            (Some(file), _) => match read(file)?.trim() {
                "" => Err(UsageError::NoCredentialsInFile { file: file.clone() }),
                text => parsed(text).map(Some),
            },
            (None, Some(text)) => parsed(text).map(Some),
            (None, None) => Ok(None),
        }
    }
}

fn read(file: &Path) -> Result<String, UsageError> {
    files::read_text(file, files::SMALL_LIMIT)
        .map_err(|source| UsageError::CredentialsFile { file: file.to_owned(), source })
}

/// Splits `ID:SECRET`; a secret may contain colons.
fn parsed(text: &str) -> Result<Credentials, UsageError> {
    let (id, secret) = text.split_once(':').ok_or(UsageError::Credentials)?;
    secret::learn(secret);
    Ok(Credentials { id: id.to_owned(), secret: secret.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stands_in_for_the_option_and_may_end_in_a_newline() {
        let file = std::env::temp_dir().join(format!("logto-testkit-m2m-{}", std::process::id()));
        std::fs::write(&file, "m-default:a:b\n").unwrap();
        let access = Access { logto_m2m: None, logto_m2m_file: Some(file.clone()) };
        let credentials = access.credentials().unwrap().unwrap();
        assert_eq!((credentials.id.as_str(), credentials.secret.as_str()), ("m-default", "a:b"));
        std::fs::write(&file, "").unwrap();
        assert!(
            access
                .credentials()
                .unwrap_err()
                .to_string()
                .ends_with("the file is empty; put ID:SECRET into it")
        );
        std::fs::remove_file(&file).unwrap();
        let missing = access.credentials().unwrap_err().to_string();
        assert!(missing.contains(&*file.to_string_lossy()), "{missing}");
    }
}
