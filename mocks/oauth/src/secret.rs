//! Comparing secrets, and saying what is odd about a wrong one without ever
//! repeating it.

use std::iter::zip;

use aws_lc_rs::digest::{SHA256, digest};

use crate::basic::{Credentials, form_decoded};

/// Compares without giving away, by its duration, how much was equal: the
/// digests are compared, every byte of them.
#[must_use]
pub fn equal(expected: &str, given: &str) -> bool {
    let expected = digest(&SHA256, expected.as_bytes());
    let given = digest(&SHA256, given.as_bytes());
    let difference = zip(expected.as_ref(), given.as_ref())
        .fold(0, |difference, (left, right)| difference | (left ^ right));
    std::hint::black_box(difference) == 0
}

/// What is odd about a wrong secret, to follow "the secret …".
///
/// Neither secret is part of the text. `client_id` is the id the secret came
/// with, to recognise the most common slip: the wrong field was copied.
#[must_use]
pub fn difference(expected: &str, given: &str, client_id: Option<&str>) -> String {
    let only = |how: &str| format!("differs from the registered one only by {how}");
    if given.is_empty() {
        return "is empty".to_owned();
    }
    if client_id.is_some_and(|id| id == given) {
        return "is the client id".to_owned();
    }
    if expected == given {
        return "is the registered one".to_owned();
    }
    if let Some(how) = surrounding_white_space(expected, given) {
        return only(how);
    }
    if matches!(given.trim_matches(['"', '\'', '`']), inner if inner == expected) {
        return only("quotation marks around it");
    }
    if decoded(given) == expected {
        return "is percent-encoded".to_owned();
    }
    if decoded(expected) == given {
        return "is the registered one, percent-decoded once too often".to_owned();
    }
    if expected.to_lowercase() == given.to_lowercase() {
        return only("letter case");
    }
    let given = given.trim();
    if expected.starts_with(given) || expected.ends_with(given) {
        let missing = expected.chars().count() - given.chars().count();
        return format!("is truncated: {missing} characters are missing");
    }
    if given.contains(expected) {
        return "is the registered one with something added".to_owned();
    }
    "differs from the registered one".to_owned()
}

fn surrounding_white_space(expected: &str, given: &str) -> Option<&'static str> {
    if expected.trim() != given.trim() || expected.trim().is_empty() {
        return None;
    }
    let leading = expected.trim_end() != given.trim_end();
    let trailing = expected.trim_start() != given.trim_start();
    Some(match (leading, trailing) {
        (true, true) => "white space around it",
        (true, false) => "leading whitespace",
        (false, _) => "trailing whitespace",
    })
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

    /// No difference between two digests may make up for another one: not even where all of them cancel out.
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
        let say = |given: &str| difference(SECRET, given, Some("my-client"));
        assert_eq!(say(""), "is empty");
        assert_eq!(say("my-client"), "is the client id");
        assert_eq!(
            say(&format!("{SECRET}\n")),
            "differs from the registered one only by trailing whitespace"
        );
        assert_eq!(say(&format!(" {SECRET}")), "differs from the registered one only by leading whitespace");
        assert_eq!(
            say(&format!(" {SECRET}\n")),
            "differs from the registered one only by white space around it"
        );
        assert_eq!(
            say(&format!("\"{SECRET}\"")),
            "differs from the registered one only by quotation marks around it"
        );
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
            let text = difference(SECRET, given, Some("my-client"));
            assert!(!text.contains("oauth_app_secret"), "{text}");
        }
    }
}
