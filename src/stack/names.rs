//! The names of a stack's values: `[APP]`, `[HF_CLIENT_SECRET]` and so on, as its
//! transcripts use them.

use url::Url;

use crate::document::hint::nearest;
pub(crate) use crate::placeholder::UnknownName;
use crate::placeholder::{self, KNOWN_NAMES, NAMES_FOR_APPS};

/// Names and their values. Grows while the stack starts: an id is known once Logto or
/// Hugging Face has issued it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    known: Vec<(&'static str, String)>,
}

impl Names {
    /// The origins of the parties.
    pub(super) fn of(app: &Url, logto: &Url, huggingface: &Url) -> Self {
        let origin = |url: &Url| url.origin().ascii_serialization();
        let host = Url::authority;
        let mut names = Self::default();
        names.learn("APP", &origin(app));
        names.learn("LOGTO", &origin(logto));
        names.learn("HF", &origin(huggingface));
        names.learn("APP_HOST", host(app));
        names.learn("LOGTO_HOST", host(logto));
        names
    }

    pub(super) fn learn(&mut self, name: &'static str, value: &str) {
        debug_assert!(
            [KNOWN_NAMES, NAMES_FOR_APPS].iter().any(|names| names.contains(&name)),
            "no file can name [{name}]"
        );
        self.known.push((name, value.to_owned()));
    }

    /// Gives a name another value.
    pub(super) fn relearn(&mut self, name: &'static str, value: &str) {
        self.known.retain(|(known, _)| *known != name);
        self.learn(name, value);
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.known.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// All names that have a value, in order.
    pub(crate) fn all(&self) -> Vec<String> {
        self.known.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    /// Replaces the names in a text by their values.
    ///
    /// # Errors
    /// [`UnknownName`] for a name that has no value, or none yet.
    pub(super) fn fill(&self, text: &str) -> Result<String, UnknownName> {
        placeholder::fill(text, |name| self.get(name), || self.all())
    }

    /// Replaces the names in a template of any format: a name that resembles none of the defined ones, such as the
    /// `[DEFAULT]` of an INI file, belongs to the format.
    ///
    /// # Errors
    /// The line, from 1, and the name.
    pub(super) fn fill_template(&self, text: &str) -> Result<String, (usize, UnknownName)> {
        let all: Vec<&str> = KNOWN_NAMES.iter().chain(NAMES_FOR_APPS).copied().collect();
        let is_meant = |name: &str| all.contains(&name) || nearest(name, all.iter().copied()).is_some();
        let fill = |line| placeholder::fill_where(line, is_meant, |name| self.get(name), || self.all());
        let lines = text.split_inclusive('\n').zip(1..);
        lines.map(|(line, number)| fill(line).map_err(|unknown| (number, unknown))).collect()
    }

    pub(super) fn fill_all(&self, texts: &[String]) -> Result<Vec<String>, UnknownName> {
        texts.iter().map(|text| self.fill(text)).collect()
    }
}
