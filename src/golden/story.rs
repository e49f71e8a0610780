//! The file of a recorded story, as the README of `tests/golden/` tells its format.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use kit::{document, files};
use serde::Deserialize;
use serde_json::Value;

/// A recorded story: what was set up, and every exchange that followed.
#[derive(Debug, Clone, Deserialize)]
pub struct Story {
    /// Folder and file, e.g. `social/first-sign-in`.
    pub name: String,
    /// What happens in it.
    pub description: String,
    /// Which Logto was recorded.
    pub logto_version: String,
    /// What was sent to the Management API before.
    #[serde(default)]
    pub setup: Setup,
    /// What the strings of the recording are: base URLs, ids, secrets.
    pub values: IndexMap<String, String>,
    /// Strings that a request makes out of another string.
    #[serde(default)]
    pub derived: Vec<Derived>,
    /// Strings that a later request repeats from an earlier response.
    #[serde(default)]
    pub carry: Vec<Carry>,
    /// In the order in which the requests began.
    pub exchanges: Vec<Exchange>,
}

/// What is sent to the Management API before a story, in this order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Setup {
    /// `POST /api/applications`.
    pub application: Option<Value>,
    /// A `PATCH` of it.
    pub application_patch: Option<Value>,
    /// Further applications.
    pub more_applications: Vec<MoreApplication>,
    /// `POST /api/connectors`, with a proposed id.
    pub connector: Option<Value>,
    /// Further connectors.
    pub more_connectors: Vec<Value>,
    /// `PATCH /api/sign-in-exp`, on top of the seeded one.
    pub sign_in_experience: Option<Value>,
    /// `POST /api/resources`, then their scopes.
    pub resources: Vec<Resource>,
    /// `POST /api/users`.
    pub users: Vec<Value>,
    /// What the provider is like.
    pub huggingface: Huggingface,
}

impl Setup {
    /// Whether the story has a connector of this factory.
    #[must_use]
    pub fn has_connector(&self, factory: &str) -> bool {
        self.connector
            .iter()
            .chain(&self.more_connectors)
            .any(|connector| connector["connectorId"] == factory)
    }
}

/// An application besides the first.
#[derive(Debug, Clone, Deserialize)]
pub struct MoreApplication {
    /// Which `values` it fills: `APP2` fills `APP2_ID` and `APP2_SECRET`.
    pub values_prefix: String,
    /// `POST /api/applications`.
    pub body: Value,
}

/// An API resource.
#[derive(Debug, Clone, Deserialize)]
pub struct Resource {
    /// `POST /api/resources`.
    pub body: Value,
    /// `POST /api/resources/:id/scopes`, each.
    #[serde(default)]
    pub scopes: Vec<Value>,
}

/// The accounts and the faults of the provider.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Huggingface {
    /// Its accounts, as userinfo shows them; `session` names the browser's cookie.
    pub users: Vec<Value>,
    /// Its faults, tried in order.
    pub script: Vec<Value>,
}

/// A string that a request makes out of another one.
#[derive(Debug, Clone, Deserialize)]
pub struct Derived {
    /// As it stands in the recording.
    pub value: String,
    /// What it was made of.
    pub base: String,
    /// How, in words.
    pub how: String,
}

/// A string that a later request repeats.
#[derive(Debug, Clone, Deserialize)]
pub struct Carry {
    /// As it stands in the recording.
    pub value: String,
    /// Number of the exchange whose response has it.
    pub from: u64,
    /// Where in that response.
    #[serde(rename = "where")]
    pub place: String,
}

/// Who takes part in an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The scripted browser.
    Browser,
    /// The scripted app.
    App,
    /// Logto.
    Logto,
    /// Whoever uses the Management API.
    Admin,
    /// The provider.
    Huggingface,
}

/// One request with its response.
#[derive(Debug, Clone, Deserialize)]
pub struct Exchange {
    /// Counts from 1.
    pub n: u64,
    /// Who asked.
    pub from: Side,
    /// Who was asked.
    pub to: Side,
    /// What for.
    #[serde(default)]
    pub why: String,
    /// Of a call of Logto: the exchange that was waiting for it.
    pub during: Option<u64>,
    /// A wait on purpose before the request, in milliseconds.
    pub pause_before_ms: Option<u64>,
    /// As it was on the wire.
    pub request: Request,
    /// As it was on the wire, without pages.
    pub response: Response,
}

/// A recorded request.
#[derive(Debug, Clone, Deserialize)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// In order.
    pub headers: Vec<(String, String)>,
    /// As text; empty when there was none.
    #[serde(default)]
    pub body: String,
}

impl Request {
    /// The first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A recorded response; the fields are empty when there was no HTTP response.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Response {
    /// The status code.
    #[serde(default)]
    pub status: u16,
    /// In order.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// Text, or an object that tells of a page.
    #[serde(default)]
    pub body: Value,
}

impl Response {
    /// A header; several of one name in one text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.all(name).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The headers of that name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Names and values of the cookies it sets.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all("set-cookie").filter_map(|line| line.split("; ").next()?.split_once('='))
    }

    /// The body, when it is JSON text.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(self.body.as_str()?).ok()
    }
}

/// A file is no recorded story.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// It could not be read.
    #[error("{path}: {source}", path = path.display())]
    Read {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not of the format.
    #[error("{path} is no recorded story (format: tests/golden/README.md): {source}", path = path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// What does not fit, and where.
        source: document::Fault,
    },
}

impl Story {
    /// Reads a story.
    ///
    /// # Errors
    /// [`StoryError`] names the file, and the line that does not fit.
    pub fn load(path: &Path) -> Result<Self, StoryError> {
        let text = files::read_text(path, files::WRITTEN_LIMIT)
            .map_err(|source| StoryError::Read { path: path.to_owned(), source })?;
        document::json(&text).map_err(|source| StoryError::Format { path: path.to_owned(), source })
    }
}

/// The stories in a folder, by the names of their files, in order.
///
/// # Errors
/// [`StoryError::Read`] when a folder cannot be listed.
pub fn stories(root: &Path) -> Result<Vec<(String, PathBuf)>, StoryError> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |source| StoryError::Read { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                let name = path.strip_prefix(root).unwrap_or(&path).with_extension("");
                found.push((name.display().to_string(), path));
            }
        }
    }
    found.sort();
    Ok(found)
}
