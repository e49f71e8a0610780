//! What an ID token is checked against. The repository's own tests use this file, too.

/// The values that an ID token must match.
#[derive(Debug, Clone)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    /// Accepted values of `alg`.
    pub(super) algorithms: &'a [String],
    pub(super) app_id: &'a str,
    /// `None` for an app that cannot keep a secret.
    pub(super) app_secret: Option<&'a str>,
    /// `None` if the app sent none.
    pub(super) nonce: Option<&'a str>,
    /// Seconds since the epoch.
    pub(super) now: i64,
}
