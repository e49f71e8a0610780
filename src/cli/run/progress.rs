//! The progress of a run, shown only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use kit::output::{Form, escaped};

/// A progress line at the bottom of the terminal.
pub(in crate::cli) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// `wanted` is false if a program reads the output.
    pub(in crate::cli) fn new(walks: usize, wanted: bool) -> Self {
        use std::io::IsTerminal as _;
        let terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        let bar = (wanted && terminal && walks > 1).then(|| {
            let style = ProgressStyle::with_template("{pos}/{len} walked {wide_msg}");
            let bar = ProgressBar::new(walks as u64);
            // The template is a valid constant; the default style is a harmless fallback.
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar }
    }

    /// Counts one more walk as ended.
    pub(in crate::cli) fn one_more(&mut self, name: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("· {}", escaped(name, Form::Line)));
            bar.inc(1);
        }
    }

    /// Prints above the line.
    pub(in crate::cli) fn above<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Removes the line.
    pub(in crate::cli) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
