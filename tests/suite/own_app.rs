//! An outside app in place of the sample app: in Rust, and as a process that
//! knows only its environment.

use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use logto_testkit::setup::{OwnApp, Ready, Timeout};
use logto_testkit::stack::AppError;
use logto_testkit::{Scenario, Stack, Visitor, walk};

use crate::support::{binary, root};

/// The sample app plays the outside one: it is built from the environment alone.
fn foreign(environment: &[(String, String)]) -> sample_app::App {
    let value = |wanted: &str| {
        let found = environment.iter().find(|(name, _)| name == wanted);
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
    assert!(visitor.transcript().to_string().contains("app  POST [LOGTO]/oidc/token  200"));
    stack.stop().await.unwrap();
    app.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_app_that_is_served_over_https_is_walked_if_its_ca_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let ca = kit::Ca::create(&kit::Clock::system(), &["localhost"]).unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, ca.certificate_pem()).unwrap();
    let bound = kit::Bound::loopback().await.unwrap();
    let origin: url::Url = format!("https://localhost:{}", bound.port()).parse().unwrap();
    let own = OwnApp { ca: Some(file), ..OwnApp::at(origin.clone()) };
    let stack = Stack::builder().own_app(own).start().await.unwrap();
    // The sample app does not serve TLS itself, and is told that it is there.
    let told = async |mut request: axum::extract::Request| {
        request.headers_mut().insert("x-forwarded-proto", http::HeaderValue::from_static("https"));
        request
    };
    let router = foreign(&stack.environment()).router().layer(axum::middleware::map_request(told));
    let app = bound.serve_tls(router, ca.server_config("localhost").unwrap());
    stack.app_is_up(Duration::from_secs(10)).await.unwrap();
    let mut visitor = Visitor::new(&stack);
    visitor.visit("/sign-in").await.unwrap();
    visitor.continue_with("huggingface").await.unwrap();
    visitor.sign_in_as("ada").await.unwrap();
    let session = visitor.session().await.unwrap();
    assert_eq!(session["claims"]["name"], "Ada Lovelace", "{}", visitor.transcript());
    stack.stop().await.unwrap();

    // Without its CA, what is wrong is said.
    let stack = Stack::builder().app_at(origin).start().await.unwrap();
    let error = stack.app_is_up(Duration::from_secs(1)).await.unwrap_err().to_string();
    assert!(error.contains("invalid peer certificate") && error.contains("--app-ca"), "{error}");
    stack.stop().await.unwrap();
    app.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_app_without_a_session_check_is_told_by_what_it_sends() {
    let bound = kit::Bound::loopback().await.unwrap();
    let origin = format!("http://localhost:{}", bound.port()).parse().unwrap();
    let stack = Stack::builder().app_at(origin).start().await.unwrap();
    let page = async || axum::response::Html("<p>A shop</p>");
    let app = bound.serve(axum::Router::new().fallback(page));
    let text = "description: x\nsteps:\n  - visit: /\n    expect: { session: none, text: A garden }\n";
    let scenario = Scenario::parse(text, Path::new("a.yaml")).unwrap();
    let failures = walk(&stack, &scenario).await.failures;
    let told: Vec<&str> = failures.iter().map(|failure| failure.what.as_str()).collect();
    assert!(
        matches!(told[..], [text, session] if text.contains("A garden") && session.ends_with(
            "`session` needs `GET /api/session` with JSON, which this app does not answer with (it sent status 200, text/html)"
        )),
        "{told:?}"
    );
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
    assert!(error.starts_with("no app answers at http://localhost:"), "{error}");
    stack.stop().await.unwrap();
}

/// A walk that needs no more than the guide's app.
fn story(directory: &Path) -> PathBuf {
    let scenario = directory.join("mine.yaml");
    let text = std::fs::read_to_string(root().join("scenarios/sign-in/first-visit.yaml")).unwrap();
    // Only the sample app's own configuration requests the e-mail address.
    let text: String =
        text.lines().filter(|line| !line.contains("app: {")).fold(String::new(), |all, line| {
            all + &line.replace(", email: ada@example.com, email_verified: true", "") + "\n"
        });
    std::fs::write(&scenario, text).unwrap();
    scenario
}

#[tokio::test]
async fn the_command_waits_for_an_app_that_is_started_from_the_file_it_writes() {
    let directory = tempfile::tempdir().unwrap();
    let (scenario, env) = (story(directory.path()), directory.path().join("app.env"));
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

/// Says what it was told, and serves as a child of the shell: both have to go.
fn command() -> String {
    let told = "echo \"$PORT $APP_BASE_URL $LOGTO_ENDPOINT\" > told";
    format!("{told}; {} serve app --listen 127.0.0.1:$PORT; true", binary())
}

/// The app was told where it is and where Logto is, and listens no more.
fn was_told_and_has_ended(directory: &Path) {
    let told = std::fs::read_to_string(directory.join("told")).unwrap();
    let [port, base, logto] = told.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{told}") };
    assert_eq!(base, format!("http://localhost:{port}"));
    assert!(logto.starts_with("http://localhost:") && logto != base, "{told}");
    assert!(TcpStream::connect(format!("127.0.0.1:{port}")).is_err(), "the app still listens on {port}");
}

fn in_folder(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(binary()).args(arguments).current_dir(directory).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn run_starts_an_app_by_its_command_and_ends_it() {
    let directory = tempfile::tempdir().unwrap();
    story(directory.path());
    let (code, shown, told) = in_folder(directory.path(), &["run", "mine.yaml", "--app-command", &command()]);
    assert_eq!(code, Some(0), "{shown}{told}");
    assert!(shown.ends_with("1 passed, 0 failed, 0 skipped\n"), "{shown}");
    was_told_and_has_ended(directory.path());
}

#[test]
fn a_command_that_fails_or_never_answers_is_told_at_once_or_in_time() {
    let directory = tempfile::tempdir().unwrap();
    story(directory.path());
    let up = ["up", "--plain", "--logto-port", "0"];
    for before in [&["run", "mine.yaml"][..], &up] {
        // It would be waited for a minute.
        let arguments = [before, &["--app-command", "sleep 0.1; exit 3"]].concat();
        let (code, shown, told) = in_folder(directory.path(), &arguments);
        let told = shown.clone() + &told;
        assert_eq!(code, Some(3), "{told}");
        assert!(
            told.contains(
                "the app's command ended (exit status: 3) before the app answered at http://localhost:"
            ),
            "{told}"
        );
        if before[0] == "run" {
            assert!(shown.ends_with("0 passed, 0 failed, 0 skipped, 1 did not start\n"), "{shown}");
        }
        let arguments = [before, &["--app-command", "sleep 7000", "--app-timeout", "1"]].concat();
        let (code, shown, told) = in_folder(directory.path(), &arguments);
        let told = shown.clone() + &told;
        assert_eq!(code, Some(3), "{told}");
        assert!(
            told.contains("the app's command is running, but nothing answers at http://localhost:"),
            "{told}"
        );
        assert!(told.contains("does the app listen on the port in $PORT?"), "{told}");
        // It may have started a server that is not up yet.
        let arguments = [before, &["--app-command", "true", "--app-timeout", "1"]].concat();
        let (code, shown, told) = in_folder(directory.path(), &arguments);
        let told = shown.clone() + &told;
        assert_eq!(code, Some(3), "{told}");
        assert!(told.contains("the app's command ended, but nothing answers at http://localhost:"), "{told}");
        assert!(!told.contains("LOGTO_ENDPOINT"), "{told}");
    }
    for before in [&["run", "mine.yaml"][..], &up] {
        let arguments = ["--app", "http://localhost:1/shop", "--app-command", "true"];
        let (code, _, said) = in_folder(directory.path(), &[before, &arguments].concat());
        assert!(code == Some(2) && said.contains("--app takes the origin of an app"), "{code:?} {said}");
        let (code, _, said) = in_folder(directory.path(), &[before, &["--app-timeout", "5"]].concat());
        assert!(
            code == Some(2) && said.contains("--app-timeout is about an app of your own"),
            "{code:?} {said}"
        );
    }
    let (code, _, told) = in_folder(directory.path(), &["run", "mine.yaml", "--app", "http://localhost:1"]);
    assert!(code == Some(2) && told.contains("the app has to learn its id and secret"), "{told}");
}

#[test]
#[cfg(unix)]
fn up_starts_an_app_by_its_command_and_ends_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut up = Command::new(binary())
        .args(["up", "--plain", "--logto-port", "0", "--app-command", &command()])
        .current_dir(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(up.stdout.take().unwrap()).lines();
    let app = lines.next().unwrap().unwrap();
    let address = app.strip_prefix("app           http://").unwrap_or_default().trim_end_matches('/');
    // It answers by the time that it is shown.
    let answers = TcpStream::connect(address).is_ok();
    let kill = Command::new("kill").args(["-INT", &up.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert_eq!(up.wait().unwrap().code(), Some(0), "{rest:?}");
    assert!(answers, "{app}");
    // They go into its environment, and nowhere else.
    assert!(!rest.iter().any(|line| line.contains("LOGTO_APP_SECRET")), "{rest:?}");
    was_told_and_has_ended(directory.path());
}

#[test]
#[cfg(unix)]
fn up_writes_the_file_of_an_app_that_is_started_by_hand() {
    let directory = tempfile::tempdir().unwrap();
    let port = kit::spare_port(&kit::Random::from_os()).unwrap();
    let origin = format!("http://localhost:{port}");
    let arguments = ["--app", &origin, "--app-env", "app.env", "--app-timeout", "1"];
    let (code, _, told) =
        in_folder(directory.path(), &[&["up", "--plain", "--logto-port", "0"][..], &arguments].concat());
    assert!(code == Some(3) && told.contains(&format!("no app answers at {origin}")), "{told}");
    let file = std::fs::read_to_string(directory.path().join("app.env")).unwrap();
    assert!(file.starts_with(&format!("APP_BASE_URL={origin}\n")), "{file}");
}

#[tokio::test]
async fn a_stack_starts_an_app_by_its_command_and_ends_it() {
    let port = kit::spare_port(&kit::Random::from_os()).unwrap();
    let own = |command: String| OwnApp {
        url: Some(format!("http://localhost:{port}").parse().unwrap()),
        ready: Ready { timeout: Timeout(Duration::from_secs(20)), ..Ready::default() },
        ..OwnApp::command(command)
    };
    let served = format!("{} serve app --listen 127.0.0.1:$PORT", binary());
    let stack = Stack::builder().own_app(own(served)).start().await.unwrap();
    stack.start_app().await.unwrap();
    let mut visitor = Visitor::new(&stack);
    visitor.visit("/sign-in").await.unwrap();
    visitor.continue_with("huggingface").await.unwrap();
    visitor.sign_in_as("ada").await.unwrap();
    stack.stop().await.unwrap();
    assert!(TcpStream::connect(format!("127.0.0.1:{port}")).is_err());

    let stack = Stack::builder().own_app(own("exit 3".to_owned())).start().await.unwrap();
    let failed = stack.start_app().await.unwrap_err();
    assert!(matches!(failed, AppError::Ended { status, .. } if status.code() == Some(3)), "{failed}");
    stack.stop().await.unwrap();
}
