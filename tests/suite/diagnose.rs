//! From settings to what is wrong with them: the library, the command, the capsule.

mod addresses;
mod claims;
mod input;
mod own_app;
mod records;
mod warned;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use kit::{Direction, Party};
use logto_testkit::diagnose::{App, Case, CheckResult, Diagnosis, InputError, Stage, capsule, diagnose};
use logto_testkit::{Scenario, diagnosed_walk, stack_for};
use serde_json::{Value, json};

use crate::support::{Elsewhere, Surroundings, binary, command_in};

const CLIENT_ID: &str = "5fbf7d1c-0f4e-4b5e-8a0e-9c6f3b0d2a1e";
const SECRET: &str = "oauth_app_secret_kT4vZq8LwX2mNb6RcJ1yHs9PdGfAeU3o7B";

fn connector(secret: &str) -> Value {
    json!({
        "id": "abc123",
        "connectorId": "huggingface-universal",
        "target": "huggingface",
        "syncProfile": false,
        "config": { "clientId": CLIENT_ID, "clientSecret": secret, "scope": "openid profile email" },
    })
}

fn application(redirect: &str, after: &[&str]) -> Value {
    json!({
        "id": "k9x2m4c7v1b5n8z3q6w0e",
        "name": "Shop",
        "type": "Traditional",
        "oidcClientMetadata": { "redirectUris": [redirect], "postLogoutRedirectUris": after },
        "customClientMetadata": {},
    })
}

fn oauth_app(uris: &[&str]) -> Value {
    json!({ "client_id": CLIENT_ID, "secret": SECRET, "redirect_uris": uris, "scopes": ["openid", "profile", "email"] })
}

fn experience(targets: &[&str], identifiers: &[&str]) -> Value {
    json!({
        "signUp": { "identifiers": identifiers, "password": !identifiers.is_empty(), "verify": false },
        "signIn": { "methods": [] },
        "socialSignIn": {},
        "socialSignInConnectorTargets": targets,
        "signInMode": "SignInAndRegister",
        "supportEmail": "help@acme.io",
    })
}

const CALLBACK: &str = "https://auth.acme.io/callback/abc123";
const APP_CALLBACK: &str = "https://shop.acme.io/callback";
const APP: &str = "https://shop.acme.io/";

fn case(connector: &Value, application: &Value, experience: &Value, oauth_app: &Value) -> Case {
    let mut case = Case::default();
    case.read_connector(&connector.to_string(), "connector.json").unwrap();
    case.read_application(&application.to_string(), "application.json").unwrap();
    case.read_sign_in_experience(&experience.to_string(), "sign-in-exp.json").unwrap();
    case.read_oauth_app(&oauth_app.to_string(), "huggingface.yaml").unwrap();
    case.logto_endpoint = Some("https://auth.acme.io".parse().unwrap());
    case
}

fn healthy() -> Case {
    case(
        &connector(SECRET),
        &application(APP_CALLBACK, &[APP]),
        &experience(&["huggingface"], &[]),
        &oauth_app(&[CALLBACK]),
    )
}

fn names(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.found.iter().map(|found| found.finding.cause.id()).collect()
}

fn result(diagnosis: &Diagnosis, stage: Stage) -> CheckResult {
    diagnosis.checks.iter().find(|check| check.stage == stage).unwrap().result
}

/// Files of a case in a folder.
struct Files {
    directory: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, value: &Value) -> String {
        let path = self.path(name);
        std::fs::write(&path, value.to_string()).unwrap();
        path.display().to_string()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = command_in(self.directory.path(), arguments, &[]);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }
}

