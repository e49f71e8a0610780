//! The two containers, as `testcontainers` requests.

use std::collections::{BTreeMap, HashMap};

use kit::Ca;
use testcontainers::bollard::models::{HostConfig, PortBinding};
use testcontainers::core::{IntoContainerPort as _, Mount};
use testcontainers::{
    ContainerRequest, CopyDataSource, CopyTargetOptions, GenericImage, ImageExt as _, ReuseDirective,
};

use super::labels;
use super::reach::{HOST_NAME, Reach};
use super::settings::Container;

/// Logto's own ports: the default tenant's and the admin tenant's.
pub(super) const PORTS: [u16; 2] = [3001, 3002];

/// What both containers of a run have in common.
pub(super) struct Of<'a> {
    pub(super) settings: &'a Container,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) database_password: &'a str,
}

impl Of<'_> {
    /// Postgres, which owns the network namespace of both.
    pub(super) fn postgres(&self) -> ContainerRequest<GenericImage> {
        let (name, tag) = split(&self.settings.postgres);
        let request = PORTS
            .into_iter()
            .fold(GenericImage::new(name, tag), |image, port| image.with_exposed_port(port.tcp()))
            .with_env_var("POSTGRES_PASSWORD", self.database_password)
            // Data in memory, without waiting for a disk: it is discarded with the run.
            .with_mount(Mount::tmpfs_mount("/var/lib/postgresql/data"))
            .with_env_var("PGDATA", "/var/lib/postgresql/data/pgdata")
            .with_cmd(["postgres", "-c", "listen_addresses=*"].into_iter().chain([
                "-c",
                "fsync=off",
                "-c",
                "synchronous_commit=off",
                "-c",
                "full_page_writes=off",
            ]))
            .with_host_config_modifier(|config| {
                publish_on_loopback(config);
                config.extra_hosts = Some(vec![
                    // Leads to the forwarder in Logto's container; the connector's URL is built in.
                    "huggingface.co:127.0.0.1".to_owned(),
                    format!("{HOST_NAME}:host-gateway"),
                ]);
            });
        self.labeled(request, "postgres")
    }

    /// Logto in that namespace, configured with the published ports of [`PORTS`].
    pub(super) fn logto(
        &self,
        postgres: &str,
        published: [u16; 2],
        reach: &Reach,
        ca: &Ca,
    ) -> ContainerRequest<GenericImage> {
        let [endpoint, admin] = published.map(|port| format!("http://localhost:{port}"));
        let database = format!("postgres://postgres:{}@127.0.0.1:5432/logto", self.database_password);
        let namespace = format!("container:{postgres}");
        let forwards = published.iter().zip(PORTS).map(|(published, own)| format!("{published}={own}"));
        let mut request = GenericImage::new(self.settings.image.as_str(), self.settings.tag.as_str())
            .with_entrypoint("sh")
            .with_cmd(std::iter::once("/logto-testkit/boot.sh".to_owned()).chain(forwards))
            // As in Logto's own compose file.
            .with_env_var("TRUST_PROXY_HEADER", "1")
            .with_env_var("DB_URL", database)
            .with_env_var("ENDPOINT", endpoint)
            .with_env_var("ADMIN_ENDPOINT", admin)
            .with_env_var("NODE_EXTRA_CA_CERTS", "/logto-testkit/ca.pem")
            // The harness parses log lines.
            .with_env_var("NO_COLOR", "1")
            .with_env_var("CI", "true")
            // Not `with_network`, which would also create a network of that name.
            .with_host_config_modifier(move |config| {
                config.network_mode = Some(namespace.clone());
                config.publish_all_ports = Some(false);
            });
        let (host, port) = reach.seen_from_within();
        let mut files = vec![
            ("boot.sh", include_str!("boot.sh").to_owned()),
            ("wait.cjs", include_str!("wait.cjs").to_owned()),
            ("forward.cjs", include_str!("forward.cjs").to_owned()),
            ("ca.pem", ca.certificate_pem().to_owned()),
            ("mock", format!("{host} {port}\n")),
        ];
        if self.settings.reuse {
            // The next run needs the same CA for huggingface.co; the CA is restricted to that name.
            files.push(("ca.key", ca.key_pem().to_owned()));
        }
        for (name, text) in files {
            let target = CopyTargetOptions::new(format!("/logto-testkit/{name}")).with_mode(0o644);
            request = request.with_copy_to(target, CopyDataSource::Data(text.into_bytes()));
        }
        self.labeled(request, "logto")
    }

    fn labeled(&self, request: ContainerRequest<GenericImage>, part: &str) -> ContainerRequest<GenericImage> {
        request
            .with_labels(&self.labels)
            .with_label(labels::PART, part)
            // We remove them ourselves, by label, however the run ends; a drop in the middle of a
            // walk would block its runtime until Docker has answered.
            .with_reuse(ReuseDirective::Always)
    }
}

/// Makes the ports reachable from loopback only.
fn publish_on_loopback(config: &mut HostConfig) {
    let binding = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(String::new()) };
    let bindings = PORTS.map(|port| (format!("{port}/tcp"), Some(vec![binding.clone()])));
    config.port_bindings = Some(HashMap::from(bindings));
    config.publish_all_ports = Some(false);
}

/// Splits `name:tag`; a colon within a registry's address does not start a tag.
fn split(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_a_name_and_a_tag() {
        for (image, name, tag) in [
            ("postgres:17-alpine", "postgres", "17-alpine"),
            ("postgres", "postgres", "latest"),
            ("localhost:5000/postgres", "localhost:5000/postgres", "latest"),
            ("localhost:5000/postgres:16", "localhost:5000/postgres", "16"),
        ] {
            assert_eq!(split(image), (name, tag), "{image}");
        }
    }

    #[test]
    fn ports_are_published_on_loopback_only() {
        let mut config = HostConfig { publish_all_ports: Some(true), ..HostConfig::default() };
        publish_on_loopback(&mut config);
        assert_eq!(config.publish_all_ports, Some(false));
        let bindings = config.port_bindings.unwrap();
        assert_eq!(bindings.len(), 2);
        for binding in bindings.values().flatten().flatten() {
            assert_eq!(binding.host_ip.as_deref(), Some("127.0.0.1"));
        }
    }
}
