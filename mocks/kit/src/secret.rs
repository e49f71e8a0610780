//! Input that is secret does not appear in output in clear text.
//!
//! A secret is known by its source: the code that reads it (an option, a variable, a file, an
//! answer) registers it. Output is then searched for it, in every form in which it may have been
//! wrapped on its way: percent-encoded, in base64 (so also in Basic credentials and in a JWT),
//! escaped for JSON, XML or Rust.

#[cfg(feature = "cli")]
mod arguments;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{OnceLock, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

#[cfg(feature = "cli")]
pub use arguments::{learn_arguments, learn_what_follows_secrets};

/// A shorter value cannot be distinguished from ordinary text.
const SHORTEST: usize = 6;
/// A common run of this many base64 characters is not a coincidence.
const SHORTEST_BASE64: usize = 8;
/// A plain word with fewer lower-case letters could also appear anywhere.
const SHORTEST_WORD: usize = 10;

/// Registered secrets, and how to hide them.
///
/// ```
/// let mut secrets = kit::Secrets::default();
/// secrets.learn("s3cret-Value");
/// assert_eq!(secrets.hide("Basic id:s3cret-Value"), "Basic id:[SECRET]");
/// assert_eq!(secrets.hide("aWQ6czNjcmV0LVZhbHVl"), "aWQ6[SECRET]");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Every form of every value.
    forms: BTreeSet<String>,
    /// The forms by their first byte, the longest first; built on demand.
    by_start: OnceLock<Vec<Vec<String>>>,
}

/// Replaces a secret in output.
pub const HIDDEN: &str = "[SECRET]";

impl Secrets {
    /// Registers a value that must not be shown. White space around it is not secret, and stays.
    pub fn learn(&mut self, value: &str) {
        let value = value.trim();
        if !is_telling(value) {
            return;
        }
        if !self.forms.contains(value) {
            self.forms.extend(forms(value));
            self.by_start = OnceLock::new();
        }
    }

    /// Whether no secret is registered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// The text with all registered secrets replaced.
    #[must_use]
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.is_empty() {
            return Cow::Borrowed(text);
        }
        let by_start = self.by_start.get_or_init(|| by_start(&self.forms));
        let (mut hidden, mut at, mut copied) = (String::new(), 0, 0);
        // A form begins and ends at character boundaries, so what is equal to it does, too.
        while let Some(byte) = text.as_bytes().get(at) {
            let is_here = |form: &&String| text.as_bytes()[at..].starts_with(form.as_bytes());
            match by_start[usize::from(*byte)].iter().find(is_here) {
                Some(form) => {
                    hidden.push_str(&text[copied..at]);
                    hidden.push_str(HIDDEN);
                    at += form.len();
                    copied = at;
                }
                None => at += 1,
            }
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        hidden.push_str(&text[copied..]);
        Cow::Owned(hidden)
    }
}

fn by_start(forms: &BTreeSet<String>) -> Vec<Vec<String>> {
    let mut by_start = vec![Vec::new(); 256];
    for form in forms {
        if let Some(first) = form.bytes().next() {
            by_start[usize::from(first)].push(form.clone());
        }
    }
    for forms in &mut by_start {
        forms.sort_by_key(|form: &String| std::cmp::Reverse(form.len()));
    }
    by_start
}

impl Extend<String> for Secrets {
    fn extend<T: IntoIterator<Item = String>>(&mut self, values: T) {
        for value in values {
            self.learn(&value);
        }
    }
}

impl FromIterator<String> for Secrets {
    fn from_iter<T: IntoIterator<Item = String>>(values: T) -> Self {
        let mut secrets = Self::default();
        secrets.extend(values);
        secrets
    }
}

/// The secrets that this process was given.
static GIVEN: RwLock<Secrets> = RwLock::new(Secrets { forms: BTreeSet::new(), by_start: OnceLock::new() });

/// Registers a secret that this process was given: none of its output will contain it
/// ([`crate::output`]).
pub fn learn(value: &str) {
    GIVEN.write().unwrap_or_else(PoisonError::into_inner).learn(value);
}

/// The text without the secrets that this process was given.
#[must_use]
pub fn hide(text: &str) -> Cow<'_, str> {
    GIVEN.read().unwrap_or_else(PoisonError::into_inner).hide(text)
}

/// The parts of a URL that are confidential whatever their names: user name and password, the
/// values of its query, its fragment. Both as written and decoded.
#[must_use]
pub fn in_address(address: &str) -> Vec<String> {
    let (before, fragment) = address.split_once('#').map_or((address, None), |(a, b)| (a, Some(b)));
    let (before, query) = before.split_once('?').map_or((before, None), |(a, b)| (a, Some(b)));
    let authority = before.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or_default());
    let userinfo = authority.and_then(|authority| authority.rsplit_once('@')).map(|(userinfo, _)| userinfo);
    let values = query.into_iter().flat_map(|query| query.split('&'));
    let values = values.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
    let written: Vec<&str> =
        userinfo.into_iter().flat_map(|userinfo| userinfo.split(':')).chain(values).chain(fragment).collect();
    let mut all = BTreeSet::new();
    for part in written.into_iter().filter(|part| !part.is_empty()) {
        all.insert(part.to_owned());
        all.extend(
            url::form_urlencoded::parse(format!("x={part}").as_bytes()).map(|(_, value)| value.into_owned()),
        );
    }
    all.into_iter().collect()
}

