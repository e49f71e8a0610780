//! A Logto that runs in containers.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use kit::{Bound, Ca, Clock, HeldPort, Random};
use serde_json::Value;
use url::Url;

use super::boot::Boot;
use super::engine::Engine;
use super::error::{ContainerError, PullError};
use super::kept::Kept;
use super::labels::{self, OwnerLock};
use super::progress::{Event, Progress};
use super::reach::{self, Reach};
use super::reaper::Reaper;
use super::reuse::{self, Reusable};
use super::settings::Container;
use super::site::{Site, Timings};
use super::sweep;
use super::version::Version;

/// A Logto in containers, up and seeded, for any number of stacks one after the other: each one
/// finds the tenant untouched.
///
/// Call [`RunningContainer::stop`] at the end. However the process ends, a guard removes the
/// containers, unless they are to stay.
#[derive(Debug)]
pub struct RunningContainer {
    site: Site,
    image: String,
    ca: Arc<Ca>,
    port: HeldPort,
    reach: Reach,
    run: String,
    engine: Engine,
    stays: Option<&'static str>,
    /// The contents of the tenant before any change.
    untouched: OnceLock<Value>,
    /// Only one stack at a time uses the tenant.
    turn: Arc<tokio::sync::Mutex<()>>,
    reaper: Option<Reaper>,
    progress: Progress,
    _owner: OwnerLock,
}

impl Container {
    /// Checks that it could be started without pulling an image: for tests that would rather report
    /// why they are skipped.
    ///
    /// [`ContainerError`] says what is missing.
    /// [`ContainerError`] says what is missing.
    pub async fn ready(&self) -> Result<(), ContainerError> {
        let engine = Engine::connect(self.limits.engine).await?;
        for image in [self.postgres.clone(), self.descriptor()] {
            if !engine.has(&image).await? {
                return Err(PullError::NotHere { image }.into());
            }
        }
        Ok(())
    }

    /// Starts it, or attaches to the one that is kept for reuse.
    ///
    /// # Errors
    /// [`ContainerError`] with what to do about it; nothing is left running then, unless it was to
    /// be kept.
    pub async fn start(self) -> Result<RunningContainer, ContainerError> {
        let engine = Engine::connect(self.limits.engine).await?;
        let (reach, bound) = reach::listen(engine.wish().await?).await?;
        let port = bound.hold()?;
        if !self.reuse {
            return self.boot(engine, reach, port, None).await;
        }
        match reuse::attach(&self, &engine, &reach).await? {
            Reusable::Found { site, ca, run, owner, untouched } => Ok(RunningContainer {
                site: *site,
                image: self.descriptor(),
                ca,
                port,
                reach,
                run,
                engine,
                stays: Some(labels::REUSED),
                untouched: untouched.map_or_else(OnceLock::new, OnceLock::from),
                turn: Arc::default(),
                reaper: None,
                progress: Progress::new(self.progress.clone()),
                _owner: owner,
            }),
            Reusable::ToStart(owner) => self.boot(engine, reach, port, Some(owner)).await,
        }
    }

    async fn boot(
        self,
        engine: Engine,
        reach: Reach,
        port: HeldPort,
        owner: Option<OwnerLock>,
    ) -> Result<RunningContainer, ContainerError> {
        let (clock, random) = (Clock::system(), Random::from_os());
        let ca = match &self.ca {
            Some(ca) => ca.clone(),
            None => Arc::new(Ca::create(&clock, &["huggingface.co"])?),
        };
        let run = random.hex(6);
        let owner = match owner {
            Some(owner) => owner,
            None => OwnerLock::of_run(&run).map_err(|source| ContainerError::Io {
                what: "create the run's lock file".to_owned(),
                source,
            })?,
        };
        let stays = match (self.keep, self.reuse) {
            (_, true) => Some(labels::REUSED),
            (true, false) => Some(labels::KEPT),
            (false, false) => None,
        };
        let mut on_everything = BTreeMap::from([
            (labels::RUN.to_owned(), run.clone()),
            (labels::LOCK.to_owned(), owner.path().display().to_string()),
        ]);
        if let Some(stays) = stays {
            on_everything.insert(labels::STAYS.to_owned(), stays.to_owned());
        }
        if self.reuse {
            on_everything.insert(labels::REUSE_KEY.to_owned(), reuse::key(&self));
        }
        // Started before the first container. Kept containers have no owner that could die;
        // reusable ones have an owner until they are ready for reuse.
        let mut reaper = if self.keep { None } else { Reaper::start(&run) };
        let progress = Progress::new(self.progress.clone());
        let boot = Boot {
            settings: &self,
            engine: &engine,
            run: &run,
            labels: on_everything,
            database_password: &random.hex(16),
            reach: &reach,
            ca: &ca,
            progress: &progress,
        };
        let booted = tokio::select! {
            booted = boot.run() => booted,
            () = self.given_up() => Err(ContainerError::GivenUp),
        };
        let site = match booted {
            Ok(site) => site,
            Err(error) if self.keep => {
                tracing::warn!(
                    "the containers are kept: list them with `docker ps -a --filter label={}={run}`, remove them with `logto-testkit clean \
                     {run}`",
                    labels::RUN
                );
                return Err(error);
            }
            // Docker may still be creating one; the guard keeps looking.
            Err(ContainerError::GivenUp) => {
                remove(&engine, &run, None).await;
                return Err(ContainerError::GivenUp);
            }
            Err(error) => {
                remove(&engine, &run, reaper).await;
                return Err(error);
            }
        };
        if self.reuse
            && let Some(reaper) = reaper.take()
        {
            reaper.release();
        }
        Ok(RunningContainer {
            site,
            image: self.descriptor(),
            ca,
            port,
            reach,
            run,
            engine,
            stays,
            untouched: OnceLock::new(),
            turn: Arc::default(),
            reaper,
            progress,
            _owner: owner,
        })
    }
}

