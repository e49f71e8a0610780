//! Versions of Logto: which are supported.

pub use mock_logto::Version;

/// The oldest supported version: since 1.26.0 Logto's own sign-in page speaks only the Experience
/// API (its change log, 3594e1316; `docs/logto-versions.md` lists what has changed since).
pub(crate) const MINIMUM: Version = Version::release(1, 26, 0);
