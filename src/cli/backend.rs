//! The arguments that say which Logto is behind a stack: for `run`, `fidelity` and `serve stack`.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use kit::Ca;
use url::Url;

use super::access::Access;
use super::usage::{UsageError, address, next_port};
use crate::container::{Container, DEFAULT_IMAGE, DEFAULT_POSTGRES, DEFAULT_TAG};
use crate::stack::{External, Logto};

/// Default file for a tenant's state.
const STATE_FILE: &str = "logto-testkit-restore.json";

/// Which Logto to use, and where the mock Hugging Face listens for it.
#[derive(Debug, Args)]
pub(crate) struct Backend {
    /// `embedded`; `container` or `container:TAG` for the official image with its database in
    /// Docker; or the URL of a running Logto (its ENDPOINT).
    #[arg(long, value_name = "BACKEND", default_value = "embedded")]
    pub(crate) logto: String,
    #[command(flatten)]
    pub(crate) containers: Containers,
    /// URL of that Logto's admin tenant, which issues Management API tokens [default: the port
    /// after `--logto`'s, as in a stock Logto].
    #[arg(long, value_name = "URL", value_parser = address)]
    pub(crate) logto_admin: Option<Url>,
    #[command(flatten)]
    pub(crate) access: Access,
    /// Use a tenant that has users, applications or social connectors of others.
    #[arg(long)]
    pub(crate) allow_shared_tenant: bool,
    /// File that keeps the tenant's state until it is restored.
    #[arg(long, value_name = "FILE", default_value = STATE_FILE)]
    pub(crate) state_file: PathBuf,
    /// Folder with a CA created by `ca create` [default: a new CA per start, in memory].
    #[arg(long, value_name = "DIR")]
    pub(crate) ca: Option<PathBuf>,
    /// Address on which the mock Hugging Face listens [default: 127.0.0.1:0, with an external Logto
    /// 127.0.0.1:443].
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) huggingface_listen: Option<SocketAddr>,
    /// Allow the mock to listen on an address that other machines may reach.
    #[arg(long)]
    pub(crate) expose: bool,
}

/// Options for `--logto container`.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --logto container")]
pub(crate) struct Containers {
    /// Use another image of Logto, without its tag, e.g. ghcr.io/logto-io/logto.
    #[arg(long, value_name = "IMAGE", default_value = DEFAULT_IMAGE)]
    pub(crate) logto_image: String,
    /// Use another image of Postgres, older than 18, with its tag.
    #[arg(long, value_name = "IMAGE", default_value = DEFAULT_POSTGRES)]
    pub(crate) postgres_image: String,
    /// Start a fresh Logto for each scenario instead of resetting one tenant between scenarios.
    #[arg(long)]
    pub(crate) fresh_logto: bool,
    /// Keep the containers for inspection, and print how to reach them.
    #[arg(long, conflicts_with = "reuse")]
    pub(crate) keep: bool,
    /// Use the containers that an earlier run with --reuse left, and leave them for the next run.
    #[arg(long, conflicts_with_all = ["fresh_logto", "ca"])]
    pub(crate) reuse: bool,
}

impl Backend {
    /// The backend that the arguments select.
    pub(crate) fn logto(&self) -> Result<Logto, UsageError> {
        let tag = match self.logto.split_once(':') {
            None if self.logto == "container" => Some(DEFAULT_TAG),
            Some(("container", tag)) if is_tag(tag) => Some(tag),
            _ => None,
        };
        if let Some(tag) = tag {
            return self.container(tag);
        }
        if let Some(option) = self.containers.given() {
            return Err(UsageError::NoContainer { option, logto: self.logto.clone() });
        }
        if self.logto == "embedded" {
            return match self.for_running_one() {
                Some(option) => Err(UsageError::NotForEmbedded { option }),
                None => Ok(Logto::Embedded),
            };
        }
        let endpoint = Url::parse(&self.logto)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| UsageError::Logto(self.logto.clone()))?;
        let credentials =
            self.access.credentials()?.ok_or_else(|| UsageError::NoCredentials(endpoint.clone()))?;
        let admin_endpoint = match &self.logto_admin {
            Some(admin) => admin.clone(),
            None => next_port(&endpoint)?,
        };
        Ok(Logto::External(Box::new(External {
            endpoint,
            admin_endpoint,
            credentials,
            allow_shared_tenant: self.allow_shared_tenant,
            state_file: self.state_file.clone(),
        })))
    }

    fn container(&self, tag: &str) -> Result<Logto, UsageError> {
        let listen = self.huggingface_listen.map(|_| "--huggingface-listen");
        if let Some(option) = self.for_running_one().or(listen) {
            return Err(UsageError::NotForContainer { option });
        }
        let given = &self.containers;
        let mut container = Container::new(tag).image(&given.logto_image).postgres(&given.postgres_image);
        if let Some(ca) = self.ca()? {
            container = container.ca(ca);
        }
        if given.keep {
            container = container.keep();
        }
        if given.reuse {
            container = container.reuse();
        }
        Ok(Logto::Container(Box::new(container)))
    }

    /// An option that has no effect without a running Logto.
    fn for_running_one(&self) -> Option<&'static str> {
        let given = [
            ("--logto-admin", self.logto_admin.is_some()),
            ("--allow-shared-tenant", self.allow_shared_tenant),
            ("--state-file", self.state_file != Path::new(STATE_FILE)),
        ];
        let given = given.into_iter().find(|(_, given)| *given).map(|(option, _)| option);
        given.or_else(|| self.access.given())
    }

    /// The address on which the mock Hugging Face listens.
    pub(crate) fn huggingface_listen(&self) -> Result<SocketAddr, UsageError> {
        let default = if self.logto == "embedded" { 0 } else { 443 };
        let addr = self.huggingface_listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], default)));
        if self.expose || addr.ip().is_loopback() || is_container_bridge(addr.ip()) {
            return Ok(addr);
        }
        Err(UsageError::Exposed(addr))
    }

    /// The CA that the arguments name, if any.
    pub(crate) fn ca(&self) -> Result<Option<Arc<Ca>>, UsageError> {
        load_ca(self.ca.as_deref())
    }
}

impl Containers {
    /// An option that has no effect without a container.
    fn given(&self) -> Option<&'static str> {
        let given = [
            ("--logto-image", self.logto_image != DEFAULT_IMAGE),
            ("--postgres-image", self.postgres_image != DEFAULT_POSTGRES),
            ("--fresh-logto", self.fresh_logto),
            ("--keep", self.keep),
            ("--reuse", self.reuse),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}

/// Whether Docker accepts the text as a tag.
fn is_tag(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphanumeric() || first == '_')
        && characters.all(|other| other.is_ascii_alphanumeric() || "_.-".contains(other))
        && text.len() <= 128
}

pub(crate) fn load_ca(directory: Option<&Path>) -> Result<Option<Arc<Ca>>, UsageError> {
    Ok(directory.map(Ca::load).transpose()?.map(Arc::new))
}

/// Docker's default address pools: 172.17.0.0/16 up to 172.31.0.0/16.
fn is_container_bridge(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if ip.octets()[0] == 172 && (17..=31).contains(&ip.octets()[1]))
}
