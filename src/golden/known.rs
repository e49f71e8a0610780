//! Known differences: a list that may only shrink.

use std::path::{Path, PathBuf};

use kit::{document, files};
use serde::Deserialize;

use super::difference::Difference;
use super::fuzz::Kind;

/// A known difference, and why it stays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDifference {
    /// Name of the story, e.g. `oidc/par`.
    pub golden: String,
    /// Number of the exchange in the recording.
    pub exchange: u64,
    /// The field, as [`Difference::field`] names it.
    pub field: String,
    /// Which Logto differs from the recording.
    #[serde(default)]
    pub on: Side,
    /// Why the difference stays.
    pub reason: String,
}

impl KnownDifference {
    fn is(&self, found: &Difference) -> bool {
        self.exchange == found.exchange && self.field == found.field
    }
}

/// Which Logto differs from the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Our double of Logto.
    #[default]
    Double,
    /// A running Logto.
    Logto,
}

/// A known kind of difference of drawn sequences, and why it stays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownKind {
    /// The area, e.g. `experience`.
    pub fuzz: String,
    /// The step, as [`Kind::request`] names it.
    pub request: String,
    /// The field, as [`Kind::field`] names it.
    pub field: String,
    /// A part of [`Kind::logto`].
    pub logto: String,
    /// A part of [`Kind::double`].
    pub double: String,
    /// Why the difference stays.
    pub reason: String,
}

impl KnownKind {
    fn is(&self, area: &str, found: &Kind) -> bool {
        (self.fuzz.as_str(), &self.request, &self.field) == (area, &found.request, &found.field)
            && found.logto.contains(&self.logto)
            && found.double.contains(&self.double)
    }
}

/// An entry of the list.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Entry {
    Story(KnownDifference),
    Fuzz(KnownKind),
}

/// The list of known differences in a folder of stories.
#[derive(Debug, Clone, Default)]
pub struct KnownDifferences {
    stories: Vec<KnownDifference>,
    kinds: Vec<KnownKind>,
}

/// Why the list cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum KnownDifferencesError {
    /// The file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The contents are invalid.
    #[error("{path}: {message}", path = path.display())]
    Format {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
}

/// File name of the list in a folder of stories.
pub const FILE: &str = "known-differences.yaml";

impl KnownDifferences {
    /// Reads the list of a folder; without a list, there are no known differences.
    ///
    /// # Errors
    /// [`KnownDifferencesError`] names the file and what is wrong in it.
    pub fn load(root: &Path) -> Result<Self, KnownDifferencesError> {
        let path = root.join(FILE);
        let text = match files::read_text(&path, files::WRITTEN_LIMIT) {
            Ok(text) => text,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(KnownDifferencesError::Read { path, source }),
        };
        match document::yaml::<Vec<Entry>>(&text) {
            Ok(list) => Ok(Self::of(list)),
            Err(fault) => Err(KnownDifferencesError::Format { path, message: fault.to_string() }),
        }
    }

    fn of(list: Vec<Entry>) -> Self {
        let mut all = Self::default();
        for entry in list {
            match entry {
                Entry::Story(known) => all.stories.push(known),
                Entry::Fuzz(kind) => all.kinds.push(kind),
            }
        }
        all
    }

    /// Whether a kind of difference in an area is on the list.
    #[must_use]
    pub fn knows(&self, area: &str, found: &Kind) -> bool {
        self.kinds.iter().any(|known| known.is(area, found))
    }

    fn of_story<'a>(&'a self, on: Side, golden: &'a str) -> impl Iterator<Item = &'a KnownDifference> {
        self.stories.iter().filter(move |known| known.on == on && known.golden == golden)
    }

    /// The differences of a story that are not on the list.
    #[must_use]
    pub fn unknown<'a>(&self, on: Side, golden: &str, differences: &'a [Difference]) -> Vec<&'a Difference> {
        differences.iter().filter(|found| !self.of_story(on, golden).any(|known| known.is(found))).collect()
    }

    /// The entries of the list for a story that no longer differ, and must be removed from the
    /// list.
    #[must_use]
    pub fn gone<'a>(
        &'a self,
        on: Side,
        golden: &'a str,
        differences: &[Difference],
    ) -> Vec<&'a KnownDifference> {
        self.of_story(on, golden).filter(|known| !differences.iter().any(|found| known.is(found))).collect()
    }

    /// The known differences of a story: what differs, and why.
    #[must_use]
    pub fn explained(&self, on: Side, golden: &str, differences: &[Difference]) -> Vec<(String, String)> {
        let known = self.of_story(on, golden).filter(|known| differences.iter().any(|found| known.is(found)));
        known
            .map(|known| (format!("exchange {}, {}", known.exchange, known.field), known.reason.clone()))
            .collect()
    }

    /// The entries of the list whose story does not exist in the folder.
    #[must_use]
    pub fn strangers<'a>(&'a self, stories: &[String]) -> Vec<&'a KnownDifference> {
        self.stories.iter().filter(|known| !stories.contains(&known.golden)).collect()
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
            on: Side::Double,
            reason: "x".to_owned(),
        };
        let list = KnownDifferences { stories: vec![known(1, "body"), known(2, "status")], kinds: vec![] };
        let differences = [difference(1, "body"), difference(1, "vary")];
        assert_eq!(list.unknown(Side::Double, "a/b", &differences), [&differences[1]]);
        assert_eq!(list.gone(Side::Double, "a/b", &differences), [&known(2, "status")]);
        assert_eq!(list.explained(Side::Double, "a/b", &differences).len(), 1);
        assert_eq!(list.unknown(Side::Double, "c/d", &differences).len(), 2, "another story's");
        assert_eq!(list.unknown(Side::Logto, "a/b", &differences).len(), 2, "another Logto's");
        assert_eq!(list.strangers(&["c/d".to_owned()]).len(), 2);
    }
}
