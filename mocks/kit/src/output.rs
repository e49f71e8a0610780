//! What a command shows: the one way to standard output and standard error.
//!
//! Whatever comes from elsewhere (pages, users, files, answers) may hold
//! characters that a terminal obeys. What is shown goes through [`escaped`].

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::secret;

/// What a text is, and so what stands for a character that would be obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines for people: `\u{1b}`.
    Text,
    /// One line for people; it stays one.
    Line,
    /// A JSON document: `\u001b`.
    Json,
}

/// The text without the secrets that the process was given, and with everything escaped that a terminal, or whoever reads a log, would obey
/// and not see: control characters, marks that turn the direction of writing, further
/// line ends. Lines and tabs are kept, but for [`Form::Line`].
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
        // U+FDD0…FDEF belong to a program's own affairs, as the colours of this one.
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
    // Writing into a text cannot fail.
    let _ = match form {
        Form::Text | Form::Line => write!(shown, "{}", c.escape_default()),
        // None of them needs two units.
        Form::Json => write!(shown, "\\u{:04x}", u32::from(c)),
    };
}

/// Prints to standard output.
///
/// When that is a pipe whose reader has gone, what is left is not written, and that
/// is no error: the work goes on, and its own result counts.
///
/// # Errors
/// When it cannot be written, as on a full disk.
pub fn print(text: &str, form: Form) -> io::Result<()> {
    written(&escaped(text, form))
}

/// As [`print()`], for lines whose colours are set by characters that `paint` knows, from
/// U+FDD0 to U+FDEF: what it gives is written in their place.
///
/// # Errors
/// As [`print()`].
pub fn print_painted(text: &str, paint: impl Fn(char) -> Option<&'static str>) -> io::Result<()> {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, colour)) = rest.char_indices().find_map(|(at, c)| Some((at, (c, paint(c)?)))) {
        shown.push_str(&escaped(&rest[..at], Form::Text));
        shown.push_str(colour.1);
        rest = &rest[at + colour.0.len_utf8()..];
    }
    shown.push_str(&escaped(rest, Form::Text));
    written(&shown)
}

fn written(text: &str) -> io::Result<()> {
    let mut out = StandardOutput;
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Standard output for what is safe to show already. A pipe whose reader has gone
/// takes everything.
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

/// Prints a line, with the further lines of the text indented below it, to standard
/// error. Where that is closed or full, nothing is left to be done about it.
pub fn complain(text: &str) {
    drop(io::stderr().lock().write_all(complaint(text).as_bytes()));
}

fn complaint(text: &str) -> String {
    let mut shown = escaped(text.trim_end_matches('\n'), Form::Text).into_owned();
    // A line that comes from elsewhere cannot pass for one of ours.
    for at in shown.match_indices('\n').map(|(at, _)| at + 1).collect::<Vec<_>>().into_iter().rev() {
        if !shown[at..].starts_with([' ', '\n']) {
            shown.insert_str(at, "  ");
        }
    }
    shown.push('\n');
    shown
}

/// Standard error as the end of a log: each write is one line, whatever is in it, and
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

    /// Every character that is to be shown and not obeyed.
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
