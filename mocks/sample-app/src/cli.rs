//! The command `sample-app`.

mod arguments;
mod env_file;
mod error;

use std::net::SocketAddr;
use std::process::ExitCode;

use kit::output::{self, Form};
use kit::{Bound, Client, ClientBuilder, Clock, Journal, Random};
use url::Url;

pub use arguments::Arguments;
pub use error::CliError;

use crate::{App, Config, Context};

/// Runs the command with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    kit::run_command("sample-app", CliError::Runtime, CliError::code, serve)
}

/// Serves until Ctrl-C.
///
/// # Errors
/// [`CliError`] says why it did not start, or why it stopped.
pub async fn serve(arguments: Arguments) -> Result<(), CliError> {
    let arguments = arguments.filled()?;
    let logto = arguments.logto()?;
    arguments.check_exposure()?;
    let mut stop = kit::Stop::listen().map_err(CliError::Signal)?;
    let bound = Bound::at(arguments.listen).await.map_err(CliError::bind)?;
    let addr = bound.addr();
    let base_url = match arguments.base_url.clone() {
        Some(url) => url,
        None => default_base_url(addr)?,
    };
    // The app never sends requests to any host but Logto's.
    let client =
        logto.endpoint.host_str().into_iter().fold(Client::builder(), ClientBuilder::allow).build()?;
    let config = Config {
        base_url,
        logto_endpoint: logto.endpoint,
        app_id: logto.app_id,
        app_secret: logto.app_secret,
        options: arguments.into_options(),
    };
    let journal = Journal::new();
    let clock = Clock::system();
    let context =
        Context { clock: clock.clone(), random: Random::from_os(), journal: journal.clone(), client };
    let app = App::new(config.clone(), context)?;
    announce(&config, addr).map_err(CliError::Output)?;
    let server = bound.serve(kit::logged(app.router(), journal, clock));
    stop.wait().await;
    server.shutdown().await?;
    Ok(())
}

/// `localhost`, as in the guide: cookies belong to a host name.
fn default_base_url(addr: SocketAddr) -> Result<Url, CliError> {
    let text = format!("http://localhost:{}", addr.port());
    text.parse().map_err(|source| CliError::BaseUrl { text, source })
}

/// Prints where the app is and what to register in Logto.
fn announce(config: &Config, addr: SocketAddr) -> std::io::Result<()> {
    let told = format!(
        "Bookstore: {} (listening on {addr})\nLogto:     {}\nRegister in the Logto application {}:\n  \
         redirect URI                {}\n  post sign-out redirect URI  {}\n",
        config.base_url,
        config.logto_endpoint,
        config.app_id,
        config.redirect_uri(),
        config.post_logout_redirect_uri(),
    );
    output::print(&told, Form::Text)
}
