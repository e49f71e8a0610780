//! From images to a running Logto.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kit::{Ca, Client, Clock, Stopwatch};
use testcontainers::GenericImage;
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, ContainerRequest};
use url::Url;

use super::engine::Engine;
use super::error::{ContainerError, RefusedImage};
use super::log::{self, Follow, Mark};
use super::progress::{Begun, Phase, Progress};
use super::pull::pull;
use super::reach::Reach;
use super::request::{Of, PORTS};
use super::settings::Container;
use super::site::{Site, Timings};
use super::version::{MINIMUM, Version};

/// Everything that a start needs.
pub(super) struct Boot<'a> {
    pub(super) settings: &'a Container,
    pub(super) engine: &'a Engine,
    pub(super) run: &'a str,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) database_password: &'a str,
    pub(super) reach: &'a Reach,
    pub(super) ca: &'a Arc<Ca>,
    pub(super) progress: &'a Progress,
}

/// A container that is being started, for errors about it.
struct Part<'a> {
    phase: Phase,
    name: &'static str,
    id: &'a str,
}

impl Boot<'_> {
    /// Pulls missing images, then starts Postgres and Logto.
    ///
    /// # Errors
    /// [`ContainerError`]; what was started up to then still exists.
    pub(super) async fn run(&self) -> Result<Site, ContainerError> {
        let limits = &self.settings.limits;
        for image in [&self.settings.postgres, &self.settings.descriptor()] {
            pull(self.engine, image, limits, self.progress).await?;
        }
        let of = Of {
            settings: self.settings,
            labels: self.labels.clone(),
            database_password: self.database_password,
        };
        let began = Stopwatch::start();
        let phase = self.progress.begin(Phase::Postgres, &self.settings.postgres);
        let postgres = self.start(Phase::Postgres, "postgres", of.postgres()).await?;
        let id = postgres.id();
        let booted = tokio::select! {
            booted = self.on(&of, &postgres, phase) => booted,
            () = self.engine.ended(id) => Err(self.postgres_ended(Phase::Postgres, id).await),
        };
        let mut site = match booted {
            Ok(site) => site,
            Err(error) => return Err(self.blame(error, id).await),
        };
        let total = began.elapsed();
        site.timings = site.timings.map(|timings| Timings { total, ..timings });
        Ok(site)
    }

    /// Starts Logto on a Postgres that is starting.
    async fn on(
        &self,
        of: &Of<'_>,
        postgres: &ContainerAsync<GenericImage>,
        phase: Begun<'_>,
    ) -> Result<Site, ContainerError> {
        let limits = &self.settings.limits;
        let published = ports(postgres).await?;
        let request = of.logto(postgres.id(), published, self.reach, self.ca);
        let logto = self.start(Phase::Postgres, "logto", request).await?;
        let mut follow = Follow::start(self.engine, logto.id());
        let part = |phase| Part { phase, name: "logto", id: logto.id() };

        // Logto's container already runs here; until it seeds, it waits for Postgres.
        let starting = part(Phase::Postgres);
        let words = self.version(&mut follow, &starting);
        let version =
            self.within(limits.postgres, "the container's first log lines", &starting, words).await??;
        let seed = self.until(&Mark::Seed, &mut follow, &starting);
        let awaited = Part { phase: Phase::Postgres, name: "postgres", id: postgres.id() };
        self.within(limits.postgres, "Postgres to take connections", &awaited, seed).await??;
        let postgres_took = phase.ended();

        let (phase, seeding) =
            (self.progress.begin(Phase::Seed, "npm run cli db seed -- --swe"), part(Phase::Seed));
        let seeded = self.until(&Mark::Boot, &mut follow, &seeding);
        self.within(limits.seed, "the seed", &seeding, seeded).await??;
        let seed_took = phase.ended();

        let phase = self.progress.begin(Phase::Boot, format!("Logto {version}"));
        let [endpoint, admin_endpoint] = published.map(localhost);
        let client = Client::builder().build()?;
        let boot = part(Phase::Boot);
        let waited = async {
            tokio::select! {
                () = answers(&client, &endpoint) => Ok(()),
                ended = self.ended(&mut follow, &boot) => Err(ended),
            }
        };
        self.within(limits.boot, "GET /api/status", &boot, waited).await??;
        let secret = management_secret(self.engine, postgres.id()).await?;
        let boot_took = phase.ended();
        let timings = Timings {
            postgres: postgres_took,
            seed: seed_took,
            boot: boot_took,
            total: postgres_took + seed_took + boot_took,
        };
        let containers = [postgres.id().to_owned(), logto.id().to_owned()];
        let words = follow.words();
        Ok(Site { endpoint, admin_endpoint, secret, version, timings: Some(timings), containers, words })
    }

    /// Without its database, Logto's own log does not show the cause.
    async fn blame(&self, error: ContainerError, postgres: &str) -> ContainerError {
        let phase = match &error {
            ContainerError::Ended { phase, .. } | ContainerError::Deadline { phase, .. } => *phase,
            ContainerError::Docker { .. } => Phase::Postgres,
            _ => return error,
        };
        match self.engine.runs(postgres).await {
            Ok(false) => self.postgres_ended(phase, postgres).await,
            Ok(true) | Err(_) => error,
        }
    }

    async fn postgres_ended(&self, phase: Phase, id: &str) -> ContainerError {
        let part = Part { phase, name: "postgres", id };
        ContainerError::Ended { phase, part: part.name, log: self.tail(&part).await }
    }

    async fn start(
        &self,
        phase: Phase,
        part: &'static str,
        request: ContainerRequest<GenericImage>,
    ) -> Result<ContainerAsync<GenericImage>, ContainerError> {
        let limit = self.settings.limits.start;
        match kit::within(part, limit, request.start()).await {
            Ok(started) => started.map_err(ContainerError::docker("start a container")),
            Err(_) => Err(ContainerError::Deadline {
                phase,
                limit,
                waited_for: format!("Docker to start the container `{part}`"),
                log: super::error::LogTail::default(),
            }),
        }
    }

    async fn within<T>(
        &self,
        limit: Duration,
        waited_for: &str,
        part: &Part<'_>,
        work: impl Future<Output = T>,
    ) -> Result<T, ContainerError> {
        match kit::within(waited_for, limit, work).await {
            Ok(done) => Ok(done),
            Err(_) => Err(ContainerError::Deadline {
                phase: part.phase,
                limit,
                waited_for: waited_for.to_owned(),
                log: self.tail(part).await,
            }),
        }
    }

    /// Waits until the boot script reports `wanted`.
    async fn until(&self, wanted: &Mark, follow: &mut Follow, part: &Part<'_>) -> Result<(), ContainerError> {
        loop {
            match self.next(follow, part).await? {
                mark if mark == *wanted => return Ok(()),
                _ => {}
            }
        }
    }

    async fn version(&self, follow: &mut Follow, part: &Part<'_>) -> Result<Version, ContainerError> {
        let image = self.settings.descriptor();
        loop {
            let answer = match follow.next().await {
                Some(Mark::Version(found)) => match Version::parse(&found) {
                    Some(version) if version >= MINIMUM => return Ok(version),
                    Some(found) => {
                        return Err(RefusedImage::TooOld { image, found, minimum: MINIMUM }.into());
                    }
                    None => found,
                },
                Some(_) => continue,
                None => log::last_line(self.engine, part.id).await,
            };
            return Err(RefusedImage::NotLogto { image, answer }.into());
        }
    }

    async fn next(&self, follow: &mut Follow, part: &Part<'_>) -> Result<Mark, ContainerError> {
        match follow.next().await {
            Some(Mark::Unreachable(cause)) => {
                let (host, port) = self.reach.seen_from_within();
                let way = format!("{host}:{port}");
                Err(ContainerError::MockUnreachable { way, cause, hint: self.reach.hint() })
            }
            Some(mark) => Ok(mark),
            None => {
                let log = self.tail(part).await;
                Err(ContainerError::Ended { phase: part.phase, part: part.name, log })
            }
        }
    }

    /// Returns only if the container ends, or reports that it cannot work.
    async fn ended(&self, follow: &mut Follow, part: &Part<'_>) -> ContainerError {
        loop {
            if let Err(error) = self.next(follow, part).await {
                return error;
            }
        }
    }

    async fn tail(&self, part: &Part<'_>) -> super::error::LogTail {
        let name = format!("logto-testkit-{}-{}.log", self.run, part.name);
        log::tail(self.engine, part.id, &self.settings.log_folder, &name).await
    }
}

