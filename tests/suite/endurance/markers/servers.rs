//! What long-running commands are given, and what they are asked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use serde_json::{Value, json};

use super::hunt::*;
use super::scenario;
use crate::support::{binary, free_port};

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn servers_tell_no_secret_that_they_were_given() {
    let mut hunt = Hunt::new();
    let ask = |url: &str, headers: &[(&str, &str)], body: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = kit::Client::builder().build().unwrap();
        let mut request = http::Request::post(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(bytes::Bytes::from(body.to_owned())).unwrap();
        runtime.block_on(client.send(request)).unwrap().status().as_u16()
    };
    let form = ("content-type", "application/x-www-form-urlencoded");

    let secret = hunt.marker("MOCK_LOGTO_M2M_SECRET");
    let environment = [("MOCK_LOGTO_M2M_SECRET", secret.as_str())];
    let ready = "Management";
    hunt.serve(
        &["serve", "logto", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"],
        &environment,
        ready,
        |told| {
            let admin = told.lines().find_map(|line| line.strip_prefix("Logto admin  ")).unwrap();
            let basic = format!("Basic {}", STANDARD.encode(format!("m-default:{secret}")));
            let body =
                "grant_type=client_credentials&resource=https%3A%2F%2Fdefault.logto.app%2Fapi&scope=all";
            let status = ask(
                &format!("{}/oidc/token", admin.trim_end_matches('/')),
                &[form, ("authorization", &basic)],
                body,
            );
            assert_eq!(status, 200);
        },
    );

    let secret = hunt.odd("secret of an app in --config");
    let config = json!({ "apps": [{ "client_id": "shop", "name": "Shop", "secret": secret, "redirect_uris": ["https://a.example/"] }] });
    let config = hunt.write("mock.yaml", config.to_string());
    let sent = hunt.marker("a secret that a client sends");
    hunt.serve(&["serve", "huggingface", "--config", &config], &[], "control:", |told| {
        let site = told.split_whitespace().nth(1).unwrap();
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        for secret in [&secret, &sent] {
            let body = format!(
                "grant_type=authorization_code&code=x&client_id=shop&client_secret={}",
                encoded(secret)
            );
            assert!(ask(&format!("{site}/oauth/token"), &[form], &body) >= 400);
        }
    });

    let secret = hunt.marker("LOGTO_APP_SECRET");
    let environment = [
        ("LOGTO_APP_SECRET", secret.as_str()),
        ("LOGTO_APP_ID", "shop"),
        ("LOGTO_ENDPOINT", "http://127.0.0.1:1/"),
    ];
    hunt.serve(&["serve", "app", "--listen", "127.0.0.1:0"], &environment, "post sign-out", |_| {});

    let text = scenario(&mut hunt, &json!({ "status": 200 }));
    let scenario = hunt.write("up.yaml", text);
    let ports = [free_port(), free_port()];
    let arguments = ["up", "--plain", "--app-port", &ports[0], "--logto-port", &ports[1], &scenario];
    hunt.serve(&arguments, &[], "Press Ctrl-C to stop", |_| {});

    // The line has the secrets of this stack, and none of those that came in; neither has what others are told of it.
    let folder = hunt.path("");
    let mut told = Vec::new();
    hunt.serve(&["serve", "stack", "--sample-app", "--json", &scenario], &[], "\"control\"", |line| {
        let line: Value = serde_json::from_str(line).unwrap();
        for arguments in [&["session", "--as", "ada"][..], &["token", "--as", "ada"]] {
            let output = std::process::Command::new(binary())
                .args(arguments)
                .args(["--stack", line["control"].as_str().unwrap()])
                .current_dir(&folder)
                .output()
                .unwrap();
            // The connector has a wrong secret.
            assert_eq!(output.status.code(), Some(1));
            told.push((arguments[0], String::from_utf8_lossy(&output.stderr).into_owned()));
        }
    });
    for (command, text) in told {
        assert!(text.contains("ada is not signed in"), "{text}");
        hunt.search(command, &text);
    }
    hunt.nothing_was_found();
}
