//! The project file, and the arguments that say the same: for `run`, `up` and `diagnose`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{NonEmptyStringValueParser, RangedI64ValueParser};
use url::Url;

use super::exit::CliError;
use super::usage::{UsageError, address};
use crate::project::{self, Project};
use crate::setup::{ApplicationKind, ClockProbe, Mask, MaskedPart, OwnApp, SignedIn, Template, Timeout};

/// An app of your own instead of the sample app.
#[derive(Debug, Args)]
#[command(next_help_heading = "Your app instead of the sample app")]
pub(crate) struct ProjectArguments {
    /// Project file, which says all of this in one place [default: `logto-testkit.toml` here, if there is one].
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,
    /// Command that starts the app, with LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET, APP_BASE_URL and PORT
    /// in its environment; stopped at the end.
    #[arg(long, value_name = "COMMAND")]
    app_command: Option<String>,
    /// Its origin [default with --app-command: a free port of this machine].
    #[arg(long, value_name = "URL", value_parser = address)]
    app: Option<Url>,
    /// Folder in which the command runs.
    #[arg(long, value_name = "DIR", requires = "app_command")]
    app_directory: Option<PathBuf>,
    /// Variable to pass to the app, e.g. ISSUER=[LOGTO]/oidc; may be repeated. Names: [LOGTO], [APP], [APP_PORT],
    /// [APP_ID], [APP_SECRET], [CA_FILE].
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    app_variable: Vec<(String, String)>,
    /// File to which the variables are written, one NAME=value per line, before the app starts.
    #[arg(long, value_name = "FILE")]
    app_env: Option<PathBuf>,
    /// Template of a file that the app reads, and the file: its names, such as [APP_ID], are replaced before the app
    /// starts.
    #[arg(long, value_name = "TEMPLATE=FILE", value_parser = template)]
    app_template: Option<Template>,
    /// Path that shows whether the app has started [default: /].
    #[arg(long, value_name = "PATH", value_parser = path)]
    app_ready: Option<String>,
    /// Status that this path answers with once the app has started [default: any but 502, 503 and 504].
    #[arg(long, value_name = "STATUS", value_parser = status())]
    app_ready_status: Option<u16>,
    /// How many seconds it may take to start [default: 60].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    app_timeout: Option<u64>,
    /// Where the app tells the time, if not in its `Date` header: a path that answers with JSON, and the member, e.g.
    /// /health=now.
    #[arg(long, value_name = "PATH=MEMBER", value_parser = clock)]
    app_clock: Option<ClockProbe>,
    /// Keep one process of the app for all scenarios, which then run one after another.
    #[arg(long)]
    app_shared: bool,
    /// CA certificate, or the certificate itself, in PEM, of an app that is served over HTTPS.
    #[arg(long, value_name = "FILE")]
    app_ca: Option<PathBuf>,
    /// Path of the app that starts a sign-in [default: /sign-in].
    #[arg(long, value_name = "PATH", value_parser = path)]
    sign_in_path: Option<String>,
    /// Path of the app that starts a sign-out [default: /sign-out].
    #[arg(long, value_name = "PATH", value_parser = path)]
    sign_out_path: Option<String>,
    /// Path that shows whether the person is signed in [default: /].
    #[arg(long, value_name = "PATH", value_parser = path)]
    signed_in_path: Option<String>,
    /// Text that this page has only for a person who is signed in.
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new(), group = "signed_in")]
    signed_in_text: Option<String>,
    /// Status that this path answers with only to a person who is signed in.
    #[arg(long, value_name = "STATUS", value_parser = status(), group = "signed_in")]
    signed_in_status: Option<u16>,
    /// Member of a JSON answer that is there only for a person who is signed in, e.g. user.id.
    #[arg(long, value_name = "MEMBER", value_parser = NonEmptyStringValueParser::new(), group = "signed_in")]
    signed_in_member: Option<String>,
    /// Part of the app's own messages to hide in transcripts, and why, e.g. `field:build=differs in every build`; KIND
    /// is field, cookie, member, query or text; may be repeated.
    #[arg(long, value_name = "KIND:NAME=REASON", value_parser = mask)]
    mask: Vec<Mask>,
}