/// The host ports where [`PORTS`] are published.
async fn ports(postgres: &ContainerAsync<GenericImage>) -> Result<[u16; 2], ContainerError> {
    let mut published = [0; 2];
    for (published, own) in published.iter_mut().zip(PORTS) {
        *published = postgres
            .get_host_port_ipv4(own)
            .await
            .map_err(ContainerError::docker("look up where a port is published"))?;
    }
    Ok(published)
}

/// Polls until Logto reports that it is up (contract §5.2). Docker's proxy accepts connections
/// before Logto listens behind it, and closes them.
pub(super) async fn answers(client: &Client, endpoint: &Url) {
    let clock = Clock::system();
    loop {
        let request = http::Request::get(format!("{endpoint}api/status")).body(Bytes::new());
        if let Ok(request) = request
            && let Ok(answer) = client.send(request).await
            && answer.status() == http::StatusCode::NO_CONTENT
        {
            return;
        }
        clock.sleep(Duration::from_millis(50)).await;
    }
}

/// The secret of the seeded machine-to-machine application that may use the Management API. Logto
/// does not hand it out, so it is read from our database.
pub(super) async fn management_secret(engine: &Engine, postgres: &str) -> Result<String, ContainerError> {
    const QUERY: &str = "select secret from applications where id = 'm-default' and tenant_id = 'admin'";
    let command = ["psql", "-U", "postgres", "-d", "logto", "-Atc", QUERY];
    let answer = engine.run_in(postgres, &command).await?;
    let secret = answer.trim();
    let alike = !secret.is_empty() && secret.chars().all(|character| character.is_ascii_alphanumeric());
    if alike { Ok(secret.to_owned()) } else { Err(ContainerError::NoCredentials { answer }) }
}

/// The URL `http://localhost:<port>`.
pub(super) fn localhost(port: u16) -> Url {
    Url::parse(&format!("http://localhost:{port}")).expect("a host name and a port make a URL")
}
