//! Files that people keep, and files that they provide.
//!
//! [`replace`] and [`create`] write a file under a temporary name and rename it when all of it is
//! on the disk: after a full disk, a file-size limit or a kill, the file is as before, or missing.
//! A killed process leaves a file named `.NAME.….logto-testkit-part`.
//!
//! [`read_text`] reads input from anywhere: no more of it than is useful, from a file or from a
//! pipe that delivers, as UTF-8 or with an error that names the encoding.

mod encoding;
mod pipe;

use std::fs::{File, FileType, OpenOptions, Permissions};
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};

use pipe::Waits;

/// For what a person writes by hand: scenarios, settings, configuration.
pub const SETTINGS_LIMIT: u64 = 1024 * 1024;
/// For what contains a few lines: credentials, variables of an app, a CA.
pub const SMALL_LIMIT: u64 = 64 * 1024;
/// For what a command of ours wrote: transcripts, restore files, recordings.
pub const WRITTEN_LIMIT: u64 = 64 * 1024 * 1024;

/// Suffix of a file that is being written.
const PART: &str = ".logto-testkit-part";
/// Maximum number of links to follow, in case they form a cycle.
const LINKS_LIMIT: usize = 40;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// According to the user's `umask`, or as for the previous file. A link is followed: the file
    /// that it points to is replaced.
    Ordinary,
    /// The owner only: the file contains a secret. It is on the disk when the call returns. A link
    /// is replaced and never followed: an attacker may have put it there.
    Secret,
}

/// Why a file that can be read cannot be used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("it is larger than {0}, the limit for such a file")]
    TooLarge(Size),
    #[error("it is {0}, not a file or a pipe")]
    Kind(&'static str),
    #[error("it is write-protected")]
    Protected,
    #[error("it does not name a file")]
    NoName,
}

impl From<Unusable> for io::Error {
    fn from(unusable: Unusable) -> Self {
        let kind = match unusable {
            Unusable::TooLarge(_) => io::ErrorKind::FileTooLarge,
            Unusable::Kind(_) | Unusable::NoName => io::ErrorKind::InvalidInput,
            Unusable::Protected => io::ErrorKind::PermissionDenied,
        };
        Self::new(kind, unusable)
    }
}

/// A number of bytes, displayed for people.
#[derive(Debug, Clone, Copy)]
struct Size(u64);

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            bytes if bytes % (1024 * 1024) == 0 => write!(f, "{} MiB", bytes / 1024 / 1024),
            bytes if bytes % 1024 == 0 => write!(f, "{} KiB", bytes / 1024),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
}

/// Writes a file, replacing an existing one.
///
/// A device or a pipe (`/dev/stdout`, `>(…)`) is written to directly.
///
/// # Errors
/// If it cannot be written; the previous file is then unchanged.
pub fn replace(path: &Path, contents: impl AsRef<[u8]>, access: Access) -> io::Result<()> {
    let contents = contents.as_ref();
    match std::fs::metadata(path) {
        Ok(there) if is_door(path, there.file_type()) => return pipe::into(path, contents, Waits::default()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let target = match access {
        Access::Ordinary => followed(path),
        Access::Secret => path.to_owned(),
    };
    let part = Part::of(&target, contents, access)?;
    part.0.persist(&target).map_err(|refused| refused.error)?;
    settle(&target, access);
    Ok(())
}

/// Writes a file that does not exist yet.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if the name is taken, even by a dangling link; any other error
/// if the file cannot be written, in which case it does not exist.
pub fn create(path: &Path, contents: impl AsRef<[u8]>, access: Access) -> io::Result<()> {
    let part = Part::of(path, contents.as_ref(), access)?;
    part.0.persist_noclobber(path).map_err(|refused| refused.error)?;
    settle(path, access);
    Ok(())
}

/// A file with all of its contents but without its final name. Dropping it removes the file.
struct Part(tempfile::NamedTempFile<File>);

impl Part {
    fn of(target: &Path, contents: &[u8], access: Access) -> io::Result<Self> {
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().ok_or(Unusable::NoName)?);
        name.push(".");
        let before = match (access, std::fs::symlink_metadata(target)) {
            (_, Ok(there)) if there.is_file() && there.permissions().readonly() => {
                return Err(Unusable::Protected.into());
            }
            (Access::Ordinary, Ok(there)) if there.is_file() => Some(there.permissions()),
            _ => None,
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(&name).suffix(PART);
        let mut part = builder.make_in(folder(target), |part| opened_new(part, access))?;
        let file = part.as_file_mut();
        file.write_all(contents)?;
        if let Some(before) = before {
            keep(file, before)?;
        }
        // Some file systems notice only now that they are full.
        synced(file)?;
        Ok(Self(part))
    }
}

fn opened_new(path: &Path, access: Access) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = access;
    options.open(path)
}

/// Keeps the permissions of the previous file; a file system without permissions has none to keep.
fn keep(file: &File, before: Permissions) -> io::Result<()> {
    match file.set_permissions(before) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        done => done,
    }
}

fn synced(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        done => done,
    }
}

/// Also writes the name to the disk if losing it would do harm. Not every file system supports
/// that, and the file is complete in any case.
fn settle(target: &Path, access: Access) {
    #[cfg(unix)]
    if access == Access::Secret
        && let Ok(folder) = File::open(folder(target))
    {
        drop(folder.sync_all());
    }
    #[cfg(not(unix))]
    let _ = (target, access);
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The target of a link, whether or not it exists.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS_LIMIT {
        let Ok(target) = std::fs::read_link(&path) else { break };
        path = folder(&path).join(target);
    }
    path
}

/// Reads a file or a pipe as UTF-8 text; a byte order mark is skipped.
///
/// # Errors
/// If it cannot be read, is larger than `limit`, is neither a file nor a pipe, is a pipe that
/// delivers nothing, or is text in another encoding, which the error names.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    if is_standard_input(path) {
        return read_standard_input(limit);
    }
    let kind = std::fs::metadata(path)?.file_type();
    let bytes = if kind.is_file() {
        bounded(File::open(path)?, limit)?
    } else if is_pipe(kind) {
        let path = path.to_owned();
        pipe::from(move || File::open(path), limit, Waits::default())?
    } else {
        return Err(Unusable::Kind(name_of(kind)).into());
    };
    encoding::text(bytes)
}

/// Reads standard input, as [`read_text`] reads a file. A person at a terminal may take their time.
///
/// # Errors
/// The same as for [`read_text`].
pub fn read_standard_input(limit: u64) -> io::Result<String> {
    let waits = if io::stdin().is_terminal() { Waits::PATIENT } else { Waits::default() };
    encoding::text(pipe::from(|| Ok(io::stdin()), limit, waits)?)
}

/// Whether the path is another name for standard input.
fn is_standard_input(path: &Path) -> bool {
    cfg!(unix) && ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|known| path == Path::new(known))
}

/// Whether the path leads to an open file or to a device, and is not an ordinary directory entry.
fn is_door(path: &Path, kind: FileType) -> bool {
    const OPEN: [&str; 5] = ["/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"];
    !(kind.is_file() || kind.is_dir()) || cfg!(unix) && OPEN.iter().any(|open| path.starts_with(open))
}

/// Reads everything, but no more than `limit`.
fn bounded(source: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(Unusable::TooLarge(Size(limit)).into()) } else { Ok(bytes) }
}

#[cfg(unix)]
fn is_pipe(kind: FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

fn name_of(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_socket() {
            return "a socket";
        }
    }
    if kind.is_dir() { "a folder" } else { "a device" }
}

#[cfg(test)]
mod tests;
