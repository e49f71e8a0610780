//! Hides what a person asked to hide in the app's own messages, and notes what that was.

use std::borrow::Cow;
use std::cell::Cell;

use super::model::Masked;
use crate::setup::{Mask, MaskedPart};

/// Stands for what is hidden.
pub(super) const MASKED: &str = "[MASKED]";

/// The masks of a walk, each with whether it has covered something.
#[derive(Debug, Default)]
pub(super) struct Masks(Vec<(Mask, Cell<bool>)>);

impl Masks {
    pub(super) fn new(masks: &[Mask]) -> Self {
        Self(masks.iter().map(|mask| (mask.clone(), Cell::new(false))).collect())
    }

    /// Whether the value of the part with this name is hidden.
    pub(super) fn cover(&self, part: MaskedPart, name: &str) -> bool {
        let mut covering = self.0.iter().filter(|(mask, _)| mask.covers(part, name));
        covering.next().is_some_and(|(_, used)| {
            used.set(true);
            true
        })
    }

    /// A text of a page or an answer.
    pub(super) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let texts = self.0.iter().filter(|(mask, _)| mask.part == MaskedPart::Text);
        texts.fold(Cow::Borrowed(text), |text, (mask, used)| match mask.hidden(&text, MASKED) {
            Some(hidden) => {
                used.set(true);
                Cow::Owned(hidden)
            }
            None => text,
        })
    }

    /// An address, with the values of its parameters hidden.
    pub(super) fn address<'t>(&self, address: &'t str) -> Cow<'t, str> {
        let (rest, fragment) = address.split_at(address.find('#').unwrap_or(address.len()));
        let Some((path, query)) = rest.split_once('?').filter(|_| !self.0.is_empty()) else {
            return Cow::Borrowed(address);
        };
        Cow::Owned(format!("{path}?{}{fragment}", self.pairs(MaskedPart::Query, query)))
    }

    /// The fields of a form as it is sent.
    pub(super) fn form<'t>(&self, encoded: &'t str) -> Cow<'t, str> {
        if self.0.is_empty() {
            return Cow::Borrowed(encoded);
        }
        Cow::Owned(self.pairs(MaskedPart::Field, encoded))
    }

    fn pairs(&self, part: MaskedPart, encoded: &str) -> String {
        let shown = |pair: &str| {
            let name = form_urlencoded::parse(pair.as_bytes()).next().map(|(name, _)| name.into_owned());
            match pair.split_once('=') {
                Some((written, _)) if name.is_some_and(|name| self.cover(part, &name)) => {
                    format!("{written}={MASKED}")
                }
                _ => pair.to_owned(),
            }
        };
        encoded.split('&').map(shown).collect::<Vec<_>>().join("&")
    }

    /// What was hidden.
    pub(super) fn used(&self) -> Vec<Masked> {
        let used = self.0.iter().filter(|(_, used)| used.get());
        used.map(|(mask, _)| Masked { what: mask.to_string(), reason: mask.reason.clone() }).collect()
    }

    /// The masks that covered nothing.
    pub(super) fn unused(&self) -> impl Iterator<Item = &Mask> {
        self.0.iter().filter(|(_, used)| !used.get()).map(|(mask, _)| mask)
    }
}