#[tokio::test]
async fn a_healthy_set_up_passes_every_check_and_quickly() {
    let case = healthy();
    // The first of a process warms up.
    diagnose(&case, &App::Sample).await.unwrap();
    let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
    assert!(diagnosis.is_healthy(), "{diagnosis}");
    assert!(diagnosis.checks.iter().all(|check| check.result == CheckResult::Passed), "{diagnosis}");
    // The target is 200 ms for the release build; this one is not optimized, and other tests run beside it.
    assert!(diagnosis.duration < Duration::from_secs(2), "{:?}", diagnosis.duration);
    let text = diagnosis.to_string();
    assert!(text.starts_with("Nothing wrong was found"), "{text}");
    assert!(
        text.contains("redirect URI https://auth.acme.io/callback/abc123, scope openid profile email"),
        "{text}"
    );
    // The report must not show the twin's own addresses.
    assert!(!text.contains("localhost") && !text.contains(".example"), "{text}");
}

/// Its record does not say what it is permitted, so nothing is claimed about that (logto#6742).
#[tokio::test]
async fn a_third_party_application_is_authorized_by_the_person() {
    let mut record = application(APP_CALLBACK, &[APP]);
    record["isThirdParty"] = json!(true);
    let case = case(&connector(SECRET), &record, &experience(&["huggingface"], &[]), &oauth_app(&[CALLBACK]));
    let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
    assert!(diagnosis.is_healthy(), "{diagnosis}");
    assert!(diagnosis.checks.iter().all(|check| check.result == CheckResult::Passed), "{diagnosis}");
    assert!(
        diagnosis.to_string().contains("Which scopes the third-party application is permitted"),
        "{diagnosis}"
    );
}

#[tokio::test]
async fn faults_behind_a_fault_are_found_in_the_order_of_the_sign_in() {
    let mut case = case(
        &connector(&format!("{SECRET}\n")),
        &application(APP_CALLBACK, &[]),
        &experience(&["github"], &["username"]),
        &oauth_app(&["https://auth.acme.io/callback/abc123/"]),
    );
    // Where Logto lists none, the app would send none.
    case.app.post_sign_out_redirect_uri = Some(APP.to_owned());
    let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
    assert_eq!(
        names(&diagnosis),
        [
            "experience/connector-not-enabled",
            "huggingface/redirect-uri-trailing-slash",
            "connector/secret-has-trailing-whitespace",
            "experience/sign-up-identifier-required",
            "application/post-sign-out-uri-not-registered",
        ],
        "{diagnosis}"
    );
    assert!(diagnosis.unfinished.is_none(), "{diagnosis}");
    assert_eq!(result(&diagnosis, Stage::Button), CheckResult::Broke { found: 0 });
    assert_eq!(result(&diagnosis, Stage::Consent), CheckResult::PassedAfter { repaired: 2 });
    assert_eq!(result(&diagnosis, Stage::SignOut), CheckResult::Broke { found: 4 });
    let text = diagnosis.to_string();
    for shown in [
        "huggingface.app.redirect_uris is “https://auth.acme.io/callback/abc123/”",
        "connector.config.clientSecret is …o7B␊",
        "post_logout_redirect_uri is “https://shop.acme.io/”",
        "with `connector.config.clientSecret` set to the secret",
    ] {
        assert!(text.contains(shown), "{shown}\n{text}");
    }
    assert!(!text.contains("localhost") && !text.contains("other-1") && !text.contains(SECRET), "{text}");
}

#[tokio::test]
async fn addresses_of_another_environment_keep_their_differences() {
    for (registered, expected) in [
        ("http://auth.acme.io/callback/abc123", "huggingface/redirect-uri-other-scheme"),
        ("https://auth.staging.acme.io/callback/abc123", "huggingface/redirect-uri-other-host"),
        // Loopback ports do not count, and the real Logto is not on loopback.
        ("http://localhost:3001/callback/abc123", "huggingface/redirect-uri-other-host"),
        ("https://shop.acme.io/callback", "huggingface/app-callback-registered"),
        ("https://auth.acme.io/callback/abc123\n", "huggingface/redirect-uri-has-whitespace"),
    ] {
        let case = case(
            &connector(SECRET),
            &application(APP_CALLBACK, &[APP]),
            &experience(&["huggingface"], &[]),
            &oauth_app(&[registered]),
        );
        let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
        let first = names(&diagnosis).first().copied();
        assert_eq!(first, Some(expected), "{registered}: {diagnosis}");
        let text = diagnosis.to_string();
        assert!(text.contains(registered.trim_end()), "{registered}: {text}");
        assert!(!text.contains("other-1"), "{text}");
    }
}

