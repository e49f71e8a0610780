//! The command `mock-logto`.

mod error;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kit::output::{self, Form};
use kit::{Bound, Ca, Client, Clock, Journal, Random, Stop};
use url::Url;

pub use error::CliError;

use crate::{Context, Fixed, Logto, Version};

/// A double of Logto for tests. Configure it through its Management API
#[derive(Debug, Parser)]
#[command(
    name = "mock-logto",
    version,
    after_help = "Exit codes: 0 stopped by Ctrl-C, 2 bad arguments, 3 did not start, 70 failed while serving."
)]
pub struct Arguments {
    /// Address to listen on; its origin is ENDPOINT
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:3001")]
    listen: SocketAddr,
    /// Address on which the admin tenant listens
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:3002")]
    admin: SocketAddr,
    /// Address and port of a mock that serves huggingface.co
    #[arg(long, value_name = "ADDR:PORT")]
    huggingface: Option<SocketAddr>,
    /// Directory of the CA that issued the mock's certificate
    #[arg(long, value_name = "DIR")]
    ca: Option<PathBuf>,
    /// Secret of the application `m-default`, which may use the Management API [default: generated]
    #[arg(long, env = "MOCK_LOGTO_M2M_SECRET", value_name = "SECRET", hide_env_values = true)]
    m2m_secret: Option<String>,
    #[arg(long, value_name = "VERSION", default_value_t, help = format!("Version of Logto to play: {}", crate::names()))]
    logto_version: Version,
    /// Trust X-Forwarded-Host, -Proto and -For of a reverse proxy
    #[arg(long, env = "TRUST_PROXY_HEADER")]
    trust_proxy_header: bool,
    /// Send back-channel logouts to loopback and private addresses, too
    #[arg(long, env = "OIDC_PROVIDER_SSRF_PROTECTION_DISABLED")]
    ssrf_protection_disabled: bool,
    /// Allow addresses that other machines can reach
    #[arg(long, alias = "allow-exposed")]
    expose: bool,
}

/// Parses the arguments and serves until Ctrl-C.
#[must_use]
pub fn main() -> ExitCode {
    kit::run_command("mock-logto", CliError::Runtime, CliError::code, serve)
}

/// Serves until Ctrl-C.
///
/// # Errors
/// [`CliError`] says why it did not start, or why it stopped.
pub async fn serve(arguments: Arguments) -> Result<(), CliError> {
    for addr in [arguments.listen, arguments.admin] {
        if !addr.ip().is_loopback() && !arguments.expose {
            return Err(CliError::Exposed(addr));
        }
    }
    let (bound, admin) = (Bound::at(arguments.listen).await?, Bound::at(arguments.admin).await?);
    let (endpoint, admin_endpoint) = (origin(&bound)?, origin(&admin)?);
    let mut client = Client::builder().follow_redirects(20);
    if let Some(directory) = &arguments.ca {
        client = client.trust(&Ca::load(directory)?);
    }
    if let Some(addr) = arguments.huggingface {
        client = client.host("huggingface.co", addr);
    }
    let mut stop = Stop::listen().map_err(CliError::Signal)?;
    let journal = Journal::new();
    let given = arguments.m2m_secret.is_some();
    let clock = Clock::system();
    let logto = Logto::new(Context {
        endpoint: endpoint.clone(),
        admin_endpoint: admin_endpoint.clone(),
        trust_proxy_header: arguments.trust_proxy_header,
        ssrf_protection_disabled: arguments.ssrf_protection_disabled,
        clock: clock.clone(),
        random: Random::from_os(),
        journal: journal.clone(),
        client: client.build()?,
        authorization_origin: None,
        fixed: Fixed { m2m_secret: arguments.m2m_secret, ..Fixed::default() },
        version: arguments.logto_version,
    });
    let (id, secret) = logto.m2m_credentials();
    // Print a secret that was just generated, but not one that the user passed.
    let management =
        if given { format!("{id}, with the secret that was given") } else { format!("{id}:{secret}") };
    let told = format!("Logto        {endpoint}\nLogto admin  {admin_endpoint}\nManagement   {management}\n");
    output::print(&told, Form::Text).map_err(CliError::Output)?;
    let router = kit::logged(logto.router(), journal, clock);
    let (server, admin) = (bound.serve(router.clone()), admin.serve(router));
    stop.wait().await;
    // Stop both at once, because each waits for its own running requests.
    let (server, admin) = tokio::join!(server.shutdown(), admin.shutdown());
    Ok(server.and(admin)?)
}

/// `localhost`, as in the guide: cookies belong to a host name.
fn origin(bound: &Bound) -> Result<Url, CliError> {
    let text = format!("http://localhost:{}", bound.port());
    text.parse().map_err(|source| CliError::Origin { text, source })
}
