//! Pipes whose other end may be closed or silent.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::{Size, Unusable};

/// Time limits for the program at the other end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    /// Until a program has opened it.
    pub(super) open: Duration,
    /// Between two pieces.
    pub(super) silence: Duration,
}

impl Waits {
    /// For a person at a terminal.
    pub(super) const PATIENT: Self = Self { open: Duration::MAX, silence: Duration::MAX };
}

impl Default for Waits {
    fn default() -> Self {
        Self { open: Duration::from_secs(3), silence: Duration::from_secs(60) }
    }
}

/// The program at the other end is missing or silent.
#[derive(Debug, thiserror::Error)]
enum Silent {
    #[error("it is a pipe, and no program has opened its other end within {0:?}")]
    NotOpened(Duration),
    #[error("it is a pipe, and the program at its other end has sent nothing for {0:?}")]
    Nothing(Duration),
    #[error("it is a pipe, and the program at its other end has taken nothing for {0:?}")]
    NotTaken(Duration),
}

impl From<Silent> for io::Error {
    fn from(silent: Silent) -> Self {
        Self::new(io::ErrorKind::TimedOut, silent)
    }
}

/// Reads until the other end is closed.
///
/// Opening and reading such a file may block forever, so a separate thread does it. When time is up
/// the thread is left blocked: the command ends then.
pub(super) fn from<R: Read + 'static>(
    open: impl FnOnce() -> io::Result<R> + Send + 'static,
    limit: u64,
    waits: Waits,
) -> io::Result<Vec<u8>> {
    let (sender, pieces) = mpsc::sync_channel(1);
    std::thread::Builder::new().name("pipe".to_owned()).spawn(move || {
        let mut source = match open() {
            Ok(source) => source,
            Err(error) => return drop(sender.send(Err(error))),
        };
        // An empty piece reports that the pipe is open.
        let mut piece = Ok(Vec::new());
        loop {
            let ended = piece.is_err();
            if sender.send(piece).is_err() || ended {
                return;
            }
            let mut buffer = vec![0; 64 * 1024];
            piece = match source.read(&mut buffer) {
                Ok(0) => return,
                Ok(read) => {
                    buffer.truncate(read);
                    Ok(buffer)
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Vec::new()),
                Err(error) => Err(error),
            };
        }
    })?;
    let mut whole = Vec::new();
    let mut late = Silent::NotOpened(waits.open);
    let mut wait = waits.open;
    loop {
        match pieces.recv_timeout(wait) {
            Ok(piece) => whole.extend(piece?),
            Err(RecvTimeoutError::Disconnected) => return Ok(whole),
            Err(RecvTimeoutError::Timeout) => return Err(late.into()),
        }
        if whole.len() as u64 > limit {
            return Err(Unusable::TooLarge(Size(limit)).into());
        }
        (late, wait) = (Silent::Nothing(waits.silence), waits.silence);
    }
}

/// Writes everything to a pipe or a device.
pub(super) fn into(path: &Path, contents: &[u8], waits: Waits) -> io::Result<()> {
    let (path, contents) = (path.to_owned(), contents.to_owned());
    let (sender, done) = mpsc::sync_channel(2);
    std::thread::Builder::new().name("pipe".to_owned()).spawn(move || {
        let opened = OpenOptions::new().write(true).open(path);
        let (told, file): (io::Result<()>, Option<File>) = match opened {
            Ok(file) => (Ok(()), Some(file)),
            Err(error) => (Err(error), None),
        };
        drop(sender.send(told));
        if let Some(mut file) = file {
            drop(sender.send(file.write_all(&contents).and_then(|()| file.flush())));
        }
    })?;
    for (wait, late) in
        [(waits.open, Silent::NotOpened(waits.open)), (waits.silence, Silent::NotTaken(waits.silence))]
    {
        match done.recv_timeout(wait) {
            Ok(done) => done?,
            Err(_) => return Err(late.into()),
        }
    }
    Ok(())
}
