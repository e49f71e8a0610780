//! Files that people keep, and what they hand in.
//!
//! [`replace`] and [`create`] write a file aside and give it its name when all of
//! it is on the disk: a full disk, a file-size limit or a kill leaves the file as
//! it was, or none. What a killed process leaves is called `.NAME.….logto-testkit-part`.
//!
//! [`read_text`] reads what may come from anywhere: no more of it than is useful,
//! from a file or from a pipe that delivers, as UTF-8 or with a word on what it is.

mod encoding;
mod pipe;

use std::fs::{File, FileType, OpenOptions, Permissions};
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};

use pipe::Waits;

/// Of what a person writes by hand: scenarios, settings, configuration.
pub const SETTINGS_LIMIT: u64 = 1024 * 1024;
/// Of what holds a few lines: credentials, variables of an app, a CA.
pub const SMALL_LIMIT: u64 = 64 * 1024;
/// Of what a command of ours wrote: transcripts, restore files, recordings.
pub const WRITTEN_LIMIT: u64 = 64 * 1024 * 1024;

/// How the name of a file ends that is being written.
const PART: &str = ".logto-testkit-part";
/// Links that lead to one another in a circle.
const LINKS_LIMIT: usize = 40;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// As the user's `umask` has it, or as the file before had it. A link is
    /// followed: the file that it leads to is replaced.
    Ordinary,
    /// The owner alone: there is a secret in it. It is on the disk when the call
    /// returns. A link is replaced and never followed: it may have been put there.
    Secret,
}

/// What is wrong with a file that can be read.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("it is larger than {0}, the most that is read of such a file")]
    TooLarge(Size),
    #[error("it is {0}, not a file or a pipe")]
    Kind(&'static str),
    #[error("it is write-protected")]
    Protected,
    #[error("it names no file")]
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

/// Bytes, for people.
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

/// Writes a file, in place of the one that may be there.
///
/// A device or a pipe (`/dev/stdout`, `>(…)`) is written to as it stands.
///
/// # Errors
/// When it cannot be written; the file before is then untouched.
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

/// Writes a file that is not there yet.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when something has that name, be it a link
/// that leads nowhere; any other when the file cannot be written, and then there is none.
pub fn create(path: &Path, contents: impl AsRef<[u8]>, access: Access) -> io::Result<()> {
    let part = Part::of(path, contents.as_ref(), access)?;
    part.0.persist_noclobber(path).map_err(|refused| refused.error)?;
    settle(path, access);
    Ok(())
}

/// A file that has all of its contents and not yet its name. Dropped, it is gone.
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
        // Some file systems find out only now that they are full.
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

/// The permissions of the file before; a file system without any has none to keep.
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

/// The name itself is on the disk, too, where losing it would hurt. Not every
/// file system can do that, and the file is whole in any case.
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

/// What a link leads to, be it there or not.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS_LIMIT {
        let Ok(target) = std::fs::read_link(&path) else { break };
        path = folder(&path).join(target);
    }
    path
}

/// Reads a file or a pipe as text in UTF-8; a byte order mark is passed over.
///
/// # Errors
/// When it cannot be read, is larger than `limit`, is neither a file nor a pipe, is
/// a pipe through which nothing comes, or is text in another encoding, which the error names.
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
/// As [`read_text`].
pub fn read_standard_input(limit: u64) -> io::Result<String> {
    let waits = if io::stdin().is_terminal() { Waits::PATIENT } else { Waits::default() };
    encoding::text(pipe::from(|| Ok(io::stdin()), limit, waits)?)
}

/// Whether it is another name of standard input.
fn is_standard_input(path: &Path) -> bool {
    cfg!(unix) && ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|known| path == Path::new(known))
}

/// Whether it leads to what is open or to a device, and is no entry of a folder.
fn is_door(path: &Path, kind: FileType) -> bool {
    const OPEN: [&str; 5] = ["/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"];
    !(kind.is_file() || kind.is_dir()) || cfg!(unix) && OPEN.iter().any(|open| path.starts_with(open))
}

/// Reads all of it, and no more than `limit`.
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
