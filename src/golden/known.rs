//! Known differences: a list that may only shrink.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::difference::Difference;

/// A difference that is known, and why it stays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDifference {
    /// Name of the story, e.g. `oidc/par`.
    pub golden: String,
    /// Number of the exchange.
    pub exchange: u64,
    /// Which field, as [`Difference::field`] names it.
    pub field: String,
    /// Why it stays.
    pub reason: String,
}

/// The list of a folder of stories.
#[derive(Debug, Clone, Default)]
pub struct KnownDifferences(Vec<KnownDifference>);

/// The list cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum KnownDifferencesError {
    /// The file.
    #[error("{path}: {source}", path = path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Its contents.
    #[error("{path}: {message}", path = path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// What, and where.
        message: String,
    },
}

/// The name of the list in a folder of stories.
pub const FILE: &str = "known-differences.yaml";

impl KnownDifferences {
    /// Reads the list of a folder; a folder without one knows no differences.
    ///
    /// # Errors
    /// [`KnownDifferencesError`] names the file and what is wrong in it.
    pub fn load(root: &Path) -> Result<Self, KnownDifferencesError> {
        let path = root.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(KnownDifferencesError::Read { path, source }),
        };
        match serde_saphyr::from_str(&text) {
            Ok(list) => Ok(Self(list)),
            Err(error) => Err(KnownDifferencesError::Format { path, message: error.to_string() }),
        }
    }

    /// The story's unknown differences, and the known ones that are gone: the
    /// list has to lose those.
    #[must_use]
    pub fn sift<'a>(
        &'a self,
        golden: &str,
        differences: &'a [Difference],
    ) -> (Vec<&'a Difference>, Vec<&'a KnownDifference>) {
        let of_story: Vec<&KnownDifference> = self.0.iter().filter(|known| known.golden == golden).collect();
        let same = |known: &KnownDifference, difference: &Difference| {
            known.exchange == difference.exchange && known.field == difference.field
        };
        let unknown = differences.iter().filter(|found| !of_story.iter().any(|known| same(known, found)));
        let gone = of_story.iter().filter(|known| !differences.iter().any(|found| same(known, found)));
        (unknown.collect(), gone.copied().collect())
    }

    /// The names of stories that the list has but the folder has not.
    #[must_use]
    pub fn strangers<'a>(&'a self, stories: &[String]) -> Vec<&'a KnownDifference> {
        self.0.iter().filter(|known| !stories.contains(&known.golden)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(exchange: u64, field: &str) -> Difference {
        Difference {
            exchange,
            title: String::new(),
            field: field.to_owned(),
            recorded: String::new(),
            here: String::new(),
        }
    }

    #[test]
    fn a_known_difference_is_let_pass_and_asked_for_when_it_is_gone() {
        let known = |exchange, field: &str| KnownDifference {
            golden: "a/b".to_owned(),
            exchange,
            field: field.to_owned(),
            reason: "x".to_owned(),
        };
        let list = KnownDifferences(vec![known(1, "body"), known(2, "status")]);
        let differences = [difference(1, "body"), difference(1, "vary")];
        let (unknown, gone) = list.sift("a/b", &differences);
        assert_eq!(unknown, [&differences[1]]);
        assert_eq!(gone, [&known(2, "status")]);
        assert_eq!(list.sift("c/d", &differences).0.len(), 2, "another story's");
        assert_eq!(list.strangers(&["c/d".to_owned()]).len(), 2);
    }
}
