//! A Logto that was started or found: where it is, and how long the start took.

use std::time::Duration;

use url::Url;

use super::log::LastWords;
use super::version::Version;

/// How long the parts of a start took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timings {
    /// Until Postgres accepted connections.
    pub postgres: Duration,
    /// The duration of the seed.
    pub seed: Duration,
    /// From Logto's start to its first answer.
    pub boot: Duration,
    /// From the creation of the first container on, without pulls.
    pub total: Duration,
}

/// The result of a start.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) endpoint: Url,
    pub(super) admin_endpoint: Url,
    /// Secret of the seeded application `m-default`.
    pub(super) secret: String,
    pub(super) version: Version,
    /// `None` if it was already running.
    pub(super) timings: Option<Timings>,
    /// IDs of the Postgres and the Logto container.
    pub(super) containers: [String; 2],
    /// The last lines that Logto logged.
    pub(super) words: LastWords,
}
