//! `logto-testkit.toml`: what the command and the library have to know about your app, in one file of your
//! project.
//!
//! Reference and example: `docs/testing-your-app.md`. [`Project::load`] reads it, and
//! [`StackBuilder::project`](crate::stack::StackBuilder::project) builds a stack for it. The command reads the
//! file in the current folder, and each of its members is also an option.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kit::document::Fault;
use kit::files;
use serde::Deserialize;
use url::Url;

use crate::document::node::{Node, Place};
use crate::document::typed::{TypeError, known, typed};
use crate::placeholder::{self, KNOWN_NAMES, NAMES_FOR_APPS};
use crate::setup::{ApplicationKind, Mask, OwnApp, SignedIn};

/// The name of the file.
pub const FILE_NAME: &str = "logto-testkit.toml";

/// The settings of a project.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(title = "Logto Testkit project"))]
pub struct Project {
    /// Scenario files, or folders of them, relative to this file; the default is `scenarios` beside it.
    pub scenarios: Vec<PathBuf>,
    /// Your app; without it, people sign in to the sample app.
    pub app: Option<OwnApp>,
    /// The app's record in Logto, where a scenario's `given.application` does not say otherwise.
    pub application: Application,
    /// Logto itself.
    pub logto: LogtoPlace,
    /// How the app shows that the person is signed in.
    pub signed_in: Option<SignedIn>,
    /// Where a sign-in starts.
    pub sign_in: Start,
    /// Where a sign-out starts.
    pub sign_out: Start,
    /// Parts of the app's own messages that transcripts hide, each with the reason.
    pub mask: Vec<Mask>,
}

/// The app's record in Logto.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Application {
    /// The type of the application in Logto; the default is `Traditional`.
    #[serde(rename = "type")]
    pub kind: Option<ApplicationKind>,
    /// Redirect URIs; the default is `[APP]/callback`.
    pub redirect_uris: Option<Vec<String>>,
    /// Post sign-out redirect URIs; the default is `[APP]/`.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Its id, for an app that has it in its code. Only the embedded Logto can use a given id.
    pub id: Option<String>,
    /// Its secret, for an app that has it in its code. Only the embedded Logto can use a given secret.
    pub secret: Option<String>,
}

/// Where Logto is, and what is recorded of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct LogtoPlace {
    /// Its port, for an app that has Logto's endpoint in its code; its admin tenant takes the next one. The
    /// default is a free port for each scenario.
    pub port: Option<u16>,
    /// Whether a proxy in front of a real Logto records what the app asks it, for apps that do not compare the proxy's
    /// address with the issuer. The embedded Logto records it anyway.
    pub records_app_calls: bool,
}

/// Where a sign-in or a sign-out starts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Start {
    /// Path of the app; the default is `/sign-in` or `/sign-out`.
    pub path: Option<String>,
}

/// Why a project file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The text is not a project file.
    #[error("{path}:{line}:{column}: {message}{}", hint.as_ref().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default(), path = path.display())]
    Invalid {
        /// Path of the file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// What is wrong, in words.
        message: String,
        /// What was probably meant, or what to do.
        hint: Option<String>,
    },
}

impl ProjectError {
    fn at(place: &Place, message: impl Into<String>, hint: Option<String>) -> Self {
        let Place { file, line, column } = place;
        Self::Invalid {
            path: file.to_path_buf(),
            line: *line,
            column: *column,
            message: message.into(),
            hint,
        }
    }
}

impl Project {
    /// Reads a project file. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`ProjectError`] with file, line, column and a hint.
    pub fn load(path: &Path) -> Result<Self, ProjectError> {
        let text = files::read_text(path, files::SETTINGS_LIMIT)
            .map_err(|source| ProjectError::Read { path: path.to_owned(), source })?;
        Self::parse(&text, path)
    }

    /// Reads the project file of the current folder; the default settings if it does not exist.
    ///
    /// # Errors
    /// As [`Project::load`].
    pub fn here() -> Result<Self, ProjectError> {
        match Self::load(Path::new(FILE_NAME)) {
            Err(ProjectError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            read => read,
        }
    }

    /// Reads the text of a project file; `path` is used in messages, and to resolve paths.
    ///
    /// # Errors
    /// As [`Project::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ProjectError> {
        let file = Arc::new(path.to_owned());
        let root = Node::toml(text, &file).map_err(|Fault { line, column, message, .. }| {
            ProjectError::at(&Place { file: file.clone(), line, column }, message, None)
        })?;
        names_known(&root)?;
        let project: Self = typed(&root).map_err(|TypeError { at, message, hint }| {
            ProjectError::at(&at.unwrap_or_else(|| root.at.clone()), message, hint)
        })?;
        project.checked(&root)?;
        Ok(project.in_folder(path.parent().unwrap_or(Path::new(""))))
    }

    /// The app with what other sections say about it.
    #[must_use]
    pub fn own_app(&self) -> Option<OwnApp> {
        let path = |start: &Start, default: String| start.path.clone().unwrap_or(default);
        self.app.clone().map(|app| OwnApp {
            signed_in: self.signed_in.clone(),
            sign_in_path: path(&self.sign_in, app.sign_in_path),
            sign_out_path: path(&self.sign_out, app.sign_out_path),
            ..app
        })
    }