/// Possible secrets in a file that cannot be parsed, so that the meaning of its parts is unknown:
/// every value that is not a name.
#[must_use]
pub fn in_text(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some((value, after)) = next_value(rest) {
            let is_name = value.ends_with(':') || after.trim_start().starts_with(':');
            if !is_name {
                // `NAME=value`, `id:secret`, and the hidden parts of URLs.
                found.extend(value.split_once('=').map(|(_, value)| value.to_owned()));
                found.extend(value.split_once(':').map(|(_, value)| value.to_owned()));
                found.extend(in_address(&value));
                found.push(value);
            }
            rest = after;
        }
    }
    found.retain(|value| is_telling(value.trim()) && !value.contains("//"));
    found
}

/// The next text in a line, quoted or not, and the text after it.
fn next_value(line: &str) -> Option<(String, &str)> {
    let between = |c: char| c.is_whitespace() || ",{}[]".contains(c);
    let start = line.find(|c: char| !between(c))?;
    let rest = &line[start..];
    for quote in ['"', '\''] {
        let Some(inner) = rest.strip_prefix(quote) else { continue };
        let mut escaped = false;
        let end = inner.find(|c: char| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        // An unclosed quotation ends with the line.
        let (inner, after) = end.map_or((inner, ""), |end| (&inner[..end], &inner[end + 1..]));
        let plain = serde_json::from_str(&format!("\"{inner}\"")).unwrap_or_else(|_| inner.to_owned());
        return Some((plain, after));
    }
    let end = rest.find(|c: char| between(c) || c == '"').unwrap_or(rest.len());
    Some((rest[..end].to_owned(), &rest[end..]))
}

/// Whether a value can be distinguished from ordinary text.
fn is_telling(value: &str) -> bool {
    let word = value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-');
    value.len() >= if word { SHORTEST_WORD } else { SHORTEST }
}

/// A value in all forms in which it may appear in output.
fn forms(value: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::from([value.to_owned()]);
    // Within a JSON text, which may be the payload of a token.
    let json = serde_json::Value::from(value).to_string();
    let json = json.trim_start_matches('"').strip_suffix('"').unwrap_or(&json).to_owned();
    for plain in [value, &json] {
        for offset in 0..3 {
            all.extend(in_base64(plain.as_bytes(), offset));
        }
    }
    all.extend([
        json.replace('/', "\\/"),
        json,
        value.escape_debug().to_string(),
        value.escape_default().to_string(),
        in_xml(value),
    ]);
    let written: Vec<String> = all.iter().cloned().collect();
    for text in written {
        let once: Vec<String> = SETS.iter().map(|set| percent_encoded(&text, set)).collect();
        for text in once {
            // Forms encode the space differently; a URL within a URL is encoded twice.
            for text in [text.replace("%20", "+"), text] {
                let twice = percent_encoded(&text, SETS[0]);
                all.extend([lower_hex(&text), lower_hex(&twice), twice, text]);
            }
        }
    }
    all.retain(|form| form.len() >= SHORTEST);
    all
}

/// The base64 characters that this value always produces within encoded data, at `offset` bytes
/// after a multiple of three.
fn in_base64(value: &[u8], offset: usize) -> Vec<String> {
    let padded: Vec<u8> = std::iter::repeat_n(0, offset).chain(value.iter().copied()).collect();
    // Characters that share bits with a neighbor vary with it.
    let (start, end) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
    let encoded = [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)];
    let inner = encoded.iter().filter_map(|text| text.get(start..end));
    inner.filter(|text| text.len() >= SHORTEST_BASE64).map(ToOwned::to_owned).collect()
}

/// Characters that encoders leave unescaped in addition to letters and digits: components of URLs,
/// forms, JavaScript's `encodeURIComponent`, and queries, paths and user names as defined by the
/// URL standard.
const SETS: [&[u8]; 7] = [
    b"-._~",
    b"-._*",
    b"-._~!'()*",
    b"-._~!$%&()*+,/:;=?@[\\]^`{|}",
    b"-._~!$%&()*+,/:;=?@[\\]^{|}'",
    b"-._~!$%&'()*+,/:;=@[\\]^|",
    b"-._~!$%&'()*+,",
];

