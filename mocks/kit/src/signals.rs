//! Signals that tell a command to stop.

use std::io;

/// Turns a write beyond the file size limit (`ulimit -f`) into an error, as on a full disk;
/// otherwise the signal would end the process during the write.
///
/// # Errors
/// If the system does not install a handler.
pub fn survive_file_size_limit() -> io::Result<()> {
    // SIGXFSZ is 25 on every Unix that Rust has a standard library for, except MIPS. The handler
    // stays installed when the future that waits for the signal is dropped.
    #[cfg(all(unix, not(any(target_arch = "mips", target_arch = "mips64"))))]
    drop(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(25))?);
    Ok(())
}

/// Ctrl-C, the signal that container runtimes send, and the end of the terminal (which a command
/// started with `nohup` ignores).
/// It listens from its creation on, so that a signal between the first line of output and the first
/// request ends the command as well as any later one.
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
    /// Starts listening.
    ///
    /// # Errors
    /// If the system does not install a handler.
    pub fn listen() -> io::Result<Stop> {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = if is_hangup_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Stop {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup,
        })
    }

    /// Waits for the signal. After it has arrived, another call waits for the next one.
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

/// Whether this process was started so that the end of the terminal does not end it. Listening to
/// the signal would undo that.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    // Signal 1 is the lowest bit. Without this file, it cannot be found out without `unsafe`.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| mask.trim().chars().last()?.to_digit(16)).is_some_and(|lowest| lowest & 1 == 1)
}

/// Listens for Ctrl-C.
#[cfg(windows)]
#[derive(Debug)]
pub struct Stop {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Stop {
    /// Starts listening.
    ///
    /// # Errors
    /// If the system does not install a handler.
    pub fn listen() -> io::Result<Stop> {
        Ok(Stop { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for the signal. After it has arrived, another call waits for the next one.
    pub async fn wait(&mut self) {
        self.interrupt.recv().await;
    }
}