    /// Checks rules between the values that their types cannot express.
    fn checked(&self, root: &Node) -> Result<(), ProjectError> {
        let section = |name: &str| root.get(name).unwrap_or(root);
        let wrong = |name: &str, member: &str, message: String, hint: &str| {
            let at = section(name).get(member).unwrap_or(section(name));
            Err(ProjectError::at(&at.at, message, Some(hint.to_owned())))
        };
        if let Some(app) = &self.app {
            if let Some(url) = app.url.as_ref().filter(|url| !is_origin(url)) {
                return wrong(
                    "app",
                    "url",
                    format!("`{url}` is not the origin of an app"),
                    "write for example `http://localhost:3000`",
                );
            }
            if app.url.is_none() && app.command.is_none() {
                return wrong(
                    "app",
                    "command",
                    "the app has neither `command` nor `url`".to_owned(),
                    "say how to start it, or where it is",
                );
            }
            if let Some(name) = app.env.keys().find(|name| !is_variable(name)) {
                return wrong(
                    "app",
                    "env",
                    format!("`{name}` is not a valid name of a variable"),
                    "use letters, digits and `_`",
                );
            }
            if app.ready.status.is_some_and(|status| !is_status(status)) {
                return wrong("app", "ready", NO_STATUS.to_owned(), "for example `status = 200`");
            }
        } else if self.signed_in.is_some() {
            return wrong(
                "signed_in",
                "path",
                "`[signed_in]` requires `[app]`".to_owned(),
                "add `[app]` with its `command` or `url`",
            );
        }
        if let Some(signed_in) = &self.signed_in
            && !signed_in.is_clear()
        {
            return wrong(
                "signed_in",
                "path",
                "`[signed_in]` needs exactly one of `text`, `status` and `member`".to_owned(),
                "for example `text = \"Sign out\"`",
            );
        }
        if let Some(signed_in) = &self.signed_in {
            let empty = [("text", &signed_in.text), ("member", &signed_in.member)];
            if let Some((member, _)) = empty.iter().find(|(_, text)| text.as_deref() == Some("")) {
                let message = format!("an empty `{member}` says nothing about the person");
                return wrong("signed_in", member, message, "write what only a person who is signed in sees");
            }
            if signed_in.status.is_some_and(|status| !is_status(status)) {
                return wrong("signed_in", "status", NO_STATUS.to_owned(), "for example `status = 200`");
            }
        }
        let app = self.app.as_ref();
        let paths = [
            ("app", "ready", app.map(|app| &app.ready.path)),
            ("app", "clock", app.and_then(|app| app.clock.as_ref()).map(|clock| &clock.path)),
            ("signed_in", "path", self.signed_in.as_ref().map(|signed_in| &signed_in.path)),
            ("sign_in", "path", self.sign_in.path.as_ref()),
            ("sign_out", "path", self.sign_out.path.as_ref()),
        ];
        for (name, member, path) in paths {
            if let Some(path) = path.filter(|path| !is_path(path)) {
                let message = format!("`{path}` is not a path of the app");
                return wrong(name, member, message, "begin it with one `/`, for example `/account`");
            }
        }
        if self.application.secret.is_some() && self.application.id.is_none() {
            return wrong(
                "application",
                "secret",
                "`secret` requires `id`".to_owned(),
                "give both, or neither",
            );
        }
        if self.logto.port == Some(u16::MAX) {
            return wrong(
                "logto",
                "port",
                "no port is left for Logto's admin tenant, which uses the next one".to_owned(),
                "choose a lower port",
            );
        }
        Ok(())
    }

    fn in_folder(mut self, folder: &Path) -> Self {
        let place = |path: &mut PathBuf| *path = folder.join(&*path);
        // Here, a folder that is missing is an error with its own advice.
        if self.scenarios.is_empty() && !folder.as_os_str().is_empty() {
            self.scenarios.push(PathBuf::from("scenarios"));
        }
        self.scenarios.iter_mut().for_each(place);
        if let Some(app) = &mut self.app {
            place(&mut app.directory);
            // Where the command runs, unlike `directory` itself.
            let folder = app.directory.clone();
            let place = |path: &mut PathBuf| *path = folder.join(&*path);
            app.env_file.iter_mut().chain(&mut app.ca).for_each(place);
            app.template
                .iter_mut()
                .flat_map(|template| [&mut template.from, &mut template.to])
                .for_each(place);
        }
        self
    }
}

/// Whether a URL is only scheme, host and port.
pub(crate) fn is_origin(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
}

/// Whether a text is a path of the app, perhaps with a query (RFC 3986 §4.2, absolute-path reference): resolving it
/// must not lead to another server.
pub(crate) fn is_path(text: &str) -> bool {
    let resolved = Url::parse("http://app.invalid").and_then(|app| app.join(text));
    text.starts_with('/') && resolved.is_ok_and(|url| url.host_str() == Some("app.invalid"))
}

/// Whether a number is the status of a response (RFC 9110 §15).
fn is_status(number: u16) -> bool {
    (100..=599).contains(&number)
}

const NO_STATUS: &str = "the status of a response is a number from 100 to 599";

/// Whether shells and programs can read a variable of this name (POSIX §8.1).
pub(crate) fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Rejects a text with a name that no stack defines.
fn names_known(root: &Node) -> Result<(), ProjectError> {
    let names: BTreeSet<&str> = KNOWN_NAMES.iter().chain(NAMES_FOR_APPS).copied().collect();
    root.texts(
        &mut |text, at| match placeholder::names(text).into_iter().find(|name| !names.contains(name)) {
            None => Ok(()),
            Some(stranger) => {
                let all: Vec<&str> = names.iter().copied().collect();
                Err(ProjectError::at(at, format!("[{stranger}] is not defined here"), known(stranger, &all)))
            }
        },
    )
}

/// The JSON Schema (2020-12) of a project file, for editors. A test compares the committed
/// `docs/logto-testkit.schema.json` with it.
#[cfg(feature = "schema")]
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Project>()
        .to_value()
}
