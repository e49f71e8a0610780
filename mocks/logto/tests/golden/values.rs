//! Recorded values and those of this run.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Maps recorded strings to those of this run; longest first.
#[derive(Debug, Default)]
pub(crate) struct Values(Vec<(String, String)>);

impl Values {
    pub(crate) fn learn(&mut self, recorded: &str, here: &str) {
        if recorded.is_empty() || self.0.iter().any(|(known, _)| known == recorded) {
            return;
        }
        let mut pairs = vec![(recorded.to_owned(), here.to_owned())];
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        // As URLs and forms have them: `-`, `_` and `.` stay as they are.
        let form = |text: &str| encode(text).replace("%2D", "-").replace("%5F", "_").replace("%2E", ".");
        pairs.push((form(recorded), form(here)));
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        pairs.push((decoded(recorded), decoded(here)));
        for (recorded, here) in pairs {
            if self.0.iter().all(|(known, _)| *known != recorded) {
                let at = self.0.partition_point(|(known, _)| known.len() >= recorded.len());
                self.0.insert(at, (recorded, here));
            }
        }
    }

    /// A recorded text in terms of this run.
    pub(crate) fn here(&self, text: &str) -> String {
        let mut done = String::new();
        let mut rest = text;
        'next: while let Some(first) = rest.chars().next() {
            for (recorded, here) in &self.0 {
                if let Some(after) = rest.strip_prefix(recorded.as_str()) {
                    done.push_str(here);
                    rest = after;
                    continue 'next;
                }
            }
            done.push(first);
            rest = &rest[first.len_utf8()..];
        }
        done
    }
}
