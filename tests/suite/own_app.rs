//! An outside app in place of the sample app: in Rust, and as a process that
//! knows only its environment.

use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use logto_testkit::{Stack, Visitor};

use crate::support::{binary, root};

/// The sample app plays the outside one: it is built from the environment alone.
fn foreign(environment: &[(&'static str, String)]) -> sample_app::App {
    let value = |wanted: &str| {
        let found = environment.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.clone()).unwrap_or_else(|| panic!("no {wanted}"))
    };
    let config = sample_app::Config {
        base_url: value("APP_BASE_URL").parse().unwrap(),
        logto_endpoint: value("LOGTO_ENDPOINT").parse().unwrap(),
        app_id: value("LOGTO_APP_ID"),
        app_secret: value("LOGTO_APP_SECRET"),
        options: sample_app::Options::default(),
    };
    let context = sample_app::Context {
        clock: kit::Clock::system(),
        random: kit::Random::from_os(),
        journal: kit::Journal::new(),
        client: kit::Client::builder().build().unwrap(),
    };
    sample_app::App::new(config, context).unwrap()
}

#[tokio::test]
async fn an_app_in_rust_is_started_with_what_the_stack_says() {
    let bound = kit::Bound::loopback().await.unwrap();
    let origin = format!("http://localhost:{}", bound.port()).parse().unwrap();
    let stack = Stack::builder().app_at(origin).start().await.unwrap();
    let app = bound.serve(foreign(&stack.environment()).router());
    stack.app_is_up(Duration::from_secs(10)).await.unwrap();

    let mut visitor = Visitor::new(&stack);
    visitor.visit("/").await.unwrap();
    visitor.click("Sign In").await.unwrap();
    visitor.continue_with("huggingface").await.unwrap();
    visitor.sign_in_as("grace").await.unwrap();
    assert_eq!(visitor.session().await.unwrap()["claims"]["name"], "Grace Hopper");
    // Which requests an outside app sends to Logto is up to it.
    assert!(!visitor.transcript().to_string().contains("POST [LOGTO]/oidc/token "));
    stack.stop().await.unwrap();
    app.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_app_that_never_answers_is_waited_for_no_longer_than_said() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    drop(silent);
    let origin = format!("http://localhost:{port}").parse().unwrap();
    let stack = Stack::builder().app_at(origin).start().await.unwrap();
    let error = stack.app_is_up(Duration::from_millis(200)).await.unwrap_err().to_string();
    assert!(error.contains("“wait for the app” failed"), "{error}");
    stack.stop().await.unwrap();
}

#[tokio::test]
async fn the_command_waits_for_an_app_that_is_started_from_the_file_it_writes() {
    let directory = tempfile::tempdir().unwrap();
    let (scenario, env) = (directory.path().join("mine.yaml"), directory.path().join("app.env"));
    std::fs::copy(root().join("scenarios/sign-in/first-visit.yaml"), &scenario).unwrap();
    let text = std::fs::read_to_string(&scenario).unwrap();
    // Only the sample app's own configuration requests the e-mail address.
    let text: String =
        text.lines().filter(|line| !line.contains("app: {")).fold(String::new(), |all, line| {
            all + &line.replace(", email: ada@example.com, email_verified: true", "") + "\n"
        });
    std::fs::write(&scenario, text).unwrap();
    let port = kit::spare_port(&kit::Random::from_os()).unwrap();

    // Left over from an earlier run: must not be taken for this run's.
    std::fs::write(&env, "LOGTO_APP_ID=old\n").unwrap();
    let run = Command::new(binary())
        .args(["run", scenario.to_str().unwrap(), "--app", &format!("http://localhost:{port}")])
        .args(["--app-env", env.to_str().unwrap(), "--app-timeout", "20"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let written = async {
        while !std::fs::read_to_string(&env).is_ok_and(|text| !text.contains("=old")) {
            kit::Clock::system().sleep(Duration::from_millis(20)).await;
        }
    };
    kit::within("the file of --app-env", Duration::from_secs(10), written).await.unwrap();
    let lines = std::fs::read_to_string(&env).unwrap();
    let environment: Vec<(&str, &str)> = lines.lines().filter_map(|line| line.split_once('=')).collect();
    let mut app = Command::new(binary())
        .args(["serve", "app", "--listen", &format!("127.0.0.1:{port}")])
        .envs(environment)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = run.wait_with_output();
    app.kill().unwrap();
    app.wait().unwrap();
    let output = output.unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    assert!(shown.ends_with("1 passed, 0 failed, 0 skipped\n"), "{shown}");
}
