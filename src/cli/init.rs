//! `logto-testkit init`: a first project file and scenario for an app, from what its files say.
//!
//! The only place that knows SDKs and frameworks: what they are is decided here, from their names in manifests, and
//! nowhere else. `sdk.rs`, `start.rs` and `scripts.rs` have tables with a row for each.

mod command;
pub(super) mod error;
mod links;
mod manifest;
mod mounts;
mod paths;
mod plan;
mod properties;
mod routes;
mod scripts;
mod sdk;
mod signed_in;
mod start;
mod text;
mod tree;
mod values;
mod variables;
mod write;

use std::path::{Path, PathBuf};

use clap::Args;
use kit::files::{self, Access};

use super::exit::CliError;
use super::output;
use crate::project::FILE_NAME;
use error::InitError;
use manifest::{Language, Manifest};
use plan::Plan;
use tree::Tree;

/// The first scenario.
const SCENARIO: &str = "scenarios/sign-in.yaml";

const EXIT_CODES: &str = "\
Nothing of the project is run, and values in `.env` files are not looked at.

Exit codes:
  0    both files were written, or printed
  2    invalid usage: a file exists or is in the way, the folder has no app, people sign in to several apps there, or --run although
       values in the code have to be replaced first
  70   a file could not be written

With --run, those of `run` as well.";

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Init {
    /// Folder of the project.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Overwrite existing files.
    #[arg(long)]
    force: bool,
    /// Print both files instead of writing them.
    #[arg(long, visible_alias = "dry-run", conflicts_with = "force")]
    print: bool,
    /// Walk the scenario afterwards, as `run` does.
    #[arg(long, conflicts_with = "print")]
    run: bool,
}

impl Init {
    /// The project file to run, if that is asked for.
    pub(crate) fn to_run(&self) -> Option<PathBuf> {
        self.run.then(|| self.place(FILE_NAME))
    }

    fn place(&self, name: &str) -> PathBuf {
        if self.directory == Path::new(".") { PathBuf::from(name) } else { self.directory.join(name) }
    }
}

pub(crate) fn init(init: &Init) -> Result<(), CliError> {
    let texts = [init.place(FILE_NAME), init.place(SCENARIO)];
    if !init.print && !init.force {
        let taken = texts.iter().filter(|file| file.symlink_metadata().is_ok());
        let taken: Vec<String> = taken.map(|file| file.display().to_string()).collect();
        if !taken.is_empty() {
            return Err(InitError::Exists { files: taken }.into());
        }
    }
    let folder = init.place("scenarios");
    for file in texts.iter().chain([&folder]) {
        let is_other =
            |kind: std::fs::FileType| if *file == folder { !kind.is_dir() } else { !kind.is_file() };
        if !init.print && file.symlink_metadata().is_ok_and(|found| is_other(found.file_type())) {
            return Err(InitError::InTheWay { file: file.display().to_string() }.into());
        }
    }
    let plan = planned(&init.directory)?;
    let [toml, scenario] = [plan.toml(), plan.scenario()];
    if init.print {
        return output::print(&format!(
            "# {FILE_NAME}\n{toml}\n# {SCENARIO}\n{scenario}\n{}",
            commented(&plan.summary())
        ));
    }
    for (file, text) in texts.iter().zip([&toml, &scenario]) {
        write(file, text, init.force)?;
    }
    let [toml, scenario] = texts.map(|file| file.display().to_string());
    let there = if init.directory == Path::new(".") {
        String::new()
    } else {
        format!("cd {} && ", init.directory.display())
    };
    let first = if plan.needs_edits() { "replace the values above, then " } else { "" };
    let next = match init.run {
        true => String::new(),
        false => format!("next: {first}{there}logto-testkit run\n"),
    };
    output::print(&format!("{}\nwritten: {toml}, {scenario}\n{next}", plan.summary()))?;
    // It would sign in to the Logto whose address is in the code.
    if init.run && plan.needs_edits() {
        return Err(InitError::NotRun { there }.into());
    }
    Ok(())
}

/// The summary below the files, as comments, so that the whole output stays readable by programs.
fn commented(text: &str) -> String {
    text.lines().map(|line| format!("# {line}\n")).collect()
}

fn write(file: &Path, text: &str, force: bool) -> Result<(), CliError> {
    let failed = |source| CliError::Io { what: "cannot write the project's files", source };
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let written = if force {
        files::replace(file, text, Access::Ordinary)
    } else {
        files::create(file, text, Access::Ordinary)
    };
    match written {
        Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(InitError::Exists { files: vec![file.display().to_string()] }.into())
        }
        written => written.map_err(failed),
    }
}

/// Reads a project, and decides what to write for it.
fn planned(folder: &Path) -> Result<Plan, InitError> {
    let tree =
        Tree::read(folder).map_err(|source| InitError::Folder { folder: folder.to_owned(), source })?;
    let manifests = manifest::manifests(&tree);
    let manifest = chosen(manifests, folder)?;
    let app = folder.join(&manifest.folder);
    Ok(plan::plan(&tree.below(&manifest.folder), &app, &manifest))
}

/// The app's manifest: the project's own if people sign in there, else the only one in its folders.
fn chosen(mut manifests: Vec<Manifest>, folder: &Path) -> Result<Manifest, InitError> {
    let signs_in = |manifest: &Manifest| {
        sdk::recognized(manifest).is_some_and(|(sdk, _)| !matches!(sdk.paths, sdk::Paths::Browser))
    };
    if manifests.is_empty() {
        return Err(InitError::NoManifest { folder: folder.to_owned() });
    }
    let own = manifests.iter().position(|manifest| manifest.folder.is_empty() && signs_in(manifest));
    let with_sdk: Vec<usize> = (0..manifests.len()).filter(|at| signs_in(&manifests[*at])).collect();
    let at = match (own, &with_sdk[..]) {
        (Some(own), _) => own,
        (None, [one]) => *one,
        (None, [_, ..]) => {
            let folders = with_sdk.iter().map(|at| manifests[*at].folder.clone()).collect();
            return Err(InitError::Several { folders });
        }
        // An app in a browser, or one without an SDK; its assets may have a package.json of their own.
        (None, []) => {
            let in_browser = manifests.iter().position(|manifest| sdk::recognized(manifest).is_some());
            let is_own =
                |manifest: &Manifest| manifest.folder.is_empty() && manifest.language != Language::JavaScript;
            in_browser.or_else(|| manifests.iter().position(is_own)).unwrap_or(0)
        }
    };
    Ok(manifests.swap_remove(at))
}
