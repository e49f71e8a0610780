//! `logto-testkit fidelity`.

mod cell;
mod fuzz;
mod report;
mod stories;
mod walks;

use std::collections::BTreeMap;
use std::path::Path;

use kit::Clock;
use kit::files::{self, Access};
use kit::output::complain;

use super::arguments::Fidelity;
use super::exit::CliError;
use super::output;
use super::panics;
use super::run::{interruption, kind, select};
use super::usage::UsageError;
use crate::golden::{Build, KnownDifferences, RunningLogto, Story, Tenant, stories as found};
use crate::stack::{External, Logto};
use cell::Row;
use report::Report;

/// Replays every recorded story and walks every scenario on the double and on a running Logto, and
/// reports where either differs.
pub(crate) async fn fidelity(command: Fidelity) -> Result<(), CliError> {
    let clock = Clock::system();
    let Logto::External(external) = command.backend.logto()? else {
        return Err(UsageError::FidelityEmbedded.into());
    };
    let ca = command.backend.ca()?.ok_or(UsageError::FidelityCa)?;
    let listen = command.backend.huggingface_listen()?;
    // Everything is read before the first replay.
    let known = KnownDifferences::load(&command.golden)?;
    if let Some(area) = command.fuzz {
        let running = RunningLogto { external: External::clone(&external), ca, listen };
        return fuzz::fuzz(&command, area, &known, &running).await;
    }
    let stories = selected(&command)?;
    let scenarios = match select::scenarios(std::slice::from_ref(&command.scenarios), &command.filter) {
        Err(CliError::Usage(UsageError::NothingSelected { .. })) if !stories.is_empty() => vec![],
        found => found?,
    };
    let interrupted = interruption()?;
    let running = RunningLogto { external: External::clone(&external), ca: ca.clone(), listen };

    let mut told = Vec::new();
    if !stories.is_empty() {
        let mut tenant = Tenant::open(&running).await?;
        let all = panics::caught_in(stories::tell(&stories, &known, &running, &mut tenant));
        let mut stop = interrupted.clone();
        let ended = tokio::select! {
            ended = all => ended,
            _ = stop.wait_for(|interrupted| *interrupted) => Err(CliError::Interrupted),
        };
        // Restore the tenant however the replays ended.
        tenant.close().await?;
        told = ended?;
    }
    let mut walked: Vec<Row> = Vec::new();
    if !scenarios.is_empty() {
        let own = walks::walk(&scenarios, &Logto::Embedded, listen, &ca, &interrupted).await?;
        let real = walks::walk(&scenarios, &Logto::External(external), listen, &ca, &interrupted).await?;
        walked = walks::rows(own, real);
    }
    let report = Report {
        date: clock.now().strftime("%Y-%m-%d").to_string(),
        commit: commit(),
        logto: command.logto_version.as_deref(),
        recordings: recordings(&stories),
        stories: &told,
        scenarios: &walked,
    };
    write(&command.output, &kit::secret::hide(&report.to_string()))?;
    let differ = told.iter().chain(&walked).filter(|row| row.is_unexplained()).count();
    complain(&format!(
        "{} stories and {} scenarios on both; {differ} with an unexplained difference: {}",
        told.len(),
        walked.len(),
        command.output.display()
    ));
    if differ > 0 { Err(CliError::Unfaithful { stories: differ }) } else { Ok(()) }
}

/// The stories that match the filters.
fn selected(command: &Fidelity) -> Result<Vec<(String, Story)>, CliError> {
    let wanted = |name: &str| {
        command.filter.is_empty() || command.filter.iter().any(|part| name.contains(part.as_str()))
    };
    let mut stories = Vec::new();
    for (name, file) in found(&command.golden)? {
        if wanted(&name) {
            stories.push((name, Story::load(&file)?));
        }
    }
    Ok(stories)
}

/// Which builds of Logto were recorded, and how many stories of each.
fn recordings(stories: &[(String, Story)]) -> Vec<String> {
    let mut builds: BTreeMap<(&str, Option<&Build>), usize> = BTreeMap::new();
    for (_, story) in stories {
        *builds.entry((&story.logto_version, story.build.as_ref())).or_default() += 1;
    }
    let told = |((version, build), stories): (&(&str, Option<&Build>), &usize)| {
        let build = build.map_or_else(|| "build not given".to_owned(), ToString::to_string);
        format!("{version}, {build} ({stories} stories)")
    };
    builds.iter().map(told).collect()
}

/// The commit of the checkout we run in, if there is one.
fn commit() -> Option<String> {
    let output = std::process::Command::new("git").args(["describe", "--always", "--dirty"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

fn write(file: &Path, text: &str) -> Result<(), CliError> {
    if file == Path::new("-") {
        return output::print(text);
    }
    files::replace(file, text, Access::Ordinary)
        .map_err(|source| CliError::Io { what: "write the report", source })
}
