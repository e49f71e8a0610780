//! The command `mock-huggingface`: listeners, TLS, output, exit codes.

mod args;
mod error;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use kit::output::{self, Form};
use kit::{Bound, Ca, Client, Clock, Journal, Random, Script};
use url::Url;

pub use args::Args;
pub use error::CliError;

use crate::{Config, Context, HuggingFace};

/// Host that the CA may certify, unless `--origin` names another.
const REAL_ORIGIN: &str = "https://huggingface.co";

/// Runs the command with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    kit::run_command("mock-huggingface", CliError::Runtime, CliError::code, async |args| serve(&args).await)
}

/// Serves until Ctrl-C.
///
/// # Errors
/// [`CliError`] says why it did not start, or why it stopped.
pub async fn serve(args: &Args) -> Result<(), CliError> {
    let config = args.config.as_deref().map_or_else(|| Ok(Config::default()), configuration)?;
    for addr in [args.listen, args.control] {
        args.check_exposure(addr)?;
    }
    let mut stop = kit::Stop::listen().map_err(CliError::Signal)?;
    // A CA may be written.
    kit::survive_file_size_limit().map_err(CliError::Signal)?;
    let (site, control) = (Bound::at(args.listen).await?, Bound::at(args.control).await?);
    let origin = origin(args, &site)?;
    let clock = Clock::system();
    let tls = if args.tls { Some(certify(args, &origin, &clock)?) } else { None };
    let client = match &tls {
        Some(tls) => Client::builder().trust(&tls.authority).host(host_of(&origin), site.addr()),
        None => Client::builder(),
    };

    let context = Context {
        origin: origin.clone(),
        clock,
        random: Random::from_os(),
        journal: Journal::new(),
        script: Script::default(),
        client: client.build()?,
    };
    let mock = HuggingFace::new(config, context);
    let router = kit::logged(mock.router(), mock.context().journal.clone(), mock.clock().clone());
    announce(&mock, &site, &control, tls.as_ref().map(|tls| tls.ca.as_str())).map_err(CliError::Output)?;
    let site = match tls {
        Some(tls) => site.serve_tls(router, tls.config),
        None => site.serve(router),
    };
    let control = control.serve(mock.control_router_at(&args.control_host));
    stop.wait().await;
    // Stop both at once, because each waits for its own running requests.
    let (site, control) = tokio::join!(site.shutdown(), control.shutdown());
    Ok(site.and(control)?)
}

/// Reads the configuration file. From here on the secrets of its apps are concealed; if the file is
/// invalid, every value in it is.
fn configuration(file: &Path) -> Result<Config, CliError> {
    let config = Config::load(file).inspect_err(|_| {
        let text = kit::files::read_text(file, kit::files::SETTINGS_LIMIT).unwrap_or_default();
        kit::secret::in_text(&text).iter().for_each(|value| kit::secret::learn(value));
    })?;
    config.apps.iter().filter_map(|app| app.secret.as_deref()).for_each(kit::secret::learn);
    Ok(config)
}

/// The URL at which clients reach the mock.
fn origin(args: &Args, site: &Bound) -> Result<Url, CliError> {
    let default = if args.tls { REAL_ORIGIN.to_owned() } else { format!("http://localhost:{}", site.port()) };
    let text = args.origin.clone().unwrap_or(default);
    let bad = |reason| CliError::Origin { text: text.clone(), reason };
    let url = Url::parse(&text).map_err(|_| bad("is not an absolute URL"))?;
    if url.scheme() != "https" && url.scheme() != "http" {
        return Err(bad("is neither an http nor an https URL"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(bad("has a path; pass the origin only"));
    }
    if args.tls && url.scheme() != "https" {
        return Err(bad("is not an https URL, but --tls is given"));
    }
    Ok(url)
}

/// TLS of the site, and where to find its CA.
struct Tls {
    config: Arc<rustls::ServerConfig>,
    ca: String,
    authority: Ca,
}

fn host_of(origin: &Url) -> &str {
    origin.host_str().unwrap_or_default()
}

/// Issues a certificate for the origin's host, from a CA that is constrained to that host.
fn certify(args: &Args, origin: &Url, clock: &Clock) -> Result<Tls, CliError> {
    let host = host_of(origin);
    let (ca, shown) = match &args.ca {
        Some(directory) if Ca::is_in(directory) => {
            (Ca::load(directory)?, format!("{} (existing)", directory.join("ca.pem").display()))
        }
        Some(directory) => {
            let ca = Ca::create(clock, &[host])?;
            let path = ca.save(directory)?;
            (ca, format!("{} (created now)", path.display()))
        }
        None => {
            let ca = Ca::create(clock, &[host])?;
            let pem = ca.certificate_pem().to_owned();
            (ca, format!("in memory, for this run only:\n{pem}"))
        }
    };
    Ok(Tls { config: ca.server_config(host)?, ca: shown, authority: ca })
}

/// Prints where everything is and who can sign in. Tests in other languages parse the lines `site:`
/// and `control:`.
fn announce(mock: &HuggingFace, site: &Bound, control: &Bound, ca: Option<&str>) -> std::io::Result<()> {
    let mut lines = vec![
        format!("site:    {} (listening on {})", mock.origin(), site.addr()),
        format!("control: http://{}", control.addr()),
    ];
    lines.extend(ca.map(|ca| format!("CA:      {ca}")));
    let users: Vec<_> = mock.users().into_iter().map(|user| user.username).collect();
    lines.push(format!("users:   {}", users.join(", ")));
    for app in mock.apps() {
        let secret = app.secret.as_deref().unwrap_or("none: public");
        lines.push(format!("app:     {} · client id {} · secret {secret}", app.name, app.client_id));
    }
    if mock.apps().is_empty() {
        lines.push(format!("app:     none yet; create one at {}/settings/applications/new", mock.origin()));
    }
    output::print(&(lines.join("\n") + "\n"), Form::Text)
}
