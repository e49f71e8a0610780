//! Arguments of the command.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use url::Url;

use super::CliError;
use super::env_file::EnvFile;
use crate::config::{ClientAuth, CookieOptions, ExpectedIssuer, Options, SameSite, StorageKind};
use crate::variant::Variant;

/// The Bookstore: the app of Logto's guide "Add Hugging Face sign-in to a Go web app".
#[derive(Debug, Parser)]
#[command(
    name = "sample-app",
    version,
    after_help = "Exit codes: 0 stopped by Ctrl-C, 2 bad arguments or configuration, 3 did not start, 70 failed while serving."
)]
pub struct Arguments {
    /// Logto's ENDPOINT, e.g. http://localhost:3001
    #[arg(long, visible_alias = "endpoint", env = "LOGTO_ENDPOINT", value_name = "URL")]
    pub logto_endpoint: Option<Url>,
    /// The application's id in Logto
    #[arg(long, env = "LOGTO_APP_ID", value_name = "ID")]
    pub app_id: Option<String>,
    /// The application's secret in Logto
    #[arg(long, env = "LOGTO_APP_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub app_secret: Option<String>,
    /// File of NAME=value lines, as `logto-testkit --app-env` writes it: LOGTO_ENDPOINT,
    /// LOGTO_APP_ID, LOGTO_APP_SECRET and APP_BASE_URL, used for those that are not given otherwise
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Address to listen on; port 0 lets the system choose
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// URL at which browsers reach the app [default: http://localhost:PORT]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<Url>,
    /// Allow addresses that other machines can reach
    #[arg(long, alias = "allow-exposed")]
    pub expose: bool,
    /// Scope to request on top of `openid offline_access profile`; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", help_heading = "Sign-in")]
    scopes: Vec<String>,
    /// Do not request `openid offline_access profile`
    #[arg(long, help_heading = "Sign-in")]
    no_reserved_scopes: bool,
    /// API resource to request; may be repeated
    #[arg(long = "resource", value_name = "URI", help_heading = "Sign-in")]
    resources: Vec<String>,
    /// Value of `prompt`; empty to omit it
    #[arg(long, default_value = "consent", help_heading = "Sign-in")]
    prompt: String,
    /// Go directly to a sign-in method, e.g. social:huggingface
    #[arg(long, value_name = "METHOD:TARGET", help_heading = "Sign-in")]
    direct_sign_in: Option<String>,
    /// First screen that Logto shows, e.g. register
    #[arg(long, value_name = "SCREEN", help_heading = "Sign-in")]
    first_screen: Option<String>,
    /// Additional parameter of the authorization request; may be repeated
    #[arg(long = "extra", value_name = "NAME=VALUE", value_parser = pair, help_heading = "Sign-in")]
    extra_parameters: Vec<(String, String)>,
    /// How the app authenticates itself to Logto
    #[arg(long, value_enum, default_value_t, help_heading = "Sign-in")]
    client_auth: ClientAuth,
    /// Path to which Logto redirects the browser after a sign-in
    #[arg(long, value_name = "PATH", default_value = "/callback", help_heading = "Sign-in")]
    callback_path: String,
    /// Path to which Logto redirects the browser after a sign-out
    #[arg(long, value_name = "PATH", default_value = "/", help_heading = "Sign-in")]
    post_sign_out_path: String,
    /// Seconds to wait for each answer of Logto
    #[arg(long, value_name = "N", default_value_t = Options::default().timeout_seconds, help_heading = "Sign-in")]
    timeout_seconds: u32,
    /// Issuer that the app accepts
    #[arg(long, value_enum, default_value_t, help_heading = "Sign-in")]
    issuer: ExpectedIssuer,
    /// Issuer that the app compares with `iss` of the callback, instead of that one
    #[arg(long, value_name = "ISSUER", help_heading = "Sign-in")]
    callback_issuer: Option<String>,
    /// Send no `nonce`
    #[arg(long, help_heading = "Sign-in")]
    no_nonce: bool,
    /// Send no PKCE challenge
    #[arg(long, help_heading = "Sign-in")]
    no_pkce: bool,
    /// Read Logto's key set once and never again
    #[arg(long, help_heading = "Sign-in")]
    keeps_keys: bool,
    /// Defect of another app to imitate; may be repeated
    #[arg(long = "variant", value_enum, value_name = "DEFECT", help_heading = "Defects")]
    variants: Vec<Variant>,
    /// Where sessions are kept
    #[arg(long, value_enum, default_value_t, help_heading = "Session")]
    storage: StorageKind,
    /// Name of the session cookie
    #[arg(long, value_name = "NAME", default_value_t = CookieOptions::default().name, help_heading = "Session")]
    cookie_name: String,
    /// Path of the session cookie
    #[arg(long, value_name = "PATH", default_value = "/", help_heading = "Session")]
    cookie_path: String,
    /// Domain of the session cookie
    #[arg(long, value_name = "DOMAIN", help_heading = "Session")]
    cookie_domain: Option<String>,
    /// Max-Age of the session cookie
    #[arg(long, value_name = "SECONDS", help_heading = "Session")]
    cookie_max_age: Option<u64>,
    /// SameSite of the session cookie
    #[arg(long, value_enum, default_value_t, help_heading = "Session")]
    cookie_same_site: SameSite,
    /// Mark the session cookie Secure
    #[arg(long, help_heading = "Session")]
    cookie_secure: bool,
    /// Do not mark the session cookie HttpOnly
    #[arg(long, help_heading = "Session")]
    cookie_script_readable: bool,
}

