//! `logto-testkit check`: validates the project file and scenario files without running them.

use std::path::Path;

use kit::output::complain;

use super::arguments::Check;
use super::exit::CliError;
use super::output;
use super::run::select;
use crate::counted::counted;
use crate::project::{self, Project};
use crate::{scenario, unreachable_by};

pub(crate) fn check(check: &Check) -> Result<(), CliError> {
    if check.schema {
        return output::print_json(&format!("{:#}\n", scenario::schema()));
    }
    if check.project_schema {
        return output::print_json(&format!("{:#}\n", project::schema()));
    }
    let project = check.project.as_deref().map_or_else(Project::here, Project::load)?;
    let app = project.own_app();
    let paths = if check.paths.is_empty() { &project.scenarios } else { &check.paths };
    let (mut files, mut scenarios, mut wrong) = (0_usize, 0_usize, 0_usize);
    for selected in select::files(paths)? {
        files += 1;
        match selected.scenarios() {
            Ok(found) => {
                let app = app.as_ref();
                let reasons =
                    found.iter().flat_map(|found| app.into_iter().flat_map(|app| unreachable_by(found, app)));
                let reasons: Vec<String> = reasons.collect();
                reasons.iter().for_each(|reason| complain(reason));
                wrong += usize::from(!reasons.is_empty());
                scenarios += found.len();
            }
            // Report all of them, so that a person can fix them in one go.
            Err(error) => {
                complain(&error.to_string());
                wrong += 1;
            }
        }
    }
    if let Some(app) = &app {
        let template = app.template.as_ref().map(|template| template.from.as_path());
        let directory = Some(app.directory.as_path()).filter(|directory| *directory != Path::new(""));
        let named = [("`directory`", directory), ("`ca`", app.ca.as_deref()), ("`template`", template)];
        for (member, path) in named.into_iter().filter_map(|(member, path)| Some((member, path?))) {
            if let Err(error) = path.metadata() {
                complain(&format!("{member} of the project's app: {}: {error}", path.display()));
                (files, wrong) = (files + 1, wrong + 1);
            }
        }
    }
    if wrong > 0 {
        return Err(CliError::WrongFiles { wrong, files });
    }
    let all = if scenarios == 1 { "" } else { "all " };
    output::print(&format!(
        "{} with {}: {all}valid\n",
        counted(files, "file"),
        counted(scenarios, "scenario")
    ))
}
