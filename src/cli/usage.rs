//! Errors in the arguments, which a person has to correct.

use std::net::SocketAddr;
use std::path::PathBuf;

use kit::CaError;
use url::Url;

use crate::counted::counted;
use crate::stack::HUGGINGFACE_HOST;

/// The arguments cannot be used together, or not as they are.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error(
        "--logto takes `embedded`, `container`, `container:TAG` or an http(s) URL such as http://localhost:3001, not `{0}`"
    )]
    Logto(String),
    #[error("{option} requires --logto container; this run has --logto {logto}")]
    NoContainer { option: &'static str, logto: String },
    #[error("{option} cannot be used with --logto container, which finds its parties by itself")]
    NotForContainer { option: &'static str },
    #[error("{option} requires a running Logto (`--logto URL`); this run has --logto embedded")]
    NotForEmbedded { option: &'static str },
    #[error(
        "Logto at {0} needs --logto-m2m ID:SECRET (or the environment variable LOGTO_TESTKIT_M2M, or --logto-m2m-file)"
    )]
    NoCredentials(Url),
    #[error("--logto-m2m takes ID:SECRET; the given value is without a colon")]
    Credentials,
    #[error("--logto-m2m-file {file}: {source}", file = file.display())]
    CredentialsFile { file: PathBuf, source: std::io::Error },
    #[error("--logto-m2m-file {file}: the file is empty; put ID:SECRET into it", file = file.display())]
    NoCredentialsInFile { file: PathBuf },
    #[error("cannot derive the admin tenant's URL: {0} has no port; pass --logto-admin URL")]
    NoAdmin(Url),
    #[error(
        "--huggingface-listen {0} is neither loopback nor a container bridge: other machines could reach the mock; \
         pass --expose to allow this"
    )]
    Exposed(SocketAddr),
    #[error(
        "fidelity replays recordings against a running Logto: pass --logto URL (`run --logto container --keep` leaves one running)"
    )]
    FidelityEmbedded,
    #[error("fidelity replays recordings behind the CA that this Logto trusts: pass --ca DIR")]
    FidelityCa,
    #[error(
        "an app that you start takes one scenario at a time, {scenarios} are selected: name a file, pass --filter, or say with \
         --app-command how to start the app"
    )]
    AppTakesOne { scenarios: usize },
    #[error(
        "{option} is about an app of your own: pass --app-command COMMAND or --app URL, or write `[app]` into logto-testkit.toml"
    )]
    OptionNeedsApp { option: &'static str },
    #[error("--signed-in-path needs --signed-in-text, --signed-in-status or --signed-in-member")]
    SignedInHow,
    #[error("--app-port is the port of an app without an address; this one is at {url}")]
    TwoPorts { url: Url },
    #[error("--app takes the origin of an app, such as http://localhost:3000, not `{0}`")]
    AppOrigin(Url),
    #[error("pass --connector FILE (`-` is standard input), or --from-logto URL")]
    NoCase,
    #[error("--from-logto needs --logto-m2m ID:SECRET (or the environment variable LOGTO_TESTKIT_M2M)")]
    NoTenantCredentials,
    #[error("{file}: {source}")]
    Unreadable { file: String, source: std::io::Error },
    #[error(
        "the app has to learn its id and secret: pass --app-command COMMAND, or --app-env FILE, into which its variables are \
         written, or --app-template; or give the app fixed ones with --application-id, --application-secret and --logto-port"
    )]
    AppNeedsStart,
    #[error(
        "{option} works only with the embedded Logto, and this run has --logto {logto}: a Logto of its own generates ids and \
         secrets, and has its own port. Remove it, and let the app read LOGTO_ENDPOINT, LOGTO_APP_ID and LOGTO_APP_SECRET"
    )]
    OnlyEmbedded { option: &'static str, logto: String },
    #[error("only one of the files can be standard input")]
    TwoStandardInputs,
    #[error("{file} already exists; pass --force to overwrite it", file = .0.display())]
    Exists(PathBuf),
    #[error(
        "the folder `scenarios` does not exist here; name scenario files, or folders of them, or write a first one with \
         `logto-testkit init`"
    )]
    NoScenarios,
    #[error("no scenario's name contains {filter} (of {}; `logto-testkit check` lists files)", counted(*found, "scenario"))]
    NothingSelected { filter: String, found: usize },
    #[error(
        "--logto-port 65535 leaves no port for Logto's admin tenant, which uses the next one: choose a lower port"
    )]
    NoAdminPort,
    #[error(
        "--app-port {port} is used by Logto: --logto-port takes its port and the next one ({admin}) for the admin tenant"
    )]
    SamePort { port: u16, admin: u16 },
    #[error(
        "--plain needs the embedded Logto, and this stack has --logto {logto}: the connector of a real one always opens https://huggingface.co"
    )]
    PlainNeedsEmbedded { logto: String },
    #[error("--against compares versions of the embedded Logto, and this run has --logto {logto}")]
    AgainstNeedsEmbedded { logto: String },
    #[error(
        "--stack takes the address of a control API, such as http://127.0.0.1:3004, or a file, not `{0}`"
    )]
    ControlAddress(String),
    #[error("{file}: this is not the line that `logto-testkit serve stack --json` prints: `control` is missing", file = file.display())]
    NotAStack { file: PathBuf },
    #[error("{0} is not the control API of a stack: pass the one that `up` or `serve stack` prints")]
    NotAControlApi(Url),
    /// The stack says what is wrong with a request.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Ca(#[from] CaError),
}

/// Parses a URL that a person typed.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    let scheme = match text.split(['/', ':', '?']).next().unwrap_or_default() {
        "localhost" | "127.0.0.1" => "http",
        _ => "https",
    };
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        Ok(url) if text.contains("://") => {
            Err(format!("it begins with `{}:`, not with http or https", url.scheme()))
        }
        Err(error) if text.contains("://") => Err(error.to_string()),
        // `localhost:3001` would be parsed as a URL with the scheme `localhost`.
        _ if Url::parse(&format!("{scheme}://{text}")).is_ok() => {
            Err(format!("it has no scheme: write {scheme}://{text}"))
        }
        _ => Err("it is not a valid URL, such as https://auth.example.com".to_owned()),
    }
}

/// Parses the URL of a person's own Logto or app, which is not Hugging Face's.
pub(crate) fn own_address(text: &str) -> Result<Url, String> {
    let url = address(text)?;
    if url.host_str() == Some(HUGGINGFACE_HOST) {
        return Err("it is the address of Hugging Face, not of your Logto or your app".to_owned());
    }
    Ok(url)
}

/// A stock Logto has its admin tenant on the next port (3001, 3002).
pub(crate) fn next_port(endpoint: &Url) -> Result<Url, UsageError> {
    let mut admin = endpoint.clone();
    let next = endpoint.port().and_then(|port| port.checked_add(1));
    admin
        .set_port(next)
        .ok()
        .filter(|()| next.is_some())
        .ok_or_else(|| UsageError::NoAdmin(endpoint.clone()))?;
    Ok(admin)
}
