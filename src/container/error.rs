//! Why there is no Logto in a container: what, where, and what to do.

use std::path::PathBuf;
use std::time::Duration;

use testcontainers::TestcontainersError;
use testcontainers::bollard::errors::Error as Bollard;

use super::progress::Phase;
use super::version::Version;

/// No Logto in a container.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// No Docker, or one that cannot be used.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An image is not there and could not be fetched.
    #[error(transparent)]
    Pull(#[from] PullError),
    /// The image is not of a Logto that can be walked.
    #[error(transparent)]
    Image(#[from] RefusedImage),
    /// A phase took too long.
    #[error("{phase}: not done after {limit:?} ({waited_for}){log}")]
    Deadline {
        /// Which phase.
        phase: Phase,
        /// How long it had.
        limit: Duration,
        /// What was waited for.
        waited_for: String,
        /// The end of the container's log.
        log: LogTail,
    },
    /// A container ended by itself.
    #[error("{phase}: the container `{part}` ended{log}")]
    Ended {
        /// Which phase.
        phase: Phase,
        /// `postgres` or `logto`.
        part: &'static str,
        /// The end of its log.
        log: LogTail,
    },
    /// A container ended by itself while it was used.
    #[error("the container `{part}` is gone: it ended, or was removed, after it had started{log}")]
    Gone {
        /// `postgres` or `logto`.
        part: &'static str,
        /// The last that it logged.
        log: LogTail,
    },
    /// The containers do not get through to the mock on this machine.
    #[error(
        "Logto's container does not reach the mock Hugging Face on this machine ({way}: {cause})\n\
         {hint}"
    )]
    MockUnreachable {
        /// How the container tries.
        way: String,
        /// What it saw.
        cause: String,
        /// What to do.
        hint: &'static str,
    },
    /// Something that Docker refused.
    #[error("Docker: {what}: {source}")]
    Docker {
        /// What was asked of it.
        what: &'static str,
        /// Its answer.
        source: Box<TestcontainersError>,
    },
    /// The database does not hold what a seeded one does.
    #[error(
        "there is no Management API application `m-default` in the seeded database ({answer}): is this the official image?"
    )]
    NoCredentials {
        /// What the database answered.
        answer: String,
    },
    /// Somebody else uses the containers that are kept for reuse.
    #[error(
        "another process uses the Logto that is kept for reuse; wait for it, or run without --reuse (lock: {lock})",
        lock = lock.display()
    )]
    ReuseTaken {
        /// The lock it holds.
        lock: PathBuf,
    },
    /// Whoever wanted it does no more ([`Container::give_up_when`](super::Container::give_up_when)).
    #[error("the start of Logto in a container was given up")]
    GivenUp,
    /// A listener for the mock could not be had.
    #[error(transparent)]
    Bind(#[from] kit::BindError),
    /// The certificate authority.
    #[error(transparent)]
    Ca(#[from] kit::CaError),
    /// The HTTP client that asks whether Logto is up.
    #[error(transparent)]
    Client(#[from] kit::ClientError),
    /// A file.
    #[error("{what}: {source}")]
    Io {
        /// What was done.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
}

/// The Docker Engine cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is none.
    #[error(
        "no Docker Engine at {host} ({cause}): start it (`systemctl start docker`, or Docker Desktop), \
         or say where it is with DOCKER_HOST"
    )]
    NotThere {
        /// Where it was looked for.
        host: String,
        /// What the system says.
        cause: String,
    },
    /// It is there, and not for us.
    #[error(
        "the Docker Engine at {host} refuses this user ({cause}): add the user to the group `docker`, \
         or use a rootless engine"
    )]
    NotAllowed {
        /// Where it is.
        host: String,
        /// What the system says.
        cause: String,
    },
    /// It runs on another machine.
    #[error(
        "DOCKER_HOST={host} is another machine: its containers would not reach the mock on this one, nor this one \
         theirs; run the command there, or start a Logto there and say --logto URL"
    )]
    Remote {
        /// Where it is.
        host: String,
    },
    /// The variable is there, and empty.
    #[error(
        "the environment variable DOCKER_HOST is set to nothing: `unset DOCKER_HOST`, or say where the engine is"
    )]
    EmptyHost,
    /// It answers with an error.
    #[error("the Docker Engine does not answer as one ({what}): {source}")]
    Answer {
        /// What it was asked.
        what: &'static str,
        /// Its answer.
        source: Bollard,
    },
    /// It does not answer.
    #[error(
        "the Docker Engine at {host} did not answer within {limit:?} ({what}): is it stuck? `docker info` asks the same"
    )]
    Silent {
        /// Where it is.
        host: String,
        /// What it was asked.
        what: &'static str,
        /// How long it had.
        limit: Duration,
    },
    /// Its configuration is not understood.
    #[error("the Docker client's configuration: {0}")]
    Configuration(String),
}

