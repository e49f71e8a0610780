//! A recorded story, in the file format described in the README of `tests/golden/`.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use kit::{document, files};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::build::Build;

/// A recorded story: its set-up, and every exchange that followed.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Story {
    /// Folder and file, e.g. `social/first-sign-in`.
    pub name: String,
    /// What happens in the story.
    pub description: String,
    /// The version of Logto that was recorded.
    pub logto_version: String,
    /// The build that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// What was sent to the Management API before the story.
    #[serde(default)]
    pub setup: Setup,
    /// What the strings of the recording are: base URLs, IDs, secrets.
    pub values: IndexMap<String, String>,
    /// Strings that a request derives from another string.
    #[serde(default)]
    pub derived: Vec<Derived>,
    /// Strings that a later request repeats from an earlier response.
    #[serde(default)]
    pub carry: Vec<Carry>,
    /// The exchanges, in the order in which the requests began.
    pub exchanges: Vec<Exchange>,
}

/// What is sent to the Management API before a story, in this order.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Setup {
    /// Body of `POST /api/applications`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<Value>,
    /// Body of a `PATCH` of that application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_patch: Option<Value>,
    /// Applications to create in addition to `application`.
    pub more_applications: Vec<MoreApplication>,
    /// Body of `POST /api/connectors`, with a proposed ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector: Option<Value>,
    /// Bodies for further connectors.
    pub more_connectors: Vec<Value>,
    /// Body of `PATCH /api/sign-in-exp`, applied to the seeded one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_experience: Option<Value>,
    /// Bodies of `POST /api/resources`, then of their scopes.
    pub resources: Vec<Resource>,
    /// Bodies of `POST /api/users`.
    pub users: Vec<Value>,
    /// The provider's accounts and faults.
    pub huggingface: HuggingFace,
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

/// An application in addition to the first.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct MoreApplication {
    /// Which `values` it fills: `APP2` fills `APP2_ID` and `APP2_SECRET`.
    pub values_prefix: String,
    /// Body of `POST /api/applications`.
    pub body: Value,
}

/// An API resource.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Resource {
    /// Body of `POST /api/resources`.
    pub body: Value,
    /// Bodies of `POST /api/resources/:id/scopes`, one call each.
    #[serde(default)]
    pub scopes: Vec<Value>,
}

/// The accounts and the faults of the provider.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct HuggingFace {
    /// Its accounts, as userinfo returns them; `session` names the browser's cookie.
    pub users: Vec<Value>,
    /// Its faults, tried in order.
    pub script: Vec<Value>,
}

/// A string that a request derives from another one.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Derived {
    /// The derived string, as in the recording.
    pub value: String,
    /// The string it was derived from.
    pub base: String,
    /// How it was derived, in words.
    pub how: String,
}

/// A string that a later request repeats.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Carry {
    /// The string, as in the recording.
    pub value: String,
    /// Number of the exchange whose response contains it.
    pub from: u64,
    /// The place in that response, e.g. `json $.code`.
    #[serde(rename = "where")]
    pub place: String,
    /// Numbers of the exchanges whose requests repeat it, for people.
    #[serde(default)]
    pub used_in: Vec<u64>,
}

/// The participants of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The scripted browser.
    Browser,
    /// The scripted app.
    App,
    /// The Logto under test.
    Logto,
    /// A user of the Management API.
    Admin,
    /// The provider, Hugging Face.
    HuggingFace,
}

/// One request with its response.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Exchange {
    /// Number of the exchange, from 1.
    pub n: u64,
    /// The side that sent the request.
    pub from: Side,
    /// The side that answered.
    pub to: Side,
    /// The purpose of the exchange.
    #[serde(default)]
    pub why: String,
    /// For a call of Logto: the exchange that was waiting for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub during: Option<u64>,
    /// A deliberate wait before the request, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause_before_ms: Option<u64>,
    /// The request as it was on the wire.
    pub request: Request,
    /// The response as it was on the wire, without pages.
    pub response: Response,
}

/// A recorded request.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body as text; empty if there was none.
    #[serde(default)]
    pub body: String,
}

impl Request {
    /// The value of the first header with that name, ignoring case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A recorded response; the fields are empty if there was no HTTP response.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Response {
    /// The HTTP status code.
    #[serde(default)]
    pub status: u16,
    /// Names and values, in order.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body as text, or as an object that describes a page.
    #[serde(default)]
    pub body: Value,
}

impl Response {
    /// The value of a header; several values of the same name are joined.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.all(name).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The values of the headers with that name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Names and values of the cookies that the response sets.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all("set-cookie").filter_map(|line| line.split("; ").next()?.split_once('='))
    }

    /// The body, if it is JSON text.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(self.body.as_str()?).ok()
    }
}

/// Why a file is not a recorded story.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// The file or folder could not be read.
    #[error("{path}: {source}", path = path.display())]
    Read {
        /// Path of the file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The contents do not have the format.
    #[error("{path} is not a recorded story (format: tests/golden/README.md): {source}", path = path.display())]
    Format {
        /// Path of the file.
        path: PathBuf,
        /// What does not fit, and where.
        source: document::Fault,
    },
}

impl Story {
    /// Reads a story from a file.
    ///
    /// # Errors
    /// [`StoryError`] names the file, and the line that does not fit.
    pub fn load(path: &Path) -> Result<Self, StoryError> {
        let text = files::read_text(path, files::WRITTEN_LIMIT)
            .map_err(|source| StoryError::Read { path: path.to_owned(), source })?;
        document::json(&text).map_err(|source| StoryError::Format { path: path.to_owned(), source })
    }
}

/// The stories in a folder, as names and paths, sorted by name.
///
/// # Errors
/// [`StoryError::Read`] if a folder cannot be listed.
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
