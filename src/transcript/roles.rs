//! Replaces random values by roles.

use std::collections::HashMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Encodes all but what every encoder leaves (RFC 3986 §2.3), as in URLs.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Encodes all but what forms leave (URL standard, `application/x-www-form-urlencoded`), except the space.
const FORM: &AsciiSet = &COMPONENT.add(b'~').remove(b'*');
/// Encodes all but what JavaScript's `encodeURIComponent` leaves.
const SCRIPT: &AsciiSet = &COMPONENT.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');

/// The number of first bytes by which spellings are looked up; values have at least this length.
const START: usize = 4;

/// Maps values to roles.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roles {
    /// Spellings and their labels by the first bytes, the longest first.
    spellings: HashMap<[u8; START], Vec<(String, String)>>,
    starts: Starts,
    labels: HashMap<String, String>,
    counts: HashMap<&'static str, usize>,
}

impl Roles {
    /// No roles yet.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Gives a value a role, e.g. `CODE`. The second distinct value is shown as `[CODE:2]`,
    /// and so on. A value keeps its first role; a value too short to be distinguished from
    /// ordinary text gets none.
    pub(crate) fn know(&mut self, role: &'static str, value: &str) {
        if value.len() < START || self.labels.contains_key(value) {
            return;
        }
        let count = self.counts.entry(role).or_default();
        *count += 1;
        let label = if *count == 1 { format!("[{role}]") } else { format!("[{role}:{count}]") };
        self.add(value, label);
    }

    /// Gives a value the role of another that is known.
    pub(crate) fn know_as(&mut self, known: &str, value: &str) {
        if let Some(label) = self.labels.get(known).filter(|_| !self.labels.contains_key(value)).cloned() {
            self.add(value, label);
        }
    }

    fn add(&mut self, value: &str, label: String) {
        for spelling in spellings(value) {
            let Some(start) = spelling.as_bytes().first_chunk() else { continue };
            self.starts.add(*start);
            let same_start = self.spellings.entry(*start).or_default();
            let at = same_start.partition_point(|(known, _)| known.len() >= spelling.len());
            same_start.insert(at, (spelling, label.clone()));
        }
        self.labels.insert(value.to_owned(), label);
    }

    /// The label of exactly this value.
    #[must_use]
    pub(crate) fn label(&self, value: &str) -> Option<&str> {
        self.labels.get(value).map(String::as_str)
    }

    /// Whether a text is a label and nothing else.
    pub(crate) fn is_label(&self, text: &str) -> bool {
        text.starts_with('[') && self.labels.values().any(|label| label == text)
    }

    /// Replaces every known value in `text`, plain or percent-encoded.
    #[must_use]
    pub(crate) fn replace(&self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        // The text up to `copied` is in `replaced`; spellings begin and end at character boundaries.
        let (mut at, mut copied) = (0, 0);
        while let Some(start) = text.as_bytes()[at..].first_chunk() {
            match self.starting(*start).find(|(value, _)| stands_alone(text, at, value)) {
                Some((value, label)) => {
                    replaced.push_str(&text[copied..at]);
                    replaced.push_str(label);
                    at += value.len();
                    copied = at;
                }
                None => at += 1,
            }
        }
        replaced.push_str(&text[copied..]);
        replaced
    }

    /// Spellings that begin with `start`, and their labels.
    fn starting(&self, start: [u8; START]) -> impl Iterator<Item = &(String, String)> {
        let known = if self.starts.may_have(start) { self.spellings.get(&start) } else { None };
        known.into_iter().flatten()
    }
}

/// A Bloom filter of the starts of spellings. At nearly every position of a text no
/// spelling starts, and one lookup here is enough to skip it.
#[derive(Debug, Clone)]
struct Starts([u64; 64]);

impl Default for Starts {
    fn default() -> Self {
        Self([0; 64])
    }
}

