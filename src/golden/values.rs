//! Maps recorded strings to those of this run.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Maps recorded strings to those of this run; longest first.
#[derive(Debug, Default)]
pub(super) struct Values(Vec<(String, String)>);

impl Values {
    /// Learns this run's value for a recorded string. The first occurrence decides; from then on it
    /// has to be the same.
    pub(super) fn learn(&mut self, recorded: &str, here: &str) {
        if recorded.is_empty() || self.0.iter().any(|(known, _)| known == recorded) {
            return;
        }
        let mut pairs = vec![(recorded.to_owned(), here.to_owned())];
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        // Percent-encoding as in URLs and forms: `-`, `_` and `.` are not escaped.
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

    /// A recorded text with this run's values.
    pub(super) fn here(&self, text: &str) -> String {
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

/// Derives a string from another one, in the ways that the recordings name.
pub(super) fn derive(base: &str, how: &str) -> Option<String> {
    // "the last 4 characters replaced by AAAA"
    if let Some((_, end)) = how.split_once(" characters replaced by ") {
        return Some(format!("{}{end}", base.get(..base.len().checked_sub(end.len())?)?));
    }
    if how.starts_with("every character of id and secret written as %XX") {
        let (id, secret) = base.split_once(':')?;
        let upper: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let lower: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        return Some(format!("{upper}:{lower}"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_known_string_wins_in_plain_and_encoded_form() {
        let mut values = Values::default();
        values.learn("http://localhost:4001", "http://localhost:5005");
        values.learn("http://localhost:4001/callback/a", "http://localhost:5005/callback/b");
        let here = values.here("x=http://localhost:4001/callback/a&iss=http%3A%2F%2Flocalhost%3A4001%2Foidc");
        assert_eq!(here, "x=http://localhost:5005/callback/b&iss=http%3A%2F%2Flocalhost%3A5005%2Foidc");
    }

    #[test]
    fn the_first_meeting_decides() {
        let mut values = Values::default();
        values.learn("old", "first");
        values.learn("old", "second");
        assert_eq!(values.here("old"), "first");
    }

    #[test]
    fn derives_a_broken_signature() {
        assert_eq!(derive("abcdefgh", "the last 4 characters replaced by AAAA").as_deref(), Some("abcdAAAA"));
        assert_eq!(derive("abc", "the last 4 characters replaced by AAAA"), None);
    }
}
