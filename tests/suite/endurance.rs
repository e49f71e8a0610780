//! What the product must survive: too few descriptors, full disks, clocks that
//! step, a machine that pauses, hostile input, kills at any moment.
//!
//! Each test here is short and always runs. What takes longer runs in two forms,
//! chosen by `LOGTO_TESTKIT_ENDURANCE`: `short` (`.ci/run`, a few minutes in all)
//! and `long` (on demand); without it, such a test says that it is skipped.

mod answers;
#[cfg(target_os = "linux")]
mod bounded;
#[cfg(unix)]
mod descriptors;
#[cfg(unix)]
mod malformed;
#[cfg(unix)]
mod served;
#[cfg(unix)]
mod shapes;

/// How much of the tests that take their time is run.
#[cfg_attr(not(unix), expect(dead_code, reason = "the tests that read it are for Unix"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `LOGTO_TESTKIT_ENDURANCE=short`
    Short,
    /// `LOGTO_TESTKIT_ENDURANCE=long`
    Long,
}

/// The form that was asked for; `None` prints why `test` is skipped.
#[cfg_attr(not(unix), expect(dead_code, reason = "the tests that read it are for Unix"))]
pub(crate) fn form(test: &str) -> Option<Form> {
    match std::env::var("LOGTO_TESTKIT_ENDURANCE").as_deref() {
        Ok("short") => Some(Form::Short),
        Ok("long") => Some(Form::Long),
        Ok(other) => panic!("LOGTO_TESTKIT_ENDURANCE is `{other}`; set it to `short` or `long`"),
        Err(_) => {
            eprintln!("skipped: {test} takes its time; set LOGTO_TESTKIT_ENDURANCE=short or =long to run it");
            None
        }
    }
}
