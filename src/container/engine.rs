//! The Docker Engine: is it running, and may we use it?

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::StreamExt as _;
use testcontainers::bollard::Docker;
use testcontainers::bollard::errors::Error as Bollard;
use testcontainers::bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use testcontainers::bollard::query_parameters::WaitContainerOptions;
use testcontainers::core::client::{ClientError, docker_client_instance};

use super::error::EngineError;
use super::reach::Wish;

/// A Docker Engine that answers.
#[derive(Debug, Clone)]
pub(super) struct Engine {
    docker: Docker,
    host: String,
    limit: Duration,
}

impl Engine {
    /// Finds the engine as `testcontainers` does, and checks that it answers.
    ///
    /// # Errors
    /// [`EngineError`] with what to do about it.
    pub(super) async fn connect(limit: Duration) -> Result<Self, EngineError> {
        let host = configured(|name| std::env::var(name).ok())?;
        if is_remote(&host) {
            return Err(EngineError::Remote { host });
        }
        let docker = docker_client_instance().await.map_err(|error| match error {
            ClientError::Init(source) => unreachable_engine(&host, &source),
            other => EngineError::Configuration(other.to_string()),
        })?;
        let engine = Self { docker, host, limit };
        engine.ask("ping", engine.docker.ping()).await?;
        Ok(engine)
    }

    /// Whether a container with this ID still exists and runs.
    pub(super) async fn is_up(&self, container: &str) -> Result<bool, EngineError> {
        match self.runs(container).await {
            Err(EngineError::Answer {
                source: Bollard::DockerResponseServerError { status_code: 404, .. },
                ..
            }) => Ok(false),
            runs => runs,
        }
    }

    /// The client of Docker's API.
    pub(super) fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Sends one request under the deadline for simple requests.
    ///
    /// # Errors
    /// [`EngineError`] if Docker refuses or does not answer in time.
    pub(super) async fn ask<T>(
        &self,
        what: &'static str,
        question: impl Future<Output = Result<T, Bollard>>,
    ) -> Result<T, EngineError> {
        match kit::within(what, self.limit, question).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(source)) => Err(match kind(&source) {
                Some(_) => unreachable_engine(&self.host, &source),
                None => EngineError::Answer { what, source },
            }),
            Err(_) => Err(self.silent(what, self.limit)),
        }
    }

    /// The error of an engine that did not answer in time.
    pub(super) fn silent(&self, what: &'static str, limit: Duration) -> EngineError {
        EngineError::Silent { host: self.host.clone(), what, limit }
    }

    /// Runs a command in a container and returns its output.
    ///
    /// # Errors
    /// [`EngineError`] if Docker does not run it; a command that fails only prints something else.
    pub(super) async fn run_in(&self, container: &str, command: &[&str]) -> Result<String, EngineError> {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        let options = CreateExecOptions {
            cmd: Some(command),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..CreateExecOptions::default()
        };
        let run = async {
            let exec = self.docker.create_exec(container, options).await?;
            let mut printed = Vec::new();
            if let StartExecResults::Attached { mut output, .. } =
                self.docker.start_exec(&exec.id, None::<StartExecOptions>).await?
            {
                while let Some(part) = output.next().await {
                    printed.extend_from_slice(&part?.into_bytes());
                }
            }
            Ok(String::from_utf8_lossy(&printed).into_owned())
        };
        self.ask("run a command in a container", run).await
    }

    /// Whether a container runs.
    ///
    /// # Errors
    /// [`EngineError`] if Docker refuses or does not answer in time.
    pub(super) async fn runs(&self, container: &str) -> Result<bool, EngineError> {
        let found = self.ask("inspect a container", self.docker.inspect_container(container, None)).await?;
        Ok(found.state.and_then(|state| state.running).unwrap_or(false))
    }

    /// Waits until a container has ended; forever if Docker does not report it.
    pub(super) async fn ended(&self, container: &str) {
        let mut told = self.docker.wait_container(container, None::<WaitContainerOptions>);
        match told.next().await {
            Some(Ok(_) | Err(Bollard::DockerContainerWaitError { .. })) => {}
            Some(Err(_)) | None => std::future::pending().await,
        }
    }

    /// Whether an image is already on this machine.
    ///
    /// # Errors
    /// [`EngineError`] if Docker refuses or does not answer in time.
    pub(super) async fn has(&self, image: &str) -> Result<bool, EngineError> {
        match self.ask("look for an image", self.docker.inspect_image(image)).await {
            Ok(_) => Ok(true),
            Err(EngineError::Answer {
                source: Bollard::DockerResponseServerError { status_code: 404, .. },
                ..
            }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// How this engine's containers could reach this machine.
    ///
    /// # Errors
    /// [`EngineError`] if Docker refuses or does not answer in time.
    pub(super) async fn wish(&self) -> Result<Wish, EngineError> {
        let info = self.ask("describe itself", self.docker.info()).await?;
        let system = info.operating_system.unwrap_or_default();
        let options = info.security_options.unwrap_or_default();
        if system.contains("Docker Desktop") {
            return Ok(Wish::HostGateway { why: "Docker Desktop" });
        }
        if options.iter().any(|option| option.contains("rootless")) {
            return Ok(Wish::HostGateway { why: "a rootless engine" });
        }
        let network = self.ask("inspect its bridge", self.docker.inspect_network("bridge", None)).await?;
        let gateway = network
            .ipam
            .and_then(|ipam| ipam.config)
            .into_iter()
            .flatten()
            .filter_map(|config| bridge_address(config.gateway.as_deref(), config.subnet.as_deref()))
            .find(IpAddr::is_ipv4);
        Ok(match gateway {
            Some(address) => Wish::Bridge { address },
            None => Wish::HostGateway { why: "its bridge has no address" },
        })
    }
}

/// The bridge's own address: its gateway, or else the first address of its subnet, which Docker
/// 20.10 assigns to the bridge without reporting it unless `--bip` is set.
fn bridge_address(gateway: Option<&str>, subnet: Option<&str>) -> Option<IpAddr> {
    if let Some(gateway) = gateway.and_then(|gateway| gateway.parse().ok()) {
        return Some(gateway);
    }
    let network: Ipv4Addr = subnet?.split('/').next()?.parse().ok()?;
    Some(IpAddr::V4(Ipv4Addr::from_bits(network.to_bits().checked_add(1)?)))
}

/// The engine's location from the environment; an error if the client library would misread it.
fn configured(variable: impl Fn(&str) -> Option<String>) -> Result<String, EngineError> {
    let host = match variable("DOCKER_HOST") {
        None => return Ok("its default socket".to_owned()),
        Some(host) if host.trim().is_empty() => return Err(EngineError::EmptyHost),
        Some(host) => host,
    };
    let is_tls = host.starts_with("https:")
        || (host.starts_with("tcp:") || host.starts_with("http:"))
            && variable("DOCKER_TLS_VERIFY").as_deref() == Some("1");
    if is_tls && variable("DOCKER_CERT_PATH").is_none() {
        let why = format!(
            "DOCKER_HOST={host} requires TLS, and DOCKER_CERT_PATH is not set: point it to the folder of the client's key"
        );
        return Err(EngineError::Configuration(why));
    }
    Ok(host)
}

fn is_remote(host: &str) -> bool {
    let Ok(url) = url::Url::parse(host) else { return false };
    match (url.scheme(), url.host_str()) {
        ("tcp" | "http" | "https", Some(name)) => {
            let address: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
            name != "localhost" && !address.is_some_and(|address| address.is_loopback())
        }
        ("ssh", _) => true,
        _ => false,
    }
}

/// The operating system's error at the root of a client's error.
fn kind(error: &Bollard) -> Option<std::io::ErrorKind> {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Some(error.kind());
        }
        source = error.source();
    }
    match error {
        Bollard::SocketNotFoundError(_) => Some(std::io::ErrorKind::NotFound),
        _ => None,
    }
}

