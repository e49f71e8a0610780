//! An app of your own in place of the sample app.

use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use serde::Deserialize;
use url::Url;

/// An app of your own: where it is, how it is started, and what it is told. It is started by you, or by the
/// stack with a command.
///
/// The texts may use `[APP]`, `[APP_PORT]`, `[LOGTO]`, `[APP_ID]`, `[APP_SECRET]`, `[CA_FILE]` and the other
/// names of scenarios.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct OwnApp {
    /// Command that starts the app. The stack runs it in a shell, with `APP_BASE_URL`, `LOGTO_ENDPOINT`,
    /// `LOGTO_APP_ID`, `LOGTO_APP_SECRET`, `PORT` and the variables of `env` in its environment. When the
    /// stack ends, so do the command and every process that it started.
    pub command: Option<String>,
    /// Origin of the app, e.g. `http://localhost:3000`. The default is a free port of this machine for each
    /// scenario, if a command starts the app.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub url: Option<Url>,
    /// Folder in which the command runs; in a project file relative to it.
    pub directory: PathBuf,
    /// File to which the variables are written before the app starts, one `NAME=value` per line.
    pub env_file: Option<PathBuf>,
    /// Further variables by name. They override those that the stack sets.
    pub env: IndexMap<String, String>,
    /// A file that the app reads, written from a template before the app starts.
    pub template: Option<Template>,
    /// When the app counts as started.
    pub ready: Ready,
    /// Where the app tells the time; by default its `Date` header does.
    pub clock: Option<ClockProbe>,
    /// File with the CA certificate, in PEM, of an app that is served over HTTPS.
    pub ca: Option<PathBuf>,
    /// Whether one process serves all scenarios, one after another. By default each scenario gets its own.
    pub shared: bool,
    /// How a page shows that the person is signed in.
    #[serde(skip)]
    pub signed_in: Option<SignedIn>,
    /// Path that starts a sign-in; the default is `/sign-in`.
    #[serde(skip)]
    pub sign_in_path: String,
    /// Path that starts a sign-out; the default is `/sign-out`.
    #[serde(skip)]
    pub sign_out_path: String,
    /// Whether the command's output goes to standard error. By default it is kept for
    /// [`Stack::app_output`](crate::Stack::app_output), and quoted when the app does not start.
    #[serde(skip)]
    pub shows_output: bool,
}

impl Default for OwnApp {
    fn default() -> Self {
        Self {
            command: None,
            url: None,
            directory: PathBuf::new(),
            env_file: None,
            env: IndexMap::new(),
            template: None,
            ready: Ready::default(),
            clock: None,
            ca: None,
            shared: false,
            signed_in: None,
            sign_in_path: "/sign-in".to_owned(),
            sign_out_path: "/sign-out".to_owned(),
            shows_output: false,
        }
    }
}

impl OwnApp {
    /// An app that you start, at this origin.
    #[must_use]
    pub fn at(url: Url) -> Self {
        Self { url: Some(url), ..Self::default() }
    }

    /// An app that a command starts, which listens on the port in `PORT`.
    #[must_use]
    pub fn command(command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..Self::default() }
    }
}

/// A file that an app reads, written from a template.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The template, in which names such as `[APP_ID]` are replaced.
    pub from: PathBuf,
    /// The file that is written; it contains the app's secret.
    pub to: PathBuf,
}

/// When an app counts as started.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Ready {
    /// Path that is requested; the default is `/`.
    pub path: String,
    /// Status that it has to answer with; the default is any but 502, 503 and 504, which a server that is still
    /// starting answers.
    pub status: Option<u16>,
    /// How long the app may take to start; the default is `60s`.
    pub timeout: Timeout,
}

impl Default for Ready {
    fn default() -> Self {
        Self { path: "/".to_owned(), status: None, timeout: Timeout(Duration::from_secs(60)) }
    }
}

/// Where an app tells the time by its clock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClockProbe {
    /// Path that answers with JSON.
    pub path: String,
    /// Member with the time: seconds or milliseconds since 1970, or RFC 3339, e.g. `server.now`.
    pub member: String,
}

/// A duration such as `90s` or `2m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct Timeout(pub Duration);

impl TryFrom<String> for Timeout {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let span: Option<jiff::Span> = text.trim().parse().ok();
        let length = span.and_then(|span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok());
        let length =
            length.and_then(|length| Duration::try_from(length).ok()).filter(|length| !length.is_zero());
        length.map(Self).ok_or_else(|| format!("`{text}` is not a duration such as `90s` or `2m`"))
    }
}

/// How an app shows that the person is signed in. One of `text`, `status` and `member` says it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignedIn {
    /// Path that is requested with the browser's cookies; the default is `/`.
    #[serde(default = "home")]
    pub path: String,
    /// Text that the page has only for a person who is signed in.
    pub text: Option<String>,
    /// Status that the path answers with only to a person who is signed in.
    pub status: Option<u16>,
    /// Member of a JSON answer that is there, and neither `null` nor `false`, only for a person who is signed in, e.g.
    /// `user.id`.
    pub member: Option<String>,
}

fn home() -> String {
    "/".to_owned()
}

impl SignedIn {
    /// Whether exactly one of the three is given.
    pub(crate) fn is_clear(&self) -> bool {
        [self.text.is_some(), self.status.is_some(), self.member.is_some()]
            .iter()
            .filter(|given| **given)
            .count()
            == 1
    }
}
