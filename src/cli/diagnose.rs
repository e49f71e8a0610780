//! `logto-testkit diagnose`.

pub(crate) mod arguments;
pub(crate) mod inputs;
mod own_app;

use std::io::Write as _;

use logto_testkit::diagnose;

use super::exit::CliError;
use super::panics;
use arguments::{Diagnose, DiagnoseReport};

pub(crate) async fn diagnose(command: Diagnose) -> Result<(), CliError> {
    let case = inputs::case(&command.inputs).await?;
    let app = own_app::app(&command.own_app).await?;
    // Children of an own app end with it, so Ctrl-C must not end this process at once.
    let mut interrupted = super::run::interruption()?;
    let diagnosis = tokio::select! {
        diagnosis = diagnose::diagnose(&case, &app) => diagnosis?,
        _ = interrupted.wait_for(|interrupted| *interrupted) => return Err(CliError::Interrupted),
        never = panics::on_demand() => match never {},
    };
    let text = match command.report {
        DiagnoseReport::Json => format!("{:#}\n", diagnosis.to_json()),
        DiagnoseReport::Text if command.transcript => {
            let walks = diagnosis.walks.iter().enumerate();
            let walks: String = walks.map(|(at, walk)| format!("\nWalk {}:\n\n{walk}", at + 1)).collect();
            format!("{diagnosis}{walks}")
        }
        DiagnoseReport::Text => diagnosis.to_string(),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|source| CliError::Io { what: "write to standard output", source })?;
    if diagnosis.is_healthy() { Ok(()) } else { Err(CliError::Found) }
}
