//! The `Authorization: Basic` header as a form of client authentication.
//!
//! RFC 6749 §2.3.1 requires ID and secret to be form-encoded before they are joined, and many
//! clients do not do that. [`parse`] returns the halves as they were sent, [`form_decoded`] as the
//! RFC reads them; a provider decides which readings it accepts.

use std::fmt;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use thiserror::Error;

/// Decoders differ on padding, and some clients omit it: accept both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The two halves of the header, ID and secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The text before the first colon.
    pub id: String,
    /// The text after the first colon; may contain further colons.
    pub secret: String,
}

/// Hides the secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).field("secret", &"…").finish()
    }
}

/// Why a header could not be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Malformed {
    /// The header has another scheme than `Basic`.
    #[error("the scheme of the Authorization header is not Basic")]
    Scheme,
    /// The credentials are not base64.
    #[error("what follows Basic is not base64")]
    Base64,
    /// The decoded credentials are not UTF-8.
    #[error("the decoded credentials are not UTF-8")]
    Encoding,
    /// The decoded credentials have no colon.
    #[error("the decoded credentials contain no colon")]
    Colon,
}

/// Whether a header value names the `Basic` scheme (case-insensitive, RFC 9110 §11.1).
#[must_use]
pub fn is_basic(header: &str) -> bool {
    let scheme = header.trim_start().split(' ').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("basic")
}

/// Parses a header value (RFC 7617 §2) without any further decoding.
///
/// # Errors
/// [`Malformed`] says which step failed.
pub fn parse(header: &str) -> Result<Credentials, Malformed> {
    if !is_basic(header) {
        return Err(Malformed::Scheme);
    }
    let encoded = header.trim().get("basic".len()..).unwrap_or_default().trim();
    let bytes = BASE64.decode(encoded).map_err(|_| Malformed::Base64)?;
    let text = String::from_utf8(bytes).map_err(|_| Malformed::Encoding)?;
    let (id, secret) = text.split_once(':').ok_or(Malformed::Colon)?;
    Ok(Credentials { id: id.to_owned(), secret: secret.to_owned() })
}

/// The halves decoded as form-encoded text (RFC 6749 §2.3.1): `+` is a space, `%XX` a byte. Broken
/// escapes stay unchanged.
#[must_use]
pub fn form_decoded(credentials: &Credentials) -> Credentials {
    Credentials { id: decode(&credentials.id), secret: decode(&credentials.secret) }
}

fn decode(half: &str) -> String {
    // `&` and `=` separate pairs in a form, but here they are ordinary characters.
    let one_value = half.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(one_value.as_bytes()).map(|(text, _)| text.into_owned()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> String {
        format!("Basic {}", BASE64.encode(text))
    }

    #[test]
    fn splits_at_the_first_colon_only() {
        let credentials = parse(&header("app id:s+% !?:x")).unwrap();
        assert_eq!(credentials.id, "app id");
        assert_eq!(credentials.secret, "s+% !?:x");
    }

    #[test]
    fn accepts_any_case_and_missing_padding() {
        let encoded = BASE64.encode("a:b").replace('=', "");
        assert_eq!(parse(&format!("bASIC {encoded}")).unwrap().id, "a");
    }

    #[test]
    fn reads_form_encoded_halves() {
        let sent = parse(&header("my%2Did:s%2B%25+%21%3F%3Ax")).unwrap();
        let read = form_decoded(&sent);
        assert_eq!(read.id, "my-id");
        assert_eq!(read.secret, "s+% !?:x");
    }

    #[test]
    fn decoding_keeps_separators_and_broken_escapes() {
        let sent = parse(&header("id:a&b=c%zz")).unwrap();
        assert_eq!(form_decoded(&sent).secret, "a&b=c%zz");
    }

    #[test]
    fn names_the_broken_step() {
        assert_eq!(parse("Bearer x"), Err(Malformed::Scheme));
        assert_eq!(parse("Basic ***"), Err(Malformed::Base64));
        assert_eq!(parse(&header("no colon")), Err(Malformed::Colon));
        let not_utf8 = format!("Basic {}", BASE64.encode([0xff, b':']));
        assert_eq!(parse(&not_utf8), Err(Malformed::Encoding));
    }

    #[test]
    fn debug_output_hides_the_secret() {
        let credentials = parse(&header("id:hush")).unwrap();
        assert_eq!(format!("{credentials:?}"), r#"Credentials { id: "id", secret: "…" }"#);
    }
}
