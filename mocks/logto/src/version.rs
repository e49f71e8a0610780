//! Versions of Logto, and what is true since which of them.
//!
//! The double asks for facts ([`Version::has`]), never for versions: what a version does is said
//! here and nowhere else, and a new version is a row of [`KNOWN`] and the facts that begin with it.

mod facts;

use std::fmt;

pub use facts::{FACTS, Fact, Row};

/// A version of Logto: a release, or a build of its main branch after a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// The major version.
    pub major: u32,
    /// The minor version.
    pub minor: u32,
    /// The patch version.
    pub patch: u32,
    /// Whether it is the main branch after that release, whose packages still have its number.
    pub after: bool,
}

/// The versions that the double plays, the oldest first.
pub const KNOWN: [Version; 5] = [
    Version::release(1, 34, 0),
    Version::release(1, 37, 1),
    Version::release(1, 41, 0),
    Version::release(1, 42, 0),
    MASTER,
];

/// The build of the main branch that the recordings come from.
pub const MASTER: Version = Version { after: true, ..Version::release(1, 42, 0) };
/// Its name, and the commit that it was built from.
const MASTER_NAMES: [&str; 2] = ["master", "1fbc5544"];

impl Default for Version {
    /// The newest release, which the double plays unless another is chosen.
    fn default() -> Self {
        Self::release(1, 42, 0)
    }
}

impl Version {
    /// A release.
    #[must_use]
    pub const fn release(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch, after: false }
    }

    /// Whether this is true of this version.
    #[must_use]
    pub fn has(self, fact: Fact) -> bool {
        self >= fact.row().since
    }

    /// Whether this version knows the scope, if any does.
    #[must_use]
    pub fn has_scope(self, scope: &str) -> bool {
        match scope {
            "urn:logto:scope:sessions" => self.has(Fact::SessionsScope),
            "urn:logto:scope:trusted_devices" => self.has(Fact::TrustedDevices),
            _ => true,
        }
    }

    /// Parses the version of a package such as `1.42.0`, with or without a pre-release part.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let core = text.trim().split(['-', '+']).next()?;
        let mut numbers = core.split('.').map(str::parse::<u32>);
        let mut next = || numbers.next()?.ok();
        let version = Self::release(next()?, next()?, next()?);
        numbers.next().is_none().then_some(version)
    }

    /// The version of the double with this name: one of [`KNOWN`] as it is shown, `1.37` for the newest
    /// with these numbers, `master`, or its commit.
    ///
    /// # Errors
    /// If the double plays no such version; the error lists those that it plays.
    pub fn named(name: &str) -> Result<Self, UnknownVersion> {
        let unknown = || UnknownVersion(name.to_owned());
        let commit = MASTER_NAMES[1];
        if name == MASTER_NAMES[0] || name.starts_with(commit) || name == MASTER.to_string() {
            return Ok(MASTER);
        }
        let releases = || KNOWN.into_iter().filter(|version| !version.after);
        let begins = |version: &Self| version.to_string().starts_with(&format!("{name}."));
        releases()
            .find(|version| version.to_string() == name)
            .or_else(|| releases().rfind(|version| name.contains('.') && begins(version)))
            .ok_or_else(unknown)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.after {
            return f.write_str(&MASTER_NAMES.join("/"));
        }
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl std::str::FromStr for Version {
    type Err = UnknownVersion;

    fn from_str(name: &str) -> Result<Self, UnknownVersion> {
        Self::named(name)
    }
}

/// The double does not play this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the embedded Logto does not play version `{name}`; it plays {all}", name = .0, all = names())]
pub struct UnknownVersion(String);

/// The versions that the double plays, for people.
#[must_use]
pub fn names() -> String {
    KNOWN.map(|version| version.to_string()).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_as_packages_have_them() {
        assert_eq!(Version::parse("1.42.0\n"), Some(Version::release(1, 42, 0)));
        assert_eq!(Version::parse("1.43.0-beta.1"), Version::parse("1.43.0"));
        for odd in ["", "1.42", "1.42.0.1", "latest", "v1.42.0"] {
            assert_eq!(Version::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn later_ones_are_greater() {
        let version = |text| Version::parse(text).unwrap();
        assert!(version("1.9.9") < version("1.26.0") && version("2.0.0") > version("1.26.0"));
        assert!(version("1.42.0") < MASTER && MASTER < version("1.42.1"));
        assert!(KNOWN.is_sorted());
        assert!(KNOWN.contains(&Version::default()), "the default is played");
    }

    #[test]
    fn a_version_is_named_by_its_numbers_its_branch_or_its_commit() {
        for known in KNOWN {
            assert_eq!(Version::named(&known.to_string()), Ok(known));
        }
        assert_eq!(Version::named("1.37"), Ok(Version::release(1, 37, 1)));
        for master in ["master", "1fbc5544", "1fbc55441f2c"] {
            assert_eq!(Version::named(master), Ok(MASTER), "{master}");
        }
        for unknown in ["", "1", "1.3", "1.37.0", "1.99", "latest", "v1.42.0", "master2"] {
            let refused = Version::named(unknown).unwrap_err().to_string();
            assert!(
                refused.contains("it plays 1.34.0, 1.37.1, 1.41.0, 1.42.0, master/1fbc5544"),
                "{refused}"
            );
        }
    }
}