/// The callback to which Hugging Face returns was registered as the app's, and nothing else says where
/// the app is.
#[tokio::test]
async fn logtos_own_callback_is_not_taken_for_that_of_the_app() {
    let own = "https://auth.acme.io/callback/abc123def456";
    let mut connector = connector(SECRET);
    connector["id"] = json!("abc123def456");
    let case =
        case(&connector, &application(own, &[APP]), &experience(&["huggingface"], &[]), &oauth_app(&[own]));
    let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
    let first = names(&diagnosis).first().copied();
    assert_eq!(first, Some("application/redirect-uri-of-logto"), "{diagnosis}");
}

#[tokio::test]
async fn a_real_logto_on_loopback_keeps_the_rule_of_loopback() {
    let mut case = case(
        &connector(SECRET),
        &application("http://localhost:3000/callback", &["http://localhost:3000/"]),
        &experience(&["huggingface"], &[]),
        &oauth_app(&["http://localhost:9999/callback/abc123"]),
    );
    case.logto_endpoint = Some("http://localhost:3001".parse().unwrap());
    let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
    assert!(diagnosis.is_healthy(), "{diagnosis}");
}

#[tokio::test]
async fn without_hugging_face_it_says_what_it_cannot_know() {
    let mut case = healthy();
    case.oauth_app = None;
    let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
    assert!(diagnosis.is_healthy(), "{diagnosis}");
    let text = diagnosis.to_string();
    for told in [
        "Whether the connector's secret is correct",
        "Which redirect URIs are registered at Hugging Face.",
        "The OAuth app lists the redirect URI https://auth.acme.io/callback/abc123",
    ] {
        assert!(text.replace("\n    ", " ").contains(told), "{told}\n{text}");
    }
    // A defect that shows by itself is still found.
    case.read_connector(&connector(CLIENT_ID).to_string(), "connector.json").unwrap();
    let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
    assert_eq!(names(&diagnosis), ["connector/secret-is-client-id"], "{diagnosis}");
}