fn unreachable_engine(host: &str, error: &Bollard) -> EngineError {
    let (host, cause) = (host.to_owned(), root(error));
    match kind(error) {
        Some(std::io::ErrorKind::PermissionDenied) => EngineError::NotAllowed { host, cause },
        _ => EngineError::NotThere { host, cause },
    }
}

/// The innermost message: the outer ones say only "error trying to connect".
fn root(error: &Bollard) -> String {
    let mut error: &dyn std::error::Error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_bridge_without_a_gateway_has_the_first_address_of_its_subnet() {
        let address =
            |gateway, subnet| super::bridge_address(gateway, subnet).map(|address| address.to_string());
        assert_eq!(address(Some("172.18.0.1"), Some("172.18.0.0/16")).as_deref(), Some("172.18.0.1"));
        assert_eq!(address(None, Some("172.17.0.0/16")).as_deref(), Some("172.17.0.1"));
        assert_eq!(address(Some(""), Some("10.9.0.0/24")).as_deref(), Some("10.9.0.1"));
        assert_eq!(address(None, Some("fd00::/64")), None);
        assert_eq!(address(None, None), None);
    }

    #[test]
    fn an_environment_that_the_client_would_misread_is_refused() {
        let configured = |variables: &[(&str, &str)]| {
            let value = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            super::configured(value).map_err(|error| error.to_string())
        };
        assert_eq!(configured(&[]).unwrap(), "its default socket");
        assert!(configured(&[("DOCKER_HOST", "")]).unwrap_err().contains("unset DOCKER_HOST"));
        let tls = [("DOCKER_HOST", "tcp://127.0.0.1:2376"), ("DOCKER_TLS_VERIFY", "1")];
        assert!(configured(&tls).unwrap_err().contains("DOCKER_CERT_PATH"));
        assert_eq!(configured(&tls[..1]).unwrap(), "tcp://127.0.0.1:2376");
    }

    #[test]
    fn another_machine_is_known_by_its_address() {
        for (host, remote) in [
            ("unix:///var/run/docker.sock", false),
            ("npipe:////./pipe/docker_engine", false),
            ("tcp://127.0.0.1:2375", false),
            ("tcp://[::1]:2375", false),
            ("tcp://localhost:2375", false),
            ("its default socket", false),
            ("tcp://10.0.0.5:2376", true),
            ("ssh://me@build", true),
            ("https://docker.example.com", true),
        ] {
            assert_eq!(super::is_remote(host), remote, "{host}");
        }
    }
}
