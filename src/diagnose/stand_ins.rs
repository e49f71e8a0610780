//! Stand-ins for secrets: other values with the same defects.
//!
//! A stand-in keeps white space, quotation marks and punctuation, and what the value has in common
//! with another one: if the connector's secret is a truncated copy of the OAuth app's secret, so is
//! its stand-in.

use kit::Random;

/// Prefix of real secrets of OAuth apps; it reveals nothing about the secret.
const PREFIX: &str = "oauth_app_secret_";
/// A common run of this many characters is not a coincidence.
const COMMON: usize = 6;

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";
const HEX_LETTERS: &str = "abcdef";

/// Values and their stand-ins so far.
#[derive(Debug)]
pub(super) struct StandIns {
    random: Random,
    known: Vec<(String, String)>,
}

impl StandIns {
    pub(super) fn new(random: Random) -> Self {
        Self { random, known: vec![] }
    }

    /// The stand-in of a value; equal values get the same stand-in.
    pub(super) fn of(&mut self, value: &str) -> String {
        if let Some((_, stand_in)) = self.known.iter().find(|(known, _)| known == value) {
            return stand_in.clone();
        }
        // Different values must not get the same stand-in.
        let mut stand_in = self.made(value);
        for _ in 0..20 {
            if self.known.iter().all(|(_, other)| *other != stand_in) {
                break;
            }
            stand_in = self.made(value);
        }
        self.known.push((value.to_owned(), stand_in.clone()));
        stand_in
    }

    /// The values that were replaced.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|(value, _)| value.as_str())
    }

    fn made(&self, value: &str) -> String {
        let characters: Vec<char> = value.chars().collect();
        let mut out: Vec<Option<char>> = vec![None; characters.len()];
        keep_prefix(&characters, &mut out);
        keep_encoded(&characters, &mut out);
        if let Some((known, stand_in)) = self.nearest(&characters) {
            align(&characters, &known, &stand_in, &mut out);
        }
        let hex = characters.iter().all(|c| c.is_ascii_hexdigit() || *c == '-');
        characters.iter().zip(out).map(|(own, set)| set.unwrap_or_else(|| self.other(*own, hex))).collect()
    }

    /// The known value that has most in common with this one, and its stand-in.
    fn nearest(&self, value: &[char]) -> Option<(Vec<char>, Vec<char>)> {
        let shared = |known: &[char]| blocks(value, known).iter().map(|block| block.2).sum::<usize>();
        let known = self.known.iter().map(|(known, stand_in)| {
            (known.chars().collect::<Vec<char>>(), stand_in.chars().collect::<Vec<char>>())
        });
        known
            .map(|pair| (shared(&pair.0), pair))
            .filter(|(shared, _)| *shared > 0)
            .max_by_key(|(shared, _)| *shared)
            .map(|(_, pair)| pair)
    }

    /// Another character of the same kind; only letters and digits are replaced.
    fn other(&self, own: char, hex: bool) -> char {
        let alphabet = match own {
            'a'..='f' if hex => HEX_LETTERS,
            'a'..='z' => LOWER,
            'A'..='Z' => UPPER,
            '0'..='9' => DIGITS,
            // Letters of other scripts: not being ASCII is the defect.
            c if c.is_alphanumeric() => "äöüéñ",
            c => return c,
        };
        loop {
            let drawn = self.random.string(alphabet, 1).chars().next().unwrap_or(own);
            if drawn != own {
                return drawn;
            }
        }
    }
}

fn keep_prefix(value: &[char], out: &mut [Option<char>]) {
    let prefix: Vec<char> = PREFIX.chars().collect();
    let at = value.windows(prefix.len()).position(|part| part == prefix.as_slice());
    if let Some(at) = at {
        for (place, c) in out.iter_mut().skip(at).zip(&prefix) {
            *place = Some(*c);
        }
    }
}

/// Keeps escapes: `%2B` stands for one character.
fn keep_encoded(value: &[char], out: &mut [Option<char>]) {
    for at in 0..value.len().saturating_sub(2) {
        if value[at] == '%' && value[at + 1].is_ascii_hexdigit() && value[at + 2].is_ascii_hexdigit() {
            // An encoded letter or digit would reveal the character.
            let code: String = value[at + 1..=at + 2].iter().collect();
            let plain = u8::from_str_radix(&code, 16).is_ok_and(|byte| byte.is_ascii_alphanumeric());
            if !plain {
                (out[at + 1], out[at + 2]) = (Some(value[at + 1]), Some(value[at + 2]));
            }
        }
    }
}

