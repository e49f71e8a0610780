//! The format of the files in `tests/diagnosis`.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use logto_testkit::diagnose::{Case, InputError};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::own_app::Switches;

/// One file: cases of one theme.
pub(super) struct TruthFile {
    /// The file's name without its extension.
    pub(super) name: String,
    pub(super) cases: Vec<Truth>,
}

/// A set-up, and what is true of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Truth {
    pub(super) name: String,
    /// Where the truth is known from: a contract section, a recording, a report.
    source: String,
    /// As `GET /api/connectors/:id` returns it; without it the connector of the guide. A text is the
    /// text of the file, here as in the others.
    #[serde(default)]
    connector: Option<Value>,
    /// As `GET /api/applications/:id` returns it, with `secrets` and `userConsentScopes` if known.
    #[serde(default)]
    application: Option<Value>,
    /// As `GET /api/sign-in-exp` returns it.
    #[serde(default)]
    sign_in_experience: Option<Value>,
    /// The OAuth app at Hugging Face.
    #[serde(default)]
    huggingface: Option<Value>,
    #[serde(default)]
    options: Options,
    /// An app in place of the sample app.
    #[serde(default)]
    pub(super) own_app: Option<Switches>,
    pub(super) expect: Expectation,
}

/// What people say with options of the command.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    logto_endpoint: Option<Url>,
    app_url: Option<Url>,
    app_id: Option<String>,
    app_secret: Option<String>,
    redirect_uri: Option<String>,
    post_sign_out_uri: Option<String>,
    app_scopes: Vec<String>,
}

/// What a true report says.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Expectation {
    /// Nothing is wrong.
    pub(super) healthy: bool,
    /// The first finding is one of these.
    pub(super) first: Vec<String>,
    /// For each further fault the findings that name it, of which one is found anywhere.
    pub(super) also: Vec<Vec<String>>,
    /// It is named by one of these, be it a finding or a warning: where the contract does not tell whether it breaks a
    /// sign-in.
    pub(super) named: Vec<String>,
    /// Further findings and warnings that are true of the set-up.
    pub(super) allowed: Vec<String>,
    /// For each warning the ids that name it; several values may be warned of in the same way.
    pub(super) warnings: Vec<Vec<String>>,
    /// The text report contains each of these.
    pub(super) says: Vec<String>,
    /// The text report contains none of these.
    pub(super) never: Vec<String>,
    /// Each of these occurs, in whatever case, in what the report lists as assumed, not known or not checked.
    pub(super) unknown: Vec<String>,
    /// The input is refused with a message that contains this.
    pub(super) error: Option<String>,
}

impl TruthFile {
    pub(super) fn load(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let cases: Vec<Truth> =
            kit::document::yaml(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        let mut names = BTreeSet::new();
        for case in &cases {
            assert!(names.insert(case.name.as_str()), "{name}: `{}` is there twice", case.name);
            assert!(!case.source.is_empty(), "{name}: `{}` has no source", case.name);
            case.expect.check(&format!("{name}/{}", case.name));
        }
        Self { name, cases }
    }
}

impl Expectation {
    /// A set-up is healthy, or broken, or its input is refused.
    fn check(&self, case: &str) {
        let said = [self.healthy, !self.first.is_empty(), !self.named.is_empty(), self.error.is_some()];
        let said = said.into_iter().filter(|said| *said).count();
        assert_eq!(said, 1, "{case}: expect one of `healthy`, `first`, `named`, `error`");
        assert!(!self.first.is_empty() || self.also.is_empty(), "{case}: `also` without `first`");
    }

    /// The ids that occur in it.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let sets = self.also.iter().chain(&self.warnings).flatten();
        self.first.iter().chain(&self.named).chain(&self.allowed).chain(sets).map(String::as_str)
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(part) => write!(f, "the error “{part}”")?,
            None if self.healthy => f.write_str("nothing")?,
            None => f.write_str(&[self.first.as_slice(), &self.named].concat().join(" or "))?,
        }
        self.also.iter().try_for_each(|fault| write!(f, ", and {}", fault.join(" or ")))?;
        self.warnings.iter().try_for_each(|warning| write!(f, ", warned of {}", warning.join(" or ")))
    }
}

/// The text of a file, in which `[IN_3_DAYS]` stands for that time in milliseconds, as Logto tells times.
fn text(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        _ => value.to_string(),
    };
    let in_three_days = kit::Clock::system().now() + jiff::SignedDuration::from_hours(72);
    text.replace("\"[IN_3_DAYS]\"", &in_three_days.as_millisecond().to_string())
}

impl Truth {
    /// What the command makes of the input. In an application's record `[APP_PORT]` stands for the port of an app of
    /// one's own.
    pub(super) fn case(&self, port: Option<u16>) -> Result<Case, InputError> {
        let mut case = Case::default();
        let connector = self.connector.clone().unwrap_or_else(guide);
        case.read_connector(&text(&connector), "connector.json")?;
        if let Some(record) = &self.application {
            let port = port.map(|port| port.to_string()).unwrap_or_default();
            case.read_application(&text(record).replace("[APP_PORT]", &port), "application.json")?;
        }
        if let Some(experience) = &self.sign_in_experience {
            case.read_sign_in_experience(&text(experience), "sign-in-experience.json")?;
        }
        if let Some(settings) = &self.huggingface {
            case.read_oauth_app(&text(settings), "huggingface.yaml")?;
        }
        let options = &self.options;
        case.logto_endpoint.clone_from(&options.logto_endpoint);
        case.app_url.clone_from(&options.app_url);
        case.app.app_id.clone_from(&options.app_id);
        case.app.app_secret.clone_from(&options.app_secret);
        case.app.redirect_uri.clone_from(&options.redirect_uri);
        case.app.post_sign_out_redirect_uri.clone_from(&options.post_sign_out_uri);
        case.app.scopes.clone_from(&options.app_scopes);
        Ok(case)
    }
}

/// The connector that a file leaves out.
fn guide() -> Value {
    json!({
        "id": "k3f8z1q9x2m7",
        "connectorId": "huggingface-universal",
        "target": "huggingface",
        "config": {
            "clientId": "5fbf7d1c-0f4e-4b5e-8a0e-9c6f3b0d2a1e",
            "clientSecret": "oauth_app_secret_QwErTyUiOpAsDfGhJkLzXcVbNm12345678",
            "scope": "openid profile email",
        },
    })
}