/// The app's record in Logto, and Logto's port.
#[derive(Debug, Args)]
#[command(next_help_heading = "The app's record in Logto, where a scenario does not say otherwise")]
pub(crate) struct ApplicationArguments {
    /// Its type: Traditional, SPA or Native [default: Traditional].
    #[arg(long, value_name = "TYPE", value_parser = kind)]
    application_type: Option<ApplicationKind>,
    /// Redirect URI; may be repeated [default: `[APP]/callback`].
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Post sign-out redirect URI; may be repeated [default: `[APP]/`].
    #[arg(long, value_name = "URI")]
    post_sign_out_uri: Vec<String>,
    /// Its id, for an app that has it in its code; embedded Logto only.
    #[arg(long, value_name = "ID")]
    application_id: Option<String>,
    /// Let a proxy in front of a real Logto record what the app asks it; for apps that do not compare its address with
    /// the issuer.
    #[arg(long)]
    record_app_calls: bool,
    /// Its secret, for an app that has it in its code; embedded Logto only.
    #[arg(
        long,
        value_name = "SECRET",
        requires = "application_id",
        env = "LOGTO_TESTKIT_APPLICATION_SECRET",
        hide_env_values = true
    )]
    application_secret: Option<String>,
}

impl ProjectArguments {
    /// The project that the file and the arguments describe.
    pub(super) fn project(&self) -> Result<Project, CliError> {
        let mut project = match &self.project {
            Some(file) => Project::load(file)?,
            None => Project::here()?,
        };
        self.change_app(&mut project)?;
        set(&mut project.sign_in.path, &self.sign_in_path);
        set(&mut project.sign_out.path, &self.sign_out_path);
        project.mask.extend(self.mask.iter().cloned());
        let (text, status, member) = (&self.signed_in_text, self.signed_in_status, &self.signed_in_member);
        if text.is_some() || status.is_some() || member.is_some() {
            let path = project.signed_in.take().map_or("/".to_owned(), |signed_in| signed_in.path);
            let (text, member) = (text.clone(), member.clone());
            project.signed_in = Some(SignedIn { path, text, status, member });
        }
        if let Some(path) = &self.signed_in_path {
            let signed_in = project.signed_in.as_mut().ok_or(UsageError::SignedInHow)?;
            signed_in.path.clone_from(path);
        }
        Ok(project)
    }

    fn change_app(&self, project: &mut Project) -> Result<(), UsageError> {
        if let Some(url) = self.app.as_ref().filter(|url| !project::is_origin(url)) {
            return Err(UsageError::AppOrigin(url.clone()));
        }
        if project.app.is_none() && (self.app.is_some() || self.app_command.is_some()) {
            project.app = Some(OwnApp::default());
        }
        let Some(app) = &mut project.app else {
            return self.needs_app().map_or(Ok(()), |option| Err(UsageError::OptionNeedsApp { option }));
        };
        set(&mut app.command, &self.app_command);
        set(&mut app.url, &self.app);
        set(&mut app.env_file, &self.app_env);
        set(&mut app.template, &self.app_template);
        set(&mut app.ca, &self.app_ca);
        set(&mut app.clock, &self.app_clock);
        set(&mut app.ready.status, &self.app_ready_status);
        if let Some(path) = &self.app_ready {
            app.ready.path.clone_from(path);
        }
        if let Some(directory) = &self.app_directory {
            app.directory.clone_from(directory);
        }
        if let Some(seconds) = self.app_timeout {
            app.ready.timeout = Timeout(Duration::from_secs(seconds));
        }
        app.shared |= self.app_shared;
        app.env.extend(self.app_variable.iter().cloned());
        Ok(())
    }

