//! Why `init` writes nothing.

use std::path::PathBuf;

use crate::project::FILE_NAME;

/// Why no files can be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitError {
    #[error("{folder}: {source}", folder = folder.display())]
    Folder { folder: PathBuf, source: std::io::Error },
    #[error(
        "{folder}: neither the folder nor those in it have go.mod, package.json, pyproject.toml, requirements.txt, pom.xml, build.gradle, \
         composer.json or Cargo.toml. Name your app's folder (`logto-testkit init DIR`), or write {FILE_NAME} by hand as \
         docs/testing-your-app.md describes",
        folder = folder.display()
    )]
    NoManifest { folder: PathBuf },
    #[error("people sign in to several apps here: {}; name one of the folders: `logto-testkit init DIR`", folders.join(", "))]
    Several { folders: Vec<String> },
    #[error(
        "{}; pass --force to overwrite, or --print to see what would be written",
        match &files[..] {
            [file] => format!("{file} already exists"),
            files => format!("{} already exist", files.join(" and ")),
        }
    )]
    Exists { files: Vec<String> },
    #[error("{file} is a link, or not of the kind that would be written; move it away")]
    InTheWay { file: String },
    #[error("the scenario was not run: replace the values above, then `{there}logto-testkit run`")]
    NotRun { there: String },
}
