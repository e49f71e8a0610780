//! A stack that lives while people or other test suites use it: `up` and `serve stack`.

pub(super) mod control;
pub(super) mod description;
pub(super) mod input;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::pin;

use clap::Args;
use kit::output::complain;
use kit::{Bound, Stop};

use self::control::Control;
use self::description::Description;
use super::exit::CliError;
use super::logto_version::LogtoVersion;
use super::output;
use super::own_app::{ApplicationArguments, ProjectArguments};
use super::run::select::Selected;
use super::usage::UsageError;
use crate::project::Project;
use crate::setup::{Connector, SampleApp};
use crate::stack::{StackBuilder, StepError, localhost};
use crate::{Stack, stack_for};

/// What the stack consists of, and where.
#[derive(Debug, Args)]
pub(crate) struct LiveArguments {
    /// Scenario file, or FILE@CASE, whose `given` section configures the stack [default: the guide's, with e-mail].
    pub(super) scenario: Option<PathBuf>,
    /// Send browsers to the mock over plain HTTP, for a browser without any settings.
    #[arg(long)]
    pub(super) plain: bool,
    /// Port of the app [default: 3000 with `up`, a free one with `serve stack`, and for a command of yours].
    #[arg(long)]
    pub(super) app_port: Option<u16>,
    /// Port of Logto; its admin tenant takes the next one [default: 3001 with `up`, free ones with `serve stack`].
    #[arg(long)]
    pub(super) logto_port: Option<u16>,
    /// Port of the control API [default: a free one].
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    pub(super) control_port: u16,
    #[command(flatten)]
    pub(super) version: LogtoVersion,
    #[command(flatten)]
    pub(super) own_app: ProjectArguments,
    #[command(flatten)]
    pub(super) application: ApplicationArguments,
}

/// The ports of a stack for which neither an option nor the project file names one.
#[derive(Debug, Clone, Copy)]
pub(super) struct DefaultPorts {
    pub(super) app: u16,
    pub(super) logto: u16,
}

/// What a [`LiveArguments`] describes.
pub(super) struct Live {
    builder: StackBuilder,
    project: Project,
    control_port: u16,
}

/// How an app of your own comes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AppStart {
    /// The stack starts it, or waits until it is there.
    Awaited,
    /// You, or another test suite, start it; the stack does not wait.
    ByHand,
}

impl LiveArguments {
    /// The project, in which Logto's port is that of the options.
    pub(super) fn project(&self) -> Result<Project, CliError> {
        let mut project = self.own_app.project()?;
        self.application.change(&mut project);
        project.logto.port = self.logto_port.or(project.logto.port);
        Ok(project)
    }

    /// The stack. Prints the scenario's description through `describe`.
    pub(super) fn live(
        &self,
        mut project: Project,
        default: DefaultPorts,
        describe: impl FnOnce(&str) -> Result<(), CliError>,
    ) -> Result<Live, CliError> {
        let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let logto_port = project.logto.port.take().unwrap_or(default.logto);
        let app_port = self.app_port.unwrap_or(default.app);
        let admin_port = admin_port(logto_port, app_port, project.app.is_some())?;
        if let Some(app) = &mut project.app {
            app.shows_output = true;
            match (&app.url, self.app_port.filter(|port| *port != 0)) {
                (Some(url), Some(_)) => return Err(UsageError::TwoPorts { url: url.clone() }.into()),
                (None, Some(port)) => app.url = Some(localhost(port)),
                (_, None) => {}
            }
        }
        let mut builder = match &self.scenario {
            Some(path) => {
                let scenario = Selected::of(path).scenario()?;
                describe(&format!("{}: {}\n\n", scenario.name(), scenario.description.trim()))?;
                stack_for(&scenario)
            }
            None => {
                // With the e-mail address, the stack shows more of the sign-in than with the default scope.
                let scope = Some("openid profile email".to_owned());
                let app = SampleApp { scopes: Some(vec!["email".to_owned()]), ..SampleApp::default() };
                Stack::builder().connector(Connector { scope, ..Connector::default() }).app(app)
            }
        }
        // Others use it by this machine's clock.
        .real_time()
        .listen(loopback(app_port), loopback(logto_port), loopback(admin_port))
        .project(&project);
        if let Some(version) = self.version.logto_version {
            builder = builder.logto_version(version);
        }
        if self.plain {
            builder = builder.plain_huggingface(loopback(0));
        }
        Ok(Live { builder, project, control_port: self.control_port })
    }
}

impl Live {
    pub(super) fn map(self, change: impl FnOnce(StackBuilder) -> StackBuilder) -> Self {
        Self { builder: change(self.builder), ..self }
    }

    /// Whether nothing tells an app of your own its variables, so that you have to be shown them.
    pub(super) fn is_by_hand(&self) -> bool {
        let own = self.project.app.as_ref();
        own.is_some_and(|app| app.command.is_none() && app.env_file.is_none() && app.template.is_none())
    }

    /// Whether a command starts an app of your own.
    pub(super) fn has_command(&self) -> bool {
        self.project.app.as_ref().is_some_and(|app| app.command.is_some())
    }

    /// Starts the stack and the app, announces it once all of it answers, and keeps it until a signal, or until `ends`.
    pub(super) async fn run(
        self,
        app: AppStart,
        ends: impl Future<Output = ()>,
        announce: impl FnOnce(&Stack, &Description) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let mut stop = Stop::listen().map_err(|source| CliError::Io { what: "wait for signals", source })?;
        let port = SocketAddr::from((Ipv4Addr::LOCALHOST, self.control_port));
        let listener = Bound::at(port).await.map_err(CliError::ControlPort)?;
        let mut ends = pin!(ends);
        let started = tokio::select! {
            started = self.builder.start() => started,
            () = stop.wait() => return Ok(()),
            () = &mut ends => return Ok(()),
        };
        let stack = started.map_err(|error| match &error.cause {
            StepError::Bind(_) => CliError::PortTaken(error),
            _ => error.into(),
        })?;
        // However it ends, the app ends with the stack.
        let ended = tokio::select! {
            ended = lived(&stack, listener, app, announce) => ended,
            () = stop.wait() => Ok(()),
            () = &mut ends => Ok(()),
        };
        for call in stack.stop().await?.not_undone {
            complain(&format!("not undone, because this cannot be undone: {call}"));
        }
        ended
    }
}

/// Starts an app of your own, announces the stack, and answers the control API forever.
async fn lived(
    stack: &Stack,
    listener: Bound,
    app: AppStart,
    announce: impl FnOnce(&Stack, &Description) -> Result<(), CliError>,
) -> Result<(), CliError> {
    match app {
        AppStart::Awaited => stack.start_app().await?,
        AppStart::ByHand => stack.tell_app()?,
    }
    let description = Description::of(stack, listener.addr(), app)?;
    let (control, _server) = Control::serve(stack, listener, &description).await?;
    announce(stack, &description)?;
    control.answer(stack).await
}

/// Prints the description of a scenario.
pub(super) fn shown(description: &str) -> Result<(), CliError> {
    output::print(description)
}

/// The port after Logto's, or any if Logto uses any.
fn admin_port(logto_port: u16, app_port: u16, own_app: bool) -> Result<u16, UsageError> {
    let admin = match logto_port {
        0 => 0,
        u16::MAX => return Err(UsageError::NoAdminPort),
        logto => logto + 1,
    };
    match app_port {
        0 => Ok(admin),
        // An app of your own binds its port itself.
        app if !own_app && (app == logto_port || app == admin) => {
            Err(UsageError::SamePort { port: app, admin })
        }
        _ => Ok(admin),
    }
}
