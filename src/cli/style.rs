//! Colors, where they are visible and wanted (<https://no-color.org>).

use std::io::IsTerminal as _;

/// For each color: the character that stands for it until the text is printed, and the terminal's
/// escape sequence. The characters are reserved for a program's internal use (Unicode:
/// noncharacters).
const COLORS: [(char, &str); 6] = [
    (END, "\u{1b}[0m"),
    (GREEN, "\u{1b}[32m"),
    (RED, "\u{1b}[1;31m"),
    (GONE, "\u{1b}[31m"),
    (YELLOW, "\u{1b}[33m"),
    (DIM, "\u{1b}[2m"),
];
const END: char = '\u{fdd0}';
const GREEN: char = '\u{fdd1}';
const RED: char = '\u{fdd2}';
const GONE: char = '\u{fdd3}';
const YELLOW: char = '\u{fdd4}';
const DIM: char = '\u{fdd5}';

/// How to emphasize text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    on: bool,
}

impl Style {
    /// Uses colors if standard output is a terminal and `NO_COLOR` is not set.
    pub(crate) fn of_stdout() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { on: std::io::stdout().is_terminal() && !unwanted }
    }

    /// The escape sequence for a character that starts or ends a color.
    pub(crate) fn sequence(self, c: char) -> Option<&'static str> {
        COLORS.iter().find(|(known, _)| self.on && *known == c).map(|(_, sequence)| *sequence)
    }

    fn wrapped(self, color: char, text: &str) -> String {
        if self.on { format!("{color}{text}{END}") } else { text.to_owned() }
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.wrapped(GREEN, text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.wrapped(RED, text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.wrapped(YELLOW, text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.wrapped(DIM, text)
    }

    /// Colors a unified diff.
    pub(crate) fn diff(self, diff: &str) -> String {
        let line = |line: &str| match line.as_bytes().first() {
            Some(b'+') => self.wrapped(GREEN, line),
            Some(b'-') => self.wrapped(GONE, line),
            _ => line.to_owned(),
        };
        diff.lines().map(line).collect::<Vec<_>>().join("\n")
    }
}