#[tokio::test]
async fn the_apps_own_id_secret_and_addresses_are_compared() {
    let mut record = application("https://shop.acme.io/auth/logto", &["https://shop.acme.io/goodbye"]);
    record["secrets"] = json!([{ "name": "Default secret", "value": "Zr7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e" }]);
    let mut case =
        case(&connector(SECRET), &record, &experience(&["huggingface"], &[]), &oauth_app(&[CALLBACK]));
    case.app.app_id = Some("k9x2m4c7v1b5n8z3q6w0e".to_owned());
    case.app.app_secret = Some("Zr7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e".to_owned());
    let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
    assert!(diagnosis.is_healthy(), "{diagnosis}");
    case.app.app_secret = Some("Zr7pQw2nXv5kLm8tYb1cJd4fGh6sAa9f".to_owned());
    case.app.redirect_uri = Some("https://shop.acme.io/auth/logto/".to_owned());
    let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
    let found = names(&diagnosis);
    assert!(found[0].starts_with("application/redirect-uri"), "{diagnosis}");
    assert!(found.contains(&"app/app-secret-wrong"), "{diagnosis}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_only_read() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let management = elsewhere.management().await;
    let theirs = json!({
        "connectorId": "huggingface-universal",
        "id": "theirs",
        "config": { "clientId": CLIENT_ID, "clientSecret": format!("{SECRET} "), "scope": "profile" },
    });
    management.post("connectors", &theirs).await.unwrap();
    let record = json!({
        "name": "Shop", "type": "Traditional",
        "oidcClientMetadata": { "redirectUris": [APP_CALLBACK], "postLogoutRedirectUris": [] },
    });
    let app_id = management.post("applications", &record).await.unwrap().text("id").unwrap();
    let before = elsewhere.journal.last_number();

    let endpoint = elsewhere.endpoint.to_string();
    let arguments = ["diagnose", "--from-logto", &endpoint, "--logto-m2m", &elsewhere.m2m()]
        .map(ToOwned::to_owned)
        .into_iter()
        .chain(["--logto-admin".to_owned(), elsewhere.admin_endpoint.to_string()])
        .chain(["--app-id", &app_id, "--report", "json"].map(ToOwned::to_owned));
    let arguments: Vec<String> = arguments.collect();
    let output = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        command_in(Path::new("."), &arguments, &[])
    });
    let output = output.await.unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let found: Vec<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(
        found[..3],
        [
            // The seeded tenant shows no button and requires a username; the record lacks the post sign-out
            // redirect URI.
            "experience/connector-not-enabled",
            "connector/secret-has-trailing-whitespace",
            "experience/sign-up-identifier-required",
        ],
        "{report:#}"
    );

    let received: Vec<(String, String)> = elsewhere
        .journal
        .since(before)
        .iter()
        .filter(|entry| entry.party == Party::LOGTO && entry.direction == Direction::Received)
        .map(|entry| {
            (entry.request.method.clone(), url::Url::parse(&entry.request.url).unwrap().path().to_owned())
        })
        .collect();
    let written: Vec<_> = received.iter().filter(|(method, _)| method != "GET").collect();
    assert_eq!(written, [&("POST".to_owned(), "/oidc/token".to_owned())], "{received:?}");
    assert!(received.iter().any(|(_, path)| path == "/api/sign-in-exp"), "{received:?}");
}

#[test]
fn an_application_that_is_not_there_is_told_with_those_that_are() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (elsewhere, id) = runtime.block_on(async {
        let elsewhere = Elsewhere::start(Surroundings::Right).await;
        let management = elsewhere.management().await;
        let theirs = json!({ "connectorId": "huggingface-universal", "config": { "clientId": "x", "clientSecret": "y" } });
        management.post("connectors", &theirs).await.unwrap();
        let application = json!({ "name": "Shop", "type": "SPA" });
        let id = management.post("applications", &application).await.unwrap().text("id").unwrap();
        (elsewhere, id)
    });
    let (endpoint, admin) = (elsewhere.endpoint.to_string(), elsewhere.admin_endpoint.to_string());
    let m2m = elsewhere.m2m();
    let tenant = ["diagnose", "--from-logto", &endpoint, "--logto-admin", &admin, "--logto-m2m", &m2m];
    let output = command_in(Path::new("."), &[&tenant[..], &["--app-id", "nobody"]].concat(), &[]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(&format!("no application has the ID `nobody`; found {id} (“Shop”)")), "{told}");
}

/// The first finding of a capsule's walk.
async fn found_in(text: &str) -> Option<&'static str> {
    let scenario =
        Scenario::parse(text, Path::new("capsule.yaml")).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let stack = stack_for(&scenario).start().await.unwrap();
    let report = diagnosed_walk(&stack, &scenario).await;
    stack.stop().await.unwrap();
    report.findings.first().map(|first| first.cause.id())
}

/// No tenant can register what Logto reserves for itself (issue 18, D3).
#[tokio::test]
async fn a_reserved_resource_is_not_to_be_registered() {
    let of = async |resource: &str| {
        let steps = "  - visit: /\n  - click: Sign In\n    expect: { status: 500 }\n";
        let given = format!("given: {{ app: {{ resources: [\"{resource}\"] }} }}");
        found_in(&format!("description: x\n{given}\nsteps:\n{steps}")).await
    };
    assert_eq!(of("https://api.example.com/").await, Some("app/resource-unknown"));
    assert_eq!(of("urn:logto:resource:organization").await, Some("unknown/first-bad-hop"));
}

