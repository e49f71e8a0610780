//! `logto-testkit diagnose`.

pub(crate) mod arguments;
pub(crate) mod inputs;

use super::exit::CliError;
use super::output;
use super::own_app;
use super::panics;
use crate::diagnose::{self, App};
use arguments::{Diagnose, DiagnoseReport};

pub(crate) async fn diagnose(command: Diagnose) -> Result<(), CliError> {
    let project = command.own_app.project()?;
    own_app::can_be_told(&project, 1)?;
    let case = inputs::case(&command.inputs).await?;
    let app = if project.app.is_some() { App::Own(Box::new(project)) } else { App::Sample };
    // The processes of your own app have to be stopped, so Ctrl-C must not end this process at once.
    let mut interrupted = super::run::interruption()?;
    let diagnosis = tokio::select! {
        diagnosis = diagnose::diagnose(&case, &app) => diagnosis?,
        _ = interrupted.wait_for(|interrupted| *interrupted) => return Err(CliError::Interrupted),
        never = panics::on_demand() => match never {},
    };
    match command.report {
        DiagnoseReport::Json => output::print_json(&format!("{:#}\n", diagnosis.to_json()))?,
        DiagnoseReport::Text if command.transcript => {
            let walks = diagnosis.walks.iter().enumerate();
            let walks: String = walks.map(|(at, walk)| format!("\nWalk {}:\n\n{walk}", at + 1)).collect();
            output::print(&format!("{diagnosis}{walks}"))?;
        }
        DiagnoseReport::Text => output::print(&diagnosis.to_string())?,
    }
    match (diagnosis.is_healthy(), diagnosis.warnings.is_empty()) {
        (false, _) => Err(CliError::Found),
        (true, false) if command.deny_warnings => Err(CliError::Warned),
        (true, _) => Ok(()),
    }
}
