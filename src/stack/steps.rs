//! Named start-up steps: each has a deadline, and the error of a step names the step and
//! the cause.

use std::future::Future;
use std::time::Duration;

use kit::{Bound, Disturbance};

use crate::container::{ContainerError, RunningContainer};

use super::app::error::AppError;
use super::control::ControlError;
use super::management::ManagementError;
use super::names::UnknownName;
use super::probe::ProbeError;
use super::reset::NotClean;
use super::saved::SavedStateError;
use super::tenant_error::TenantError;

/// Steps that stay inside this process.
pub(super) const QUICK: Duration = Duration::from_secs(10);
/// Steps that call a Logto, which may be cold.
pub(super) const LOGTO: Duration = Duration::from_secs(60);
/// How long to wait for another stack that uses the same tenant.
pub(super) const TURN: Duration = Duration::from_secs(600);
/// How often to check, after a failure, whether a container is gone.
const LOOKS: usize = 5;

/// A stack did not start.
#[derive(Debug, thiserror::Error)]
#[error("the stack did not start: step “{step}” failed: {cause}")]
pub struct StartError {
    /// The step that failed.
    pub step: &'static str,
    /// Why it failed.
    #[source]
    pub cause: StepError,
}

impl StartError {
    /// Adds what the machine did meanwhile, if that may be the cause.
    pub(super) fn disturbed_by(self, disturbances: &[Disturbance]) -> Self {
        let Some(disturbance) = disturbances.first().cloned() else { return self };
        match self.cause {
            // Timing does not cause these.
            StepError::Bind(_)
            | StepError::Io(_)
            | StepError::Client(_)
            | StepError::Saved(_)
            | StepError::Name(_)
            | StepError::Address(_)
            | StepError::Addresses(_)
            | StepError::Accounts(_)
            | StepError::App(_)
            | StepError::OwnApp(_)
            | StepError::Disturbed { .. } => self,
            StepError::Deadline(_)
            | StepError::Ca(_)
            | StepError::Management(_)
            | StepError::Control(_)
            | StepError::Tenant(_)
            | StepError::Container(_)
            | StepError::NotClean(_)
            | StepError::Probe(_) => {
                let cause = StepError::Disturbed { cause: Box::new(self.cause), disturbance };
                Self { cause, ..self }
            }
        }
    }

    /// Reports that the container is gone, which says more than that nothing answers.
    pub(super) async fn unless_gone(self, container: &RunningContainer) -> Self {
        // Docker reports a container that has just ended a moment later.
        for _ in 0..LOOKS {
            if let Some(gone) = container.gone().await {
                return Self { step: self.step, cause: StepError::Container(Box::new(gone)) };
            }
            kit::Clock::system().sleep(Duration::from_millis(100)).await;
        }
        self
    }
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// It took too long.
    #[error(transparent)]
    Deadline(#[from] kit::DeadlineExceeded),
    /// A port is taken or not allowed.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The system refused a file or a port for the app.
    #[error(transparent)]
    Io(std::io::Error),
    /// The certificate authority could not be created or read.
    #[error(transparent)]
    Ca(#[from] kit::CaError),
    /// The HTTP client could not be built.
    #[error(transparent)]
    Client(#[from] kit::ClientError),
    /// A call of Logto's Management API failed.
    #[error(transparent)]
    Management(#[from] ManagementError),
    /// A call of a mock Hugging Face's control API failed.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The stack may not use this tenant.
    #[error(transparent)]
    Tenant(#[from] TenantError),
    /// Logto could not be started in a container.
    #[error(transparent)]
    Container(Box<ContainerError>),
    /// A tenant of our own could not be reset.
    #[error(transparent)]
    NotClean(#[from] NotClean),
    /// The state to restore later could not be saved.
    #[error(transparent)]
    Saved(#[from] SavedStateError),
    /// A party does not answer, or Logto does not reach this mock.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// A setting names something that the stack does not know.
    #[error(transparent)]
    Name(#[from] UnknownName),
    /// A setting that should be a URL is not.
    #[error("`{0}` is not a valid URL")]
    Address(String),
    /// The parties cannot be at the addresses that the set-up gives them.
    #[error("`addresses`: {0}")]
    Addresses(String),
    /// The set-up's accounts and organizations contradict each other.
    #[error(transparent)]
    Accounts(#[from] mock_huggingface::Invalid),
    /// A disturbance on the machine may be the cause.
    #[error("{cause}. Meanwhile {disturbance}: try again")]
    Disturbed {
        /// The error of the step.
        cause: Box<StepError>,
        /// What happened on the machine.
        disturbance: Disturbance,
    },
    /// The app under test could not be configured.
    #[error(transparent)]
    App(#[from] sample_app::ConfigError),
    /// An app of your own could not be prepared.
    #[error(transparent)]
    OwnApp(Box<AppError>),
}

/// A listener could not be bound; the message says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{source}{hint}")]
pub struct BindError {
    source: kit::BindError,
    hint: String,
}

impl From<kit::BindError> for BindError {
    fn from(source: kit::BindError) -> Self {
        let hint = match source.source.kind() {
            std::io::ErrorKind::AddrInUse if source.addr.port() == 0 => {
                "; the system has no free port left (on Linux, `sysctl net.ipv4.ip_local_port_range` shows which it assigns)"
                    .to_owned()
            }
            std::io::ErrorKind::AddrInUse => match kit::port_holder(source.addr.port()) {
                Some(holder) => format!("; {holder} listens there"),
                None => {
                    let port = source.addr.port();
                    format!("; another process listens there (`ss -ltnp 'sport = :{port}'` shows which)")
                }
            },
            std::io::ErrorKind::PermissionDenied => {
                "; ports below 1024 need a privilege (on Linux, set `sysctl net.ipv4.ip_unprivileged_port_start=443` \
                 or grant CAP_NET_BIND_SERVICE)"
                    .to_owned()
            }
            _ => String::new(),
        };
        Self { source, hint }
    }
}

/// Runs one step under its deadline.
///
/// # Errors
/// [`StartError`] names the step.
pub(super) async fn step<T, E: Into<StepError>>(
    name: &'static str,
    limit: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, StartError> {
    let failed = |cause: StepError| StartError { step: name, cause };
    tracing::debug!(step = name, "starting");
    match kit::within(name, limit, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(cause)) => Err(failed(cause.into())),
        Err(deadline) => Err(failed(deadline.into())),
    }
}

pub(super) async fn bind(addr: std::net::SocketAddr) -> Result<Bound, BindError> {
    Ok(Bound::at(addr).await?)
}

pub(super) fn ca_failed(cause: kit::CaError) -> StartError {
    StartError { step: "make the CA", cause: cause.into() }
}

pub(super) fn named<T>(step: &'static str, filled: Result<T, UnknownName>) -> Result<T, StartError> {
    filled.map_err(|cause| StartError { step, cause: cause.into() })
}
