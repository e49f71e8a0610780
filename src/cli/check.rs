//! `logto-testkit check`: reads scenario files, and walks nothing.

use std::path::PathBuf;

use logto_testkit::scenario;

use super::arguments::Check;
use super::exit::CliError;
use super::secrets;

pub(crate) fn check(check: &Check) -> Result<(), CliError> {
    if check.schema {
        println!("{:#}", scenario::schema());
        return Ok(());
    }
    let paths = if check.paths.is_empty() { vec![PathBuf::from("scenarios")] } else { check.paths.clone() };
    let (mut files, mut scenarios, mut wrong) = (0, 0, 0);
    for path in scenario::find(&paths)? {
        files += 1;
        match secrets::scenarios(&path) {
            Ok(found) => scenarios += found.len(),
            // All of them, not the first: a person mends them in one go.
            Err(error) => {
                eprintln!("{error}");
                wrong += 1;
            }
        }
    }
    if wrong > 0 {
        return Err(CliError::WrongFiles { wrong, files });
    }
    println!("{files} file(s), {scenarios} scenario(s): all well-formed");
    Ok(())
}
