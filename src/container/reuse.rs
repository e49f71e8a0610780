//! Containers that one run leaves for the next.

use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use kit::{Ca, Client};
use serde_json::Value;

use super::boot::{answers, localhost, management_secret};
use super::engine::Engine;
use super::error::ContainerError;
use super::labels::{self, OwnerLock};
use super::log::Follow;
use super::reach::Reach;
use super::request::PORTS;
use super::settings::Container;
use super::site::Site;
use super::sweep::{label, list, remove_run};
use super::version::Version;

/// How long a container that is already running may take to answer.
const AWAKE: std::time::Duration = std::time::Duration::from_secs(5);

/// What was found for reuse.
pub(super) enum Reusable {
    /// A Logto that answers.
    Found { site: Box<Site>, ca: Arc<Ca>, run: String, owner: OwnerLock, untouched: Option<Value> },
    /// Nothing to reuse; the caller already holds the lock for the one to be started.
    ToStart(OwnerLock),
}

/// What two runs must have in common to share containers: images, our scripts, and the folder of
/// the lock that lets only one run use them at a time.
pub(super) fn key(settings: &Container) -> String {
    let mut digest = Context::new(&SHA256);
    for part in [
        settings.descriptor().as_str(),
        &settings.postgres,
        include_str!("boot.sh"),
        include_str!("forward.cjs"),
        env!("CARGO_PKG_VERSION"),
    ] {
        digest.update(part.as_bytes());
        digest.update(&[0]);
    }
    digest.update(std::env::temp_dir().as_os_str().as_encoded_bytes());
    digest.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Looks for containers that an earlier run left, and removes those that no longer answer.
///
/// # Errors
/// [`ContainerError::ReuseTaken`] while another process uses them.
pub(super) async fn attach(
    settings: &Container,
    engine: &Engine,
    reach: &Reach,
) -> Result<Reusable, ContainerError> {
    let key = key(settings);
    let lock = std::env::temp_dir().join(format!("logto-testkit-reuse-{key}.lock"));
    let owner = OwnerLock::take(lock.clone()).map_err(|source| match source.kind() {
        std::io::ErrorKind::WouldBlock => ContainerError::ReuseTaken { lock },
        _ => ContainerError::Io { what: format!("lock {}", lock.display()), source },
    })?;
    let found = list(engine, labels::REUSE_KEY, Some(&key)).await?;
    let Some(run) = found.first().and_then(|one| label(one, labels::RUN)).map(ToOwned::to_owned) else {
        return Ok(Reusable::ToStart(owner));
    };
    let part = |name: &str| {
        let one = found.iter().find(|one| label(one, labels::PART) == Some(name))?;
        one.id.clone()
    };
    let taken = match (part("postgres"), part("logto")) {
        (Some(postgres), Some(logto)) => take(engine, [postgres, logto], reach).await,
        _ => None,
    };
    match taken {
        Some((site, ca, untouched)) => {
            Ok(Reusable::Found { site: Box::new(site), ca: Arc::new(ca), run, owner, untouched })
        }
        None => {
            tracing::warn!("the Logto kept for reuse no longer answers: starting another");
            remove_run(engine, &run).await?;
            Ok(Reusable::ToStart(owner))
        }
    }
}

/// `None` if it cannot be used, for whatever reason: a fresh one is started instead.
async fn take(engine: &Engine, containers: [String; 2], reach: &Reach) -> Option<(Site, Ca, Option<Value>)> {
    let [postgres, logto] = &containers;
    let inspected = engine.ask("inspect a container", engine.docker().inspect_container(postgres, None));
    let ports = inspected.await.ok()?.network_settings?.ports?;
    let mut published = [0_u16; 2];
    for (published, own) in published.iter_mut().zip(PORTS) {
        let binding = ports.get(&format!("{own}/tcp"))?.as_ref()?.first()?;
        *published = binding.host_port.as_ref()?.parse().ok()?;
    }
    let [endpoint, admin_endpoint] = published.map(localhost);
    let client = Client::builder().build().ok()?;
    kit::within("Logto's answer", AWAKE, answers(&client, &endpoint)).await.ok()?;

    let (host, port) = reach.seen_from_within();
    let tell = "printf '%s %s\\n' \"$1\" \"$2\" > /logto-testkit/mock; \
                cat /etc/logto/packages/core/package.json | grep -m1 '\"version\"'";
    let told = engine.run_in(logto, &["sh", "-c", tell, "sh", &host, &port.to_string()]).await.ok()?;
    let version = Version::parse(told.split('"').nth(3)?)?;
    let read =
        async |file: &str| engine.run_in(logto, &["cat", &format!("/logto-testkit/{file}")]).await.ok();
    let place = Path::new("/logto-testkit/ca.pem");
    let ca = Ca::from_pem(read("ca.pem").await?, read("ca.key").await?, place).ok()?;
    let untouched = read(UNTOUCHED).await.and_then(|text| serde_json::from_str(&text).ok());
    let secret = management_secret(engine, postgres).await.ok()?;
    let words = Follow::start(engine, logto).words();
    let site = Site { endpoint, admin_endpoint, secret, version, timings: None, containers, words };
    Some((site, ca, untouched))
}

/// File in Logto's container with the contents of the tenant before the first run.
const UNTOUCHED: &str = "untouched.json";

/// Stores it for later runs. Without it, a run assumes that the tenant it finds is untouched.
pub(super) async fn remember(engine: &Engine, logto: &str, untouched: &Value) {
    let write = format!("printf '%s' \"$1\" > /logto-testkit/{UNTOUCHED}");
    if let Err(error) = engine.run_in(logto, &["sh", "-c", &write, "sh", &untouched.to_string()]).await {
        tracing::warn!("the contents of the untouched tenant could not be saved: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_image_is_another_key() {
        let one = key(&Container::new("1.42"));
        assert_eq!(one, key(&Container::new("1.42").reuse()));
        assert_ne!(one, key(&Container::new("1.41")));
        assert_ne!(one, key(&Container::new("1.42").postgres("postgres:16")));
    }
}
