//! `logto-testkit up`: a stack to click through.

use std::net::{Ipv4Addr, SocketAddr};

use kit::Stop;
use logto_testkit::Stack;
use logto_testkit::stack::{ConnectorSettings, HUGGINGFACE_HOST};

use super::arguments::{self, Up};
use super::exit::CliError;

pub(crate) async fn up(up: Up) -> Result<(), CliError> {
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    // The e-mail shows more of the sign-in than the connector's default scope.
    let connector =
        ConnectorSettings { scope: Some("openid profile email".to_owned()), ..Default::default() };
    let options = sample_app::Options { scopes: vec!["email".to_owned()], ..Default::default() };
    let mut builder = Stack::builder().connector(connector).app(options).listen(
        loopback(up.app_port),
        loopback(up.logto_port),
        loopback(up.logto_port.saturating_add(1)),
    );
    if let Some(ca) = arguments::load_ca(up.ca.as_deref())? {
        builder = builder.ca(ca);
    }
    if up.plain {
        builder = builder.plain_huggingface(loopback(0));
    }
    let stop = Stop::listen().map_err(|source| CliError::Io { what: "wait for signals", source })?;
    let stack = builder.start().await?;
    describe(&stack);
    stop.wait().await;
    stack.stop().await?;
    Ok(())
}

fn describe(stack: &Stack) {
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
