//! Why Logto could not be started in a container: what, where, and what to do.

use std::path::PathBuf;
use std::time::Duration;

use testcontainers::TestcontainersError;
use testcontainers::bollard::errors::Error as Bollard;

use super::progress::Phase;
use super::version::Version;

/// Why Logto could not be started in a container.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// Docker is missing, or cannot be used.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An image is missing and could not be pulled.
    #[error(transparent)]
    Pull(#[from] PullError),
    /// The image does not contain a Logto that the harness supports.
    #[error(transparent)]
    Image(#[from] RefusedImage),
    /// A phase took too long.
    #[error("{phase}: not finished after {limit:?} (waiting for {waited_for}){log}")]
    Deadline {
        /// The phase that took too long.
        phase: Phase,
        /// Its time limit.
        limit: Duration,
        /// What the phase was waiting for.
        waited_for: String,
        /// The end of the container's log.
        log: LogTail,
    },
    /// A container exited during the start.
    #[error("{phase}: the container `{part}` exited{log}")]
    Ended {
        /// The phase in which it exited.
        phase: Phase,
        /// The container: `postgres` or `logto`.
        part: &'static str,
        /// The end of its log.
        log: LogTail,
    },
    /// A container exited while it was in use.
    #[error("the container `{part}` is gone: it exited, or was removed, after it had started{log}")]
    Gone {
        /// The container: `postgres` or `logto`.
        part: &'static str,
        /// The end of its log.
        log: LogTail,
    },
    /// The containers cannot reach the mock on this machine.
    #[error(
        "Logto's container cannot reach the mock Hugging Face on this machine ({way}: {cause})\n\
         {hint}"
    )]
    MockUnreachable {
        /// The address that the container uses.
        way: String,
        /// The error that the container got.
        cause: String,
        /// What to do.
        hint: &'static str,
    },
    /// Docker refused a request.
    #[error("Docker: {what}: {source}")]
    Docker {
        /// The request, in words.
        what: &'static str,
        /// The error that Docker answered with.
        source: Box<TestcontainersError>,
    },
    /// The database does not contain what Logto's seed creates.
    #[error(
        "the seeded database has no Management API application `m-default` ({answer}): is this the official image?"
    )]
    NoCredentials {
        /// The database's answer.
        answer: String,
    },
    /// Another process uses the containers that are kept for reuse.
    #[error(
        "another process uses the Logto that is kept for reuse; wait until it finishes, or run without --reuse (lock: {lock})",
        lock = lock.display()
    )]
    ReuseTaken {
        /// Path of the lock file that the other process holds.
        lock: PathBuf,
    },
    /// The caller no longer wants the start
    /// ([`Container::give_up_when`](super::Container::give_up_when)).
    #[error("the start of Logto in a container was canceled")]
    GivenUp,
    /// No listener could be bound for the mock.
    #[error(transparent)]
    Bind(#[from] kit::BindError),
    /// The certificate authority could not be created or read.
    #[error(transparent)]
    Ca(#[from] kit::CaError),
    /// The HTTP client that checks whether Logto is up could not be created.
    #[error(transparent)]
    Client(#[from] kit::ClientError),
    /// An operation on a file failed.
    #[error("{what}: {source}")]
    Io {
        /// The operation, in words.
        what: String,
        /// The operating system's error.
        source: std::io::Error,
    },
}

/// The Docker Engine cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No engine was found.
    #[error(
        "no Docker Engine found at {host} ({cause}): start it (`systemctl start docker`, or Docker Desktop), \
         or set DOCKER_HOST to where it is"
    )]
    NotThere {
        /// Where the client looked for it.
        host: String,
        /// The operating system's error.
        cause: String,
    },
    /// An engine was found, but this user may not use it.
    #[error(
        "the Docker Engine at {host} refuses this user ({cause}): add the user to the group `docker`, \
         or use a rootless engine"
    )]
    NotAllowed {
        /// The engine's address.
        host: String,
        /// The operating system's error.
        cause: String,
    },
    /// The engine runs on another machine.
    #[error(
        "DOCKER_HOST={host} is another machine: its containers could not reach the mock on this one, nor this one \
         its containers; run the command there, or start a Logto there and pass --logto URL"
    )]
    Remote {
        /// The value of `DOCKER_HOST`.
        host: String,
    },
    /// `DOCKER_HOST` is set to an empty value.
    #[error(
        "the environment variable DOCKER_HOST is empty: run `unset DOCKER_HOST`, or set it to where the engine is"
    )]
    EmptyHost,
    /// The engine answered with an error.
    #[error("the Docker Engine answered with an error ({what}): {source}")]
    Answer {
        /// The request, in words.
        what: &'static str,
        /// The engine's answer.
        source: Bollard,
    },
    /// The engine did not answer in time.
    #[error(
        "the Docker Engine at {host} did not answer within {limit:?} ({what}): does `docker info` hang, too?"
    )]
    Silent {
        /// The engine's address.
        host: String,
        /// The request, in words.
        what: &'static str,
        /// The time limit.
        limit: Duration,
    },
    /// The Docker client's configuration is invalid.
    #[error("the Docker client's configuration: {0}")]
    Configuration(String),
}

