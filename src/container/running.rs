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

/// A Logto in containers, up and seeded, for any number of stacks one after the
/// other: each finds the tenant as if nobody had been there.
///
/// Call [`RunningContainer::stop`] at the end. However the process ends, a guard
/// removes the containers, unless they are to stay.
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
    /// What the tenant held before anybody changed it.
    untouched: OnceLock<Value>,
    /// One stack at a time works in the tenant.
    turn: Arc<tokio::sync::Mutex<()>>,
    reaper: Option<Reaper>,
    progress: Progress,
    _owner: OwnerLock,
}

impl Container {
    /// Whether it could be started without fetching anything: for tests that would
    /// rather say why they are skipped.
    ///
    /// # Errors
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

    /// Starts it, or takes the one that is kept for reuse.
    ///
    /// # Errors
    /// [`ContainerError`] in words that say what to do; nothing is left then,
    /// unless it was to be kept.
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
            None => OwnerLock::of_run(&run)
                .map_err(|source| ContainerError::Io { what: "mark the run as alive".to_owned(), source })?,
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
        // Before the first container. What is kept has no owner that could die; what is to be used
        // again has one until it can be.
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
                    "the containers are kept: `docker ps -a --filter label={}={run}` lists them, `logto-testkit clean \
                     {run}` removes them",
                    labels::RUN
                );
                return Err(error);
            }
            // Docker may still be making one; the guard goes on looking.
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

/// Removes a run; when that fails, the guard goes on trying.
async fn remove(engine: &Engine, run: &str, reaper: Option<Reaper>) {
    match (sweep::remove_run(engine, run).await, reaper) {
        (Ok(_), Some(reaper)) => reaper.release(),
        (Ok(_), None) => {}
        (Err(error), _) => {
            tracing::warn!("containers of run {run}: {error}; `logto-testkit clean` removes them");
        }
    }
}

impl RunningContainer {
    /// Origin of Logto (`ENDPOINT`).
    #[must_use]
    pub fn endpoint(&self) -> &Url {
        &self.site.endpoint
    }

    /// Origin of its admin tenant (`ADMIN_ENDPOINT`), where its console is, too.
    #[must_use]
    pub fn admin_endpoint(&self) -> &Url {
        &self.site.admin_endpoint
    }

    /// Id and secret of the seeded machine-to-machine application that may use
    /// the Management API.
    #[must_use]
    pub fn credentials(&self) -> (&str, &str) {
        ("m-default", &self.site.secret)
    }

    /// The version that its image holds.
    #[must_use]
    pub fn version(&self) -> Version {
        self.site.version
    }

    /// What its containers are labelled with, as `logto-testkit.run`.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Image and tag.
    #[must_use]
    pub fn image(&self) -> &str {
        &self.image
    }

    /// Where the mock Hugging Face listens for it.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The CA that it trusts.
    #[must_use]
    pub fn ca(&self) -> &Arc<Ca> {
        &self.ca
    }

    /// How long the start took; `None` for one that ran already.
    #[must_use]
    pub fn timings(&self) -> Option<Timings> {
        self.site.timings
    }

    /// Why it can be used no more, where one of its containers is gone.
    pub(crate) async fn gone(&self) -> Option<ContainerError> {
        let [postgres, logto] = &self.site.containers;
        // Without its database, whatever Logto says is not the cause.
        for (part, id) in [("postgres", postgres), ("logto", logto)] {
            if self.engine.is_up(id).await.is_ok_and(|is_up| !is_up) {
                return Some(ContainerError::Gone { part, log: self.site.words.told() });
            }
        }
        None
    }

    /// The listener for the next mock.
    pub(crate) fn listener(&self) -> Result<Bound, kit::BindError> {
        self.port.bound()
    }

    /// Waits until no other stack works in the tenant.
    pub(crate) async fn turn(&self) -> tokio::sync::OwnedMutexGuard<()> {
        self.turn.clone().lock_owned().await
    }

    /// What the tenant held before anybody changed it, if somebody has looked.
    pub(crate) fn untouched(&self) -> Option<&Value> {
        self.untouched.get()
    }

    /// Keeps what the tenant holds before anybody changes it, beyond this run
    /// with containers that are used again.
    pub(crate) async fn remember(&self, untouched: Value) {
        if self.is_reused() {
            reuse::remember(&self.engine, &self.site.containers[1], &untouched).await;
        }
        // Whoever was first has looked at the same.
        drop(self.untouched.set(untouched));
    }

    /// Whether an earlier run may have left something in the tenant, or a later one finds it.
    pub(crate) fn is_reused(&self) -> bool {
        self.stays == Some(labels::REUSED)
    }

    /// Removes the containers with their volumes, or says how to reach those
    /// that stay.
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

    /// As [`RunningContainer::stop`]; whoever was told of the start is told of what stays.
    pub(crate) async fn stop_and_tell(self) {
        let progress = self.progress.clone();
        if let Some(kept) = self.stop().await {
            progress.tell(&Event::Kept(Box::new(kept)));
        }
    }
}
