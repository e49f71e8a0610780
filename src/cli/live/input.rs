//! The end of standard input, which ends a stack that another program has started: however that program ends, the system
//! closes its pipes.

use std::io::Read as _;

use tokio::sync::oneshot;

use crate::cli::exit::CliError;

/// What standard input is, for a command that ends with it.
pub(crate) enum Input {
    /// A pipe, whose end is waited for.
    Pipe(oneshot::Receiver<()>),
    /// A terminal, `/dev/null` or a file: it ends at once or never, and says nothing about the program that started us.
    Other,
}

impl Input {
    /// Looks at standard input, and begins to read it if it is a pipe.
    pub(crate) fn watch() -> Result<Self, CliError> {
        if !is_pipe() {
            return Ok(Self::Other);
        }
        let (ended, end) = oneshot::channel();
        // A thread of its own, since a read cannot be cancelled. It ends with the process.
        let reading = move || {
            let mut input = std::io::stdin().lock();
            let mut ignored = [0; 1024];
            loop {
                match input.read(&mut ignored) {
                    Ok(0) => break,
                    Err(error) if error.kind() != std::io::ErrorKind::Interrupted => break,
                    Ok(_) | Err(_) => {}
                }
            }
            let _ = ended.send(());
        };
        let thread = std::thread::Builder::new().name("standard input".to_owned()).spawn(reading);
        thread.map_err(|source| CliError::Io { what: "watch standard input", source })?;
        Ok(Self::Pipe(end))
    }

    /// Waits for the end; forever, if it is not waited for.
    pub(crate) async fn end(self) {
        match self {
            // The sender also goes when the thread panics.
            Self::Pipe(end) => drop(end.await),
            Self::Other => std::future::pending().await,
        }
    }
}

/// Whether another program holds the other end.
#[cfg(unix)]
fn is_pipe() -> bool {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;

    let input = std::io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from);
    let kind = input.and_then(|input| input.metadata()).map(|found| found.file_type());
    kind.is_ok_and(|kind| kind.is_fifo() || kind.is_socket())
}

#[cfg(not(unix))]
fn is_pipe() -> bool {
    use std::io::IsTerminal as _;

    !std::io::stdin().is_terminal()
}