/// Logto's endpoint and the credentials of the app.
pub(super) struct Logto {
    pub(super) endpoint: Url,
    pub(super) app_id: String,
    pub(super) app_secret: String,
}

impl Arguments {
    /// Fills in from the file what is not given otherwise.
    pub(super) fn filled(mut self) -> Result<Self, CliError> {
        let Some(path) = self.env_file.take() else { return Ok(self) };
        let file = EnvFile::read(&path)?;
        let empty = |given: &Option<String>| given.as_ref().is_none_or(String::is_empty);
        if empty(&self.app_id) {
            self.app_id = file.app_id;
        }
        if empty(&self.app_secret) {
            self.app_secret = file.app_secret;
        }
        self.logto_endpoint = self.logto_endpoint.or(file.logto_endpoint);
        self.base_url = self.base_url.or(file.base_url);
        Ok(self)
    }

    /// The values that the app requires; the error names all that are missing.
    pub(super) fn logto(&self) -> Result<Logto, CliError> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let (app_id, app_secret) = (given(&self.app_id), given(&self.app_secret));
        let public = self.client_auth == ClientAuth::None;
        let missing = [
            ("--logto-endpoint (LOGTO_ENDPOINT)", self.logto_endpoint.is_none()),
            ("--app-id (LOGTO_APP_ID)", app_id.is_none()),
            ("--app-secret (LOGTO_APP_SECRET)", app_secret.is_none() && !public),
        ];
        let missing: Vec<_> =
            missing.into_iter().filter_map(|(name, missing)| missing.then_some(name)).collect();
        match (self.logto_endpoint.clone(), app_id) {
            (Some(endpoint), Some(app_id)) if missing.is_empty() => {
                Ok(Logto { endpoint, app_id, app_secret: app_secret.unwrap_or_default() })
            }
            _ => Err(CliError::Missing(missing.join(", "))),
        }
    }

    /// Test servers listen on loopback only, unless `--expose` is given.
    pub(super) fn check_exposure(&self) -> Result<(), CliError> {
        let addr = self.listen;
        if addr.ip().is_loopback() || self.expose { Ok(()) } else { Err(CliError::Exposed(addr)) }
    }

    pub(super) fn into_options(self) -> Options {
        Options {
            scopes: self.scopes,
            reserved_scopes: !self.no_reserved_scopes,
            resources: self.resources,
            prompt: self.prompt,
            direct_sign_in: self.direct_sign_in,
            first_screen: self.first_screen,
            extra_parameters: self.extra_parameters.into_iter().collect(),
            client_auth: self.client_auth,
            callback_path: self.callback_path,
            post_sign_out_path: self.post_sign_out_path,
            cookie: CookieOptions {
                name: self.cookie_name,
                path: self.cookie_path,
                domain: self.cookie_domain,
                max_age: self.cookie_max_age,
                same_site: self.cookie_same_site,
                secure: self.cookie_secure,
                http_only: !self.cookie_script_readable,
            },
            storage: self.storage,
            timeout_seconds: self.timeout_seconds,
            issuer: self.issuer,
            callback_issuer: self.callback_issuer,
            nonce: !self.no_nonce,
            pkce: !self.no_pkce,
            keeps_keys: self.keeps_keys,
            variants: self.variants,
            ..Options::default()
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE, found no `=`")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Empty values stand for unset environment variables.
    fn parse(more: &[&str]) -> Arguments {
        let mut all = vec!["sample-app", "--app-id", "", "--app-secret", ""];
        all.extend(more);
        Arguments::parse_from(all)
    }

    #[test]
    fn names_everything_that_is_missing_with_its_variable() {
        let mut arguments = parse(&[]);
        arguments.logto_endpoint = None;
        let Err(CliError::Missing(missing)) = arguments.logto() else { panic!() };
        assert_eq!(
            missing,
            "--logto-endpoint (LOGTO_ENDPOINT), --app-id (LOGTO_APP_ID), --app-secret (LOGTO_APP_SECRET)"
        );
        let mut arguments = parse(&["--endpoint", "http://localhost:3001", "--client-auth", "none"]);
        arguments.app_id = Some("bookstore".to_owned());
        assert!(arguments.logto().is_ok(), "a public client needs no secret");
    }

    #[test]
    fn without_flags_the_options_are_the_defaults() {
        assert_eq!(parse(&[]).into_options(), Options::default());
    }

    #[test]
    fn a_file_supplies_what_is_not_given_otherwise() {
        let path = std::env::temp_dir().join(format!("sample-app-env-{}", std::process::id()));
        let lines = "LOGTO_ENDPOINT=http://localhost:1\nLOGTO_APP_ID=filed\nLOGTO_APP_SECRET=a=b\n\n\
                     APP_BASE_URL=http://localhost:2\n";
        std::fs::write(&path, lines).unwrap();
        let file = ["--env-file", path.to_str().unwrap()];
        let mut arguments = parse(&file);
        arguments.logto_endpoint = None;
        let arguments = arguments.filled().unwrap();
        let logto = arguments.logto().unwrap();
        assert_eq!(
            (logto.endpoint.as_str(), &*logto.app_id, &*logto.app_secret),
            ("http://localhost:1/", "filed", "a=b")
        );
        assert_eq!(arguments.base_url.unwrap().as_str(), "http://localhost:2/");
        let more = [&file[..], &["--base-url", "http://localhost:9"]].concat();
        assert_eq!(parse(&more).filled().unwrap().base_url.unwrap().as_str(), "http://localhost:9/");

        std::fs::write(&path, "LOGTO_APP_ID=filed\nLOGTO_APP_SECERT=x\n").unwrap();
        let error = parse(&file).filled().unwrap_err().to_string();
        assert!(error.contains(":2: ") && error.contains("LOGTO_APP_SECERT"), "{error}");
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(parse(&file).filled(), Err(CliError::EnvFile { .. })));
    }

    #[test]
    fn flags_become_options() {
        let flags = [
            "--variant",
            "protects-home",
            "--scope",
            "email",
            "--scope",
            "roles",
            "--extra",
            "login_hint=a=b",
            "--storage",
            "cookie",
        ];
        let options = parse(&flags).into_options();
        assert_eq!(options.variants, [Variant::ProtectsHome]);
        let flags =
            ["--scope", "email", "--scope", "roles", "--extra", "login_hint=a=b", "--storage", "cookie"];
        let options = parse(&flags).into_options();
        assert_eq!(options.scopes, ["email", "roles"]);
        assert_eq!(options.extra_parameters["login_hint"], "a=b");
        assert_eq!(options.storage, StorageKind::Cookie);
    }

    #[test]
    fn refuses_addresses_that_other_machines_reach() {
        assert!(parse(&["--listen", "0.0.0.0:3000"]).check_exposure().is_err());
        assert!(parse(&["--listen", "0.0.0.0:3000", "--allow-exposed"]).check_exposure().is_ok());
        assert!(parse(&[]).check_exposure().is_ok());
    }
}
