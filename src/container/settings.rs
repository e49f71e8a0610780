//! Which images to start, and what happens to the containers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kit::Ca;
use tokio::sync::watch;

use super::progress::{Event, Listener};

/// Logto's official image.
pub(crate) const DEFAULT_IMAGE: &str = "svhd/logto";
/// The version of Logto whose recordings the snapshots are compared with.
pub const DEFAULT_TAG: &str = "1.42";
/// The database image of Logto's own compose file.
pub(crate) const DEFAULT_POSTGRES: &str = "postgres:17-alpine";

/// Settings for starting Logto in containers.
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

/// Time limits of the phases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// For the Docker Engine's answer to a simple request.
    pub(super) engine: Duration,
    /// For pulling one image.
    pub(super) pull: Duration,
    /// Within a pull, for the time without new data from the registry.
    pub(super) pull_standstill: Duration,
    /// From a container's creation until it runs.
    pub(super) start: Duration,
    /// Until Postgres accepts connections.
    pub(super) postgres: Duration,
    /// For `npm run cli db seed`.
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
    /// Uses the official image with this tag, e.g. `1.42`.
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

    /// Uses another image, given without its tag, e.g. `ghcr.io/logto-io/logto`.
    #[must_use]
    pub fn image(mut self, image: impl Into<String>) -> Self {
        self.image = image.into();
        self
    }

    /// Uses another Postgres image, given with its tag. Only versions before 18 are supported,
    /// whose data is in `/var/lib/postgresql/data`.
    #[must_use]
    pub fn postgres(mut self, image: impl Into<String>) -> Self {
        self.postgres = image.into();
        self
    }

    /// Keeps the containers for inspection; `logto-testkit clean` removes them.
    #[must_use]
    pub fn keep(mut self) -> Self {
        self.keep = true;
        self
    }

    /// Uses containers that an earlier run left for reuse, and leaves them running: for fast local
    /// loops. Only one process can use them at a time; `logto-testkit clean` removes them.
    #[must_use]
    pub fn reuse(mut self) -> Self {
        self.reuse = true;
        self
    }

    /// Sets the CA of `https://huggingface.co`; by default each start creates one.
    #[must_use]
    pub fn ca(mut self, ca: Arc<Ca>) -> Self {
        self.ca = Some(ca);
        self
    }

    /// Sets how long Logto may take from its start until it answers; the default is two minutes.
    #[must_use]
    pub fn boot_limit(mut self, limit: Duration) -> Self {
        self.limits.boot = limit;
        self
    }

    /// Sets the folder for the containers' full logs after a failure; the default is the system's
    /// folder for temporary files.
    #[must_use]
    pub fn log_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.log_folder = folder.into();
        self
    }

    /// Calls `listener` with the progress of the start.
    #[must_use]
    pub fn on_progress(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(listener));
        self
    }

    /// Cancels the start once this turns true, and removes what was created up to then.
    #[must_use]
    pub fn give_up_when(mut self, told: watch::Receiver<bool>) -> Self {
        self.give_up = Some(told);
        self
    }

    /// Name and tag of the image, as Docker expects them.
    #[must_use]
    pub fn descriptor(&self) -> String {
        format!("{}:{}", self.image, self.tag)
    }

    /// Waits until the start is canceled.
    pub(super) async fn given_up(&self) {
        if let Some(mut told) = self.give_up.clone()
            && told.wait_for(|told| *told).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
