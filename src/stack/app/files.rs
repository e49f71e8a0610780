//! What an app, or another program outside this process, reads from files of its stack.

use std::io::Write as _;

use kit::{Ca, Clock};
use tempfile::NamedTempFile;

/// The files of a stack, removed with it.
#[derive(Debug)]
pub(in crate::stack) struct AppFiles {
    certificates: NamedTempFile,
    clock: NamedTempFile,
}

impl AppFiles {
    /// Writes the certificates with which these CAs vouch for the stack's servers, and a clock that is right.
    pub(in crate::stack) fn write<'c>(authorities: impl Iterator<Item = &'c Ca>) -> std::io::Result<Self> {
        let (mut certificates, mut clock) = (NamedTempFile::new()?, NamedTempFile::new()?);
        for ca in authorities {
            certificates.write_all(ca.certificate_pem().as_bytes())?;
        }
        clock.write_all(b"+0")?;
        Ok(Self { certificates, clock })
    }

    /// Path of the file with the certificates, in PEM.
    pub(in crate::stack) fn certificates(&self) -> String {
        self.certificates.path().to_string_lossy().into_owned()
    }

    /// Path of the file with the offset of the stack's clock in seconds, such as `+7200`, as libfaketime reads it
    /// (`FAKETIME_TIMESTAMP_FILE`).
    pub(in crate::stack) fn clock(&self) -> String {
        self.clock.path().to_string_lossy().into_owned()
    }

    /// Writes how far the stack's clock is ahead of the machine's. If that fails, the app's clock stays, and the step
    /// that moves the time says so.
    pub(in crate::stack) fn tell_time(&self, clock: &Clock) {
        let ahead = clock.now().as_second() - Clock::system().now().as_second();
        if let Err(error) = std::fs::write(self.clock.path(), format!("{ahead:+}")) {
            tracing::warn!("the time cannot be told to the app: {error}");
        }
    }
}