/// Removes a run; if that fails, the guard keeps trying.
async fn remove(engine: &Engine, run: &str, reaper: Option<Reaper>) {
    match (sweep::remove_run(engine, run).await, reaper) {
        (Ok(_), Some(reaper)) => reaper.release(),
        (Ok(_), None) => {}
        (Err(error), _) => {
            tracing::warn!("containers of run {run}: {error}; remove them with `logto-testkit clean`");
        }
    }
}

impl RunningContainer {
    /// Logto's origin (`ENDPOINT`).
    #[must_use]
    pub fn endpoint(&self) -> &Url {
        &self.site.endpoint
    }

    /// Origin of the admin tenant (`ADMIN_ENDPOINT`), which also serves the console.
    #[must_use]
    pub fn admin_endpoint(&self) -> &Url {
        &self.site.admin_endpoint
    }

    /// ID and secret of the seeded machine-to-machine application that may use the Management API.
    #[must_use]
    pub fn credentials(&self) -> (&str, &str) {
        ("m-default", &self.site.secret)
    }

    /// The version of Logto in the image.
    #[must_use]
    pub fn version(&self) -> Version {
        self.site.version
    }

    /// The run's ID, with which its containers are labeled as `logto-testkit.run`.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Name and tag of the image.
    #[must_use]
    pub fn image(&self) -> &str {
        &self.image
    }

    /// Where the mock Hugging Face listens for this Logto.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The CA that this Logto trusts.
    #[must_use]
    pub fn ca(&self) -> &Arc<Ca> {
        &self.ca
    }

    /// How long the start took; `None` if it was already running.
    #[must_use]
    pub fn timings(&self) -> Option<Timings> {
        self.site.timings
    }

    /// Why it can no longer be used, if one of its containers is gone.
    pub(crate) async fn gone(&self) -> Option<ContainerError> {
        let [postgres, logto] = &self.site.containers;
        // Without its database, Logto's own log does not show the cause.
        for (part, id) in [("postgres", postgres), ("logto", logto)] {
            if self.engine.is_up(id).await.is_ok_and(|is_up| !is_up) {
                return Some(ContainerError::Gone { part, log: self.site.words.told() });
            }
        }
        None
    }

    /// Binds the listener for the next mock.
    pub(crate) fn listener(&self) -> Result<Bound, kit::BindError> {
        self.port.bound()
    }

    /// Waits until no other stack uses the tenant.
    pub(crate) async fn turn(&self) -> tokio::sync::OwnedMutexGuard<()> {
        self.turn.clone().lock_owned().await
    }

    /// The contents of the tenant before any change, if they have been recorded.
    pub(crate) fn untouched(&self) -> Option<&Value> {
        self.untouched.get()
    }

    /// Records the contents of the tenant before any change; for reusable containers, beyond this
    /// run.
    pub(crate) async fn remember(&self, untouched: Value) {
        if self.is_reused() {
            reuse::remember(&self.engine, &self.site.containers[1], &untouched).await;
        }
        // An earlier recording shows the same contents.
        drop(self.untouched.set(untouched));
    }

    /// Whether an earlier run may have left something in the tenant, or a later run will use it.
    pub(crate) fn is_reused(&self) -> bool {
        self.stays == Some(labels::REUSED)
    }

    /// Removes the containers with their volumes, or returns how to reach those that stay.
    pub async fn stop(mut self) -> Option<Kept> {
        if let Some(stays) = self.stays {
            return Some(Kept {
                endpoint: self.site.endpoint.clone(),
                admin_endpoint: self.site.admin_endpoint.clone(),
                secret: self.site.secret.clone(),
                run: self.run.clone(),
                containers: self.site.containers.clone(),
                reuse: stays == labels::REUSED,
            });
        }
        remove(&self.engine, &self.run, self.reaper.take()).await;
        None
    }

    /// Like [`RunningContainer::stop`]; also reports containers that stay to the progress listener.
    pub(crate) async fn stop_and_tell(self) {
        let progress = self.progress.clone();
        if let Some(kept) = self.stop().await {
            progress.tell(&Event::Kept(Box::new(kept)));
        }
    }
}
