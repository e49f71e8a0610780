//! From bytes to text, with an error that explains bytes that are not UTF-8.

use std::io;

/// Why bytes are not UTF-8 text.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum NotText {
    #[error(
        "it is text in {0}, not in UTF-8 (Windows PowerShell's `>` writes UTF-16); convert it with \
         `iconv -f {0} -t UTF-8`, or save it as UTF-8"
    )]
    Wide(&'static str),
    #[error(
        "it is not UTF-8: line {line}, column {column} has the byte 0x{byte:02X}, which is `{character}` in \
         Windows-1252 (Latin-1); convert it with `iconv -f WINDOWS-1252 -t UTF-8`, or save it as UTF-8"
    )]
    Narrow { line: usize, column: usize, byte: u8, character: char },
    #[error("it ends within a character: it is cut off")]
    CutOff,
    #[error("it is compressed with gzip; unpack it first")]
    Gzip,
    #[error("it is not text: line {line}, column {column} has the byte 0x{byte:02X}")]
    Binary { line: usize, column: usize, byte: u8 },
}

impl From<NotText> for io::Error {
    fn from(not_text: NotText) -> Self {
        Self::new(io::ErrorKind::InvalidData, not_text)
    }
}

/// 0x80 to 0x9F in Windows-1252; unassigned ones are as in Latin-1.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// Decodes the text, without a byte order mark.
pub(super) fn text(bytes: Vec<u8>) -> io::Result<String> {
    Ok(read(bytes)?)
}

fn read(bytes: Vec<u8>) -> Result<String, NotText> {
    if let Some(name) = wide(&bytes) {
        return Err(NotText::Wide(name));
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(NotText::Gzip);
    }
    // NUL and similar characters are valid UTF-8, but do not occur in text.
    if let Some(at) = bytes.iter().position(|byte| *byte < b' ' && !b"\t\n\x0c\r\x1b".contains(byte)) {
        let (line, column) = place(&bytes[..at]);
        return Err(NotText::Binary { line, column, byte: bytes[at] });
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            return Ok(text);
        }
        Err(error) if error.utf8_error().error_len().is_none() => return Err(NotText::CutOff),
        Err(error) => error.into_bytes(),
    };
    let good = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
    let (line, column) = place(&bytes[..good]);
    let byte = bytes[good];
    let character =
        WINDOWS_1252.chars().nth(usize::from(byte).wrapping_sub(0x80)).unwrap_or(char::from(byte));
    Err(NotText::Narrow { line, column, byte, character })
}

/// UTF-16 or UTF-32, by its byte order mark; without one, by the zeros in its first characters,
/// which are ASCII in everything that is read here (RFC 4627 §3).
fn wide(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => Some("UTF-32LE"),
        [0, 0, 0xfe, 0xff, ..] => Some("UTF-32BE"),
        [0xff, 0xfe, ..] => Some("UTF-16LE"),
        [0xfe, 0xff, ..] => Some("UTF-16BE"),
        [1..=255, 0, 0, 0, ..] => Some("UTF-32LE"),
        [0, 0, 0, 1..=255, ..] => Some("UTF-32BE"),
        [1..=255, 0, 1..=255, 0, ..] | [1..=255, 0] => Some("UTF-16LE"),
        [0, 1..=255, 0, 1..=255, ..] | [0, 1..=255] => Some("UTF-16BE"),
        _ => None,
    }
}

/// Line and column, from 1, of the position after these bytes.
fn place(before: &[u8]) -> (usize, usize) {
    let line = before.iter().filter(|byte| **byte == b'\n').count();
    let begin = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    (line + 1, String::from_utf8_lossy(&before[begin..]).chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, unit: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    fn wide_32(text: &str, unit: impl Fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().flat_map(|c| unit(u32::from(c))).collect()
    }

    #[test]
    fn names_the_encoding_with_a_mark_and_without() {
        let text = "{ \"clientId\": \"ä\" }";
        for begin in ["", "\u{feff}"] {
            let text = format!("{begin}{text}");
            for (bytes, name) in [
                (encoded(&text, u16::to_le_bytes), "UTF-16LE"),
                (encoded(&text, u16::to_be_bytes), "UTF-16BE"),
                (wide_32(&text, u32::to_le_bytes), "UTF-32LE"),
                (wide_32(&text, u32::to_be_bytes), "UTF-32BE"),
            ] {
                assert_eq!(read(bytes), Err(NotText::Wide(name)), "{begin:?}");
            }
        }
        assert_eq!(read("\u{feff}ä".as_bytes().to_owned()).as_deref(), Ok("ä"));
        assert_eq!(read(vec![]).as_deref(), Ok(""));
    }

    #[test]
    fn says_where_a_byte_of_an_older_encoding_is_and_what_it_would_be() {
        let narrow = |bytes: &[u8]| read(bytes.to_owned()).unwrap_err().to_string();
        assert!(
            narrow(b"a: 1\nname: \xfcber").starts_with(
                "it is not UTF-8: line 2, column 7 has the byte 0xFC, which is `\u{fc}` in Windows-1252 (Latin-1)"
            ),
            "{}",
            narrow(b"a: 1\nname: \xfcber")
        );
        assert!(narrow(b"\x80 5").contains("line 1, column 1 has the byte 0x80, which is `\u{20ac}`"));
        // Columns count characters.
        assert!(
            narrow("ä\u{20ac}".as_bytes().iter().chain(b"\xff ").copied().collect::<Vec<_>>().as_slice())
                .contains("line 1, column 3 has the byte 0xFF")
        );
    }

    #[test]
    fn what_is_no_text_at_all_is_called_so() {
        let told = |bytes: &[u8]| read(bytes.to_owned()).unwrap_err();
        assert_eq!(told("secret: ä".as_bytes().split_last().unwrap().1), NotText::CutOff);
        assert_eq!(told(b"\x1f\x8b\x08\0\0"), NotText::Gzip);
        assert_eq!(told(b"ab\ncd\0e"), NotText::Binary { line: 2, column: 3, byte: 0 });
        assert_eq!(told(b"\x89PNG\r\n\x1a\n\0"), NotText::Binary { line: 2, column: 1, byte: 0x1a });
    }
}