#[tokio::test]
async fn a_capsule_reproduces_the_case_without_its_secrets() {
    for secret in [
        format!("{SECRET}\n"),
        format!("\"{SECRET}\""),
        SECRET[..30].to_owned(),
        CLIENT_ID.to_owned(),
        "oauth_app_secret_of_another_app_altogether_0123456".to_owned(),
        format!("\u{feff}{SECRET}"),
        SECRET.to_uppercase(),
    ] {
        let case = case(
            &connector(&secret),
            &application(APP_CALLBACK, &[APP]),
            &experience(&["huggingface"], &[]),
            &oauth_app(&[CALLBACK, "https://staging.acme.io/callback/abc123"]),
        );
        let own = names(&diagnose(&case, &App::Sample).await.unwrap()).first().copied();
        assert!(own.is_some(), "{secret:?}");
        let capsule = capsule(&case).await.unwrap();
        assert_eq!(found_in(&capsule.text).await, own, "{secret:?}\n{}", capsule.text);
        for private in [SECRET, &SECRET[17..], CLIENT_ID, "acme", "Shop", "k9x2m4", &secret[17..]] {
            let inner = private.trim_matches(|c: char| !c.is_alphanumeric());
            assert!(!capsule.text.contains(inner), "{inner} of {secret:?}\n{}", capsule.text);
        }
    }
}

#[test]
fn a_capsule_of_a_scenario_is_walked_and_is_not_written_over_another() {
    let files = Files::new();
    let scenario = format!(
        "description: Zoe of zoe@acme.io cannot sign in.\nparameters: {{ end: null }}\ncases:\n  space:\n    \
         description: A space.\n    with: {{ end: \" \" }}\n  newline:\n    description: A newline.\n    with: {{ end: \"\\n\" }}\ngiven:\n  huggingface: {{ app: {{ secret: {SECRET} }}, \
         accounts: [{{ username: zoe, fullname: Zoe Zimmermann, email: zoe@acme.io }}] }}\n  connector: {{ client_secret: \
         \"{SECRET}${{end}}\" }}\nsteps:\n  - visit: /sign-in\n  - continue_with: huggingface\n  - sign_in_as: zoe\n"
    );
    std::fs::write(files.path("mine.yaml"), scenario).unwrap();
    let (code, shown, told) = files.run(&["capsule", "--scenario", "mine.yaml@space", "out.yaml"]);
    assert_eq!(code, 0, "{told}");
    assert!(shown.contains("first finding connector/secret-has-trailing-whitespace"), "{shown}");
    let text = std::fs::read_to_string(files.path("out.yaml")).unwrap();
    for private in [SECRET, "acme", "Zimmermann", "zoe", "Zoe"] {
        assert!(!text.contains(private), "{private}\n{text}");
    }
    let (code, _, told) = files.run(&["capsule", "--scenario", "mine.yaml@space", "out.yaml"]);
    assert!(code == 2 && told.contains("out.yaml already exists; pass --force to overwrite it"), "{told}");
    let (code, ..) = files.run(&["capsule", "--scenario", "mine.yaml@space", "out.yaml", "--force"]);
    assert_eq!(code, 0);
    let (code, _, told) = files.run(&["capsule", "--scenario", "mine.yaml", "-"]);
    assert!(
        code == 2
            && told.contains(
                "mine.yaml has several cases: select one with mine.yaml@CASE. Available: space, newline"
            ),
        "{told}"
    );
    let (_, shown, _) = files.run(&["run", "out.yaml", "--report", "json"]);
    let report: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        report["scenarios"][0]["findings"][0]["id"], "connector/secret-has-trailing-whitespace",
        "{report:#}"
    );
}
