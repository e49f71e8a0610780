//! Images that are not Logto's, or whose Logto does not start.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use axum::Router;
use kit::Bound;

use super::support::{Run, backend, logto, logto_when_asked, nothing_is_left};

/// Runs one scenario on the Logto that the arguments name, which must not start.
async fn refused(arguments: &[&str]) -> String {
    let run = Run::start(&[&["run", "--filter", "sign-in/first-visit"], arguments].concat());
    let (status, told, folder) = run.end();
    assert_eq!(status.code(), Some(3), "{told}");
    nothing_is_left(folder.path(), Duration::ZERO).await;
    told
}

/// An image built on top of another, removed at the end.
struct Image(String);

impl Image {
    fn build(name: &str, recipe: &str) -> Self {
        let name = format!("logto-testkit-test:{name}-{}", std::process::id());
        let mut docker = Command::new("docker")
            .args(["build", "--quiet", "--tag", &name, "-"])
            .env("DOCKER_BUILDKIT", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        docker.stdin.take().unwrap().write_all(recipe.as_bytes()).unwrap();
        assert!(docker.wait().unwrap().success(), "{recipe}");
        Self(name)
    }

    async fn refused_as_logto(&self) -> String {
        let (name, tag) = self.0.split_once(':').unwrap();
        refused(&["--logto", &format!("container:{tag}"), "--logto-image", name]).await
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        drop(Command::new("docker").args(["rmi", "--force", &self.0]).stdout(Stdio::null()).status());
    }
}

#[tokio::test]
async fn an_image_without_logto_is_told() {
    if logto("an_image_without_logto_is_told").await.is_none() {
        return;
    }
    let told = refused(&["--logto", "container:17-alpine", "--logto-image", "postgres"]).await;
    assert!(told.contains("postgres:17-alpine does not report a version of Logto ("), "{told}");
    assert!(told.contains("node: not found") && told.contains("is it the official image?"), "{told}");
}

#[tokio::test]
async fn an_image_that_no_registry_has_is_told() {
    if logto("an_image_that_no_registry_has_is_told").await.is_none() {
        return;
    }
    // An empty registry on this machine.
    let bound = Bound::loopback().await.unwrap();
    let image = format!("localhost:{}/logto", bound.port());
    let nothing = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#;
    let registry = Router::new()
        .route("/v2/", axum::routing::get(|| async { "{}" }))
        .fallback(move || async move { (http::StatusCode::NOT_FOUND, nothing) });
    let _registry = bound.serve(registry);
    let run = tokio::task::spawn_blocking({
        let image = image.clone();
        move || Run::start(&["run", "--logto", "container:9.99", "--logto-image", &image]).end()
    });
    let (status, told, _) = run.await.unwrap();
    assert_eq!(status.code(), Some(3), "{told}");
    assert!(told.contains(&format!("image {image}:9.99 not found (")), "{told}");
    assert!(told.contains("check the name and the tag"), "{told}");
}

#[tokio::test]
async fn a_logto_too_old_is_told() {
    let Some(logto) = logto_when_asked("a_logto_too_old_is_told").await else { return };
    let older = "RUN sed -i 's/\"version\": \".*\"/\"version\": \"1.25.0\"/' packages/core/package.json";
    let image = Image::build("old", &format!("FROM {}\n{older}\n", logto.descriptor()));
    let told = image.refused_as_logto().await;
    assert!(told.contains("is Logto 1.25.0; ") && told.contains("only since 1.26.0"), "{told}");
}

#[tokio::test]
async fn a_logto_that_dies_shows_its_last_words_and_keeps_all_of_them() {
    let name = "a_logto_that_dies_shows_its_last_words_and_keeps_all_of_them";
    let Some(logto) = logto_when_asked(name).await else { return };
    let dies = "RUN sed -i 's/\"start\": .*/\"start\": \"echo the key is missing; exit 1\",/' package.json";
    let image = Image::build("dies", &format!("FROM {}\n{dies}\n", logto.descriptor()));
    let run = Run::start(&[
        "run",
        "--filter",
        "sign-in/first-visit",
        "--logto",
        &image.0.replacen("logto-testkit-test", "container", 1),
        "--logto-image",
        "logto-testkit-test",
    ]);
    let (status, told, folder) = run.end();
    assert_eq!(status.code(), Some(3), "{told}");
    assert!(told.contains("boot: the container `logto` exited; its last log lines:"), "{told}");
    assert!(told.contains("\n    the key is missing\n"), "{told}");
    let file = told.lines().find_map(|line| line.strip_prefix("full log: ")).unwrap();
    assert!(file.starts_with(folder.path().to_str().unwrap()), "{file}");
    let whole = std::fs::read_to_string(file).unwrap();
    assert!(whole.contains("[logto-testkit] version ") && whole.contains("the key is missing"), "{whole}");
    nothing_is_left(folder.path(), Duration::ZERO).await;
}

#[tokio::test]
async fn a_postgres_that_dies_is_told_as_such() {
    let Some(logto) = logto_when_asked("a_postgres_that_dies_is_told_as_such").await else { return };
    let dies = "ENTRYPOINT [\"sh\", \"-c\", \"sleep 1; echo FATAL: no shared memory; exit 1\"]";
    let image = Image::build("postgres", &format!("FROM {}\n{dies}\n", logto.descriptor()));
    let told = refused(&["--logto", &backend(&logto), "--postgres-image", &image.0]).await;
    assert!(
        told.contains("the container `postgres` exited; its last log lines:\n    FATAL: no shared"),
        "{told}"
    );
}
