//! Removes our containers, which are found by their labels.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use testcontainers::bollard::errors::Error as Bollard;
use testcontainers::bollard::models::ContainerSummary;
use testcontainers::bollard::query_parameters::{
    ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
};

use super::engine::Engine;
use super::error::EngineError;
use super::labels::{self, Owner};
use super::settings::Limits;
use crate::counted::counted;

/// How long Docker may take to remove one container.
const REMOVAL: Duration = Duration::from_secs(60);
/// A run this young may still be running if its owner cannot be seen from here.
const YOUNG: Duration = Duration::from_secs(3600);

/// What [`clean`] removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CleanScope {
    /// What runs left behind, what was kept, and what is kept for reuse.
    LeftOver,
    /// Everything of ours, including runs in progress.
    All,
    /// Everything of one run, in progress or not.
    Run(String),
}

/// The result of [`clean`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cleaned {
    /// Number of removed containers, by what they were for.
    pub removed: BTreeMap<&'static str, usize>,
    /// Number of containers that belong, or may belong, to runs in progress.
    pub at_work: usize,
}

impl std::fmt::Display for Cleaned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.removed.is_empty() {
            write!(f, "nothing to remove")?;
        } else {
            let all: usize = self.removed.values().sum();
            let kinds: Vec<String> =
                self.removed.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
            write!(f, "removed {} with volumes: {}", counted(all, "container"), kinds.join(", "))?;
        }
        if self.at_work > 0 {
            write!(
                f,
                "; left {} of runs that are, or may be, in progress (--all removes them)",
                self.at_work
            )?;
        }
        Ok(())
    }
}

/// Removes containers of this tool with their anonymous volumes; the tool creates no networks and
/// no named volumes.
///
/// # Errors
/// [`EngineError`] if Docker refuses or does not answer.
pub(crate) async fn clean(scope: &CleanScope) -> Result<Cleaned, EngineError> {
    let engine = Engine::connect(Limits::default().engine).await?;
    let now = kit::Clock::system().seconds();
    let mut cleaned = Cleaned::default();
    // Logto before Postgres, whose network namespace it uses.
    let run = match scope {
        CleanScope::LeftOver | CleanScope::All => None,
        CleanScope::Run(run) => Some(run.as_str()),
    };
    let mut found = list(&engine, labels::RUN, run).await?;
    found.sort_by_key(|container| label(container, labels::PART) == Some("postgres"));
    for container in found {
        let age = Duration::from_secs(u64::try_from(now - container.created.unwrap_or(now)).unwrap_or(0));
        let kind = match label(&container, labels::STAYS) {
            Some(labels::KEPT) => "kept for inspection",
            Some(_) => "kept for reuse",
            None => "left by a run that is gone",
        };
        let in_use = match Owner::of(label(&container, labels::LOCK).map(Path::new)) {
            Owner::Lives => true,
            Owner::Gone => false,
            // A kept container no longer has an owner.
            Owner::Unknown => label(&container, labels::STAYS).is_none() && age < YOUNG,
        };
        if in_use && *scope == CleanScope::LeftOver {
            cleaned.at_work += 1;
            continue;
        }
        remove(&engine, &container).await?;
        if let Some(lock) = label(&container, labels::LOCK) {
            // Marker of an owner that is gone; it does no harm if it stays.
            drop(std::fs::remove_file(lock));
        }
        let kind = if in_use { "of a run in progress" } else { kind };
        *cleaned.removed.entry(kind).or_default() += 1;
    }
    Ok(cleaned)
}

/// Removes everything of one run and returns the number of containers.
///
/// # Errors
/// [`EngineError`] if Docker refuses or does not answer.
pub(super) async fn remove_run(engine: &Engine, run: &str) -> Result<usize, EngineError> {
    let mut found = list(engine, labels::RUN, Some(run)).await?;
    found.sort_by_key(|container| label(container, labels::PART) == Some("postgres"));
    for container in &found {
        remove(engine, container).await?;
    }
    Ok(found.len())
}

/// Lists containers, running or not, that have a label.
///
/// # Errors
/// [`EngineError`] if Docker refuses or does not answer.
pub(super) async fn list(
    engine: &Engine,
    name: &str,
    value: Option<&str>,
) -> Result<Vec<ContainerSummary>, EngineError> {
    let filter = value.map_or_else(|| name.to_owned(), |value| format!("{name}={value}"));
    let filters = HashMap::from([("label".to_owned(), vec![filter])]);
    let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    engine.ask("list containers", engine.docker().list_containers(Some(options))).await
}

/// The value of a container's label.
pub(super) fn label<'a>(container: &'a ContainerSummary, name: &str) -> Option<&'a str> {
    container.labels.as_ref()?.get(name).map(String::as_str)
}

async fn remove(engine: &Engine, container: &ContainerSummary) -> Result<(), EngineError> {
    const WHAT: &str = "remove a container";
    let id = container.id.as_deref().unwrap_or_default();
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    let removal = engine.docker().remove_container(id, Some(options));
    match kit::within(WHAT, REMOVAL, removal).await {
        // 404: already gone; 409: its removal is already in progress.
        Ok(Ok(()) | Err(Bollard::DockerResponseServerError { status_code: 404 | 409, .. })) => Ok(()),
        Ok(Err(source)) => Err(EngineError::Answer { what: WHAT, source }),
        Err(_) => Err(engine.silent(WHAT, REMOVAL)),
    }
}
