//! A command being told to stop.

use std::io;

/// A write beyond the limit of a file's size (`ulimit -f`) becomes an error, as on a
/// full disk; otherwise the signal for it ends the process within the write.
///
/// # Errors
/// When the system gives no handler.
pub fn survive_file_size_limit() -> io::Result<()> {
    // SIGXFSZ is 25 on every Unix that Rust has a standard library for, but for MIPS. The
    // handler stays when what waits for the signal is dropped.
    #[cfg(all(unix, not(any(target_arch = "mips", target_arch = "mips64"))))]
    drop(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(25))?);
    Ok(())
}

/// Ctrl-C, and the signal that container runtimes send.
///
/// It listens from its making on, so that a signal between the first line of
/// output and the first request ends the command as well as any later one.
#[cfg(unix)]
#[derive(Debug)]
pub struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system gives no handler.
    pub fn listen() -> io::Result<Stop> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Stop { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the signal.
    pub async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(windows)]
#[derive(Debug)]
pub struct Stop {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Stop {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system gives no handler.
    pub fn listen() -> io::Result<Stop> {
        Ok(Stop { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for the signal.
    pub async fn wait(mut self) {
        self.interrupt.recv().await;
    }
}
