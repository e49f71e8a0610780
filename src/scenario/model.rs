//! The contents of a scenario. Plain data: nothing here knows a walker or a stack.

use std::path::PathBuf;

use kit::Secrets;
use mock_logto::Version;
use serde::Deserialize;

use super::capture::Capture;
use super::expect::Expect;
use super::secrets::Found;
use super::verb::Verb;
use crate::named::named;
use crate::setup::Setup;
use crate::vocabulary::{LOGTO_URN, free_text};

/// A scenario: what is given, and the steps with what is expected after each one.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The file it was read from.
    pub path: PathBuf,
    /// The name of its row in the file's table of cases, if it has one.
    pub case: Option<String>,
    /// One or two sentences: who does what, and with what result.
    pub description: String,
    /// Sources of the story: entries of the catalog of real faults, issues, pages.
    pub source: Vec<String>,
    /// The first finding that the walk must lead to, and the line of the file that says so.
    pub finding: Option<(crate::findings::Cause, u64)>,
    /// Which Logto it needs; without it, it runs on every backend.
    pub needs: Option<Needs>,
    /// How the stack is set up.
    pub given: Setup,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// Keys in an old spelling, with file, line and column, and how they are spelled now.
    pub notes: Vec<String>,
}

impl Scenario {
    /// The secrets that it contains literally: the credentials it gives the parties, the free texts
    /// of a connector's configuration, and the hidden parts of URLs (user name, password, query,
    /// fragment). The command's output about its walk does not contain them.
    ///
    /// ```
    /// # use logto_testkit::Scenario;
    /// let text = "description: A wrong secret.\n\
    ///             given: { connector: { client_secret: not-the-Secret-1 } }\n\
    ///             steps: [{ visit: / }]";
    /// let scenario = Scenario::parse(text, "wrong.yaml".as_ref())?;
    /// assert_eq!(scenario.secrets().hide("Basic id:not-the-Secret-1"), "Basic id:[SECRET]");
    /// # Ok::<(), logto_testkit::ScenarioError>(())
    /// ```
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        self.secret_values().into_iter().collect()
    }

    /// The version of Logto whose transcript is reviewed: that which the scenario is about, or the newest release.
    #[must_use]
    pub fn reviewed_version(&self) -> Version {
        self.given.logto.version.map_or_else(Version::default, |named| named.0)
    }

    /// The same values as a list.
    #[must_use]
    pub fn secret_values(&self) -> Vec<String> {
        let mut found = Found::default();
        let given = &self.given;
        found.oauth_app(&given.huggingface.app);
        given.huggingface.other_apps.iter().for_each(|app| found.oauth_app(app));
        found.text(given.connector.client_secret.as_ref());
        for (name, value) in &given.connector.config {
            found.connector(name, value);
        }
        let application = &given.application;
        let uris = [&application.redirect_uris, &application.post_logout_redirect_uris];
        uris.into_iter().flatten().flatten().for_each(|uri| found.address(uri));
        given.users.iter().for_each(|user| found.text(user.password.as_ref()));
        if let Some(second) = &given.second_app {
            let uris = [&second.application.redirect_uris, &second.application.post_logout_redirect_uris];
            uris.into_iter().flatten().flatten().for_each(|uri| found.address(uri));
        }
        let apps = || std::iter::once(&given.app).chain(given.second_app.as_ref().map(|second| &second.app));
        for app in apps() {
            found.text(app.app_secret.as_ref());
            found.text(app.session_secret.as_ref());
            found.0.extend(
                app.callback_query.iter().flat_map(|query| kit::secret::in_address(&format!("?{query}"))),
            );
            app.extra_parameters
                .iter()
                .flat_map(|all| all.values())
                .for_each(|value| free_text(value, &mut found.0));
            app.logto_endpoint.iter().for_each(|url| found.address(url));
        }
        given.logto.endpoint.iter().for_each(|url| found.address(url));
        for step in &self.steps {
            step.verb.secrets(&mut found);
        }
        // A page may be asked about an API by the indicator, which is public.
        let registered = given.resources.iter().map(|resource| &resource.indicator);
        let public: Vec<&String> =
            registered.chain(apps().flat_map(|app| app.resources.iter().flatten())).collect();
        found.0.retain(|value| !public.contains(&value) && !value.starts_with(LOGTO_URN));
        found.0
    }
}

/// Which Logto a scenario needs, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// The backends it runs on; others report it as skipped.
    #[serde(default = "all_backends")]
    pub backends: Vec<BackendKind>,
    /// The first version of Logto that it runs on; earlier ones report it as skipped.
    pub since: Option<SinceVersion>,
    /// Why it cannot run on the others.
    pub because: String,
}

/// The default of [`Needs::backends`].
fn all_backends() -> Vec<BackendKind> {
    vec![BackendKind::Embedded, BackendKind::Container, BackendKind::External]
}

/// A version of Logto such as `1.39.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct SinceVersion(pub Version);

impl TryFrom<String> for SinceVersion {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = Version::parse(&text).or_else(|| text.parse().ok()).map(Self);
        known.ok_or_else(|| format!("`{text}` is not a version of Logto such as `1.39.0`"))
    }
}

named! {
    /// A kind of Logto behind a stack.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename_all = "snake_case")]
    pub enum BackendKind {
        /// The double in this process.
        Embedded => "embedded",
        /// The official image, in a container.
        Container => "container",
        /// A running Logto, given by URL.
        External => "external",
    }
}

/// One action of the person, and what is expected after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The file that contains it: for included steps, the included file.
    pub file: PathBuf,
    /// Line in that file, from 1.
    pub line: u64,
    /// What the person does.
    pub verb: Verb,
    /// The browser, counted from 1; a browser that is named for the first time is opened.
    pub browser: usize,
    /// The browser's tab, counted from 1; a tab that is named for the first time is opened.
    pub tab: usize,
    /// What is expected after every redirect and self-submitting page has been followed.
    pub expect: Expect,
    /// Values that later steps may use.
    pub capture: Vec<Capture>,
}
