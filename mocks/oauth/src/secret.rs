//! Compares secrets, and explains how a wrong one differs without repeating it.

use std::iter::zip;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::basic::{Credentials, form_decoded};
use crate::look_alike::folded;

/// Compares in a time that does not reveal how much was equal: the digests are compared, every byte
/// of them.
#[must_use]
pub fn equal(expected: &str, given: &str) -> bool {
    let expected = digest(&SHA256, expected.as_bytes());
    let given = digest(&SHA256, given.as_bytes());
    let difference = zip(expected.as_ref(), given.as_ref())
        .fold(0, |difference, (left, right)| difference | (left ^ right));
    std::hint::black_box(difference) == 0
}

/// How a wrong secret differs; displayed to follow "the secret …": "is the client id".
///
/// It does not contain the secret, so it may appear in journals and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// The secret is empty.
    #[error("is empty")]
    Empty,
    /// The most common mistake: the wrong field was copied.
    #[error("is the client id")]
    ClientId,
    /// It does not differ.
    #[error("is the registered one")]
    None,
    /// White space before it, and no other difference.
    #[error("differs from the registered one only by leading whitespace")]
    LeadingWhiteSpace,
    /// White space after it, and no other difference.
    #[error("differs from the registered one only by trailing whitespace")]
    TrailingWhiteSpace,
    /// White space on both sides, and no other difference.
    #[error("differs from the registered one only by leading and trailing whitespace")]
    SurroundingWhiteSpace,
    /// Quotation marks around it, and no other difference.
    #[error("differs from the registered one only by quotation marks around it")]
    QuotationMarks,
    /// White space within it, visible or not, and no other difference.
    #[error("differs from the registered one only by whitespace in it")]
    InnerWhiteSpace,
    /// Letters of another alphabet, or dashes, that look the same.
    #[error("differs from the registered one only by characters that look alike")]
    LookAlike,
    /// It is percent-encoded, and the registered one is not.
    #[error("is percent-encoded")]
    PercentEncoded,
    /// The registered one contains escapes, and they were decoded.
    #[error("is the registered one, percent-decoded once too often")]
    PercentDecoded,
    /// Upper and lower case, and no other difference.
    #[error("differs from the registered one only by letter case")]
    LetterCase,
    /// The beginning or the end of the registered one.
    #[error("is truncated: {missing} characters are missing")]
    Truncated {
        /// Number of missing characters.
        missing: usize,
    },
    /// The registered one, and more.
    #[error("is the registered one with something added")]
    SomethingAdded,
    /// Some other difference.
    #[error("differs from the registered one")]
    Other,
}

/// How a wrong secret differs. `client_id` is the ID that was sent with the secret.
#[must_use]
pub fn difference(expected: &str, given: &str, client_id: Option<&str>) -> Difference {
    if given.is_empty() {
        return Difference::Empty;
    }
    if client_id.is_some_and(|id| id == given) {
        return Difference::ClientId;
    }
    if expected == given {
        return Difference::None;
    }
    if let Some(white_space) = surrounding_white_space(expected, given) {
        return white_space;
    }
    if without_quotation_marks(given) == Some(expected) {
        return Difference::QuotationMarks;
    }
    let without_space = |text: &str| text.chars().filter(|c| !is_white_space(*c)).collect::<String>();
    if without_space(expected) == without_space(given) {
        return Difference::InnerWhiteSpace;
    }
    if folded(expected) == folded(given) {
        return Difference::LookAlike;
    }
    if decoded(given) == expected {
        return Difference::PercentEncoded;
    }
    if decoded(expected) == given {
        return Difference::PercentDecoded;
    }
    if expected.to_lowercase() == given.to_lowercase() {
        return Difference::LetterCase;
    }
    let given = given.trim();
    if expected.starts_with(given) || expected.ends_with(given) {
        return Difference::Truncated { missing: expected.chars().count() - given.chars().count() };
    }
    if given.contains(expected) { Difference::SomethingAdded } else { Difference::Other }
}

/// What is between quotation marks, straight or typographic.
#[must_use]
pub fn without_quotation_marks(text: &str) -> Option<&str> {
    let marks = ['"', '\'', '`', '´', '“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»', '″', '′', '＂', '＇'];
    let text = text.trim_matches(is_white_space);
    let inner = text.strip_prefix(marks)?.strip_suffix(marks)?;
    Some(inner.trim_matches(marks).trim_matches(is_white_space))
}

