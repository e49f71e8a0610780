//! What the product must survive: too few descriptors, full disks, clocks that
//! step, a machine that pauses, hostile input, kills at any moment.
//!
//! Each test here is short and always runs. What takes longer runs in two forms,
//! chosen by `LOGTO_TESTKIT_ENDURANCE`: `short` (`.ci/run`, a few minutes in all)
//! and `long` (on demand); without it, such a test says that it is skipped.

#[cfg(unix)]
mod disk;
#[cfg(unix)]
mod input;
mod kills;
#[cfg(unix)]
mod output;
mod processes;
mod races;
mod raw_headers;
mod seconds;
mod soak;
#[cfg(unix)]
mod terminal;
mod time;

mod access;
mod answers;
#[cfg(target_os = "linux")]
mod bounded;
#[cfg(unix)]
mod descriptors;
#[cfg(unix)]
mod malformed;
mod markers;
#[cfg(unix)]
mod served;
#[cfg(unix)]
mod shapes;

use std::io::Write as _;

/// How much of the tests that take their time is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `LOGTO_TESTKIT_ENDURANCE=short`
    Short,
    /// `LOGTO_TESTKIT_ENDURANCE=long`
    Long,
}

/// The form that was asked for; `None` prints why `test` is skipped.
pub(crate) fn form(test: &str) -> Option<Form> {
    match std::env::var("LOGTO_TESTKIT_ENDURANCE").as_deref() {
        Ok("short") => Some(Form::Short),
        Ok("long") => Some(Form::Long),
        Ok(other) => panic!("LOGTO_TESTKIT_ENDURANCE is `{other}`; set it to `short` or `long`"),
        Err(_) => {
            // Not through `eprintln!`, whose text the test runner keeps to itself when a test passes.
            let told = "takes its time; set LOGTO_TESTKIT_ENDURANCE=short or =long to run it";
            drop(writeln!(std::io::stderr(), "skipped: {test} {told}"));
            None
        }
    }
}
