//! What a scenario says. Plain data: nothing here knows a walker or a stack.

use std::path::PathBuf;

use kit::Secrets;
use schemars::JsonSchema;
use serde::Deserialize;

use super::capture::Capture;
use super::expect::Expect;
use super::secrets::Found;
use super::verb::Verb;
use crate::setup::Setup;
use crate::vocabulary::free_text;

/// A scenario: what is given, and the steps with what is expected after each.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The file it came from.
    pub path: PathBuf,
    /// Which row of the file's table of cases, if it has one.
    pub case: Option<String>,
    /// One or two sentences: who does what, and what comes of it.
    pub description: String,
    /// Where the story comes from.
    pub source: Vec<String>,
    /// The first finding that the walk must lead to, and the line that says so.
    pub finding: Option<(crate::findings::Cause, u64)>,
    /// Where it can run; everywhere when absent.
    pub needs: Option<Needs>,
    /// How the stack is set up.
    pub given: Setup,
    /// The steps in order.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// The secrets that stand in it literally: what it gives the parties to prove who they are, the
    /// free texts of a connector's configuration, and what addresses hide (user name, password,
    /// query, fragment). Whatever the command shows of its walk does not hold them.
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

    /// The same values, one by one.
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
        let app = &given.app;
        found.text(app.app_secret.as_ref());
        found.text(app.session_secret.as_ref());
        found.0.extend(
            app.callback_query.iter().flat_map(|query| kit::secret::in_address(&format!("?{query}"))),
        );
        app.extra_parameters
            .iter()
            .flat_map(|all| all.values())
            .for_each(|value| free_text(value, &mut found.0));
        app.logto_endpoint.iter().chain(&given.logto.endpoint).for_each(|url| found.address(url));
        for step in &self.steps {
            step.verb.secrets(&mut found);
        }
        found.0
    }
}

/// Which Logto a scenario needs, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// The backends it runs on; on others it is reported as skipped.
    pub backends: Vec<BackendKind>,
    /// Why it cannot run elsewhere.
    pub because: String,
}

/// A kind of Logto behind a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackendKind {
    /// The double in this process.
    Embedded,
    /// The official image.
    Container,
    /// A running one, by URL.
    External,
}

impl std::fmt::Display for BackendKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Embedded => "embedded",
            Self::Container => "container",
            Self::External => "external",
        })
    }
}

/// One thing the person does, and what is expected then.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The file it stands in, which is another for included steps.
    pub file: PathBuf,
    /// Line in that file, from 1.
    pub line: u64,
    /// What the person does.
    pub verb: Verb,
    /// In which browser, from 1; one that is named for the first time is opened.
    pub browser: usize,
    /// In which of its tabs, from 1; a tab that is named for the first time is opened.
    pub tab: usize,
    /// What is expected once every redirect and self-submitting page is through.
    pub expect: Expect,
    /// What later steps may name.
    pub capture: Vec<Capture>,
}