fn surrounding_white_space(expected: &str, given: &str) -> Option<Difference> {
    let (inner, given_inner) = (expected.trim_matches(is_white_space), given.trim_matches(is_white_space));
    if inner != given_inner || inner.is_empty() {
        return None;
    }
    let leading = expected.trim_end_matches(is_white_space) != given.trim_end_matches(is_white_space);
    let trailing = expected.trim_start_matches(is_white_space) != given.trim_start_matches(is_white_space);
    Some(match (leading, trailing) {
        (true, true) => Difference::SurroundingWhiteSpace,
        (true, false) => Difference::LeadingWhiteSpace,
        (false, _) => Difference::TrailingWhiteSpace,
    })
}

/// White space, and other invisible characters that are pasted along: control characters, those
/// without width, and marks of the writing direction.
#[must_use]
pub fn is_white_space(c: char) -> bool {
    let without_width = matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{00ad}' | '\u{180e}'
    );
    c.is_whitespace() || c.is_control() || without_width
}

fn decoded(text: &str) -> String {
    form_decoded(&Credentials { id: String::new(), secret: text.to_owned() }).secret
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "oauth_app_secret_a+b% c!d?e:f";

    #[test]
    fn compares_whole_secrets() {
        assert!(equal(SECRET, SECRET));
        assert!(!equal(SECRET, &SECRET[1..]));
        assert!(!equal(SECRET, ""));
        assert!(equal("", ""));
    }

    /// Differences between two digests must not cancel each other out, not even if all of them
    /// would.
    #[test]
    fn differences_do_not_cancel_out() {
        let folded =
            |text: &str| digest(&SHA256, text.as_bytes()).as_ref().iter().fold(0, |all, byte| all ^ byte);
        let mut others = (0..10_000).map(|number| format!("guess {number}"));
        let other = others.find(|other| folded(other) == folded(SECRET)).unwrap();
        assert!(!equal(SECRET, &other), "{other}");
    }

    #[test]
    fn names_what_is_odd() {
        let say = |given: &str| difference(SECRET, given, Some("my-client")).to_string();
        assert_eq!(say(""), "is empty");
        assert_eq!(say("my-client"), "is the client id");
        assert_eq!(
            say(&format!("{SECRET}\n")),
            "differs from the registered one only by trailing whitespace"
        );
        assert_eq!(difference(SECRET, &format!("{SECRET}\u{200b}"), None), Difference::TrailingWhiteSpace);
        assert_eq!(difference(SECRET, &format!("\u{feff}{SECRET}"), None), Difference::LeadingWhiteSpace);
        assert_eq!(say(&format!(" {SECRET}")), "differs from the registered one only by leading whitespace");
        assert_eq!(
            say(&format!(" {SECRET}\n")),
            "differs from the registered one only by leading and trailing whitespace"
        );
        assert_eq!(
            say(&format!("\"{SECRET}\"")),
            "differs from the registered one only by quotation marks around it"
        );
        for quoted in [format!("“{SECRET}”"), format!("'{SECRET}'\n"), format!("\"\"{SECRET}\"\"")] {
            assert_eq!(difference(SECRET, &quoted, None), Difference::QuotationMarks, "{quoted}");
        }
        let inner = SECRET.replace("_app", "\u{200b}_a\n  pp");
        assert_eq!(say(&inner), "differs from the registered one only by whitespace in it");
        let alike = SECRET.replace('a', "а");
        assert_eq!(say(&alike), "differs from the registered one only by characters that look alike");
        assert_eq!(say(&SECRET.to_uppercase()), "differs from the registered one only by letter case");
        assert_eq!(say("oauth_app_secret_a%2Bb%25+c%21d%3Fe%3Af"), "is percent-encoded");
        assert_eq!(
            say("oauth_app_secret_a b% c!d?e:f"),
            "is the registered one, percent-decoded once too often"
        );
        assert_eq!(say(&SECRET[..SECRET.len() - 2]), "is truncated: 2 characters are missing");
        assert_eq!(say(&SECRET[3..]), "is truncated: 3 characters are missing");
        assert_eq!(say(&format!("secret={SECRET}")), "is the registered one with something added");
        assert_eq!(say(SECRET), "is the registered one");
        assert_eq!(say("something else"), "differs from the registered one");
    }

    #[test]
    fn never_repeats_a_secret() {
        for given in ["", " ", "x", "my-client", "oauth_app_secret_a"] {
            let text = difference(SECRET, given, Some("my-client")).to_string();
            assert!(!text.contains("oauth_app_secret"), "{text}");
        }
    }
}
