//! What an ID token is held against. The tests of the repository read this file as well.

/// What an ID token must be.
#[derive(Debug, Clone)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    /// `alg`s that are taken.
    pub(super) algorithms: &'a [String],
    pub(super) app_id: &'a str,
    /// None for an app that cannot keep one.
    pub(super) app_secret: Option<&'a str>,
    pub(super) nonce: &'a str,
    /// Seconds since the epoch.
    pub(super) now: i64,
}
