//! Replaces what only the twin has by the person's own.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::addresses::{UNKNOWN_APP, UNKNOWN_LOGTO};
use super::twin::Twin;
use crate::findings::{Evidence, Finding};
use crate::placeholder;
use crate::stack::Stack;

/// Pairs of a value in the twin's texts and the person's own value.
pub(super) struct Words {
    pairs: Vec<(String, String)>,
}

impl Words {
    pub(super) fn new(twin: &Twin, stack: &Stack) -> Self {
        let mut pairs: Vec<(String, String)> = twin
            .relocated
            .iter()
            .flat_map(|relocated| {
                let names = stack.names();
                relocated.words(|text| {
                    placeholder::fill(text, |name| names.get(name), || names.all())
                        .unwrap_or_else(|_| text.to_owned())
                })
            })
            .collect();
        // The same pairs, percent-encoded as in a query.
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let in_query: Vec<_> = pairs.iter().map(|(from, to)| (encoded(from), encoded(to))).collect();
        pairs.extend(in_query);
        pairs.extend(twin.shared.iter().cloned());
        pairs.extend([UNKNOWN_LOGTO, UNKNOWN_APP].map(|one| (one.host.to_owned(), one.shown.to_owned())));
        if let Some(id) = &twin.app_id {
            pairs.push((stack.known().app_id.clone(), id.clone()));
        }
        Self { pairs }
    }

    pub(super) fn own(&self, text: &str) -> String {
        self.pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from.as_str(), to))
    }

    pub(super) fn finding(&self, finding: &Finding) -> Finding {
        let mut finding = finding.clone();
        for evidence in &mut finding.evidence {
            match evidence {
                Evidence::Hop { says, .. }
                | Evidence::Journal { says, .. }
                | Evidence::Audit { says }
                | Evidence::Management { says }
                | Evidence::Machine { says } => *says = self.own(says),
                Evidence::Setting { value, .. } => *value = self.own(value),
            }
        }
        finding
    }
}
