//! `logto-testkit capsule`.

pub(crate) mod arguments;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use logto_testkit::diagnose;

use super::arguments::UsageError;
use super::diagnose::inputs;
use super::exit::CliError;
use super::secrets;
use arguments::Capsule;

pub(crate) async fn capsule(command: Capsule) -> Result<(), CliError> {
    let to_file = command.output != Path::new("-");
    if to_file && command.output.exists() && !command.force {
        return Err(UsageError::Exists(command.output).into());
    }
    let capsule = match &command.scenario {
        Some(path) => {
            let (file, case) = with_case(path);
            // What it complains of quotes the scenario; the capsule itself holds stand-ins.
            secrets::scenarios(&file)?;
            diagnose::capsule_of_scenario(&file, case.as_deref()).await?
        }
        None => diagnose::capsule(&inputs::case(&command.inputs).await?).await?,
    };
    if !to_file {
        let mut out = std::io::stdout().lock();
        return out
            .write_all(capsule.text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|source| CliError::Io { what: "write to standard output", source });
    }
    let name = command.output.display();
    write(&command.output, &capsule.text, command.force)
        .map_err(|source| UsageError::Unreadable { file: name.to_string(), source })?;
    match capsule.finding {
        Some(cause) => println!("{name}: first finding {cause}; read it before you pass it on"),
        None => println!("{name}: nothing wrong was found in it"),
    }
    Ok(())
}

/// Nothing that came to be there meanwhile is written over.
fn write(path: &Path, text: &str, force: bool) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path)?.write_all(text.as_bytes())
}

/// `client-secret.yaml@wrong`: file and case.
fn with_case(path: &Path) -> (PathBuf, Option<String>) {
    let text = path.to_string_lossy();
    match text.rsplit_once('@') {
        Some((file, case)) if !path.exists() => (PathBuf::from(file), Some(case.to_owned())),
        _ => (path.to_owned(), None),
    }
}
