//! Which images, and what happens to the containers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kit::Ca;
use tokio::sync::watch;

use super::progress::{Event, Listener};

/// Logto's official image.
pub(crate) const DEFAULT_IMAGE: &str = "svhd/logto";
/// The version whose recordings the snapshots are held against.
pub const DEFAULT_TAG: &str = "1.42";
/// The database that Logto's own compose file takes.
pub(crate) const DEFAULT_POSTGRES: &str = "postgres:17-alpine";

/// A Logto to be started in containers.
///
/// ```no_run
/// use logto_testkit::{Stack, stack::Logto};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let stack = Stack::builder().logto(Logto::container("1.42")).start().await?;
/// println!("{}", stack.endpoints().logto);
/// stack.stop().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Container {
    pub(super) image: String,
    pub(super) tag: String,
    pub(super) postgres: String,
    pub(super) keep: bool,
    pub(super) reuse: bool,
    pub(super) ca: Option<Arc<Ca>>,
    pub(super) limits: Limits,
    pub(super) log_folder: PathBuf,
    pub(super) progress: Option<Listener>,
    pub(super) give_up: Option<watch::Receiver<bool>>,
}

/// How long each phase may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The Docker Engine's answer to a simple question.
    pub(super) engine: Duration,
    /// Fetching one image.
    pub(super) pull: Duration,
    /// Of that, without anything new from the registry.
    pub(super) pull_standstill: Duration,
    /// From a container's creation until it runs.
    pub(super) start: Duration,
    /// Until Postgres takes connections.
    pub(super) postgres: Duration,
    /// `npm run cli db seed`.
    pub(super) seed: Duration,
    /// Until `GET /api/status` answers 204.
    pub(super) boot: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            engine: seconds(10),
            pull: seconds(900),
            pull_standstill: seconds(90),
            start: seconds(60),
            postgres: seconds(60),
            seed: seconds(180),
            boot: seconds(120),
        }
    }
}

impl std::fmt::Debug for Container {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Container")
            .field("image", &self.descriptor())
            .field("postgres", &self.postgres)
            .field("keep", &self.keep)
            .field("reuse", &self.reuse)
            .finish_non_exhaustive()
    }
}

impl Default for Container {
    fn default() -> Self {
        Self::new(DEFAULT_TAG)
    }
}

impl Container {
    /// The official image with this tag, e.g. `1.42`.
    #[must_use]
    pub fn new(tag: impl Into<String>) -> Self {
        Self {
            image: DEFAULT_IMAGE.to_owned(),
            tag: tag.into(),
            postgres: DEFAULT_POSTGRES.to_owned(),
            keep: false,
            reuse: false,
            ca: None,
            limits: Limits::default(),
            log_folder: std::env::temp_dir(),
            progress: None,
            give_up: None,
        }
    }

    /// Another image, without its tag, e.g. `ghcr.io/logto-io/logto`.
    #[must_use]
    pub fn image(mut self, image: impl Into<String>) -> Self {
        self.image = image.into();
        self
    }

    /// Another Postgres, with its tag. Versions before 18, whose data is in
    /// `/var/lib/postgresql/data`.
    #[must_use]
    pub fn postgres(mut self, image: impl Into<String>) -> Self {
        self.postgres = image.into();
        self
    }

    /// Leaves the containers for inspection; `logto-testkit clean` removes them.
    #[must_use]
    pub fn keep(mut self) -> Self {
        self.keep = true;
        self
    }

    /// Takes containers that an earlier run left for reuse, and leaves them: for
    /// fast local loops. Only one process can use them at a time;
    /// `logto-testkit clean` removes them.
    #[must_use]
    pub fn reuse(mut self) -> Self {
        self.reuse = true;
        self
    }

    /// The CA of `https://huggingface.co`; made per start when not given.
    #[must_use]
    pub fn ca(mut self, ca: Arc<Ca>) -> Self {
        self.ca = Some(ca);
        self
    }

    /// How long Logto may take from its start until it answers; two minutes
    /// unless said.
    #[must_use]
    pub fn boot_limit(mut self, limit: Duration) -> Self {
        self.limits.boot = limit;
        self
    }

    /// Where the containers' whole logs are written after a failure; the
    /// system's folder for temporary files unless said.
    #[must_use]
    pub fn log_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.log_folder = folder.into();
        self
    }

    /// Is told how far the start is.
    #[must_use]
    pub fn on_progress(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(listener));
        self
    }

    /// Gives a start up once this turns true, and removes what there is until then.
    #[must_use]
    pub fn give_up_when(mut self, told: watch::Receiver<bool>) -> Self {
        self.give_up = Some(told);
        self
    }

    /// Image and tag, as Docker takes them.
    #[must_use]
    pub fn descriptor(&self) -> String {
        format!("{}:{}", self.image, self.tag)
    }

    /// Until somebody says so.
    pub(super) async fn given_up(&self) {
        if let Some(mut told) = self.give_up.clone()
            && told.wait_for(|told| *told).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
