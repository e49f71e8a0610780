//! A Logto that has been started or found: where it is, and how long it took.

use std::time::Duration;

use url::Url;

use super::log::LastWords;
use super::version::Version;

/// How long the parts of a start took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timings {
    /// Until Postgres took connections.
    pub postgres: Duration,
    /// The seed.
    pub seed: Duration,
    /// From Logto's start to its first answer.
    pub boot: Duration,
    /// From the first container's creation on; pulls are not in it.
    pub total: Duration,
}

/// What a start gives.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) endpoint: Url,
    pub(super) admin_endpoint: Url,
    /// Of the seeded application `m-default`.
    pub(super) secret: String,
    pub(super) version: Version,
    /// `None` for one that ran already.
    pub(super) timings: Option<Timings>,
    /// Postgres and Logto, by id.
    pub(super) containers: [String; 2],
    /// What Logto logged last.
    pub(super) words: LastWords,
}
