//! A panic is a defect of ours: it is reported in a sentence, everything else ends in order, and
//! the exit code is that of an internal error.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::path::Path;

use futures_util::FutureExt as _;
use kit::output::complain;

use super::exit::CliError;
use super::restore;
use crate::stack::External;

/// From now on, a panic on any thread is reported in a sentence; with `RUST_BACKTRACE` also in
/// Rust's own form.
pub(crate) fn tell() {
    let full = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            full(panic);
        }
        complain(&sentence(panic));
    }));
}

fn sentence(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let what = payload.downcast_ref::<&str>().copied();
    let what = what.or(payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    let place = panic.location().map_or_else(String::new, |place| format!(" ({place})"));
    format!(
        "internal error: {what}{place}\n\
         This is a defect of logto-testkit. Please report it with the output of the same command with RUST_BACKTRACE=1"
    )
}

/// The result of `work`, or the error that it panicked; everything it held has been dropped then.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, CliError>) -> Result<T, CliError> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(CliError::Panicked))
}

/// Like [`caught`], for a future.
pub(crate) async fn caught_in<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(CliError::Panicked))
}

/// Restores the tenant whose stack was lost in a panic, as `logto-testkit restore` would.
pub(crate) async fn put_back(external: &External) {
    let file: &Path = &external.state_file;
    if !file.exists() {
        return;
    }
    let told = match restore::put_back(file, &external.credentials).await {
        Ok(_) => format!("{} has been restored all the same", external.endpoint),
        Err(error) => format!("{error}\nrun `logto-testkit restore {}`", file.display()),
    };
    complain(&told);
}

/// In a debug build, panics on SIGUSR1: tests check what it leaves behind.
#[cfg(all(unix, debug_assertions))]
pub(crate) async fn on_demand() -> Infallible {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut told) = signal(SignalKind::user_defined1()) {
        told.recv().await;
        panic!("SIGUSR1, at which a debug build panics");
    }
    std::future::pending().await
}

#[cfg(not(all(unix, debug_assertions)))]
pub(crate) async fn on_demand() -> Infallible {
    std::future::pending().await
}