/// Gives what two values share the same characters as in the other's stand-in, in its own case.
fn align(value: &[char], known: &[char], stand_in: &[char], out: &mut [Option<char>]) {
    for (own, other, length) in blocks(value, known) {
        for step in 0..length {
            let Some(c) = stand_in.get(other + step) else { continue };
            let (mine, theirs) = (value[own + step], known[other + step]);
            let c = match (mine.is_ascii_uppercase(), theirs.is_ascii_uppercase()) {
                (true, false) => c.to_ascii_uppercase(),
                (false, true) => c.to_ascii_lowercase(),
                _ => *c,
            };
            out[own + step].get_or_insert(c);
        }
    }
}

/// Stretches that two texts share, ignoring case: position in each of them, and length.
fn blocks(a: &[char], b: &[char]) -> Vec<(usize, usize, usize)> {
    let mut found = Vec::new();
    between(a, b, 0, 0, &mut found);
    found
}

fn between(a: &[char], b: &[char], a_at: usize, b_at: usize, found: &mut Vec<(usize, usize, usize)>) {
    let Some((at, other, length)) = longest(a, b) else { return };
    // Next to a long stretch, a short one is not a coincidence either.
    let enough = if found.is_empty() { COMMON } else { 2 };
    if length < enough {
        return;
    }
    found.push((a_at + at, b_at + other, length));
    between(&a[..at], &b[..other], a_at, b_at, found);
    let (a_rest, b_rest) = (at + length, other + length);
    between(&a[a_rest..], &b[b_rest..], a_at + a_rest, b_at + b_rest, found);
}

fn longest(a: &[char], b: &[char]) -> Option<(usize, usize, usize)> {
    let mut best: Option<(usize, usize, usize)> = None;
    let mut row = vec![0; b.len() + 1];
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x.eq_ignore_ascii_case(y) { diagonal + 1 } else { 0 };
            if row[j + 1] > best.map_or(0, |best| best.2) {
                best = Some((i + 1 - row[j + 1], j + 1 - row[j + 1], row[j + 1]));
            }
            diagonal = above;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "oauth_app_secret_AbCdEfGhIjKlMnOpQrStUvWxYz01234567";

    fn stand_ins() -> (StandIns, String) {
        let mut stand_ins = StandIns::new(Random::seeded(3));
        let right = stand_ins.of(SECRET);
        (stand_ins, right)
    }

    #[test]
    fn a_stand_in_has_the_shape_and_nothing_else() {
        let (mut stand_ins, right) = stand_ins();
        assert_eq!(right.len(), SECRET.len());
        let (own, other) = (&SECRET[PREFIX.len()..], right.strip_prefix(PREFIX).expect("the prefix"));
        for (own, other) in own.chars().zip(other.chars()) {
            assert_ne!(own, other);
            assert_eq!(
                (own.is_ascii_uppercase(), own.is_ascii_digit()),
                (other.is_ascii_uppercase(), other.is_ascii_digit())
            );
        }
        assert_eq!(stand_ins.of(SECRET), right);
    }

    #[test]
    fn defects_stay() {
        let (mut stand_ins, right) = stand_ins();
        assert_eq!(stand_ins.of(&format!("{SECRET}\n")), format!("{right}\n"));
        assert_eq!(stand_ins.of(&format!("\"{SECRET}\"")), format!("\"{right}\""));
        assert_eq!(stand_ins.of(&SECRET[..30]), right[..30]);
        assert_eq!(stand_ins.of(&SECRET[17..]), right[17..]);
        assert_eq!(stand_ins.of(&SECRET.to_lowercase()), right.to_lowercase());
        let slip = SECRET.replace("KlMn", "KlxMn");
        assert_eq!(stand_ins.of(&slip).len(), slip.len());
        assert_ne!(stand_ins.of(&slip), right);
        let other = stand_ins.of("5fbf7d1c-0f4e-4b5e-8a0e-9c6f3b0d2a1e");
        assert!(other.chars().all(|c| c.is_ascii_hexdigit() || c == '-'), "{other}");
    }

    #[test]
    fn one_wrong_character_is_still_one() {
        let (mut stand_ins, right) = stand_ins();
        let mut wrong = SECRET.to_owned();
        wrong.replace_range(40..41, "q");
        let stand_in = stand_ins.of(&wrong);
        let differing = stand_in.chars().zip(right.chars()).filter(|(a, b)| a != b).count();
        assert_eq!(differing, 1, "{stand_in} {right}");
    }
}
