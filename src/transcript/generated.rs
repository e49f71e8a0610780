//! Tells generated values from constants by their length, their alphabet and how their characters are
//! mixed: names of fields and cookies say nothing about it.

/// Shorter values may be words.
const SHORTEST: usize = 16;
/// Longer numbers are not counted or dated by people; eight digits make a date.
const LONGEST_NUMBER: usize = 8;
/// A shorter beginning of a name may be a part of what was generated.
const SHORTEST_BEGINNING: usize = 5;
/// Fewer letters that fit each other do so by chance.
const SHORTEST_WORD: usize = 4;
/// The letters that often follow each letter, from `a` to `z`: nine of ten pairs in English and German words
/// (measured), and four of ten in random letters. Those of `csrf` and `oauth` are among them.
const FOLLOWERS: [&str; 26] = [
    "bcdfgiklmnprstuvy",
    "aeilorsu",
    "aehiklorstu",
    "adeiorsu",
    "abcdefghilmnoprstvwx",
    "aefiloru",
    "aehilnorsu",
    "aeiortu",
    "abcdefgklmnoprstvz",
    "aeosu",
    "aeilost",
    "adeilostuvy",
    "abeimopsu",
    "acdefgiknostuv",
    "abcdfgklmnoprstuvw",
    "aehiloprstu",
    "u",
    "abcdefgikmnorstuvy",
    "acehiklmoprstuwy",
    "acehilorstuwy",
    "abcdefgilmnprst",
    "aeio",
    "aehio",
    "mpt",
    "aepsty",
    "aeiou",
];
/// The sizes in names of algorithms, such as `AES128GCM`, where they stand between letters.
const SIZES: [&[u8]; 5] = [b"128", b"192", b"256", b"384", b"512"];

/// Whether a value looks generated: some end of it, from a separator on, has more in it that words do not
/// have than what they have. Every end counts because words may stand before what is generated.
pub(super) fn looks_generated(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.=+/:~|%!$*".contains(&byte);
    if value.len() < SHORTEST || value.contains("://") || !value.bytes().all(plain) {
        return false;
    }
    if is_uuid(value) {
        return value.bytes().filter(|digit| !b"0-".contains(digit)).count() > 1;
    }
    let bytes = value.as_bytes();
    let (mut end, mut oddness) = (bytes.len(), 0);
    for at in (0..bytes.len()).rev().filter(|at| begins_piece(bytes, *at)) {
        oddness +=
            of_piece(&bytes[at..end]) + at.checked_sub(1).map_or(0, |last| of_seam(bytes[last], bytes[at]));
        end = at;
        let after_separator = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        if after_separator && bytes.len() - at >= SHORTEST && oddness > CHANCE {
            return true;
        }
    }
    false
}

/// The generated part of a name, such as `state_<generated>` or `nonce.<generated>`.
///
/// What stands before a dot (or what is used like one) is constant, as are the prefixes that browsers know.
/// Elsewhere one word in lower case is, of [`SHORTEST_BEGINNING`] characters, with one `-` or `_` behind it:
/// one of some 20,000 values in base64 begins so. A shorter word, as in `tx_<generated>`, or a second one may
/// have been generated and counts as such, so that the same beginning is left each time.
pub(super) fn generated_part(name: &str) -> Option<&str> {
    let part = name.split(['.', ':', '|', '~', '!', '$']).find(|part| looks_generated(part))?;
    if !name.starts_with(part) {
        return Some(part);
    }
    let rest = ["__Host-", "__Secure-"].iter().find_map(|prefix| part.strip_prefix(prefix)).unwrap_or(part);
    Some(after_word(rest).filter(|rest| looks_generated(rest)).unwrap_or(rest))
}

/// What stands behind a word at the beginning and its `-` or `_`.
fn after_word(name: &str) -> Option<&str> {
    let word = name.trim_start_matches('_');
    let (word, rest) = word.split_at(word.find(['-', '_'])?);
    let is_word = word.bytes().all(|byte| byte.is_ascii_lowercase()) && word.as_bytes().windows(2).all(fit);
    (is_word && name.len() - rest.len() >= SHORTEST_BEGINNING).then_some(&rest[1..])
}

