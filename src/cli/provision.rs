//! `logto-testkit provision`: sets up parties that were started separately.

use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::access::Access;
use super::exit::CliError;
use super::output;
use super::usage::{UsageError, address, next_port};
use crate::Stack;
use crate::setup::{Connector, ConnectorFactory};
use crate::stack::{Standing, write_variables};

/// Where the parties are. Every URL must work for browsers, Logto and this command alike.
#[derive(Debug, Args)]
pub(crate) struct Provision {
    /// The running Logto (its ENDPOINT).
    #[arg(long, value_name = "URL", value_parser = address)]
    logto: Url,
    /// URL of that Logto's admin tenant, which issues Management API tokens [default: the port
    /// after `--logto`'s, as in a stock Logto].
    #[arg(long, value_name = "URL", value_parser = address)]
    logto_admin: Option<Url>,
    #[command(flatten)]
    access: Access,
    /// Origin of the mock Hugging Face (`serve huggingface --origin`).
    #[arg(long, value_name = "URL", value_parser = address)]
    huggingface: Url,
    /// The mock's control API (`serve huggingface --control`).
    #[arg(long, value_name = "URL", value_parser = address)]
    huggingface_control: Url,
    /// Origin of the app; it does not have to answer yet.
    #[arg(long, value_name = "URL", value_parser = address)]
    app: Url,
    /// File into which LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET and APP_BASE_URL are written;
    /// start the app with them.
    #[arg(long, value_name = "FILE")]
    app_env: PathBuf,
    /// Use a tenant that has applications or social connectors of others.
    #[arg(long)]
    allow_shared_tenant: bool,
}

pub(crate) async fn provision(command: Provision) -> Result<(), CliError> {
    let credentials =
        command.access.credentials()?.ok_or_else(|| UsageError::NoCredentials(command.logto.clone()))?;
    let logto_admin = match command.logto_admin {
        Some(admin) => admin,
        None => next_port(&command.logto)?,
    };
    let standing = Standing {
        logto: command.logto,
        logto_admin,
        credentials,
        huggingface: command.huggingface,
        huggingface_control: command.huggingface_control,
        app: command.app,
        allow_shared_tenant: command.allow_shared_tenant,
    };
    // Logto's connector for Hugging Face would send people to the real site.
    let connector = Connector {
        factory: ConnectorFactory::OAuth2,
        // As in `up`: with the e-mail address, people see more of the sign-in.
        scope: Some("openid profile email".to_owned()),
        ..Default::default()
    };
    let known = Stack::builder().connector(connector).provision(&standing).await?;
    write_variables(&command.app_env, &standing.environment(&known))?;
    output::print(&format!(
        "application   {} in Logto, written to {}\nconnector     {} ({})\nOAuth app     {} at {}\n",
        known.app_id,
        command.app_env.display(),
        known.connector_id,
        ConnectorFactory::OAuth2.id(),
        known.huggingface_client_id,
        standing.huggingface,
    ))
}
