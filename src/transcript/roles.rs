//! Roles in place of random values.

use std::collections::{BTreeMap, HashMap};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Which value plays which role.
///
/// ```
/// # use logto_testkit::transcript::Roles;
/// let mut roles = Roles::new();
/// roles.know("CODE", "Uc62l4xT2E927IdK");
/// roles.know("CODE", "PHfNi7PzJfQbETne");
/// assert_eq!(roles.replace("code=PHfNi7PzJfQbETne"), "code=[CODE:2]");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Roles {
    /// Spelling to label by first byte; longest first.
    spellings: BTreeMap<u8, Vec<(String, String)>>,
    labels: HashMap<String, String>,
    counts: HashMap<&'static str, usize>,
}

impl Roles {
    /// No roles yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A value plays this role, e.g. `CODE`. The second distinct value is
    /// `[CODE:2]`, and so on. A value keeps the first role it had; a value too
    /// short to be told from ordinary text has none.
    pub fn know(&mut self, role: &'static str, value: &str) {
        if value.len() < 4 || self.labels.contains_key(value) {
            return;
        }
        let count = self.counts.entry(role).or_default();
        *count += 1;
        let label = if *count == 1 { format!("[{role}]") } else { format!("[{role}:{count}]") };
        self.labels.insert(value.to_owned(), label.clone());
        for spelling in spellings(value) {
            let same_start = self.spellings.entry(spelling.as_bytes()[0]).or_default();
            let at = same_start.partition_point(|(known, _)| known.len() >= spelling.len());
            same_start.insert(at, (spelling, label.clone()));
        }
    }

    /// The label of exactly this value.
    #[must_use]
    pub fn label(&self, value: &str) -> Option<&str> {
        self.labels.get(value).map(String::as_str)
    }

    /// `text` with every known value replaced, plain or percent-encoded.
    #[must_use]
    pub fn replace(&self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(first) = text[at..].chars().next() {
            let known = self.spellings.get(&text.as_bytes()[at]).into_iter().flatten();
            match known.into_iter().find(|(value, _)| stands_alone(text, at, value)) {
                Some((value, label)) => {
                    replaced.push_str(label);
                    at += value.len();
                }
                None => {
                    replaced.push(first);
                    at += first.len_utf8();
                }
            }
        }
        replaced
    }
}

/// Whether `value` stands at this place and is not a part of a longer word:
/// `localhost:3000` is not in `localhost:30001`, `logto` is not in `logtos`.
fn stands_alone(text: &str, at: usize, value: &str) -> bool {
    let Some(after) = text[at..].strip_prefix(value) else { return false };
    let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let before = &text.as_bytes()[..at];
    let runs_on = word(value.as_bytes().last()) && word(after.as_bytes().first());
    let runs_in = word(value.as_bytes().first()) && word(before.last()) && !ends_with_code(before);
    !runs_on && !runs_in
}

/// Whether the text ends with a percent-encoded byte (`%2F`, or `%252F` where
/// one address stands in another): its digits are no part of a word.
fn ends_with_code(text: &[u8]) -> bool {
    let Some((rest, digits)) = text.split_last_chunk::<2>() else { return false };
    digits.iter().all(u8::is_ascii_hexdigit) && (rest.ends_with(b"%") || rest.ends_with(b"%25"))
}

/// A value as it is, and as URLs, forms, and JavaScript's `encodeURIComponent`
/// encode it, once and twice.
fn spellings(value: &str) -> Vec<String> {
    let mut all = vec![value.to_owned()];
    for once in encoded(value) {
        all.extend(encoded(&once));
        all.push(once);
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn encoded(value: &str) -> Vec<String> {
    let everything = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let keep = |text: &str, kept: &[(&str, &str)]| {
        kept.iter().fold(text.to_owned(), |text, (code, character)| text.replace(code, character))
    };
    // RFC 3986 §2.3, then what each encoder leaves besides, or writes otherwise.
    let component = keep(&everything, &[("%2D", "-"), ("%2E", "."), ("%5F", "_"), ("%7E", "~")]);
    let form = keep(&component, &[("%2A", "*"), ("%20", "+"), ("~", "%7E")]);
    let script = keep(&component, &[("%21", "!"), ("%27", "'"), ("%28", "("), ("%29", ")"), ("%2A", "*")]);
    vec![lower_hex(&component), component, form, script]
}

/// `%3A` as `%3a`: both are right (RFC 3986 §2.1).
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
        assert_eq!(roles.replace("x"), "x", "too short to be told from text");
    }

    #[test]
    fn text_that_is_not_ascii_passes() {
        let mut roles = Roles::new();
        roles.know("CODE", "abcd");
        assert_eq!(roles.replace("é “abcd” – ü"), "é “[CODE]” – ü");
    }
}