    /// An option that has no effect on the sample app.
    fn needs_app(&self) -> Option<&'static str> {
        let given = [
            ("--app-variable", !self.app_variable.is_empty()),
            ("--app-env", self.app_env.is_some()),
            ("--app-template", self.app_template.is_some()),
            ("--app-ready", self.app_ready.is_some()),
            ("--app-ready-status", self.app_ready_status.is_some()),
            ("--app-timeout", self.app_timeout.is_some()),
            ("--app-clock", self.app_clock.is_some()),
            ("--app-shared", self.app_shared),
            ("--app-ca", self.app_ca.is_some()),
            ("--sign-in-path", self.sign_in_path.is_some()),
            ("--sign-out-path", self.sign_out_path.is_some()),
            ("--signed-in-text", self.signed_in_text.is_some()),
            ("--signed-in-status", self.signed_in_status.is_some()),
            ("--signed-in-member", self.signed_in_member.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}

impl ApplicationArguments {
    /// Overrides what the project says about the application.
    pub(super) fn change(&self, project: &mut Project) {
        let application = &mut project.application;
        set(&mut application.kind, &self.application_type);
        let list = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        set(&mut application.redirect_uris, &list(&self.redirect_uri));
        set(&mut application.post_logout_redirect_uris, &list(&self.post_sign_out_uri));
        set(&mut application.id, &self.application_id);
        set(&mut application.secret, &self.application_secret);
        project.logto.records_app_calls |= self.record_app_calls;
    }
}

fn set<T: Clone>(member: &mut Option<T>, option: &Option<T>) {
    if option.is_some() {
        member.clone_from(option);
    }
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    if !project::is_variable(name) {
        return Err(format!("`{name}` is not a valid name of a variable: use letters, digits and `_`"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn mask(text: &str) -> Result<Mask, String> {
    let form = "write KIND:NAME=REASON, e.g. `field:build=differs in every build`";
    let (kind, rest) = text.split_once(':').ok_or(form)?;
    // A name may contain `=`, a reason seldom does.
    let (name, reason) = rest.rsplit_once('=').ok_or(form)?;
    let all =
        [MaskedPart::Field, MaskedPart::Cookie, MaskedPart::Member, MaskedPart::Query, MaskedPart::Text];
    let part = all.into_iter().find(|part| part.to_string() == kind);
    let part = part.ok_or_else(|| format!("`{kind}` is not one of field, cookie, member, query and text"))?;
    Mask::new(part, name, reason).map_err(|error| error.to_string())
}

fn path(text: &str) -> Result<String, String> {
    if project::is_path(text) { Ok(text.to_owned()) } else { Err("begin it with one `/`".to_owned()) }
}

/// RFC 9110 §15.
fn status() -> RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(100..=599)
}

fn clock(text: &str) -> Result<ClockProbe, String> {
    let (at, member) = text.rsplit_once('=').ok_or("write PATH=MEMBER")?;
    Ok(ClockProbe { path: path(at)?, member: member.to_owned() })
}

fn template(text: &str) -> Result<Template, String> {
    let (from, to) = text.split_once('=').ok_or("write TEMPLATE=FILE")?;
    Ok(Template { from: from.into(), to: to.into() })
}

fn kind(text: &str) -> Result<ApplicationKind, String> {
    let all = [ApplicationKind::Traditional, ApplicationKind::Spa, ApplicationKind::Native];
    let found = all.into_iter().find(|kind| kind.id().eq_ignore_ascii_case(text));
    found.ok_or_else(|| "it is Traditional, SPA or Native".to_owned())
}

/// Whether walks run one after another: the app, Logto or a file that the app reads has one fixed place.
pub(super) fn is_serial(project: &Project) -> bool {
    let Some(app) = &project.app else { return project.logto.port.is_some() };
    let texts = app.command.iter().chain(app.env.values());
    let takes_port = app.url.is_none() && texts.into_iter().any(|text| text.contains("[APP_PORT]"));
    app.shared
        || !takes_port
        || project.logto.port.is_some()
        || app.env_file.is_some()
        || app.template.is_some()
}

/// Rejects what only the embedded Logto can be told, for another Logto, whose name is given.
pub(super) fn can_be_fixed(project: &Project, logto: String) -> Result<(), UsageError> {
    let application = &project.application;
    let given = [
        (application.id.is_some(), "`id` of `[application]` (--application-id)"),
        (project.logto.port.is_some(), "`port` of `[logto]` (--logto-port)"),
    ];
    let given = given.into_iter().find(|(given, _)| *given);
    given.map_or(Ok(()), |(_, option)| Err(UsageError::OnlyEmbedded { option, logto }))
}

/// Checks that the app can learn the variables of every stack.
pub(super) fn can_be_told(project: &Project, scenarios: usize) -> Result<(), UsageError> {
    let Some(app) = &project.app else { return Ok(()) };
    let application = &project.application;
    let knows = application.id.is_some() && application.secret.is_some() && project.logto.port.is_some();
    if app.command.is_some() || knows {
        return Ok(());
    }
    if app.env_file.is_none() && app.template.is_none() {
        return Err(UsageError::AppNeedsStart);
    }
    // A script starts the app once, with the variables of one stack.
    if scenarios > 1 { Err(UsageError::AppTakesOne { scenarios }) } else { Ok(()) }
}