/// Whether a piece begins here: a word of one case or with a capital, an acronym, a number, a separator.
fn begins_piece(bytes: &[u8], at: usize) -> bool {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 'd',
        b'a'..=b'z' => 'l',
        b'A'..=b'Z' => 'U',
        _ => '-',
    };
    at == 0
        || match (kind(bytes[at - 1]), kind(bytes[at])) {
            ('U', 'l') => false,
            ('U', 'U') => bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase),
            (last, this) => last != this || this == '-',
        }
}

// The weights follow how much more often each stands in generated values than in words, and were then tuned
// by trial: a missed value is worse than a hidden constant.
const CHANCE: i32 = 2;

fn of_piece(piece: &[u8]) -> i32 {
    let length = piece.len() as i32;
    match piece[0] {
        _ if SIZES.contains(&piece) => -14,
        b'0'..=b'9' => 4 * (length - LONGEST_NUMBER as i32).max(0),
        b'a'..=b'z' | b'A'..=b'Z' => {
            let fitting = piece.windows(2).filter(|pair| fit(pair)).count() as i32;
            // Letters of a short acronym fit each other less often.
            let acronym = piece[piece.len() - 1].is_ascii_uppercase() && length < 6;
            let odd = (length - 1 - fitting) * if acronym { 3 } else { 7 };
            odd - if piece.len() >= SHORTEST_WORD { 2 * fitting } else { 0 }
        }
        _ => 0,
    }
}

fn of_seam(last: u8, next: u8) -> i32 {
    match (last, next) {
        // The `T` and the `Z` of a time say nothing.
        (b'0'..=b'9', b'T' | b'Z') | (b'T', b'0'..=b'9') => 0,
        (b'0'..=b'9', b'a'..=b'z' | b'A'..=b'Z') | (b'a'..=b'z', b'0'..=b'9') => 8,
        // As in `ES256`.
        (b'A'..=b'Z', b'0'..=b'9') => 2,
        // As in `camelCase`, once in a word.
        (b'a'..=b'z' | b'A'..=b'Z', b'A'..=b'Z') => 4,
        _ => -1,
    }
}

/// Whether the second letter often follows the first in words.
fn fit(pair: &[u8]) -> bool {
    let letter = pair[0].to_ascii_lowercase();
    FOLLOWERS[usize::from(letter - b'a')].contains(char::from(pair[1].to_ascii_lowercase()))
}

