//! Which build of Logto a story was recorded from.

use std::fmt::{self, Display, Formatter};

use mock_logto::{MASTER, Version};
use serde::{Deserialize, Serialize};

/// The commit that the double plays.
const MASTER_COMMIT: &str = "1fbc5544";

/// A build of Logto: builds with the same version number differ on the wire
/// (docs/logto-versions.md).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Build {
    /// The release with this tag, without its `v`: `1.42.0`.
    Release(String),
    /// A commit of the main branch, by its first digits: `1fbc5544`.
    Commit(String),
}

impl From<Version> for Build {
    fn from(version: Version) -> Self {
        if version == MASTER {
            Self::Commit(MASTER_COMMIT.to_owned())
        } else {
            Self::Release(version.to_string())
        }
    }
}

impl Build {
    /// The version of the double that is like this build: another commit than the known one is taken for it.
    pub(super) fn version(&self) -> Version {
        match self {
            Self::Release(release) => Version::named(release).unwrap_or_default(),
            Self::Commit(_) => MASTER,
        }
    }
}

/// A text that names no build.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not a build of Logto: give the tag of a release such as `v1.42.0`, or a commit such as `1fbc5544`"
)]
pub struct UnknownBuild(String);

impl TryFrom<String> for Build {
    type Error = UnknownBuild;

    fn try_from(text: String) -> Result<Self, UnknownBuild> {
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(release) = text.strip_prefix('v')
            && release.split('.').count() == 3
            && release.split('.').all(is_number)
        {
            return Ok(Self::Release(release.to_owned()));
        }
        let is_commit = (8..=40).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_commit { Ok(Self::Commit(text)) } else { Err(UnknownBuild(text)) }
    }
}

impl From<Build> for String {
    fn from(build: Build) -> Self {
        match build {
            Build::Release(version) => format!("v{version}"),
            Build::Commit(commit) => commit,
        }
    }
}

impl Display for Build {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(version) => write!(f, "release {version}"),
            Self::Commit(commit) => write!(f, "commit {commit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_a_release_or_a_commit() {
        let read = |text: &str| Build::try_from(text.to_owned()).map(|build| build.to_string()).ok();
        assert_eq!(read("v1.42.0").as_deref(), Some("release 1.42.0"));
        assert_eq!(read("1fbc5544").as_deref(), Some("commit 1fbc5544"));
        for text in ["v1.42.0", "1fbc5544"] {
            assert_eq!(Build::try_from(text.to_owned()).map(String::from).ok().as_deref(), Some(text));
        }
        for wrong in ["", "latest", "1.42.0", "v1.42", "v1.42.x", "v1..0", "1FBC5544", "1fbc554"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
