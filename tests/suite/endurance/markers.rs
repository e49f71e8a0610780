//! The marker test: a unique marker is planted in every place where a person can put a
//! secret, and then the output of every command and report, error paths included, is
//! searched for all of them.
//!
//! docs/design.md, "Secrets", lists the commands whose purpose is to hand a secret out.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Elsewhere, Surroundings, binary};

mod hunt;
mod servers;

use hunt::*;

/// A scenario with a marker in every lever that takes a secret. `config` has further members of the
/// connector's configuration.
fn scenario(hunt: &mut Hunt, expected: &Value) -> String {
    let given = json!({
        "huggingface": {
            "users": ["ada"],
            "app": {
                "secret": hunt.odd("huggingface.app.secret"),
                "redirect_uris": [
                    "[LOGTO]/callback/[CONNECTOR]",
                    format!("https://{}@shop.example/cb?token={}#{}", hunt.marker("userinfo of a redirect URI"),
                        hunt.marker("query of a redirect URI"), hunt.marker("fragment of a redirect URI")),
                ],
            },
            "other_apps": [{ "secret": hunt.marker("huggingface.other_apps.secret"), "name": "Other" }],
        },
        "connector": {
            "factory": "oauth2",
            "client_secret": hunt.odd("connector.client_secret"),
            "config": {
                "customConfig": { "apiKey": hunt.odd("connector.config.customConfig"), "more": hunt.marker("customConfig, more") },
                "profileMap": { "id": "sub", "name": hunt.marker("connector.config.profileMap") },
            },
        },
        "application": { "redirect_uris": ["[APP]/callback", format!("[APP]/other?t={}", hunt.marker("application.redirect_uris"))] },
        "users": [{ "username": "grace", "password": hunt.odd("users.password") }],
        "app": {
            "app_secret": hunt.odd("app.app_secret"),
            "session_secret": hunt.marker("app.session_secret"),
            "extra_parameters": { "login_hint": hunt.marker("app.extra_parameters") },
        },
    });
    let ticket = hunt.marker("query of a visit");
    json!({
        "description": "A secret everywhere.",
        "given": given,
        "steps": [
            { "visit": format!("/?ticket={ticket}") },
            { "click": "Sign In" },
            { "continue_with": "huggingface" },
            { "sign_in_as": "ada", "expect": expected },
        ],
    })
    .to_string()
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_run_shows_no_secret_of_its_scenario_in_any_report() {
    let mut hunt = Hunt::new();
    // It fails at the token endpoint, so findings and evidence are reported.
    let text = scenario(&mut hunt, &json!({ "session": { "name": "Ada Lovelace" } }));
    let failing = hunt.write("failing.yaml", text);
    for report in
        [&["--report", "text"][..], &["--report", "json"], &["--report", "junit"], &["--transcript"]]
    {
        let (code, text) = hunt.run(&[&["run", &failing][..], report].concat(), &[]);
        assert_eq!(code, 1, "{text}");
        assert!(text.contains("[SECRET]"), "{report:?}: nothing was hidden, so this tests nothing: {text}");
    }
    // The same, passing, which becomes the reviewed transcript.
    let refused = json!({ "refused": { "status": 400, "code": "connector.general" } });
    let text = scenario(&mut hunt, &refused);
    let passing = hunt.write("passing.yaml", text);
    for arguments in
        [&["run", &passing, "--update"][..], &["run", &passing], &["run", &passing, "--report", "json"]]
    {
        let (code, text) = hunt.run(arguments, &[]);
        assert_eq!(code, 0, "{text}");
    }
    assert!(std::fs::read_to_string(hunt.path("passing.snap")).unwrap().contains("[SECRET]"));
    hunt.nothing_was_found();
}

/// D21, as reported.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_literal_secret_of_a_scenario_is_in_no_report() {
    let mut hunt = Hunt::new();
    let secret = hunt.marker("connector.config.clientSecret");
    let scenario = hunt.write(
        "sec.yaml",
        format!(
            "description: A literal secret.\ngiven:\n  huggingface: {{ users: [ada] }}\n  connector: {{ config: {{ clientSecret: \
             {secret} }} }}\nsteps:\n  - visit: /\n  - click: Sign In\n  - continue_with: huggingface\n  - sign_in_as: ada\n"
        ),
    );
    for report in ["text", "json", "junit"] {
        let (code, text) = hunt.run(&["run", &scenario, "--report", report], &[]);
        assert_eq!(code, 1, "{text}");
        assert!(report == "junit" || text.contains("Basic [HF_CLIENT_ID]:[SECRET]"), "{text}");
    }
    hunt.nothing_was_found();
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn what_is_wrong_with_a_file_is_told_without_its_secrets() {
    let mut hunt = Hunt::new();
    let secret = hunt.odd("a line that cannot be read");
    let quoted = json!(secret);
    for (name, text) in [
        (
            "unclosed.yaml",
            format!("description: x\ngiven:\n  connector: {{ client_secret: {quoted}\nsteps: []\n"),
        ),
        (
            "list.yaml",
            format!(
                "description: x\ngiven: {{ connector: {{ client_secret: [{quoted}] }} }}\nsteps: [{{ visit: / }}]\n"
            ),
        ),
        (
            "word.yaml",
            format!("description: x\ngiven: {{ app: {{ storage: {quoted} }} }}\nsteps: [{{ visit: / }}]\n"),
        ),
        ("number.yaml", format!("description: x\nsteps: [{{ visit: /, expect: {{ status: {quoted} }} }}]\n")),
        (
            "name.yaml",
            format!(
                "description: x\ngiven: {{ connector: {{ client_secret: {}, scpoe: x }} }}\nsteps: [{{ visit: / }}]\n",
                json!(format!("{secret}[NOTHING]"))
            ),
        ),
    ] {
        let name = hunt.write(name, text);
        for command in ["check", "run", "up"] {
            let (code, text) = hunt.run(&[command, &name], &[]);
            assert_eq!(code, 2, "{command} {name}: {text}");
        }
        let (code, text) = hunt.run(&["capsule", "-", "--scenario", &name], &[]);
        assert_eq!(code, 2, "{name}: {text}");
    }
    for (option, text) in [
        ("--connector", format!("{{ \"config\": {{ \"clientSecret\": {quoted} \"x\": 1 }} }}")),
        ("--connector", format!("[{quoted}]")),
        ("--connector", format!("{{ \"connectorId\": {quoted} }}")),
        (
            "--connector",
            format!(
                "{{ \"connectorId\": \"oauth2\", \"config\": {{ \"tokenEndpoint\": \"https://u:{}@evil.example/\" }} }}",
                hunt.marker("userinfo of an endpoint")
            ),
        ),
        ("--huggingface", format!("secret: [{quoted}]\n")),
        ("--huggingface", format!("secret: {quoted}\nredirect_uris: {quoted}\n")),
        ("--huggingface", format!("sceret: {quoted}\n")),
        ("--huggingface", format!("{{ secret: {quoted}, scopes: [{quoted}]\n")),
    ] {
        let file = hunt.write("broken", text);
        let good =
            hunt.write("good.json", r#"{ "clientId": "abc", "clientSecret": "def", "scope": "openid" }"#);
        let arguments = match option {
            "--connector" => vec!["diagnose", option, &file],
            _ => vec!["diagnose", "--connector", &good, option, &file],
        };
        let (code, text) = hunt.run(&arguments, &[]);
        assert_eq!(code, 2, "{text}");
    }
    for (name, text) in [
        ("state.json", format!("{{ \"version\": 1, \"secret\": {quoted}\n")),
        ("state.json", format!("{{ \"version\": {quoted} }}")),
    ] {
        let name = hunt.write(name, text);
        let (code, text) = hunt.run(&["restore", &name, "--logto-m2m", "m-default:x"], &[]);
        assert_eq!(code, 4, "{text}");
    }
    let file = hunt.write("hf.yaml", format!("apps: [{{ name: Shop, secret: [{quoted}] }}]\n"));
    let (code, text) = hunt.run(&["serve", "huggingface", "--config", &file], &[]);
    assert_eq!(code, 2, "{text}");
    let plain = hunt.marker("a line of an env file");
    for text in
        [format!("LOGTO_APP_SECRET {plain}"), format!("LOGTO_ENDPOINT={plain}"), format!("SECRET={plain}")]
    {
        let file = hunt.write("app.env", text);
        let (code, text) = hunt.run(&["serve", "app", "--env-file", &file], &[]);
        assert_eq!(code, 2, "{text}");
    }
    hunt.nothing_was_found();
}

/// A person's settings, with a marker in place of each secret.
fn settings(hunt: &mut Hunt) -> Vec<String> {
    let secret = hunt.odd("secret of the OAuth app");
    let connector = json!({
        "connectorId": "oauth2", "id": "abc123", "target": "huggingface",
        "config": {
            "clientId": "5fbf7d1c-0f4e-4b5e-8a0e-9c6f3b0d2a1e",
            "clientSecret": format!("{secret}\n"),
            "scope": "openid profile email",
            "authorizationEndpoint": format!("https://huggingface.co/oauth/authorize?hint={}", hunt.marker("query of an endpoint")),
            "tokenEndpoint": "https://huggingface.co/oauth/token",
            "userInfoEndpoint": "https://huggingface.co/oauth/userinfo",
            "tokenEndpointResponseType": "json",
            "customConfig": { "apiKey": hunt.odd("customConfig"), "Authorization": format!("Bearer {}", hunt.marker("customConfig, Bearer")) },
            "profileMap": { "id": "sub", "name": hunt.marker("profileMap") },
        },
    });
    let connector = hunt.write("connector.json", connector.to_string());
    let app_secret = hunt.odd("secret of the application");
    let application = json!({
        "id": "k9x2m4c7v1b5n8z3q6w0e", "name": "Shop", "type": "Traditional",
        "oidcClientMetadata": {
            "redirectUris": [
                "https://shop.acme.io/callback",
                format!("https://shop.acme.io/other?token={}", hunt.marker("query of the app's redirect URI")),
            ],
            "postLogoutRedirectUris": [
                "https://shop.acme.io/",
                format!("https://shop.acme.io/#{}", hunt.marker("fragment of a post sign-out URI")),
            ],
        },
        "customClientMetadata": {},
        "secrets": [{ "name": "Default secret", "value": app_secret }],
    });
    let application = hunt.write("application.json", application.to_string());
    let oauth_app = json!({
        "client_id": "5fbf7d1c-0f4e-4b5e-8a0e-9c6f3b0d2a1e", "secret": secret,
        "redirect_uris": [
            format!("https://auth.acme.io/callback/abc123?token={}", hunt.marker("query of a redirect URI")),
            format!("https://me:{}@auth.acme.io/callback/abc123", hunt.marker("password in a redirect URI")),
        ],
    });
    let oauth_app = hunt.write("huggingface.yaml", oauth_app.to_string());
    let sent = "https://shop.acme.io/callback".to_owned();
    let mut arguments: Vec<String> =
        ["--connector", &connector, "--application", &application, "--huggingface", &oauth_app]
            .map(ToOwned::to_owned)
            .into();
    arguments.extend([
        "--app-secret".to_owned(),
        hunt.odd("--app-secret"),
        "--redirect-uri".to_owned(),
        sent,
    ]);
    arguments.extend([
        "--logto-endpoint".to_owned(),
        format!("https://u:{}@auth.acme.io/", hunt.marker("--logto-endpoint")),
    ]);
    arguments
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_diagnosis_shows_no_secret() {
    let mut hunt = Hunt::new();
    let settings = settings(&mut hunt);
    for report in [&["--transcript"][..], &["--report", "json"]] {
        let arguments: Vec<&str> = std::iter::once("diagnose")
            .chain(settings.iter().map(String::as_str))
            .chain(report.iter().copied())
            .collect();
        let (code, text) = hunt.run(&arguments, &[]);
        assert_eq!(code, 1, "{text}");
    }
    hunt.nothing_was_found();
}

/// D3 and similar cases.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_capsule_holds_no_secret() {
    let mut hunt = Hunt::new();
    let settings = settings(&mut hunt);
    let arguments: Vec<&str> =
        ["capsule", "out.yaml"].into_iter().chain(settings.iter().map(String::as_str)).collect();
    let (code, text) = hunt.run(&arguments, &[]);
    assert_eq!(code, 0, "{text}");
    let capsule = std::fs::read_to_string(hunt.path("out.yaml")).unwrap();
    assert!(
        capsule.contains("customConfig") && capsule.contains("profileMap") && capsule.contains("?token="),
        "{capsule}"
    );
    let (code, text) = hunt.run(&["run", "out.yaml"], &[]);
    assert_eq!(code, 1, "{text}");
    let text = scenario(&mut hunt, &json!({ "status": 200 }));
    let scenario = hunt.write("mine.yaml", text);
    let (code, text) = hunt.run(&["capsule", "-", "--scenario", &scenario], &[]);
    assert_eq!(code, 0, "{text}");
    hunt.nothing_was_found();
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn what_is_wrong_with_arguments_is_told_without_their_secrets() {
    let mut hunt = Hunt::new();
    let secret = hunt.odd("an argument");
    let m2m = format!("m-default:{secret}");
    let plain = hunt.marker("an address in an argument");
    let url = format!("http://u:{plain}@127.0.0.1:1/?t={plain}#{plain}");
    let joined = format!("--logto-m2m={m2m}");
    let misspelled = format!("--logto-m2n={m2m}");
    for (arguments, code) in [
        (vec!["run", "--logto-m2n", &m2m], 2),
        (vec!["run", &misspelled], 2),
        (vec!["run", "--logto-m2m", "m-default", &secret, "--jbos", "1"], 2),
        (vec!["run", &joined, "--jobs", "x"], 2),
        (vec!["run", "--logto", &url, "--logto-m2m", &secret], 2),
        (vec!["run", "--logto", &url], 2),
        (vec!["run", "--app", &url, "--app-env", "x.env"], 2),
        (vec!["probe", &url], 1),
        (vec!["diagnose", "--app-secrte", &secret], 2),
        (vec!["diagnose", "--from-logto", &url, "--logto-m2m", &m2m], 3),
        (vec!["serve", "huggingface", "--origin", &url], 2),
        (vec!["serve", "logto", "--m2m-sceret", &secret], 2),
        (vec!["serve", "app", "--app-secret", &secret], 2),
        (vec!["serve", "app", "--app-secret", &secret, "--logto-endpoint", &url, "--jbos"], 2),
    ] {
        let (got, text) = hunt.run(&arguments, &[]);
        assert_eq!(got, code, "{arguments:?}: {text}");
    }
    for (variable, arguments) in [
        ("LOGTO_TESTKIT_M2M", &["run", "--logto", "http://127.0.0.1:1"][..]),
        ("LOGTO_APP_SECRET", &["serve", "app"][..]),
        ("MOCK_LOGTO_M2M_SECRET", &["serve", "logto", "--listen", "192.0.2.1:1"][..]),
    ] {
        let (code, text) = hunt.run(arguments, &[(variable, secret.as_str())]);
        assert!(code == 2 || code == 3, "{variable}: {text}");
    }
    let file = hunt.write("m2m.txt", &secret);
    let (code, text) = hunt.run(&["run", "--logto", "http://127.0.0.1:1", "--logto-m2m-file", &file], &[]);
    assert_eq!(code, 2, "{text}");
    hunt.nothing_was_found();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_real_tenants_secrets_are_in_no_message() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let mut hunt = Hunt::new();
    let theirs = hunt.odd("secret of a connector in the tenant");
    let key = hunt.marker("customConfig of a connector in the tenant");
    let config = json!({ "clientId": "theirs", "clientSecret": format!("{theirs} "), "scope": "profile", "customConfig": { "key": key } });
    let connector = json!({ "connectorId": "huggingface-universal", "id": "theirs", "config": config });
    elsewhere.management().await.post("connectors", &connector).await.unwrap();
    let (endpoint, admin) = (elsewhere.endpoint.to_string(), elsewhere.admin_endpoint.to_string());
    let wrong = format!("m-default:{}", hunt.odd("secret of a machine-to-machine application"));
    let m2m = elsewhere.m2m();
    hunt.markers.push(("the right one".to_owned(), elsewhere.credentials.secret.clone()));
    elsewhere.ca.save(&hunt.path("ca")).unwrap();
    hunt.markers.push(("the CA's key".to_owned(), elsewhere.ca.key_pem().lines().nth(1).unwrap().to_owned()));
    let listen = elsewhere.huggingface.to_string();
    let text = scenario(&mut hunt, &json!({ "status": 200 }));
    let file = hunt.write("a.yaml", text);
    let state = hunt.path("state.json");
    hunt.allowed.insert(state.clone());
    let hunt = tokio::task::spawn_blocking(move || {
        let tenant = ["--logto-admin", admin.as_str(), "--logto-m2m"];
        let run = ["run", &file, "--logto", &endpoint, "--ca", "ca", "--huggingface-listen", &listen];
        let run = [&run[..], &["--state-file", "state.json", "--allow-shared-tenant"]].concat();
        // Credentials that are refused; then a connector that is borrowed and put back.
        let (code, text) = hunt.run(&[&run[..], &tenant, &[wrong.as_str()]].concat(), &[]);
        assert_eq!(code, 3, "{text}");
        for report in ["text", "json"] {
            let arguments = [&run[..], &tenant, &[m2m.as_str(), "--report", report]].concat();
            let (code, text) = hunt.run(&arguments, &[]);
            assert!(code == 1 || code == 3, "{text}");
        }
        for report in ["text", "json"] {
            let asked = ["diagnose", "--from-logto", endpoint.as_str(), "--report", report];
            let (code, text) = hunt.run(&[&asked[..], &tenant, &[m2m.as_str()]].concat(), &[]);
            assert_eq!(code, 1, "{text}");
        }
        let (code, text) = hunt.run(
            &[&["capsule", "-", "--from-logto", endpoint.as_str()][..], &tenant, &[m2m.as_str()]].concat(),
            &[],
        );
        assert_eq!(code, 0, "{text}");
        // A state that cannot be restored: no Logto answers at its address.
        let saved = json!({
            "version": 1, "logto": "http://127.0.0.1:1/", "logto_admin": "http://127.0.0.1:1/", "started_at_ms": 0,
            "borrowed_connector": { "id": "theirs", "config": config, "sync_profile": false },
            "created_connector": null, "created_application": null, "sign_in_experience": {},
        });
        let state = hunt.write("left.json", saved.to_string());
        let (code, text) = hunt.run(&["restore", &state, "--logto-m2m", &wrong], &[]);
        assert_ne!(code, 0, "{text}");
        hunt
    });
    let hunt = hunt.await.unwrap();
    hunt.nothing_was_found();
}

/// The closed list: the commands that hand secrets out still do so.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn what_is_there_to_hand_a_secret_out_does() {
    let design = std::fs::read_to_string(crate::support::root().join("docs/design.md")).unwrap();
    for handed_out in [
        "--app-env",
        "`up --app`",
        "`serve logto`",
        "`serve stack`",
        "`session`",
        "`token`",
        "restore file",
        "`ca.key`",
        "control API",
    ] {
        assert!(design.contains(handed_out), "{handed_out}");
    }
    let hunt = Hunt::new();
    let mut child = hunt
        .command(&["serve", "logto", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"], &[])
        .env_remove("MOCK_LOGTO_M2M_SECRET")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.starts_with("Management")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let (_, secret) = line.rsplit_once(':').unwrap();
    assert_eq!(secret.len(), 32, "{line}");

    // Even a secret that it was given, since the app needs it.
    let given = ["--application-id", "shop", "--application-secret", "Mk-given-to-the-stack-1"];
    let mut child = hunt
        .command(&[&["serve", "stack", "--json"][..], &given].concat(), &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    drop(child.stdin.take());
    child.wait().unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["app"]["secret"], given[3]);
    assert_eq!(line["logto"]["management_api"]["secret"].as_str().unwrap().len(), 32);
    assert!(Path::new(binary()).exists());
}
