//! The `up` command: a stack to use from your own browser.

use std::net::{Ipv4Addr, SocketAddr};

use kit::Stop;

use super::arguments::{self, Up};
use super::exit::CliError;
use super::output;
use super::run::select::Selected;
use super::usage::UsageError;
use crate::setup::{Connector, SampleApp};
use crate::stack::{HUGGINGFACE_HOST, StepError, localhost};
use crate::{Stack, stack_for};

pub(crate) async fn up(up: Up) -> Result<(), CliError> {
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut project = up.own_app.project()?;
    up.application.change(&mut project);
    let logto_port = up.logto_port.or(project.logto.port).unwrap_or(3001);
    project.logto.port = None;
    let app_port = up.app_port.unwrap_or(3000);
    let admin_port = admin_port(logto_port, app_port, project.app.is_some())?;
    if let Some(app) = &mut project.app {
        app.shows_output = true;
        match (&app.url, up.app_port.filter(|port| *port != 0)) {
            (Some(url), Some(_)) => return Err(UsageError::TwoPorts { url: url.clone() }.into()),
            (None, Some(port)) => app.url = Some(localhost(port)),
            (_, None) => {}
        }
    }
    let mut builder = match &up.scenario {
        Some(path) => {
            let scenario = Selected::of(path).scenario()?;
            output::print(&format!("{}: {}\n\n", scenario.name(), scenario.description.trim()))?;
            stack_for(&scenario)
        }
        None => {
            // With the e-mail address, the stack shows more of the sign-in than with the default scope.
            let scope = Some("openid profile email".to_owned());
            let app = SampleApp { scopes: Some(vec!["email".to_owned()]), ..SampleApp::default() };
            Stack::builder().connector(Connector { scope, ..Connector::default() }).app(app)
        }
    }
    // People use it with a browser on this machine's clock.
    .real_time()
    .listen(loopback(app_port), loopback(logto_port), loopback(admin_port))
    .project(&project);
    let by_hand = project
        .app
        .as_ref()
        .is_some_and(|app| app.command.is_none() && app.env_file.is_none() && app.template.is_none());
    if let Some(ca) = arguments::load_ca(up.ca.as_deref())? {
        builder = builder.ca(ca);
    }
    if up.plain {
        builder = builder.plain_huggingface(loopback(0));
    }
    let mut stop = Stop::listen().map_err(|source| CliError::Io { what: "wait for signals", source })?;
    let stack = builder.start().await.map_err(|error| match &error.cause {
        StepError::Bind(_) => CliError::PortTaken(error),
        _ => error.into(),
    })?;
    // However it ends, the app ends with the stack.
    let ended = tokio::select! {
        ended = shown(&stack, by_hand) => ended,
        () = stop.wait() => Ok(()),
    };
    stack.stop().await?;
    ended
}

/// Starts an app of your own, prints the addresses, and waits forever.
async fn shown(stack: &Stack, by_hand: bool) -> Result<(), CliError> {
    if !by_hand {
        stack.start_app().await?;
    }
    output::print(&described(stack, by_hand)?)?;
    std::future::pending().await
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

/// The addresses of the parties, and how to open the app.
fn described(stack: &Stack, by_hand: bool) -> Result<String, CliError> {
    let endpoints = stack.endpoints();
    let users: Vec<String> = stack.huggingface().users().into_iter().map(|user| user.username).collect();
    let huggingface = match stack.plain_huggingface() {
        Some(plain) => format!("{plain}  (instead of https://{HUGGINGFACE_HOST})"),
        None => format!("https://{HUGGINGFACE_HOST}  (at {})", endpoints.huggingface_addr),
    };
    let mut text = format!(
        "app           {}\nLogto         {}\nLogto admin   {}\nHugging Face  {huggingface}\nusers         {}  (no passwords)\n",
        endpoints.app,
        endpoints.logto,
        endpoints.logto_admin,
        users.join(", "),
    );
    if by_hand {
        let variables = stack.app_variables()?.into_iter();
        let variables: String = variables.map(|(name, value)| format!("  {name}={value}\n")).collect();
        text += &format!("\nStart your app with\n\n{variables}");
    }
    text += &if stack.plain_huggingface().is_some() {
        format!("\nOpen {} in any browser. Press Ctrl-C to stop.\n", endpoints.app)
    } else {
        format!(
            "\nOpen the app in Chromium with a fresh profile that resolves {HUGGINGFACE_HOST} to the mock (or use `up --plain` \
             and any browser):\n\n  \
             chromium --user-data-dir=\"$(mktemp -d)\" --no-first-run \\\n    \
             --host-resolver-rules='MAP {HUGGINGFACE_HOST}:443 {}' \\\n    \
             --ignore-certificate-errors-spki-list={} {}\n\nPress Ctrl-C to stop.\n",
            endpoints.huggingface_addr,
            stack.spki_digest(),
            endpoints.app,
        )
    };
    Ok(text)
}
