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

/// Ctrl-C, the signal that container runtimes send, and the end of the terminal (which
/// is nothing to a command that was started with `nohup`).
///
/// It listens from its making on, so that a signal between the first line of
/// output and the first request ends the command as well as any later one.
#[cfg(unix)]
#[derive(Debug)]
pub struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Stop {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system gives no handler.
    pub fn listen() -> io::Result<Stop> {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = if is_hangup_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Stop {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup,
        })
    }

    /// Waits for the signal. It may be waited for again: then it is the next one.
    pub async fn wait(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

/// Whether this process was started so that the end of the terminal does not end it. Listening
/// to the signal would undo that.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    // Signal 1 is the lowest bit. Where there is no such file, nothing without `unsafe` tells.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| mask.trim().chars().last()?.to_digit(16)).is_some_and(|lowest| lowest & 1 == 1)
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

    /// Waits for the signal. It may be waited for again: then it is the next one.
    pub async fn wait(&mut self) {
        self.interrupt.recv().await;
    }
}