/// 8-4-4-4-12 hexadecimal digits (RFC 9562 §4).
fn is_uuid(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Taken from pages of real apps, one for each way of making them.
    #[test]
    fn tokens_of_real_forms_look_generated() {
        for token in [
            // base64url of a masked token
            "ePHPS1QdrdMwEWT5xV6L5UuRiXHoTdEz0fAzIWNhkVHYM5oeMhoTjUXjKZ3E-vuI7yeDVvEzhT-s3Cde0jg7yqwAwjtHnBMl",
            // 32 bytes in hexadecimal digits, and 16
            "0cc175b9c0f1b6a831c399e26977266192eb5ffee6ae2fec3ad71c777531578f",
            "9e107d9d372bb6826bd81d3542a419d6",
            // letters and digits
            "kG4lZ0pX2vNfQ8sYbT7cRjWm1hUe9DaOi3LxPq6KtEyJ5wCnVzBrSgFuHdMoA2Ik",
            "7VkYpTqL3nZxW0sDfGhJcR9mBaE2iUoXyNvQ5tKw",
            // base64 with padding, and with a slash
            "rWvpT3nQ0xG2bZkqP1uYt/8s6vHc9LmJd4EoXfNaKiBw7yRzCgUhSlDe5MVj0T2q1w8rAbFkXnOtIpHuZy3QsA==",
            // a token with version, key and ciphertext
            "CfDJ8NrAkSldwD9CpLRyOtm6FiJB1Jr_F3FQJQDvhlHoLNJJrLA6zaMUmhjMsisu2D2tFkAiYgyWQawJk9vNm36sYP1esHOtamBEPvSk1_x-",
            // a payload with its time and its signature
            "IjhmMDJjODBmMGU4ZDdhNmVkZTQzOGEzYjdiNjY3Zjk2ZTM0OGUxYzAi.Z0sDcg.3mP1Yw8cQbkq0oVfJt5W2nNzHhE",
            "8f14e45f-ceea-467f-a0e6-7b1cdeadbeef",
            "00000000-1111-4222-8333-444444444444",
        ] {
            assert!(looks_generated(token), "{token}");
        }
    }

    #[test]
    fn constants_do_not() {
        for constant in [
            "",
            "true",
            "en-US",
            "/home",
            "redirect_uri",
            "/account/settings/notifications",
            "authorization_code",
            "AUTHORIZATION_CODE",
            "continue-with-huggingface",
            "signInWithHuggingFace",
            "https://localhost:3000/8f14e45fceea467fa0e67b1cdeadbeef",
            "oauth2-authorization-code",
            "openid offline_access profile email",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "2026-11-30T12:00:00.000Z",
            "application/x-www-form-urlencoded",
            "version-2.14.3-beta.1",
            "Europe/Copenhagen",
            "00000000-0000-0000-0000-000000000001",
            "GoogleOAuth2ProviderV1",
            "continueWithHuggingFaceButton",
            "application/vnd.github.v3+json",
            "RS256-SHA256-AES128GCM",
            "TLS_CHACHA20_POLY1305_SHA256",
            "BAD_REQUEST_INVALID_STATE",
            "rememberThisDeviceFor30Days",
            "Rechtsschutzversicherung",
            "ctl00$MainContent$LoginButton",
        ] {
            assert!(!looks_generated(constant), "{constant}");
        }
    }

    #[test]
    fn random_values_do_whatever_stands_before_them() {
        const ALPHABET: &[u8; 64] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
        let mut state = 88_172_645_463_325_252_u64;
        let mut random = |of: usize, length: usize| -> String {
            let mut next = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                char::from(ALPHABET[(state >> 32) as usize % of])
            };
            (0..length).map(|_| next()).collect()
        };
        for (of, length) in [(16, 32), (16, 64), (36, 32), (62, 24), (64, 21), (64, 22), (64, 43)] {
            for _ in 0..1000 {
                let value = random(of, length);
                assert!(looks_generated(&value), "{value}");
                assert_eq!(generated_part(&format!("nonce.{value}")), Some(value.as_str()));
                let name = format!("__txn_{value}");
                assert!(generated_part(&name).is_some_and(|part| part.ends_with(&value)), "{name}");
            }
        }
    }

    #[test]
    fn only_the_generated_part_of_a_name_counts() {
        assert_eq!(generated_part("state_4f9a0c3e8b7d6a51"), Some("4f9a0c3e8b7d6a51"));
        assert_eq!(
            generated_part(".App.Correlation.cD3xk1-VbQ2_f8TzRw0LhYp7GmNs4JaXeUo9iKqBtC"),
            Some("cD3xk1-VbQ2_f8TzRw0LhYp7GmNs4JaXeUo9iKqBtC")
        );
        assert_eq!(
            generated_part("8f14e45f-ceea-467f-a0e6-7b1cdeadbeef"),
            Some("8f14e45f-ceea-467f-a0e6-7b1cdeadbeef")
        );
        assert_eq!(generated_part("state_-AbCq7XkP2vZ9mTsQ4"), Some("-AbCq7XkP2vZ9mTsQ4"));
        assert_eq!(generated_part("state__AbCq7XkP2vZ9mTsQ4"), Some("_AbCq7XkP2vZ9mTsQ4"));
        assert_eq!(
            generated_part("msal.8f14e45f-ceea-467f-a0e6-7b1cdeadbeef.state"),
            Some("8f14e45f-ceea-467f-a0e6-7b1cdeadbeef")
        );
        for name in ["logto-session", "connect.sid", "__Host-shop.csrf-token", "XSRF-TOKEN", "JSESSIONID"] {
            assert_eq!(generated_part(name), None, "{name}");
        }
    }
}
