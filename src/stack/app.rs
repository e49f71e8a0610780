//! The app that people sign in to: the sample app, or one of your own.
//!
//! An app of your own learns its id and secret once Logto has issued them: from you, from a file, or from the
//! environment of a command that the stack starts and stops.

pub(super) mod error;
mod files;
pub(super) mod own;
mod replaced;
pub(super) mod sample;

use url::Url;

pub use self::error::{AppError, CommandState};
pub(super) use self::files::AppFiles;
use self::own::Own;
pub use self::own::SharedApp;
use self::sample::AppServer;
use super::known::Known;

/// The app of a stack that is up.
#[derive(Debug)]
pub(super) enum RunningApp {
    Sample(AppServer),
    Own(Box<Own>),
}

impl RunningApp {
    pub(super) fn sample(&self) -> Option<&AppServer> {
        match self {
            Self::Sample(server) => Some(server),
            Self::Own(_) => None,
        }
    }

    pub(super) fn own(&self) -> Option<&Own> {
        match self {
            Self::Sample(_) => None,
            Self::Own(own) => Some(own),
        }
    }

    /// Stops what the stack has started for it.
    pub(super) async fn end(self) {
        if let Self::Own(own) = self {
            own.end().await;
        }
    }
}

/// What every app needs, as environment variables.
pub(super) fn environment(app: &Url, logto: &Url, known: &Known) -> Vec<(String, String)> {
    let origin = |url: &Url| url.origin().ascii_serialization();
    [
        ("APP_BASE_URL", origin(app)),
        ("LOGTO_ENDPOINT", origin(logto)),
        ("LOGTO_APP_ID", known.app_id.clone()),
        ("LOGTO_APP_SECRET", known.app_secret.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}
