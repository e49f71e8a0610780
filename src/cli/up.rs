//! `logto-testkit up`: a stack to click through.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use kit::Stop;
use logto_testkit::stack::{ConnectorSettings, HUGGINGFACE_HOST, StepError};
use logto_testkit::{Scenario, Stack, stack_for};

use super::arguments::{self, Up, UsageError};
use super::exit::CliError;
use super::secrets;

pub(crate) async fn up(up: Up) -> Result<(), CliError> {
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut builder = match &up.scenario {
        Some(path) => {
            let scenario = scenario(path)?;
            println!("{}: {}\n", scenario.name(), scenario.description.trim());
            stack_for(&scenario)?
        }
        None => {
            // The e-mail shows more of the sign-in than the connector's default scope.
            let scope = Some("openid profile email".to_owned());
            let options = sample_app::Options { scopes: vec!["email".to_owned()], ..Default::default() };
            Stack::builder().connector(ConnectorSettings { scope, ..Default::default() }).app(options)
        }
    }
    .listen(loopback(up.app_port), loopback(up.logto_port), loopback(up.logto_port.saturating_add(1)));
    if let Some(origin) = &up.app {
        builder = builder.app_at(origin.clone());
    }
    if let Some(ca) = arguments::load_ca(up.ca.as_deref())? {
        builder = builder.ca(ca);
    }
    if up.plain {
        builder = builder.plain_huggingface(loopback(0));
    }
    let stop = Stop::listen().map_err(|source| CliError::Io { what: "wait for signals", source })?;
    let stack = builder.start().await.map_err(|error| match &error.cause {
        StepError::Bind(_) => CliError::PortTaken(error),
        _ => error.into(),
    })?;
    describe(&stack, up.app.is_some());
    stop.wait().await;
    stack.stop().await?;
    Ok(())
}

/// The scenario of a file, or one of its cases: `client-secret.yaml@wrong`.
fn scenario(path: &Path) -> Result<Scenario, CliError> {
    let text = path.to_string_lossy();
    let (file, case) = match text.rsplit_once('@') {
        Some((file, case)) if !path.exists() => (Path::new(file), Some(case)),
        _ => (path, None),
    };
    let mut scenarios = secrets::scenarios(file)?;
    let cases: Vec<String> = scenarios.iter().filter_map(|scenario| scenario.case.clone()).collect();
    let at = match case {
        None if cases.is_empty() => Some(0),
        None => None,
        Some(case) => cases.iter().position(|known| known == case),
    };
    match at {
        Some(at) => Ok(scenarios.swap_remove(at)),
        None => Err(UsageError::WhichCase { file: file.to_owned(), cases: cases.join(", ") }.into()),
    }
}

fn describe(stack: &Stack, own_app: bool) {
    let endpoints = stack.endpoints();
    println!("app           {}", endpoints.app);
    println!("Logto         {}", endpoints.logto);
    println!("Logto admin   {}", endpoints.logto_admin);
    match stack.plain_huggingface() {
        Some(plain) => println!("Hugging Face  {plain}  (in place of https://{HUGGINGFACE_HOST})"),
        None => println!("Hugging Face  https://{HUGGINGFACE_HOST}  (at {})", endpoints.huggingface_addr),
    }
    let users: Vec<String> = stack.huggingface().users().into_iter().map(|user| user.username).collect();
    println!("users         {}  (no passwords)", users.join(", "));
    if own_app {
        println!("\nStart your app with\n");
        for (name, value) in stack.environment() {
            println!("  {name}={value}");
        }
    }
    if stack.plain_huggingface().is_some() {
        println!("\nOpen {} in any browser. Ctrl-C ends.", endpoints.app);
        return;
    }
    println!(
        "\nOpen it in a Chromium that finds the mock, with a fresh profile (or use `up --plain` and any browser):\n\n  \
         chromium --user-data-dir=\"$(mktemp -d)\" --no-first-run \\\n    \
         --host-resolver-rules='MAP {HUGGINGFACE_HOST}:443 {}' \\\n    \
         --ignore-certificate-errors-spki-list={} {}\n\nCtrl-C ends.",
        endpoints.huggingface_addr,
        stack.spki_digest(),
        endpoints.app,
    );
}
