//! The user's own files, and what an app shows of the person: neither may be lost or made up.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use kit::Clock;
use logto_testkit::project::Project;
use logto_testkit::setup::{OwnApp, SignedIn};
use logto_testkit::{Scenario, Stack, stack_for, walk};
use tempfile::TempDir;
use wiremock::matchers::{header_exists, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{binary, run_in as run};

const VISITS: &str = "description: The app answers.\nsteps:\n  - visit: /\n";

/// A project whose app reads `app.conf`, where the user has one, too.
fn project(command: &str, more: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let serves = format!("exec {} serve app --listen 127.0.0.1:$PORT", binary());
    let toml = format!(
        "[app]\ncommand = \"{command}; {serves}\"\n{more}\n[app.template]\nfrom = \"app.template\"\nto = \"app.conf\"\n"
    );
    write("logto-testkit.toml", &toml);
    write("app.template", "[DEFAULT]\nclient = [APP_ID]\n");
    write("app.conf", "my own");
    write("a.yaml", VISITS);
    folder
}

fn read(folder: &Path, name: &str) -> Option<String> {
    std::fs::read_to_string(folder.join(name)).ok()
}

#[tokio::test]
async fn a_second_run_does_not_touch_the_file_of_the_first() {
    let folder = project("cp app.conf seen; sleep 3", "");
    let first = Command::new(binary())
        .args(["run", "a.yaml"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = async {
        while read(folder.path(), "seen").is_none() {
            Clock::system().sleep(Duration::from_millis(20)).await;
        }
    };
    kit::within("the first app", Duration::from_secs(20), begun).await.unwrap();
    let (code, shown) = run(folder.path(), &["a.yaml"]);
    assert!(code == Some(70) && shown.contains("app.conf: another run uses it"), "{code:?}: {shown}");
    assert!(first.wait_with_output().unwrap().status.success());
    let seen = read(folder.path(), "seen").unwrap();
    assert!(seen.starts_with("[DEFAULT]\nclient = ") && !seen.contains("APP_ID"), "{seen}");
    assert_eq!(read(folder.path(), "app.conf").as_deref(), Some("my own"));
    assert!(!folder.path().join("app.conf.before-logto-testkit").exists());
}

#[tokio::test]
async fn a_shared_app_keeps_its_file_until_it_ends() {
    let folder = project("true", "shared = true");
    let project = Project::load(&folder.path().join("logto-testkit.toml")).unwrap();
    let first = Stack::builder().project(&project).start().await.unwrap();
    first.start_app().await.unwrap();
    let id = first.known().app_id.clone();
    let app = first.release_app().await.unwrap();
    first.stop().await.unwrap();
    let second = Stack::builder().project(&project).expected_by(&app).start().await.unwrap();
    second.adopt_app(app).await.unwrap();
    assert!(read(folder.path(), "app.conf").unwrap().contains(&id));
    second.stop().await.unwrap();
    assert_eq!(read(folder.path(), "app.conf").as_deref(), Some("my own"));
}

#[test]
fn a_command_line_with_a_mistake_touches_no_file() {
    let folder = project("true", "");
    std::fs::write(folder.path().join(".env"), "KEY=own").unwrap();
    for arguments in
        [&["nosuch.yaml", "--app-env", ".env"][..], &["a.yaml", "--app-env", ".env", "--filter", "z"]]
    {
        let (code, shown) = run(folder.path(), arguments);
        assert_eq!(code, Some(2), "{shown}");
        assert_eq!(read(folder.path(), ".env").as_deref(), Some("KEY=own"));
    }
    for kept in ["logto-testkit.toml", "a.yaml", ".env"] {
        let before = read(folder.path(), kept);
        let (code, shown) = run(folder.path(), &["a.yaml", "--app-env", kept]);
        assert_eq!(code, Some(0), "{shown}");
        assert_eq!(read(folder.path(), kept), before);
    }
    std::fs::create_dir(folder.path().join("kept")).unwrap();
    let (code, shown) = run(folder.path(), &["a.yaml", "--app-template", "app.template=kept"]);
    assert!(code == Some(70) && shown.contains("kept: it is not an ordinary file"), "{code:?}: {shown}");
    assert!(folder.path().join("kept").is_dir());
}

#[test]
fn what_cannot_be_written_is_refused_with_its_place() {
    let folder = project("true", "");
    std::fs::write(folder.path().join("app.template"), "[DEFAULT]\nclient = [APP_IDD]\n").unwrap();
    let (code, shown) = run(folder.path(), &["a.yaml"]);
    assert!(code == Some(3) && shown.contains("app.template:2: [APP_IDD] is not defined here"), "{shown}");
    assert!(shown.contains("write `[[APP_IDD]`"), "{shown}");
    let arguments = ["a.yaml", "--app-env", "x", "--app-variable", "A=a\nEVIL=1"];
    let (code, shown) = run(project("true", "").path(), &arguments);
    assert!(code == Some(3) && shown.contains("the value of `A` contains a line break"), "{shown}");
    let real = ["a.yaml", "--logto", "http://localhost:1", "--logto-m2m", "id:secret-of-the-tenant"];
    for (option, value, told) in
        [("--application-id", "x", "--application-id"), ("--logto-port", "4000", "--logto-port")]
    {
        let arguments = [&real[..], &[option, value]].concat();
        let (code, shown) = run(project("true", "").path(), &arguments);
        assert!(code == Some(2) && shown.contains(told) && shown.contains("embedded"), "{code:?}: {shown}");
    }
}

/// An app whose front page sets a cookie, and whose `/away` leads to another server.
async fn app(away: &MockServer) -> MockServer {
    let app = MockServer::start().await;
    let html = |text: &str| ResponseTemplate::new(200).set_body_raw(text.to_owned(), "text/html");
    let answers = [
        (path("/"), html("hello").insert_header("set-cookie", "s=1; Path=/; HttpOnly; SameSite=Lax")),
        (path("/away"), ResponseTemplate::new(302).insert_header("location", away.uri())),
        (path("/broken"), ResponseTemplate::new(500).set_body_string("Welcome")),
        (path("/circle"), ResponseTemplate::new(302).insert_header("location", "/circle")),
        (path("/nowhere"), ResponseTemplate::new(302).insert_header("location", "javascript:x")),
    ];
    for (at, answer) in answers {
        Mock::given(at).respond_with(answer).mount(&app).await;
    }
    Mock::given(path("/me")).and(header_exists("cookie")).respond_with(html("Welcome")).mount(&app).await;
    app
}

#[tokio::test]
async fn whether_the_person_is_signed_in_is_asked_as_by_the_app_and_never_made_up() {
    let away = MockServer::start().await;
    Mock::given(path("/")).respond_with(ResponseTemplate::new(200)).mount(&away).await;
    let app = app(&away).await;
    let walked = async |at: &str, steps: &str| {
        let signed_in =
            SignedIn { path: at.to_owned(), text: Some("Welcome".to_owned()), status: None, member: None };
        let own = OwnApp {
            signed_in: Some(signed_in),
            ..OwnApp::at(app.uri().replace("127.0.0.1", "localhost").parse().unwrap())
        };
        let text = format!("description: A person looks.\nsteps:\n{steps}");
        let scenario = Scenario::parse(&text, Path::new("a.yaml")).unwrap();
        let stack = stack_for(&scenario).own_app(own).start().await.unwrap();
        let report = walk(&stack, &scenario).await;
        stack.stop().await.unwrap();
        report.failures.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let looks = |expected| format!("  - visit: /\n    expect: {{ signed_in: {expected} }}\n");
    assert_eq!(walked("/me", &looks(true)).await, [""; 0]);
    // The tab shows another server's page.
    let leaves =
        format!("  - visit: /\n  - visit: /away\n    expect: {{ signed_in: true, at: '{}/' }}\n", away.uri());
    assert_eq!(walked("/me", &leaves).await, [""; 0]);
    for (at, told) in [
        ("/broken", "it answers with a server error"),
        ("/circle", "it answers with too many redirects"),
        ("/nowhere", "it answers with a redirect that leads nowhere"),
    ] {
        for expected in [true, false] {
            let failures = walked(at, &looks(expected)).await;
            assert!(failures.len() == 1 && failures[0].contains(told), "{at}: {failures:?}");
        }
    }
    let failures = walked("/no-such-page", &looks(true)).await;
    assert!(failures[0].contains("/no-such-page answers 404, without the text"), "{failures:?}");
}
