//! Drawn sequences on both sides.

use std::path::{Path, PathBuf};

use kit::files::{self, Access};
use kit::output::complain;

use super::super::arguments::Fidelity;
use super::super::exit::CliError;
use super::super::logto_version::LogtoVersion;
use super::super::output;
use super::super::panics;
use super::super::run::interruption;
use super::super::run::progress::Progress;
use crate::golden::{Area, Found, Fuzz, KnownDifferences, RunningLogto, Tenant};
use crate::stack::Logto;

/// Compares sequences of an area until all are done or the command is interrupted, and keeps what
/// was found either way.
pub(super) async fn fuzz(
    command: &Fidelity,
    area: Area,
    known: &KnownDifferences,
    running: &RunningLogto,
) -> Result<(), CliError> {
    let logto = Logto::External(Box::new(running.external.clone()));
    let version = LogtoVersion::default().of(&logto).await?.unwrap_or_default();
    let fuzz = Fuzz { area, seed: command.seed, running, build: version.into(), known };
    let mut stop = interruption()?;
    let mut tenant = Tenant::open(running).await?;
    let mut found = Vec::new();
    let all = panics::caught_in(compare(&fuzz, command.cases, &mut tenant, &mut found));
    let ended = tokio::select! {
        ended = all => ended,
        _ = stop.wait_for(|interrupted| *interrupted) => Err(CliError::Interrupted),
    };
    tenant.close().await?;
    for found in &found {
        let file = keep(&command.stories, found)?;
        output::print(&kit::secret::hide(&told(found, &file)))?;
    }
    let requests = ended?;
    complain(&format!(
        "{} sequences, {requests} requests on both; {} kinds of difference",
        command.cases,
        found.len()
    ));
    if found.is_empty() { Ok(()) } else { Err(CliError::Different { kinds: found.len() }) }
}

async fn compare(
    fuzz: &Fuzz<'_>,
    cases: u64,
    tenant: &mut Tenant,
    found: &mut Vec<Found>,
) -> Result<usize, CliError> {
    let mut progress = Progress::new(usize::try_from(cases).unwrap_or(usize::MAX), true);
    let mut requests = 0;
    for case in 0..cases {
        progress.one_more(&format!("sequence {case}"));
        requests += fuzz.compare(case, tenant, found).await?;
    }
    progress.finish();
    Ok(requests)
}

/// Writes the story, in the form of those in `tests/golden/`.
fn keep(directory: &Path, found: &Found) -> Result<PathBuf, CliError> {
    let failed = |source| CliError::Io { what: "keep the story", source };
    let file = directory.join(format!("{}.json", found.story.name));
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let text = serde_json::to_string_pretty(&found.story).map_err(|error| failed(error.into()))?;
    files::replace(&file, format!("{text}\n"), Access::Ordinary).map_err(failed)?;
    Ok(file)
}

fn told(found: &Found, file: &Path) -> String {
    let differences: Vec<String> = found.differences.iter().map(ToString::to_string).collect();
    let (kind, times) = (&found.kind, found.times);
    format!("{kind}\n  in {times} sequences; {}\n{}\n", file.display(), differences.join(""))
}
