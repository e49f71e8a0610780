//! A command's output: the only way to standard output and standard error.
//!
//! Input from elsewhere (pages, users, files, answers) may contain characters that a terminal
//! obeys. All output passes through [`escaped`].

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::secret;

/// The form of a text, which determines how control characters are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines for people: `\u{1b}`.
    Text,
    /// One line for people; it stays one line.
    Line,
    /// A JSON document: `\u001b`.
    Json,
}

/// The text without the secrets that the process was given, and with everything escaped that a
/// terminal would obey, or that a reader of a log would not see: control characters, marks that
/// change the direction of writing, other line ends. Lines and tabs are kept, except for
/// [`Form::Line`].
#[must_use]
pub fn escaped(text: &str, form: Form) -> Cow<'_, str> {
    match secret::hide(text) {
        Cow::Borrowed(text) => without_controls(text, form),
        Cow::Owned(text) => Cow::Owned(without_controls(&text, form).into_owned()),
    }
}

fn without_controls(text: &str, form: Form) -> Cow<'_, str> {
    // Most lines are of this kind, and there are many.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let Some(first) = text.find(|c| is_obeyed(c, form)) else { return Cow::Borrowed(text) };
    let mut shown = String::with_capacity(text.len() + 16);
    shown.push_str(&text[..first]);
    for c in text[first..].chars() {
        if is_obeyed(c, form) { push_escape(&mut shown, c, form) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

fn is_obeyed(c: char, form: Form) -> bool {
    match c {
        '\n' | '\t' => form == Form::Line,
        // U+FDD0…FDEF are reserved for a program's internal use, such as this one's colors.
        '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{fdd0}'..='\u{fdef}' => true,
        c => c.is_control(),
    }
}

fn push_escape(shown: &mut String, c: char, form: Form) {
    // Writing to a `String` cannot fail.
    let _ = match form {
        Form::Text | Form::Line => write!(shown, "{}", c.escape_default()),
        // None of them needs two units.
        Form::Json => write!(shown, "\\u{:04x}", u32::from(c)),
    };
}

/// Prints to standard output.
///
/// If that is a pipe whose reader is gone, the rest is not written, and that is not an error: the
/// work continues, and its own result counts.
///
/// # Errors
/// If it cannot be written, as on a full disk.
pub fn print(text: &str, form: Form) -> io::Result<()> {
    written(&escaped(text, form))
}

/// Prints what a command exists to hand out to standard output: secrets in it stay as they are. The list of these
/// commands is closed (`docs/design.md`, "Access and secrets").
///
/// # Errors
/// The same as for [`print()`].
pub fn hand_out(text: &str, form: Form) -> io::Result<()> {
    written(&without_controls(text, form))
}

/// Like [`print()`], for lines whose colors are set by characters from U+FDD0 to U+FDEF that
/// `paint` knows: its result is written in their place.
///
/// # Errors
/// The same as for [`print()`].
pub fn print_painted(text: &str, paint: impl Fn(char) -> Option<&'static str>) -> io::Result<()> {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, color)) = rest.char_indices().find_map(|(at, c)| Some((at, (c, paint(c)?)))) {
        shown.push_str(&escaped(&rest[..at], Form::Text));
        shown.push_str(color.1);
        rest = &rest[at + color.0.len_utf8()..];
    }
    shown.push_str(&escaped(rest, Form::Text));
    written(&shown)
}

fn written(text: &str) -> io::Result<()> {
    let mut out = StandardOutput;
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Standard output for text that is already safe to show. Writing to a pipe whose reader is gone
/// succeeds.
#[derive(Debug, Clone, Copy, Default)]
pub struct StandardOutput;

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match io::stdout().lock().write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            done => done,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match io::stdout().lock().flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done,
        }
    }
}

/// Prints a line, with the text's further lines indented below it, to standard error. If that is
/// closed or full, the text is lost.
pub fn complain(text: &str) {
    drop(io::stderr().lock().write_all(complaint(text).as_bytes()));
}

fn complaint(text: &str) -> String {
    let mut shown = escaped(text.trim_end_matches('\n'), Form::Text).into_owned();
    // Lines from elsewhere must not look like ours.
    for at in shown.match_indices('\n').map(|(at, _)| at + 1).collect::<Vec<_>>().into_iter().rev() {
        if !shown[at..].starts_with([' ', '\n']) {
            shown.insert_str(at, "  ");
        }
    }
    shown.push('\n');
    shown
}

/// Standard error as the destination of a log: each write is one line, whatever it contains, and
/// never an error.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogLines;

impl Write for LogLines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let line = escaped(text.strip_suffix('\n').unwrap_or(&text), Form::Line);
        drop(io::stderr().lock().write_all(format!("{line}\n").as_bytes()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All characters that must be shown and not obeyed.
    fn obeyed() -> Vec<char> {
        let controls = (0..0x20).chain(0x7f..0xa0).filter(|c| ![0x09, 0x0a].contains(c));
        let bidi = (0x202a..=0x202e).chain(0x2066..=0x2069).chain([0x61c, 0x200e, 0x200f, 0x2028, 0x2029]);
        controls.chain(bidi).map(|c| char::from_u32(c).unwrap()).collect()
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown_in_every_form() {
        for c in obeyed() {
            let text = format!("a{c}b");
            for form in [Form::Text, Form::Line, Form::Json] {
                let shown = escaped(&text, form);
                assert!(
                    !shown.contains(c) && shown.starts_with('a') && shown.ends_with('b'),
                    "{c:?} {shown}"
                );
            }
        }
        assert_eq!(escaped("\u{1b}[2J\r\u{202e}", Form::Text), "\\u{1b}[2J\\r\\u{202e}");
        assert_eq!(escaped("one\ntwo\tthree", Form::Line), "one\\ntwo\\tthree");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", "“Zoë” – 日本語 עברית 👩‍👩‍👧 \u{a0}x", "a\n\tb\n"] {
            assert!(matches!(escaped(text, Form::Text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn no_line_from_elsewhere_passes_for_one_of_a_commands_own() {
        assert_eq!(complaint("error: a\n  hint: b\n"), "error: a\n  hint: b\n");
        assert_eq!(
            complaint("error: a: \u{1b}[2K\rb\nerror: c\n\nd"),
            "error: a: \\u{1b}[2K\\rb\n  error: c\n\n  d\n"
        );
    }

    #[test]
    fn a_json_document_stays_one_with_the_same_contents() {
        let contents: String = obeyed().into_iter().collect();
        let document = format!("{:#}", serde_json::json!({ "a": contents, "b": [1, "ä"] }));
        let shown = escaped(&document, Form::Json);
        assert!(obeyed().iter().all(|c| !shown.contains(*c)));
        let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(read["a"], contents.as_str());
    }
}
