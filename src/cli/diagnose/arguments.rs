//! The arguments of `diagnose` and `capsule`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use url::Url;

use crate::cli::access::Access;
use crate::cli::logto_version::LogtoVersion;
use crate::cli::own_app::ProjectArguments;
use crate::cli::usage::{address, own_address};

const EXIT_CODES: &str = "\
Exit codes:
  0    nothing wrong was found
  1    something is wrong: the report names it
  2    bad usage, or a file that cannot be used
  3    the set-up could not be walked, or the tenant could not be read
  4    with --deny-warnings: nothing is wrong, but there are warnings
  70   the report could not be written

Nothing is changed in your Logto or at Hugging Face: the sign-in is walked on a twin of your set-up on this machine.";

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Diagnose {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) own_app: ProjectArguments,
    /// What to print: text for people, or one JSON document.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) report: DiagnoseReport,
    /// Also print the transcripts of the walks (the JSON document always has them).
    #[arg(long)]
    pub(crate) transcript: bool,
    /// Exit with 4 if nothing is wrong but a value is worth a look.
    #[arg(long)]
    pub(crate) deny_warnings: bool,
}

/// The output format of a diagnosis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagnoseReport {
    /// Text for people.
    #[default]
    Text,
    /// One JSON document, alone on standard output.
    Json,
}

/// The settings that a person with a broken sign-in has.
#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// The connector in JSON: as `GET /api/connectors/:id` returns it, or just its config; `-` is standard
    /// input.
    #[arg(long, value_name = "FILE", conflicts_with = "from_logto")]
    pub(crate) connector: Option<PathBuf>,
    /// The app's record in JSON, as `GET /api/applications/:id` returns it.
    #[arg(long, value_name = "FILE", conflicts_with = "from_logto")]
    pub(crate) application: Option<PathBuf>,
    /// The permissions of a third-party app in JSON, as `GET /api/applications/:id/user-consent-scopes` returns
    /// them.
    #[arg(long, value_name = "FILE", conflicts_with = "from_logto")]
    pub(crate) user_consent_scopes: Option<PathBuf>,
    /// The tenant's API resources in JSON, as `GET /api/resources?includeScopes=true` returns them.
    #[arg(long, value_name = "FILE", conflicts_with = "from_logto")]
    pub(crate) resources: Option<PathBuf>,
    /// The sign-in experience in JSON, as `GET /api/sign-in-exp` returns it.
    #[arg(long, value_name = "FILE", conflicts_with = "from_logto")]
    pub(crate) sign_in_experience: Option<PathBuf>,
    /// The OAuth app's settings at Hugging Face in YAML or JSON: client_id, secret, public, redirect_uris, scopes;
    /// all are optional. Or the README.md of a Space with its `hf_oauth…` members.
    #[arg(long, value_name = "FILE")]
    pub(crate) huggingface: Option<PathBuf>,
    /// Logto's endpoint as your app has it, where people open Logto, too: e.g. https://auth.example.com. A path in it
    /// is taken as part of the app's setting.
    #[arg(long, value_name = "URL", value_parser = own_address)]
    pub(crate) logto_endpoint: Option<Url>,
    /// Where people open the app, e.g. https://shop.example.com [default: the host of its redirect URI].
    #[arg(long, value_name = "URL", value_parser = own_address)]
    pub(crate) app_url: Option<Url>,
    #[command(flatten)]
    pub(crate) version: LogtoVersion,
    #[command(flatten)]
    pub(crate) tenant: Tenant,
    #[command(flatten)]
    pub(crate) app: App,
}

/// A tenant to read the settings from.
#[derive(Debug, Args)]
#[command(next_help_heading = "From a running Logto, which is only read")]
pub(crate) struct Tenant {
    /// URL of the Logto to read connector, application (with its secrets and permissions), sign-in experience and API
    /// resources from.
    #[arg(long, value_name = "URL", value_parser = address)]
    pub(crate) from_logto: Option<Url>,
    #[command(flatten)]
    pub(crate) access: Access,
    /// URL that issues Management API tokens [default: the port after `--from-logto`'s; with
    /// --logto-resource, `--from-logto` itself].
    #[arg(long, value_name = "URL", requires = "from_logto", value_parser = address)]
    pub(crate) logto_admin: Option<Url>,
    /// The Management API's resource, e.g. https://<tenant>.logto.app/api in Logto Cloud.
    #[arg(long, value_name = "URI", requires = "from_logto")]
    pub(crate) logto_resource: Option<String>,
}

/// The app's configuration, which the sample app uses.
#[derive(Debug, Args)]
#[command(next_help_heading = "Your app, simulated by the sample app")]
pub(crate) struct App {
    /// The app id that the app sends; with --from-logto, the application to read.
    #[arg(long, value_name = "ID")]
    pub(crate) app_id: Option<String>,
    /// The app secret that it sends; compared if Logto's is known (--from-logto, or `secrets` in the file).
    #[arg(long, value_name = "SECRET", env = "LOGTO_APP_SECRET", hide_env_values = true)]
    pub(crate) app_secret: Option<String>,
    /// The redirect URI that it sends, letter for letter [default: in the app's record the first one at --app-url, or
    /// the first].
    #[arg(long, value_name = "URI")]
    pub(crate) redirect_uri: Option<String>,
    /// The post sign-out redirect URI that it sends, letter for letter, or an empty text if it sends none [default:
    /// the first in the app's record].
    #[arg(long, value_name = "URI")]
    pub(crate) post_sign_out_uri: Option<String>,
    /// A scope that it requests in addition to `openid offline_access profile`; may be repeated.
    #[arg(long, value_name = "SCOPE")]
    pub(crate) app_scope: Vec<String>,
    /// An API resource that it requests; may be repeated.
    #[arg(long, value_name = "URI")]
    pub(crate) app_resource: Vec<String>,
}
