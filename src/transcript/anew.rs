//! Whether two values differ only because an app signed the same content at another time. A session that
//! is saved twice within one second then looks as it does if a second passes in between.
//!
//! It is decided by what can be seen: a part of the value is a time near that of its response, the end is
//! a signature, and the rest is the same and says something. What is encrypted shows nothing of this, and
//! each of its values is a new one.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::generated::looks_generated;
use super::jwt;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: [GeneralPurpose; 2] =
    [GeneralPurpose::new(&URL_SAFE, LENIENT), GeneralPurpose::new(&STANDARD, LENIENT)];

/// What separates the parts of a value. The characters of base64 do not.
const SEPARATORS: [&[u8]; 12] = [b"|", b":", b".", b"--", b"!", b"$", b"~", b"&", b",", b";", b"#", b"@"];
/// A shorter end is not a signature.
const SHORTEST_SIGNATURE: usize = 16;
/// A time of issue may be this far from its response: the app's clock need not be ours.
const NEAR: SignedDuration = SignedDuration::from_hours(24);
/// An expiry may be this far from its response, if it moves as the responses do.
const FAR: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How differently it may move.
const APART: SignedDuration = SignedDuration::from_secs(5);
/// Claims that differ in every token for the same session (RFC 7519 §4.1, OpenID Connect Core §2).
const OF_EACH_TOKEN: [&str; 5] = ["iat", "exp", "nbf", "jti", "auth_time"];

/// A value, and when it came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dated<'a> {
    pub(super) value: &'a str,
    pub(super) at: Timestamp,
}

/// Whether both values have the same content.
pub(super) fn signed_anew(old: Dated<'_>, new: Dated<'_>) -> bool {
    let plain = |value| percent_decode_str(value).collect::<Vec<u8>>();
    let (before, after) = (plain(old.value), plain(new.value));
    let moments = Moments { old: old.at, new: new.at };
    // A time alone, such as that of the last visit, does not name a session.
    moments.times(&before, &after)
        || moments.jwts(&before, &after)
        || moments.content(&before, &after)
        || decoded(&before, &after).any(|(before, after)| moments.content(&before, &after))
}

/// When the two values came.
#[derive(Clone, Copy)]
struct Moments {
    old: Timestamp,
    new: Timestamp,
}

impl Moments {
    fn content(self, old: &[u8], new: &[u8]) -> bool {
        self.documents(old, new) || SEPARATORS.iter().any(|separator| self.parts(old, new, separator))
    }

    /// JSON that differs in times only.
    fn documents(self, old: &[u8], new: &[u8]) -> bool {
        let read = |bytes| serde_json::from_slice::<Value>(bytes).ok().filter(|value| !value.is_number());
        read(old).zip(read(new)).is_some_and(|(old, new)| self.alike(&old, &new))
    }

    fn jwts(self, old: &[u8], new: &[u8]) -> bool {
        let read = |bytes| {
            let token = std::str::from_utf8(bytes).ok().filter(|token| token.split('.').count() == 3)?;
            let mut claims = jwt::claims(token)?;
            claims.as_object_mut()?.retain(|name, _| !OF_EACH_TOKEN.contains(&name.as_str()));
            Some((jwt::header(token)?, claims))
        };
        let says = |claims: &Value| claims.as_object().is_some_and(|claims| !claims.is_empty());
        let (Some(old), Some(new)) = (read(old), read(new)) else { return false };
        old.0 == new.0 && says(&old.1) && self.alike(&old.1, &new.1)
    }

