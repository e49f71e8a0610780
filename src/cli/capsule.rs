//! `logto-testkit capsule`.

pub(crate) mod arguments;

use std::path::Path;

use kit::files::{self, Access};

use super::diagnose::inputs;
use super::exit::CliError;
use super::output;
use super::run::select::Selected;
use super::usage::UsageError;
use crate::diagnose;
use arguments::Capsule;

pub(crate) async fn capsule(command: Capsule) -> Result<(), CliError> {
    let to_file = command.output != Path::new("-");
    if to_file && !command.force && is_taken(&command.output) {
        return Err(UsageError::Exists(command.output).into());
    }
    let capsule = match &command.scenario {
        Some(path) => {
            let selected = Selected::of(path);
            // Error messages quote the scenario; the capsule itself contains stand-ins.
            selected.scenario()?;
            diagnose::capsule_of_scenario(&selected.file, selected.case.as_deref()).await?
        }
        None => diagnose::capsule(&inputs::case(&command.inputs).await?).await?,
    };
    if !to_file {
        return output::print(&capsule.text);
    }
    // Do not overwrite a file that was created in the meantime.
    let written = if command.force || command.output.exists() {
        files::replace(&command.output, &capsule.text, Access::Ordinary)
    } else {
        files::create(&command.output, &capsule.text, Access::Ordinary)
    };
    match written {
        Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(UsageError::Exists(command.output).into());
        }
        written => written.map_err(|source| CliError::Io { what: "write the capsule", source })?,
    }
    let name = command.output.display();
    output::print(&match capsule.finding {
        Some(cause) => format!("{name}: first finding {cause}; read it before you pass it on\n"),
        None => format!("{name}: nothing wrong was found in it\n"),
    })
}

/// An empty file has no contents to lose: a full disk left it, or `mktemp` created it.
fn is_taken(file: &Path) -> bool {
    std::fs::metadata(file).map_or(file.is_symlink(), |there| there.len() > 0 || !there.is_file())
}
