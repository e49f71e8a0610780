//! Versions of Logto: which are supported.

/// The oldest supported version: since 1.26.0 Logto's own sign-in page speaks only the Experience
/// API (its change log, 3594e1316; `docs/logto-versions.md` lists what has changed since).
pub(crate) const MINIMUM: Version = Version { major: 1, minor: 26, patch: 0 };

/// A released version of Logto.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The major version.
    pub major: u32,
    /// The minor version.
    pub minor: u32,
    /// The patch version.
    pub patch: u32,
}

impl Version {
    /// Parses a version such as `1.42.0`, with or without a pre-release part.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let core = text.trim().split(['-', '+']).next()?;
        let mut numbers = core.split('.').map(str::parse::<u32>);
        let mut next = || numbers.next()?.ok();
        let version = Self { major: next()?, minor: next()?, patch: next()? };
        numbers.next().is_none().then_some(version)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_as_packages_have_them() {
        assert_eq!(Version::parse("1.42.0\n").map(|version| version.to_string()), Some("1.42.0".to_owned()));
        assert_eq!(Version::parse("1.43.0-beta.1"), Version::parse("1.43.0"));
        for odd in ["", "1.42", "1.42.0.1", "latest", "v1.42.0"] {
            assert_eq!(Version::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn later_ones_are_greater() {
        let version = |text| Version::parse(text).unwrap();
        assert!(version("1.9.9") < MINIMUM && version("1.26.0") >= MINIMUM && version("2.0.0") > MINIMUM);
    }
}
