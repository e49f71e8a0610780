//! The passwords that a tenant accepts (`passwordPolicy` of the sign-in experience).

use serde_json::{Value, json};

/// Shorter runs of equal or neighboring characters are ignored.
const RUN: usize = 3;
/// This many characters outside runs and known words make a password acceptable.
const TOLERANCE: usize = 3;
/// Characters that follow each other in the alphabet or on the keyboard.
const SEQUENCES: [&str; 14] = [
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik",
    "9ol",
];
const SYMBOLS: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ";

/// What is known of the person and must not make up the password.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Person<'a> {
    pub(super) username: Option<&'a str>,
    pub(super) email: Option<&'a str>,
    pub(super) name: Option<&'a str>,
}

/// Everything that is wrong with a password, as `data` of `password.rejected`.
///
/// It is not checked whether the password has leaked, because a double does not call services
/// outside.
pub(super) fn issues(policy: &Value, password: &str, person: Person<'_>) -> Vec<Value> {
    let number = |path: &str, default: u64| policy.pointer(path).and_then(Value::as_u64).unwrap_or(default);
    let on = |path: &str| policy.pointer(path).and_then(Value::as_bool).unwrap_or(true);
    let characters: Vec<char> = password.chars().collect();
    let mut issues = Vec::new();
    let (min, max) = (number("/length/min", 8), number("/length/max", 256));
    if (characters.len() as u64) < min {
        issues.push(json!({ "code": "password_rejected.too_short", "interpolation": { "min": min } }));
    } else if characters.len() as u64 > max {
        issues.push(json!({ "code": "password_rejected.too_long", "interpolation": { "max": max } }));
    }
    let types = number("/characterTypes/min", 1);
    match character_types(&characters) {
        None => issues.push(json!({ "code": "password_rejected.unsupported_characters" })),
        Some(used) if used < types => {
            let interpolation = json!({ "min": types });
            issues
                .push(json!({ "code": "password_rejected.character_types", "interpolation": interpolation }));
        }
        Some(_) => {}
    }
    let words: Vec<&str> = policy
        .pointer("/rejects/words")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let (runs, user_info) = (on("/rejects/repetitionAndSequence"), on("/rejects/userInfo"));
    let mut covered = vec![false; characters.len()];
    // In the order in which they are first found.
    let mut codes: Vec<&str> = Vec::new();
    for at in 0..characters.len() {
        let rest = &characters[at..];
        let text: String = rest.iter().collect::<String>().to_lowercase();
        let found = [
            ("restricted.repetition", if runs { repetition(rest) } else { 0 }),
            ("restricted.sequence", if runs { sequence(&rest.iter().collect::<String>()) } else { 0 }),
            ("restricted.words", longest(&text, &words)),
            ("restricted.user_info", if user_info { known_of(&text, person) } else { 0 }),
        ];
        for (code, length) in found.into_iter().filter(|(_, length)| *length > 0) {
            covered[at..(at + length).min(characters.len())].fill(true);
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    let threshold = characters.len().saturating_sub(TOLERANCE).max(1);
    if covered.iter().filter(|covered| **covered).count() > threshold {
        issues.extend(codes.iter().map(|code| json!({ "code": format!("password_rejected.{code}") })));
    }
    issues
}

/// The number of types among lower case, upper case, digits and symbols; `None` for any other
/// character.
fn character_types(characters: &[char]) -> Option<u64> {
    let mut used = [false; 4];
    for character in characters {
        let kind = match character {
            'a'..='z' => 0,
            'A'..='Z' => 1,
            '0'..='9' => 2,
            symbol if SYMBOLS.contains(*symbol) => 3,
            _ => return None,
        };
        used[kind] = true;
    }
    Some(used.into_iter().map(u64::from).sum())
}

fn counted(length: usize) -> usize {
    if length >= RUN { length } else { 0 }
}

fn repetition(rest: &[char]) -> usize {
    counted(rest.iter().take_while(|character| **character == rest[0]).count())
}

/// The longest run along a sequence, forwards or backwards, in one case.
fn sequence(rest: &str) -> usize {
    let run = |line: &str| {
        let start = rest.chars().next().and_then(|first| line.find(first));
        let line = start.map_or("", |start| &line[start..]);
        rest.chars().zip(line.chars()).take_while(|(a, b)| a == b).count()
    };
    let lines = SEQUENCES.iter().flat_map(|line| {
        let backwards: String = line.chars().rev().collect();
        [(*line).to_owned(), line.to_uppercase(), backwards.to_uppercase(), backwards]
    });
    counted(lines.map(|line| run(&line)).max().unwrap_or_default())
}

fn longest(rest: &str, words: &[&str]) -> usize {
    let at_start = words.iter().filter(|word| rest.starts_with(&word.to_lowercase()));
    at_start.map(|word| word.chars().count()).max().unwrap_or_default()
}

fn known_of(rest: &str, person: Person<'_>) -> usize {
    let local_part = person.email.and_then(|email| email.split('@').next());
    let name = person.name.unwrap_or_default();
    let joined: String = name.split_whitespace().collect();
    let mut words: Vec<&str> = person.username.into_iter().chain(local_part).collect();
    words.extend([name, &joined]);
    words.extend(name.split(' '));
    words.retain(|word| !word.is_empty());
    longest(rest, &words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(policy: &Value, password: &str, person: Person<'_>) -> Vec<String> {
        let code = |issue: &Value| issue["code"].as_str().unwrap().replace("password_rejected.", "");
        issues(policy, password, person).iter().map(code).collect()
    }

    #[test]
    fn a_short_run_is_both_short_and_a_sequence() {
        // As recorded for `123` with the seeded policy.
        assert_eq!(codes(&json!({}), "123", Person::default()), ["too_short", "restricted.sequence"]);
        assert!(codes(&json!({}), "Gold3n-Passw0rd!", Person::default()).is_empty());
    }

    #[test]
    fn a_password_must_not_consist_of_data_about_the_person() {
        let person = Person { username: Some("ada_lovelace"), email: None, name: None };
        assert_eq!(codes(&json!({}), "Ada_Lovelace1", person), ["restricted.user_info"]);
        assert!(codes(&json!({}), "Ada_Lovelace-1815", person).is_empty());
        assert!(codes(&json!({ "rejects": { "userInfo": false } }), "Ada_Lovelace1", person).is_empty());
    }

    #[test]
    fn the_policy_of_the_tenant_applies() {
        let policy = json!({ "length": { "min": 4, "max": 6 }, "characterTypes": { "min": 3 } });
        assert_eq!(codes(&policy, "kfmw", Person::default()), ["character_types"]);
        assert_eq!(codes(&policy, "kfmwXX99", Person::default()), ["too_long"]);
        assert_eq!(codes(&policy, "kfmß", Person::default()), ["unsupported_characters"]);
        assert_eq!(codes(&json!({}), "aaaaaaaaaa", Person::default()), ["restricted.repetition"]);
        assert_eq!(
            codes(&json!({ "rejects": { "words": ["Bookstore"] } }), "bookstore1", Person::default()),
            ["restricted.words"]
        );
    }
}