/// An image is not here and could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// It is not on this machine, and nobody asked for it to be fetched.
    #[error("the image {image} is not here; `docker pull {image}` fetches it")]
    NotHere {
        /// The image.
        image: String,
    },
    /// The registry does not have it.
    #[error("there is no image {image} ({answer}): check the name and the tag; {tags}")]
    NoSuchTag {
        /// The image.
        image: String,
        /// The registry's words.
        answer: String,
        /// Where tags are listed.
        tags: String,
    },
    /// The registry wants somebody else.
    #[error(
        "the registry refuses {image} ({answer}): is the name right? `docker login` signs in; Docker Hub also limits how often nobody in particular may pull"
    )]
    NotAllowed {
        /// The image.
        image: String,
        /// The registry's words.
        answer: String,
    },
    /// The registry was not reached, or gave up.
    #[error(
        "{image} could not be pulled: {answer}\ncheck the network and the proxy of the Docker Engine, or load it: `docker pull {image}`, `docker load`"
    )]
    Failed {
        /// The image.
        image: String,
        /// What Docker says.
        answer: String,
    },
    /// Nothing new came for too long.
    #[error(
        "{image} could not be pulled: nothing came for {limit:?} ({last}); `docker pull {image}` shows more"
    )]
    Standstill {
        /// The image.
        image: String,
        /// How long.
        limit: Duration,
        /// The last that came.
        last: String,
    },
    /// It took too long as a whole.
    #[error("{image} could not be pulled within {limit:?}; run `docker pull {image}` once beforehand")]
    Deadline {
        /// The image.
        image: String,
        /// How long.
        limit: Duration,
    },
}

/// An image that holds no Logto that can be walked.
#[derive(Debug, thiserror::Error)]
pub enum RefusedImage {
    /// Too old.
    #[error(
        "{image} is Logto {found}; its own sign-in page speaks the Experience API only since {minimum}, \
         which is the oldest that can be walked (docs/logto-versions.md)"
    )]
    TooOld {
        /// The image.
        image: String,
        /// Its version.
        found: Version,
        /// What is needed.
        minimum: Version,
    },
    /// No Logto at all.
    #[error("{image} does not tell a version of Logto ({answer}): is it the official image?")]
    NotLogto {
        /// The image.
        image: String,
        /// What it told.
        answer: String,
    },
}

/// The last lines of a container's log, and where all of it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogTail {
    /// The last lines.
    pub lines: Vec<String>,
    /// The file with all of them.
    pub file: Option<PathBuf>,
}

impl std::fmt::Display for LogTail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.lines.is_empty() {
            write!(f, "; it logged nothing")?;
        } else {
            write!(f, "; it logged last:")?;
            for line in &self.lines {
                write!(f, "\n    {line}")?;
            }
        }
        match &self.file {
            Some(file) => write!(f, "\nall of it: {}", file.display()),
            None => Ok(()),
        }
    }
}

impl ContainerError {
    /// What Docker answered to `what`.
    pub(super) fn docker<E: Into<TestcontainersError>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::Docker { what, source: Box::new(source.into()) }
    }
}