impl Starts {
    /// Word and bit, by the upper twelve bits of a multiplicative hash.
    fn place(start: [u8; START]) -> (usize, u64) {
        let hash = u32::from_le_bytes(start).wrapping_mul(0x9E37_79B1) >> 20;
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    fn add(&mut self, start: [u8; START]) {
        let (word, bit) = Self::place(start);
        self.0[word] |= bit;
    }

    fn may_have(&self, start: [u8; START]) -> bool {
        let (word, bit) = Self::place(start);
        self.0[word] & bit != 0
    }
}

/// Whether `value` is at this position and not part of a longer word:
/// `localhost:3000` is not in `localhost:30001`, `logto` is not in `logtos`.
fn stands_alone(text: &str, at: usize, value: &str) -> bool {
    let (before, rest) = text.as_bytes().split_at(at);
    let Some(after) = rest.strip_prefix(value.as_bytes()) else { return false };
    let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let runs_on = word(value.as_bytes().last()) && word(after.first());
    let runs_in = word(value.as_bytes().first()) && word(before.last()) && !ends_with_code(before);
    !runs_on && !runs_in
}

/// Whether the text ends with a percent-encoded byte (`%2F`, or `%252F` in a URL inside
/// another URL): its digits do not belong to a word.
fn ends_with_code(text: &[u8]) -> bool {
    let Some((rest, digits)) = text.split_last_chunk::<2>() else { return false };
    digits.iter().all(u8::is_ascii_hexdigit) && (rest.ends_with(b"%") || rest.ends_with(b"%25"))
}

/// A value as it is, and as encoded once and twice by URLs, forms, and JavaScript's
/// `encodeURIComponent`.
fn spellings(value: &str) -> Vec<String> {
    let mut all = vec![value.to_owned()];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if value.bytes().all(plain) {
        // Encoders leave this value as it is.
        return all;
    }
    for once in encoded(value) {
        all.extend(encoded(&once));
        all.push(once);
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn encoded(value: &str) -> [String; 4] {
    let component = utf8_percent_encode(value, COMPONENT).to_string();
    let form = utf8_percent_encode(value, FORM).to_string().replace("%20", "+");
    let script = utf8_percent_encode(value, SCRIPT).to_string();
    [lower_hex(&component), component, form, script]
}

/// `%3A` as `%3a`: both are valid (RFC 3986 §2.1).
fn lower_hex(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut lower = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at(piece.len().min(2));
        lower.push('%');
        lower.push_str(&digits.to_ascii_lowercase());
        lower.push_str(rest);
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_has_the_same_role_in_every_spelling() {
        let mut roles = Roles::new();
        roles.know("APP", "http://localhost:3000");
        roles.know("SECRET", "a+b %c!d");
        let text =
            "http://localhost:3000/x?u=http%3A%2F%2Flocalhost%3A3000%2F&v=http%3a%2f%2flocalhost%3a3000";
        assert_eq!(roles.replace(text), "[APP]/x?u=[APP]%2F&v=[APP]");
        let secrets = "a+b %c!d a%2Bb%20%25c%21d a%2Bb+%25c%21d a%2Bb%20%25c!d";
        assert_eq!(roles.replace(secrets), "[SECRET] [SECRET] [SECRET] [SECRET]");
    }

    #[test]
    fn an_address_within_an_address_is_known_too() {
        let mut roles = Roles::new();
        roles.know("LOGTO", "http://localhost:3001");
        roles.know("CONNECTOR", "logto-testkit");
        let next = "next=%2Foauth%3Fredirect_uri%3Dhttp%253A%252F%252Flocalhost%253A3001%252Fcallback%252Flogto-testkit";
        assert_eq!(
            roles.replace(next),
            "next=%2Foauth%3Fredirect_uri%3D[LOGTO]%252Fcallback%252F[CONNECTOR]"
        );
    }

    #[test]
    fn a_part_of_a_longer_word_is_not_the_value() {
        let mut roles = Roles::new();
        roles.know("APP", "http://localhost:3000");
        roles.know("CONNECTOR", "logto");
        assert_eq!(roles.replace("http://localhost:30001/"), "http://localhost:30001/");
        assert_eq!(roles.replace("logtos mylogto %2Flogto"), "logtos mylogto %2F[CONNECTOR]");
    }

    #[test]
    fn later_values_are_numbered_and_longer_ones_go_first() {
        let mut roles = Roles::new();
        roles.know("CODE", "abcd");
        roles.know("CODE", "abcd-efgh");
        roles.know("CODE", "abcd");
        assert_eq!(roles.replace("abcd abcd-efgh"), "[CODE] [CODE:2]");
        roles.know("CODE", "x");
        assert_eq!(roles.replace("x"), "x", "too short to be distinguished from text");
    }

    #[test]
    fn text_that_is_not_ascii_passes() {
        let mut roles = Roles::new();
        roles.know("CODE", "abcd");
        assert_eq!(roles.replace("é “abcd” – ü"), "é “[CODE]” – ü");
    }
}