/// Why an image could not be pulled.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The image is not on this machine, and pulling was not requested.
    #[error("the image {image} is not on this machine; run `docker pull {image}`")]
    NotHere {
        /// Name and tag of the image.
        image: String,
    },
    /// The registry does not have the image.
    #[error("image {image} not found ({answer}): check the name and the tag; {tags}")]
    NoSuchTag {
        /// Name and tag of the image.
        image: String,
        /// The registry's answer.
        answer: String,
        /// Where the image's tags are listed.
        tags: String,
    },
    /// The registry refused access.
    #[error(
        "the registry refuses {image} ({answer}): is the name right? sign in with `docker login`; Docker Hub also limits how often anonymous users may pull"
    )]
    NotAllowed {
        /// Name and tag of the image.
        image: String,
        /// The registry's answer.
        answer: String,
    },
    /// The registry was not reachable, or aborted the transfer.
    #[error(
        "{image} could not be pulled: {answer}\ncheck the network and the proxy of the Docker Engine, or get the image by hand: `docker pull {image}`, `docker load`"
    )]
    Failed {
        /// Name and tag of the image.
        image: String,
        /// The error message from Docker.
        answer: String,
    },
    /// No new data arrived for too long.
    #[error(
        "{image} could not be pulled: no data for {limit:?} ({last}); run `docker pull {image}` for details"
    )]
    Standstill {
        /// Name and tag of the image.
        image: String,
        /// The time limit without new data.
        limit: Duration,
        /// The last status that arrived.
        last: String,
    },
    /// The pull as a whole took too long.
    #[error("{image} could not be pulled within {limit:?}; run `docker pull {image}` once in advance")]
    Deadline {
        /// Name and tag of the image.
        image: String,
        /// The time limit.
        limit: Duration,
    },
}

/// Why an image was refused.
#[derive(Debug, thiserror::Error)]
pub enum RefusedImage {
    /// Its Logto is too old.
    #[error(
        "{image} is Logto {found}; its own sign-in page speaks the Experience API only since {minimum}, \
         which is the oldest that can be walked (docs/logto-versions.md)"
    )]
    TooOld {
        /// Name and tag of the image.
        image: String,
        /// Its version of Logto.
        found: Version,
        /// The oldest supported version.
        minimum: Version,
    },
    /// The image does not contain Logto.
    #[error("{image} does not report a version of Logto ({answer}): is it the official image?")]
    NotLogto {
        /// Name and tag of the image.
        image: String,
        /// What it printed instead of a version.
        answer: String,
    },
}

/// The last lines of a container's log, and where all of it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogTail {
    /// The last lines, in order.
    pub lines: Vec<String>,
    /// The file with the whole log, if it could be written.
    pub file: Option<PathBuf>,
}

impl std::fmt::Display for LogTail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.lines.is_empty() {
            write!(f, "; it logged nothing")?;
        } else {
            write!(f, "; its last log lines:")?;
            for line in &self.lines {
                write!(f, "\n    {line}")?;
            }
        }
        match &self.file {
            Some(file) => write!(f, "\nfull log: {}", file.display()),
            None => Ok(()),
        }
    }
}

impl ContainerError {
    /// Wraps Docker's answer to `what`.
    pub(super) fn docker<E: Into<TestcontainersError>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::Docker { what, source: Box::new(source.into()) }
    }
}
