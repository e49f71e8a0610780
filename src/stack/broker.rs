//! The Logto of a stack: our double, one in a container, or one that is already running.

use std::sync::Arc;

use kit::Running;
use mock_logto::Version;
use url::Url;

use super::base::Base;
use super::builder::{External, Logto, StackBuilder};
use super::endpoints::localhost;
use super::management::Credentials;
use super::steps::{QUICK, StartError, StepError, bind, step};
use super::tenant::TenantKind;
use crate::container::{Container, RunningContainer};

/// A Logto with access to its Management API.
pub(super) struct LogtoSite {
    /// Where it listens.
    pub(super) direct: Url,
    /// Its `ENDPOINT`, as browsers reach it.
    pub(super) endpoint: Url,
    pub(super) admin_endpoint: Url,
    pub(super) credentials: Credentials,
    pub(super) tenant: TenantKind,
    /// Its version, as far as it is known without asking it.
    pub(super) version: Option<Version>,
}

impl LogtoSite {
    pub(super) fn external(external: &External, public: Option<&Url>, version: Option<Version>) -> Self {
        Self {
            direct: external.endpoint.clone(),
            // A proxy belongs in front of a Logto whose ENDPOINT is the proxy's address.
            endpoint: public.unwrap_or(&external.endpoint).clone(),
            admin_endpoint: external.admin_endpoint.clone(),
            credentials: external.credentials.clone(),
            tenant: TenantKind::Shared {
                allow_shared: external.allow_shared_tenant,
                state_file: external.state_file.clone(),
            },
            version,
        }
    }

    /// Starts our double.
    pub(super) async fn embedded(
        base: &Base<'_>,
        authorization_origin: Option<Url>,
        public: Option<&Url>,
        servers: &mut Vec<Running>,
    ) -> Result<Self, StartError> {
        let settings = base.settings;
        let bound = step("bind Logto", QUICK, bind(settings.logto_listen)).await?;
        let admin = step("bind Logto's admin tenant", QUICK, bind(settings.logto_admin_listen)).await?;
        let (direct, admin_endpoint) = (localhost(bound.port()), localhost(admin.port()));
        let environment = &settings.setup.logto;
        let endpoint = match &environment.endpoint {
            Some(text) => {
                let read = Url::parse(text).map_err(|_| StepError::Address(text.clone()));
                step("read Logto's ENDPOINT", QUICK, std::future::ready(read)).await?
            }
            None => public.unwrap_or(&direct).clone(),
        };
        let logto = mock_logto::Logto::new(mock_logto::Context {
            endpoint: endpoint.clone(),
            admin_endpoint: admin_endpoint.clone(),
            trust_proxy_header: environment.trust_proxy_header.unwrap_or(true),
            ssrf_protection_disabled: environment.oidc_provider_ssrf_protection_disabled,
            clock: base.clock.off_by(settings.setup.clocks.logto.0),
            random: base.random.clone(),
            journal: base.journal.clone(),
            client: base.clients.connector.clone(),
            authorization_origin,
            fixed: settings.fixed.clone(),
            version: settings.played(),
        });
        let (id, secret) = logto.m2m_credentials();
        servers.push(bound.serve(logto.router()));
        servers.push(admin.serve(logto.router()));
        Ok(Self {
            direct,
            endpoint,
            admin_endpoint,
            credentials: Credentials { id, secret },
            tenant: TenantKind::Fresh,
            version: Some(settings.played()),
        })
    }
}

/// The containers of this stack: started for it, or already running.
#[derive(Debug)]
pub(super) enum InContainers {
    Own(Box<RunningContainer>),
    Shared(Arc<RunningContainer>),
}

impl InContainers {
    /// `None` for a Logto outside containers.
    pub(super) async fn start(settings: &StackBuilder) -> Result<Option<Self>, StartError> {
        match &settings.logto {
            Logto::Embedded | Logto::External(_) => Ok(None),
            Logto::Running(running) => Ok(Some(Self::Shared(running.clone()))),
            Logto::Container(container) => {
                let mut container = Container::clone(container);
                if let Some(ca) = &settings.ca {
                    container = container.ca(ca.clone());
                }
                // Each phase of the start has its own deadline.
                let started = container.start().await.map_err(|cause| StartError {
                    step: "start Logto in a container",
                    cause: StepError::Container(Box::new(cause)),
                })?;
                Ok(Some(Self::Own(Box::new(started))))
            }
        }
    }

    pub(super) fn running(&self) -> &RunningContainer {
        match self {
            Self::Own(running) => running,
            Self::Shared(running) => running,
        }
    }

    /// The one whose tenant other stacks have used, or will use.
    pub(super) fn shared(&self) -> Option<&RunningContainer> {
        match self {
            Self::Own(running) => running.is_reused().then_some(running),
            Self::Shared(running) => Some(running),
        }
    }

    pub(super) fn site(&self) -> LogtoSite {
        let running = self.running();
        let (id, secret) = running.credentials();
        LogtoSite {
            direct: running.endpoint().clone(),
            endpoint: running.endpoint().clone(),
            admin_endpoint: running.admin_endpoint().clone(),
            credentials: Credentials { id: id.to_owned(), secret: secret.to_owned() },
            tenant: TenantKind::Own,
            version: Some(running.version()),
        }
    }

    /// Removes the containers that only this stack uses.
    pub(super) async fn stop(self) {
        if let Self::Own(running) = self {
            running.stop_and_tell().await;
        }
    }
}