fn percent_encoded(text: &str, left: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || left.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Converts `%3A` to `%3a`: both are valid (RFC 3986 §2.1).
fn lower_hex(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    let mut digits = 0_u8;
    for c in text.chars() {
        lower.push(if digits > 0 { c.to_ascii_lowercase() } else { c });
        digits = if c == '%' { 2 } else { digits.saturating_sub(1) };
    }
    lower
}

fn in_xml(text: &str) -> String {
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&apos;")]
        .into_iter()
        .fold(text.to_owned(), |text, (plain, escaped)| text.replace(plain, escaped))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "p+ss/w ä\"é<&%41=x'7";

    fn hidden(text: &str) -> String {
        let secrets: Secrets = [VALUE.to_owned()].into_iter().collect();
        secrets.hide(text).into_owned()
    }

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        let forms = [
            VALUE.to_owned(),
            percent_encoded(VALUE, b""),
            percent_encoded(VALUE, b"-._~"),
            lower_hex(&percent_encoded(VALUE, b"-._~")),
            url::form_urlencoded::byte_serialize(VALUE.as_bytes()).collect(),
            percent_encoded(&percent_encoded(VALUE, b"-._~"), b"-._~"),
            percent_encoded(
                &url::form_urlencoded::byte_serialize(VALUE.as_bytes()).collect::<String>(),
                b"-._~",
            ),
            serde_json::json!({ "a": VALUE }).to_string(),
            format!("{VALUE:?}"),
            format!("<a b=\"{}\"/>", in_xml(VALUE)),
            url::Url::parse(&format!("http://h/?x={}", VALUE.replace(['%', '&', '+'], "_")))
                .unwrap()
                .to_string(),
        ];
        for form in &forms[..forms.len() - 1] {
            let shown = hidden(form);
            assert!(shown.contains(HIDDEN), "{form} {shown}");
            assert!(!shown.contains("ss") && !shown.contains('7'), "{form} {shown}");
        }
        let plain: Secrets = [VALUE.replace(['%', '&', '+'], "_")].into_iter().collect();
        assert_eq!(plain.hide(&forms[forms.len() - 1]), "http://h/?x=[SECRET]");
    }

    #[test]
    fn base64_is_seen_through_wherever_the_value_stands_in_it() {
        use base64::engine::general_purpose::{STANDARD, URL_SAFE};
        for before in ["", "a", "id", "id:", "m-default:"] {
            for after in ["", "x", "xy", "xyz"] {
                for text in [
                    format!("{before}{VALUE}{after}"),
                    serde_json::json!({ before: VALUE, "z": after }).to_string(),
                ] {
                    for encoded in
                        [STANDARD.encode(&text), URL_SAFE.encode(&text), URL_SAFE_NO_PAD.encode(&text)]
                    {
                        let shown = hidden(&encoded);
                        assert!(shown.contains(HIDDEN), "{text} {encoded}");
                        // At most the bits that a character shares with a neighbor are left.
                        let left = encoded.len() - (shown.len() - HIDDEN.len());
                        assert!(left >= VALUE.len() * 8 / 6 - 3, "{text} {encoded} {shown}");
                    }
                }
            }
        }
    }

    #[test]
    fn ordinary_text_stays() {
        let mut secrets = Secrets::default();
        for value in ["", " ", "ada", "12345", "secret", "password", "client_id", "\n\n\n\n\n\n\n"] {
            secrets.learn(value);
        }
        assert!(secrets.is_empty());
        secrets.learn(" hunter2-hunter2\n");
        assert_eq!(secrets.hide(" hunter2-hunter2\n"), " [SECRET]\n");
        assert!(matches!(secrets.hide("hunter2"), Cow::Borrowed("hunter2")));
    }

    #[test]
    fn a_longer_secret_goes_before_one_that_it_begins_with() {
        let secrets: Secrets = ["Abc123".to_owned(), "Abc123-and-more".to_owned()].into_iter().collect();
        assert_eq!(secrets.hide("Abc123-and-more Abc123"), "[SECRET] [SECRET]");
    }

    #[test]
    fn values_of_a_broken_file_are_taken_for_secrets_and_names_are_not() {
        for (line, value) in [
            ("clientSecret: \"Qx7-v\\\"N2\"", "Qx7-v\"N2"),
            ("{\"apiKey\" : \"k-123456\"", "k-123456"),
            ("x, other:a1b2c3d4", "a1b2c3d4"),
            ("NAME=V4lue-1", "V4lue-1"),
            ("- [x9y8z7w6", "x9y8z7w6"),
            ("url: http://h/?t=t0ken-1", "t0ken-1"),
            ("secret: 'it is not Closed", "it is not Closed"),
        ] {
            let found = in_text(line);
            assert!(found.iter().any(|text| text == value), "{line}: {found:?}");
            for name in ["clientSecret", "apiKey", "secret", "http://h/?t=t0ken-1"] {
                assert!(!found.iter().any(|text| text == name), "{line}: {found:?}");
            }
        }
    }

    #[test]
    fn what_an_address_hides() {
        let found = in_address("https://user:pa%20ss@host:1/path?token=a%2Bb&x&y=#frag");
        assert_eq!(found, ["a%2Bb", "a+b", "frag", "pa ss", "pa%20ss", "user", "x"]);
        assert!(in_address("http://localhost:3001/a/b").is_empty());
        assert!(in_address("/callback").is_empty());
    }
}