    fn alike(self, old: &Value, new: &Value) -> bool {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => {
                let same = |(name, old)| new.get(name).is_some_and(|new| self.alike(old, new));
                old.len() == new.len() && old.iter().all(same)
            }
            (Value::Array(old), Value::Array(new)) => {
                old.len() == new.len() && old.iter().zip(new).all(|(old, new)| self.alike(old, new))
            }
            (Value::Number(a), Value::Number(b)) => {
                a == b || self.times(a.to_string().as_bytes(), b.to_string().as_bytes())
            }
            (Value::String(a), Value::String(b)) => a == b || self.times(a.as_bytes(), b.as_bytes()),
            _ => old == new,
        }
    }

    /// Parts of which some are times, the last may be a signature, and the others are the same.
    fn parts(self, old: &[u8], new: &[u8], separator: &[u8]) -> bool {
        let (mut old, mut new) = (old, new);
        let (mut says, mut moved) = (false, false);
        loop {
            let (before, after) = (split(old, separator), split(new, separator));
            let (a, b) = (before.0, after.0);
            if a == b {
                says |= carries(a);
            } else if self.times(a, b) {
                moved = true;
            } else if decoded(a, b).any(|(a, b)| self.documents(&a, &b)) {
                (says, moved) = (true, true);
            } else {
                return says && moved && old.len() == new.len() && is_signature(old) && is_signature(new);
            }
            match (before.1, after.1) {
                (Some(before), Some(after)) => (old, new) = (before, after),
                (None, None) => return says && moved,
                _ => return false,
            }
        }
    }

    /// Whether both parts are times, written alike, of the moments at which they came.
    fn times(self, old: &[u8], new: &[u8]) -> bool {
        let (Ok(a), Ok(b)) = (std::str::from_utf8(old), std::str::from_utf8(new)) else { return false };
        READINGS.iter().any(|read| read(a).zip(read(b)).is_some_and(|(a, b)| self.fit(a, b)))
    }

    fn fit(self, old: Timestamp, new: Timestamp) -> bool {
        let off = |time: Timestamp, at: Timestamp| time.duration_since(at);
        let (old_off, new_off) = (off(old, self.old), off(new, self.new));
        let within = |limit: SignedDuration| old_off.abs() <= limit && new_off.abs() <= limit;
        within(NEAR) || within(FAR) && (new_off - old_off).abs() <= APART
    }
}

/// The ways to write a time.
const READINGS: [fn(&str) -> Option<Timestamp>; 8] = [
    |text| digits(text, 10).and_then(seconds),
    |text| digits(text, 10).and_then(milliseconds),
    |text| text.split_once('.').and_then(|(whole, _)| digits(whole, 10)).and_then(seconds),
    |text| digits(text, 16).and_then(seconds),
    |text| digits(text, 36).and_then(milliseconds),
    |text| base62(text).and_then(seconds),
    |text| big_endian(text).and_then(|number| seconds(number).into_iter().chain(milliseconds(number)).next()),
    |text| text.parse().ok(),
];

/// Times from the year 2001 on have nine digits and more.
const SHORTEST_TIME: usize = 6;

fn digits(text: &str, radix: u32) -> Option<i64> {
    let plain = text.len() >= SHORTEST_TIME && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| i64::from_str_radix(text, radix).ok())?
}

fn seconds(number: i64) -> Option<Timestamp> {
    Timestamp::from_second(number).ok()
}

fn milliseconds(number: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(number).ok()
}

/// Digits, then capitals, then small letters.
fn base62(text: &str) -> Option<i64> {
    (text.len() >= SHORTEST_TIME).then_some(())?;
    text.bytes().try_fold(0_i64, |number, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        number.checked_mul(62)?.checked_add(digit.into())
    })
}

/// The bytes of a number, the highest first, in base64.
fn big_endian(text: &str) -> Option<i64> {
    (text.len() >= SHORTEST_TIME).then_some(())?;
    let bytes = BASE64[0].decode(text).ok().filter(|bytes| (4..=8).contains(&bytes.len()))?;
    i64::try_from(bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))).ok()
}

/// Both values, decoded alike.
fn decoded<'v>(old: &'v [u8], new: &'v [u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> + use<'v> {
    BASE64.iter().filter_map(move |base64| Some((base64.decode(old).ok()?, base64.decode(new).ok()?)))
}

/// The part before the separator, and what follows it.
fn split<'v>(value: &'v [u8], separator: &[u8]) -> (&'v [u8], Option<&'v [u8]>) {
    match value.windows(separator.len()).position(|window| window == separator) {
        Some(at) => (&value[..at], Some(&value[at + separator.len()..])),
        None => (value, None),
    }
}

/// Whether a part says which session it is: it is generated, or it is a document.
fn carries(part: &[u8]) -> bool {
    let text = std::str::from_utf8(part).unwrap_or_default();
    let is_document = |bytes: Vec<u8>| {
        serde_json::from_slice::<Value>(&bytes).is_ok_and(|value| value.is_object() || value.is_array())
    };
    looks_generated(text) || BASE64.iter().any(|base64| base64.decode(part).is_ok_and(is_document))
}

/// Whether the end of a value can be a signature: bytes, or their digits.
fn is_signature(end: &[u8]) -> bool {
    let digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte);
    let word = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'-' || *byte == b'_';
    let text = end.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    end.len() >= SHORTEST_SIGNATURE && (!text || end.iter().all(digit) && !end.iter().all(word))
}

#[cfg(test)]
mod tests;
