//! The command `mock-logto`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kit::{Bound, Ca, Client, Clock, Journal, Random, Stop};
use url::Url;

use crate::{Context, Logto};

/// A double of Logto for tests. Configure it through its Management API.
///
/// Exit codes: 0 stopped by Ctrl-C, 2 bad usage, 3 did not start.
#[derive(Debug, Parser)]
#[command(name = "mock-logto", version)]
struct Arguments {
    /// Where to listen; its origin is ENDPOINT.
    #[arg(long, default_value = "127.0.0.1:3001")]
    listen: SocketAddr,
    /// Where the admin tenant listens.
    #[arg(long, default_value = "127.0.0.1:3002")]
    admin: SocketAddr,
    /// Where huggingface.co is: address and port of a mock.
    #[arg(long, value_name = "ADDR:PORT")]
    huggingface: Option<SocketAddr>,
    /// Folder with the CA that vouches for the mock.
    #[arg(long, value_name = "DIR")]
    ca: Option<PathBuf>,
}

/// Parses the arguments and serves until Ctrl-C.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(serve(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&*error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(3)
}

async fn serve(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let (bound, admin) = (Bound::at(arguments.listen).await?, Bound::at(arguments.admin).await?);
    let origin = |port: u16| Url::parse(&format!("http://localhost:{port}"));
    let mut client = Client::builder().follow_redirects(20);
    if let Some(directory) = &arguments.ca {
        client = client.trust(&Ca::load(directory)?);
    }
    if let Some(addr) = arguments.huggingface {
        client = client.host("huggingface.co", addr);
    }
    let stop = Stop::listen()?;
    let journal = Journal::new();
    let logto = Logto::new(Context {
        endpoint: origin(bound.port())?,
        admin_endpoint: origin(admin.port())?,
        clock: Clock::system(),
        random: Random::from_os(),
        journal: journal.clone(),
        client: client.build()?,
        authorization_origin: None,
        m2m_secret: None,
    });
    let (id, secret) = logto.m2m_credentials();
    println!("Logto        {}", origin(bound.port())?);
    println!("Logto admin  {}", origin(admin.port())?);
    println!("Management   {id}:{secret}");
    let router = kit::logged(logto.router(), journal);
    let servers = [bound.serve(router.clone()), admin.serve(router)];
    stop.wait().await;
    for server in servers {
        server.shutdown().await?;
    }
    Ok(())
}
