//! A command being told to stop.

use std::io;

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
