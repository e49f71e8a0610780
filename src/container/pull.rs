//! Pulls missing images.

use std::collections::HashMap;

use docker_credential::DockerCredential;
use futures_util::StreamExt as _;
use testcontainers::bollard::auth::DockerCredentials;
use testcontainers::bollard::errors::Error as Bollard;
use testcontainers::bollard::models::CreateImageInfo;
use testcontainers::bollard::query_parameters::CreateImageOptionsBuilder;

use super::engine::Engine;
use super::error::{ContainerError, PullError};
use super::progress::{Event, Phase, Progress};
use super::settings::Limits;

/// Pulls the image if it is missing, with the credentials of `docker login`.
///
/// # Errors
/// [`PullError`] with what to do about it.
pub(super) async fn pull(
    engine: &Engine,
    image: &str,
    limits: &Limits,
    progress: &Progress,
) -> Result<(), ContainerError> {
    if engine.has(image).await? {
        return Ok(());
    }
    let begun = progress.begin(Phase::Pull, image);
    match kit::within("an image", limits.pull, fetch(engine, image, limits, progress)).await {
        Ok(fetched) => fetched?,
        Err(_) => {
            return Err(PullError::Deadline { image: image.to_owned(), limit: limits.pull }.into());
        }
    }
    begun.ended();
    Ok(())
}

async fn fetch(engine: &Engine, image: &str, limits: &Limits, progress: &Progress) -> Result<(), PullError> {
    let options = CreateImageOptionsBuilder::new().from_image(image).build();
    let mut news = engine.docker().create_image(Some(options), None, credentials(image).await);
    let (mut layers, mut last) = (Layers::default(), "no answer from the registry".to_owned());
    loop {
        match kit::within("news of the image", limits.pull_standstill, news.next()).await {
            Ok(Some(Ok(news))) => {
                last = layers.note(&news).unwrap_or(last);
                progress.tell(&layers.event());
            }
            Ok(Some(Err(error))) => return Err(refused(image, &error)),
            Ok(None) => return Ok(()),
            Err(_) => {
                return Err(PullError::Standstill {
                    image: image.to_owned(),
                    limit: limits.pull_standstill,
                    last,
                });
            }
        }
    }
}

/// The credentials that `docker login` has stored for the image's registry, including those in
/// credential helpers.
async fn credentials(image: &str) -> Option<DockerCredentials> {
    let registry = registry(image).to_owned();
    // A helper is another program and may take its time.
    let kept = tokio::task::spawn_blocking(move || docker_credential::get_credential(&registry).ok());
    Some(match kept.await.ok().flatten()? {
        DockerCredential::IdentityToken(token) => {
            kit::secret::learn(&token);
            DockerCredentials { identitytoken: Some(token), ..DockerCredentials::default() }
        }
        DockerCredential::UsernamePassword(username, password) => {
            kit::secret::learn(&password);
            DockerCredentials {
                username: Some(username),
                password: Some(password),
                ..DockerCredentials::default()
            }
        }
    })
}

/// The name under which a registry's credentials are stored. A first part without a dot or a port
/// is a namespace of Docker Hub.
fn registry(image: &str) -> &str {
    match image.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => first,
        _ => "https://index.docker.io/v1/",
    }
}

/// Docker reports each layer separately, first its download, then its extraction; only the download
/// is counted.
#[derive(Default)]
struct Layers(HashMap<String, (u64, u64)>);

impl Layers {
    fn note(&mut self, news: &CreateImageInfo) -> Option<String> {
        let status = news.status.clone()?;
        if let (Some(id), Some(detail), "Downloading") = (&news.id, &news.progress_detail, status.as_str()) {
            let number = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok()).unwrap_or(0);
            self.0.insert(id.clone(), (number(detail.current), number(detail.total)));
        }
        if let (Some(id), "Download complete") = (&news.id, status.as_str())
            && let Some((done, total)) = self.0.get_mut(id)
        {
            *done = *total;
        }
        Some(status)
    }

    fn event(&self) -> Event {
        let (done, total) = self.0.values().fold((0, 0), |sum, layer| (sum.0 + layer.0, sum.1 + layer.1));
        Event::Pulled { done, total }
    }
}

/// How registries, through the engine, ask for credentials or report a rate limit.
const REFUSALS: [&str; 8] = [
    "denied",
    "unauthorized",
    "forbidden",
    "toomanyrequests",
    "authentication required",
    "no basic auth credentials",
    "authorization failed",
    "incorrect username or password",
];

