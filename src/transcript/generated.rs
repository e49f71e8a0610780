//! Tells generated values from constants by their length, their alphabet and how their characters are
//! mixed: names of fields and cookies say nothing about it.

/// Shorter values may be words.
const SHORTEST: usize = 16;
/// Longer runs of letters are not words.
const LONGEST_WORD: usize = 30;
/// More digits at the end do not belong to a word, as they do in `oauth2` and `ES256`.
const DIGITS_OF_WORD: usize = 4;
/// Longer numbers are not counted or dated by people; eight digits make a date.
const LONGEST_NUMBER: usize = 8;
/// A shorter beginning of a name may be a part of what was generated.
const SHORTEST_BEGINNING: usize = 4;

/// Whether a value looks generated: at least half of it is neither a word nor a number.
pub(super) fn looks_generated(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.=+/:~|%!$*".contains(&byte);
    if value.len() < SHORTEST || value.contains("://") || !value.bytes().all(plain) {
        return false;
    }
    let random = runs(value).filter(|run| !is_word(run)).map(str::len).sum::<usize>();
    is_uuid(value) || 2 * random >= value.len()
}

/// The generated part of a name, such as `state_<generated>` or `nonce.<generated>`.
pub(super) fn generated_part(name: &str) -> Option<&str> {
    let part = name.split(['.', ':', '|', '~', '!', '$']).find(|part| looks_generated(part))?;
    let mut rest = part;
    while let Some(at) = rest.find(['-', '_'])
        && (at == 0 || at >= SHORTEST_BEGINNING && rest[..at].bytes().all(|byte| byte.is_ascii_lowercase()))
    {
        rest = &rest[at + 1..];
    }
    Some(rest).filter(|rest| looks_generated(rest))
}

fn runs(value: &str) -> impl Iterator<Item = &str> {
    value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| !run.is_empty())
}

/// A word in lower, upper or camel case, perhaps with a few digits, or a number.
fn is_word(run: &str) -> bool {
    let letters = run.trim_end_matches(|c: char| c.is_ascii_digit());
    if letters.is_empty() {
        return run.len() <= LONGEST_NUMBER;
    }
    let upper = letters.bytes().filter(u8::is_ascii_uppercase).count();
    let like_a_name = upper == letters.len() || 4 * upper.saturating_sub(1) < letters.len();
    letters.bytes().all(|byte| byte.is_ascii_alphabetic())
        && letters.len() <= LONGEST_WORD
        && run.len() - letters.len() <= DIGITS_OF_WORD
        && like_a_name
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
        ] {
            assert!(!looks_generated(constant), "{constant}");
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
        for name in ["logto-session", "connect.sid", "__Host-shop.csrf-token", "XSRF-TOKEN", "JSESSIONID"] {
            assert_eq!(generated_part(name), None, "{name}");
        }
    }
}
