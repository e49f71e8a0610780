//! What the product must survive: too few descriptors, full disks, clocks that
//! step, a machine that pauses, hostile input, kills at any moment.
//!
//! All of these tests are slow and ignored by default; some have a long form, too
//! (`docs/reliability.md`).

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

/// Options for an app that runs already, with the values in its code.
#[cfg(unix)]
fn known_app() -> [String; 3] {
    [
        "--application-id=known".into(),
        "--application-secret=known-to-the-app".into(),
        format!("--logto-port={}", crate::support::free_port()),
    ]
}
