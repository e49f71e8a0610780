//! `logto-testkit fidelity`, with our double running elsewhere in place of a real Logto.

use std::path::Path;
use std::process::Output;

use logto_testkit::stack::SavedState;
use serde_json::Value;

use crate::support::{Elsewhere, Surroundings, command, command_in, root};

/// Compares with that Logto, in its own folder.
async fn compare(logto: &Elsewhere, directory: &Path, more: &[&str]) -> Output {
    let ca = directory.join("ca");
    if !ca.exists() {
        logto.ca.save(&ca).unwrap();
    }
    let (endpoint, admin) = (logto.endpoint.to_string(), logto.admin_endpoint.to_string());
    let mut arguments: Vec<String> = ["fidelity", "--logto", &endpoint, "--logto-admin", &admin]
        .iter()
        .chain(more)
        .map(ToString::to_string)
        .collect();
    arguments.extend(["--ca".to_owned(), ca.display().to_string()]);
    arguments.extend(["--huggingface-listen".to_owned(), logto.huggingface.to_string()]);
    if !more.contains(&"--fuzz") {
        let scenarios = root().join("scenarios/sign-in").display().to_string();
        arguments.extend(["--scenarios".to_owned(), scenarios]);
    }
    let (m2m, directory) = (logto.m2m(), directory.to_owned());
    let run = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        command_in(&directory, &arguments, &[("LOGTO_TESTKIT_M2M", &m2m)])
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn a_faithful_logto_is_the_same_story_by_story_and_left_as_it_was() {
    let logto = Elsewhere::start(Surroundings::Right).await;
    let management = logto.management().await;
    let before = management.get("sign-in-exp").await.unwrap().body;
    let directory = tempfile::tempdir().unwrap();
    let golden = root().join("tests/golden").display().to_string();
    let filters =
        ["--filter", "social/first-sign-in", "--filter", "application-secrets", "--filter", "first-visit"];
    let more = [&["--golden", &golden, "--output", "report.md", "--logto-version", "its twin"], &filters[..]]
        .concat();
    let output = compare(&logto, directory.path(), &more).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = std::fs::read_to_string(directory.path().join("report.md")).unwrap();
    for line in [
        "- running Logto: its twin",
        "- recorded Logto: 1.42.0, commit 1fbc5544 (2 stories)",
        "| management/application-secrets | same | same |",
        "| social/first-sign-in | same | same |",
        "| sign-in/first-visit | same | same |",
    ] {
        assert!(report.lines().any(|found| found == line), "{line}\n{report}");
    }
    assert_eq!(management.get("sign-in-exp").await.unwrap().body, before);
    for collection in ["users", "applications", "connectors"] {
        assert_eq!(management.get(collection).await.unwrap().list().unwrap().len(), 0, "{collection}");
    }
}

#[tokio::test]
async fn a_difference_is_spelled_out_for_the_side_that_has_it() {
    let logto = Elsewhere::start(Surroundings::Right).await;
    let directory = tempfile::tempdir().unwrap();
    let golden = directory.path().join("golden/oidc");
    std::fs::create_dir_all(&golden).unwrap();
    // A recording of a Logto that answers differently.
    let story = std::fs::read_to_string(root().join("tests/golden/oidc/sign-out-no-session.json")).unwrap();
    let mut story: Value = serde_json::from_str(&story).unwrap();
    story["exchanges"][0]["response"]["status"] = 418.into();
    std::fs::write(golden.join("teapot.json"), story.to_string()).unwrap();
    // Known for the double: this side is explained, the other is not.
    let known = "- { golden: oidc/teapot, exchange: 1, field: status, reason: it is no teapot }";
    std::fs::write(directory.path().join("golden/known-differences.yaml"), known).unwrap();
    let more = ["--golden", "golden", "--output", "-", "--filter", "teapot"];
    let output = compare(&logto, directory.path(), &more).await;
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{report}{}", text(&output.stderr));
    for part in [
        "| oidc/teapot | same but for 1 explained | **different** (1) |",
        "- exchange 1, status: it is no teapot",
        "### oidc/teapot: different on the running Logto",
        "    - 418\n    + 200",
    ] {
        assert!(report.contains(part), "{part}\n{report}");
    }
}

#[tokio::test]
async fn a_tenant_in_use_is_not_touched() {
    let logto = Elsewhere::start(Surroundings::Right).await;
    let management = logto.management().await;
    management.post("users", &serde_json::json!({ "username": "somebody" })).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let golden = root().join("tests/golden").display().to_string();
    let output = compare(&logto, directory.path(), &["--golden", &golden, "--filter", "first-sign-in"]).await;
    assert_eq!(output.status.code(), Some(3));
    let error = text(&output.stderr);
    assert!(error.contains("this tenant has 1 users; stories delete everything in it"), "{error}");
    assert_eq!(management.get("users").await.unwrap().list().unwrap().len(), 1);
}

/// Only what a killed run left is deleted: by the time of `restore`, people may use the tenant.
#[tokio::test]
async fn restore_empties_a_tenant_only_until_others_use_it() {
    let now = kit::Clock::system().millis();
    for (minutes, emptied) in [(5, true), (60, false)] {
        let logto = Elsewhere::start(Surroundings::Right).await;
        let management = logto.management().await;
        management.post("users", &serde_json::json!({ "username": "somebody" })).await.unwrap();
        let before = management.get("sign-in-exp").await.unwrap().body;
        let experience = serde_json::json!({ "signInMode": "SignIn" }).as_object().unwrap().clone();
        let began = now - 100 * 60_000;
        let state = SavedState::new(&logto.endpoint, &logto.admin_endpoint, began, experience);
        let state = SavedState { was_empty: true, at_work_ms: Some(now - minutes * 60_000), ..state };
        std::fs::write(&logto.state_file, serde_json::to_string(&state).unwrap()).unwrap();
        let (file, m2m) = (logto.state_file.clone(), logto.m2m());
        let restore = move || {
            command_in(file.parent().unwrap(), &["restore", "state.json"], &[("LOGTO_TESTKIT_M2M", &m2m)])
        };
        let output = tokio::task::spawn_blocking(restore).await.unwrap();
        let said = text(&output.stderr);
        let users = management.get("users").await.unwrap().list().unwrap().len();
        let kept = management.get("sign-in-exp").await.unwrap().body == before;
        let code = output.status.code();
        if emptied {
            assert_eq!((code, users, kept, logto.state_file.exists()), (Some(0), 0, false, false), "{said}");
        } else {
            assert_eq!((code, users, kept, logto.state_file.exists()), (Some(4), 1, true, true), "{said}");
            assert!(said.contains("1 users were created in it after the run ended"), "{said}");
        }
    }
}

#[test]
fn a_running_logto_is_needed() {
    let output = command(&["fidelity"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("pass --logto URL"), "{}", text(&output.stderr));
}

/// In front of a Logto, answers `GET /oidc/me` without a token as no Logto does.
fn with_a_difference(router: axum::Router) -> axum::Router {
    let change = async |request: axum::extract::Request, next: axum::middleware::Next| {
        let asked = request.uri().path() == "/oidc/me" && !request.headers().contains_key("authorization");
        let mut response = next.run(request).await;
        if asked {
            *response.status_mut() = http::StatusCode::IM_A_TEAPOT;
        }
        response
    };
    router.layer(axum::middleware::from_fn(change))
}

#[tokio::test]
async fn drawn_sequences_find_a_difference_and_keep_the_shortest_story_of_it() {
    let logto = Elsewhere::start_behind(Surroundings::Right, with_a_difference).await;
    let directory = tempfile::tempdir().unwrap();
    let fuzz = ["--fuzz", "token", "--seed", "5", "--cases", "12", "--stories", "kept"];
    let output = compare(&logto, directory.path(), &fuzz).await;
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}{}", text(&output.stderr));
    assert!(told.contains("userinfo: status: Logto 418, the double 401"), "{told}");
    assert!(text(&output.stderr).contains("1 kind of difference"), "{}", text(&output.stderr));
    let kept: Vec<_> = std::fs::read_dir(directory.path().join("kept/fuzz")).unwrap().collect();
    assert_eq!(kept.len(), 1);
    // What is kept is a recorded story, and the last request of it is all that the difference needs.
    let file = kept.into_iter().next().unwrap().unwrap().path();
    let story = logto_testkit::golden::Story::load(&file).unwrap();
    assert_eq!(story.exchanges.len(), 1, "{}", file.display());
    assert_eq!((story.exchanges[0].why.as_str(), story.exchanges[0].response.status), ("userinfo", 418));
    let differences =
        logto_testkit::golden::replay(&story, &logto_testkit::golden::Target::Double).await.unwrap();
    let fields: Vec<&str> = differences.iter().map(|found| found.field.as_str()).collect();
    assert_eq!(fields, ["status"]);
}

#[tokio::test]
async fn drawn_sequences_are_the_same_on_a_faithful_logto_and_known_kinds_are_let_pass() {
    let directory = tempfile::tempdir().unwrap();
    let faithful = Elsewhere::start(Surroundings::Right).await;
    let before = faithful.management().await.get("sign-in-exp").await.unwrap().body;
    for area in ["experience", "authorize", "token", "management"] {
        let fuzz = ["--fuzz", area, "--seed", "2", "--cases", "6"];
        let output = compare(&faithful, directory.path(), &fuzz).await;
        assert_eq!(output.status.code(), Some(0), "{area}: {}{}", text(&output.stdout), text(&output.stderr));
    }
    assert_eq!(faithful.management().await.get("sign-in-exp").await.unwrap().body, before);
    let logto = Elsewhere::start_behind(Surroundings::Right, with_a_difference).await;
    let known = "- { fuzz: token, request: userinfo, field: status, logto: '418', double: '401', reason: it is a teapot }";
    std::fs::create_dir(directory.path().join("golden")).unwrap();
    std::fs::write(directory.path().join("golden/known-differences.yaml"), known).unwrap();
    let other = tempfile::tempdir().unwrap();
    std::fs::rename(directory.path().join("golden"), other.path().join("golden")).unwrap();
    let fuzz = ["--fuzz", "token", "--seed", "5", "--cases", "12", "--golden", "golden"];
    let output = compare(&logto, other.path(), &fuzz).await;
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
}