/// Where the tags of an image are listed.
fn tags(image: &str) -> String {
    let name = image.split('@').next().unwrap_or_default();
    // A colon before the last slash belongs to a port.
    let name = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    };
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    match (registry(name).contains("docker.io"), name.strip_prefix("library/").unwrap_or(name)) {
        (false, _) => format!("see {} for its tags", registry(name)),
        (true, name) if name.contains('/') => {
            format!("see https://hub.docker.com/r/{name}/tags for its tags")
        }
        (true, name) => format!("see https://hub.docker.com/_/{name}/tags for its tags"),
    }
}

fn refused(image: &str, error: &Bollard) -> PullError {
    let image = image.to_owned();
    let answer = match error {
        Bollard::DockerResponseServerError { message, .. } => message.clone(),
        Bollard::DockerStreamError { error } => error.clone(),
        other => other.to_string(),
    };
    let words = answer.to_lowercase();
    let told = |word: &str| words.contains(word);
    // The engine forwards the registry's message with status 404 or 500 alike.
    if ["manifest unknown", "manifest for", "not found: manifest", "name unknown"].into_iter().any(told) {
        return PullError::NoSuchTag { tags: tags(&image), image, answer };
    }
    if REFUSALS.into_iter().any(told) {
        return PullError::NotAllowed { image, answer };
    }
    PullError::Failed { image, answer }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(message: &str) -> Bollard {
        Bollard::DockerResponseServerError { status_code: 404, message: message.to_owned() }
    }

    #[test]
    fn tells_a_wrong_tag_from_a_wrong_name_and_a_network_that_is_down() {
        for (message, expected) in [
            (
                "manifest for svhd/logto:9.9 not found: manifest unknown: manifest unknown",
                "image svhd/logto:9.9 not found",
            ),
            ("manifest unknown", "check the name and the tag"),
            ("name unknown", "image svhd/logto:9.9 not found"),
            ("unauthorized", "docker login"),
            (
                "pull access denied for nobody/logto, repository does not exist or may require 'docker login'",
                "the registry refuses",
            ),
            (
                "Head \"http://localhost:5000/v2/logto/manifests/9.99\": no basic auth credentials",
                "the registry refuses",
            ),
            ("Head \"https://ghcr.io/v2/x/manifests/1\": 401 Unauthorized", "docker login"),
            ("toomanyrequests: You have reached your pull rate limit.", "limits how often"),
            (
                "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host",
                "check the network",
            ),
        ] {
            let error = refused("svhd/logto:9.9", &answer(message)).to_string();
            assert!(error.contains(expected) && error.contains(message), "{error}");
        }
    }

    #[test]
    fn each_image_has_its_own_page_of_tags() {
        for (image, expected) in [
            ("svhd/logto:9.9", "https://hub.docker.com/r/svhd/logto/tags"),
            ("postgres:99-alpine", "https://hub.docker.com/_/postgres/tags"),
            ("docker.io/library/postgres:99", "https://hub.docker.com/_/postgres/tags"),
            ("localhost:5000/logto:1", "see localhost:5000 for its tags"),
            ("localhost:5000/logto", "see localhost:5000 for its tags"),
            ("ghcr.io/logto-io/logto@sha256:00", "see ghcr.io for its tags"),
        ] {
            let error = refused(image, &answer("manifest unknown")).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_registry_is_known_by_the_image_s_name() {
        for (image, expected) in [
            ("postgres:17-alpine", "https://index.docker.io/v1/"),
            ("svhd/logto:1.42", "https://index.docker.io/v1/"),
            ("ghcr.io/logto-io/logto:1.42", "ghcr.io"),
            ("localhost:5000/logto:1", "localhost:5000"),
        ] {
            assert_eq!(registry(image), expected, "{image}");
        }
    }

    #[test]
    fn counts_bytes_of_all_layers() {
        let news = |id: &str, status: &str, current: Option<i64>| CreateImageInfo {
            id: Some(id.to_owned()),
            status: Some(status.to_owned()),
            progress_detail: Some(testcontainers::bollard::models::ProgressDetail {
                current,
                total: Some(100),
            }),
            ..CreateImageInfo::default()
        };
        let mut layers = Layers::default();
        layers.note(&news("a", "Downloading", Some(40)));
        layers.note(&news("b", "Downloading", Some(10)));
        layers.note(&news("a", "Download complete", None));
        layers.note(&news("a", "Extracting", Some(3)));
        assert_eq!(layers.event(), Event::Pulled { done: 110, total: 200 });
    }
}
