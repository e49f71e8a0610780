//! `logto-testkit check`: validates scenario files without running them.

use kit::output::complain;

use super::arguments::Check;
use super::exit::CliError;
use super::output;
use super::run::select;
use crate::counted::counted;
use crate::scenario;

pub(crate) fn check(check: &Check) -> Result<(), CliError> {
    if check.schema {
        return output::print_json(&format!("{:#}\n", scenario::schema()));
    }
    let (mut files, mut scenarios, mut wrong) = (0_usize, 0_usize, 0_usize);
    for selected in select::files(&check.paths)? {
        files += 1;
        match selected.scenarios() {
            Ok(found) => scenarios += found.len(),
            // Report all of them, so that a person can fix them in one go.
            Err(error) => {
                complain(&error.to_string());
                wrong += 1;
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
