//! The recorded stories on both sides.

use super::super::exit::CliError;
use super::super::run::progress::Progress;
use super::cell::{Cell, Row};
use crate::golden::{
    Difference, KnownDifferences, KnownOn, ReplayError, RunningLogto, Story, Target, Tenant, replay,
};

/// Replays them one after the other: a running Logto has one tenant.
pub(super) async fn tell(
    stories: &[(String, Story)],
    known: &KnownDifferences,
    running: &RunningLogto,
    tenant: &mut Tenant,
) -> Result<Vec<Row>, CliError> {
    let real = Target::Running(Box::new(running.clone()));
    let mut progress = Progress::new(stories.len(), true);
    let mut rows = Vec::new();
    for (name, story) in stories {
        progress.one_more(name);
        let double = cell(replay(story, &Target::Double).await, known, KnownOn::Double, name);
        tenant.clean().await?;
        let logto = cell(replay(story, &real).await, known, KnownOn::Logto, name);
        rows.push(Row { name: name.clone(), double, logto });
    }
    progress.finish();
    Ok(rows)
}

fn cell(
    told: Result<Vec<Difference>, ReplayError>,
    known: &KnownDifferences,
    on: KnownOn,
    name: &str,
) -> Cell {
    let differences = match told {
        Ok(differences) => differences,
        Err(error) => return Cell::CannotRun(error.to_string()),
    };
    let unknown = known.unknown(on, name, &differences);
    if !unknown.is_empty() {
        return Cell::Different(unknown.iter().map(ToString::to_string).collect());
    }
    let explained = known.explained(on, name, &differences);
    if explained.is_empty() { Cell::Same } else { Cell::Explained(explained) }
}
