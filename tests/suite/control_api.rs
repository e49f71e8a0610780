//! The control API does what `docs/control-api.md` says: each of its requests is sent to a running stack, as it stands.

use std::process::Command;

use serde_json::{Value, json};

use crate::serving::{Serving, ran};
use crate::support::root;

/// The blocks of the page, in order: what they are fenced as, their line, and their text.
fn blocks(page: &str) -> Vec<(&str, usize, String)> {
    let mut found = Vec::new();
    let mut lines = page.lines().zip(1..);
    while let Some((line, at)) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else { continue };
        let text = lines.by_ref().map(|(line, _)| line).take_while(|line| *line != "```");
        found.push((kind, at, text.collect::<Vec<_>>().join("\n")));
    }
    found
}

/// What a shell prints for a request.
fn sent(control: &str, request: &str) -> Result<String, String> {
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", request])
        .env("CONTROL", control)
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// Whether an answer has all that is expected; lists have the same length.
fn has(answer: &Value, expected: &Value) -> bool {
    match (answer, expected) {
        (Value::Object(answer), Value::Object(expected)) => {
            expected.iter().all(|(name, value)| answer.get(name).is_some_and(|own| has(own, value)))
        }
        (Value::Array(answer), Value::Array(expected)) => {
            answer.len() == expected.len() && answer.iter().zip(expected).all(|(own, value)| has(own, value))
        }
        _ => answer == expected,
    }
}

#[test]
fn every_request_of_the_page_is_answered_as_it_says() {
    // `--json` came with curl 7.82.
    let help = Command::new("curl").args(["--help", "all"]).output();
    if !help.is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains("--json")) {
        eprintln!("skipped: curl 7.82 or newer is needed to run the requests of docs/control-api.md");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), &["--sample-app"]);
    let page = std::fs::read_to_string(root().join("docs/control-api.md")).unwrap();
    let (mut requests, mut compared, mut last) = (0, 0, String::new());
    for (kind, line, text) in blocks(&page) {
        match kind {
            "sh" if text.starts_with("CONTROL=") => {}
            "sh" => {
                let answer = sent(serving.text("/control"), &text);
                last = answer.unwrap_or_else(|error| panic!("docs/control-api.md:{line}: {error}"));
                requests += 1;
            }
            "json" => {
                let expected: Value = serde_json::from_str(&text).unwrap();
                let answer: Value = serde_json::from_str(&last).unwrap();
                assert!(has(&answer, &expected), "docs/control-api.md:{line}: {answer}");
                compared += 1;
            }
            other => panic!("docs/control-api.md:{line}: {other}"),
        }
    }
    assert!(requests > 20 && compared > 5, "{requests} {compared}");
    assert_eq!(serving.close().0, Some(0));
}

/// Every route of the control API that exists is on the page.
#[test]
fn the_page_has_every_operation() {
    let page = std::fs::read_to_string(root().join("docs/control-api.md")).unwrap();
    let sources = ["mocks/huggingface/src/control.rs", "src/cli/live/control.rs"];
    let mut routes = 0;
    for source in sources {
        let text = std::fs::read_to_string(root().join(source)).unwrap();
        for line in text.lines().filter(|line| line.trim().starts_with("Route::") && line.contains("(\"/")) {
            let (method, rest) = line.trim()["Route::".len()..].split_once("(\"").unwrap();
            let path = rest.split(['"', '{']).next().unwrap();
            if path.starts_with("/organisations") {
                continue;
            }
            let request = format!("$CONTROL{path}");
            let found = page.lines().filter(|line| line.contains(&request)).any(|line| match method {
                "delete" => line.contains("-X DELETE"),
                "put" => line.contains("-X PUT"),
                "post" => line.contains("--json") && !line.contains("-X PUT") || line.contains("-X POST"),
                _ => !line.contains("-X") && !line.contains("--json"),
            });
            assert!(found, "{method} {path}");
            routes += 1;
        }
    }
    assert!(routes > 20, "{routes}");
}

fn asked(control: &str, path: &str, options: &str) -> Value {
    let answer = sent(control, &format!("curl -sS \"$CONTROL{path}\" {options}")).unwrap();
    serde_json::from_str(&answer).unwrap_or_default()
}

#[test]
fn what_it_changes_is_what_the_next_sign_in_meets() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), &["--sample-app"]);
    let control = serving.text("/control");
    let name = || {
        let (code, shown, told) =
            ran(folder.path(), &["token", "--as", "ada", "--scope", "profile", "--json"]);
        assert_eq!(code, Some(0), "{told}");
        let response: Value = serde_json::from_str(&shown).unwrap();
        let id_token = response["id_token"].as_str().unwrap();
        jsonwebtoken::dangerous::insecure_decode::<Value>(id_token).unwrap().claims
    };
    let first = name();
    assert_eq!(first["name"], "Ada Lovelace");

    // A fault, for the next exchange of a code only.
    let rule = r#"-H 'content-type: application/json' -d '{ "method": "POST", "path": "/oauth/token", "status": 503, "times": 1 }'"#;
    asked(control, "/script", rule);
    let (code, _, told) = ran(folder.path(), &["session", "--as", "ada"]);
    assert!(code == Some(1) && told.contains("503"), "{code:?} {told}");
    assert_eq!(ran(folder.path(), &["session", "--as", "ada"]).0, Some(0));

    // The journal has the refusal's request, and nothing before the number that is asked for.
    let journal = asked(control, "/journal", "");
    let entries = journal.as_array().unwrap();
    let exchanges =
        |entry: &&Value| entry["request"]["url"].as_str().is_some_and(|url| url.ends_with("/oauth/token"));
    assert!(entries.iter().filter(exchanges).count() >= 3, "{journal}");
    let last = entries.last().unwrap()["number"].as_u64().unwrap();
    assert_eq!(asked(control, &format!("/journal?since={last}"), ""), json!([]));

    // Claims of a person who is new at Logto.
    let claims = r#"-X PUT -H 'content-type: application/json' -d '{ "claims": { "userinfo": { "name": "The Countess" }, "id_token": { "name": "The Countess" } } }'"#;
    asked(control, "/switches", claims);
    asked(control, "/reset", "-X POST");
    assert_eq!(asked(control, "/switches", "")["claims"]["userinfo"], json!({}), "a reset restores them");
    let again = name();
    assert_eq!(again["name"], "Ada Lovelace");
    assert_ne!(again["sub"], first["sub"], "a new account after the reset");
    asked(control, "/switches", claims);
    let grace = ran(folder.path(), &["token", "--as", "grace", "--scope", "profile", "--json"]);
    assert!(grace.0 == Some(0), "{}", grace.2);
    let grace: Value = serde_json::from_str(&grace.1).unwrap();
    let grace =
        jsonwebtoken::dangerous::insecure_decode::<Value>(grace["id_token"].as_str().unwrap()).unwrap();
    assert_eq!(grace.claims["name"], "The Countess");

    // The clock of the stack, by which its tokens are issued.
    let hour = r#"-H 'content-type: application/json' -d '{ "seconds": 7200 }'"#;
    asked(control, "/clock", hour);
    let later = name()["iat"].as_i64().unwrap() - again["iat"].as_i64().unwrap();
    assert!((7200..7300).contains(&later), "{later}");

    // A page of another origin, and another host name, are refused, for the routes of both kinds.
    for path in ["/stack", "/users"] {
        for header in ["Origin: https://evil.example", "Host: evil.example"] {
            let refused = sent(
                control,
                &format!("curl -sS -o /dev/null -w '%{{http_code}}' -H '{header}' \"$CONTROL{path}\""),
            );
            assert_eq!(refused.unwrap(), "403", "{path} {header}");
        }
    }
    let form = sent(control, "curl -sS -o /dev/null -w '%{http_code}' -d as=ada \"$CONTROL/stack/session\"");
    assert_eq!(form.unwrap(), "415");
    let unknown = r#"-H 'content-type: application/json' -d '{ "as": "ada", "form": "x" }'"#;
    assert!(
        asked(control, "/stack/session", unknown)["error"].as_str().unwrap().contains("unknown field `form`")
    );
    assert_eq!(serving.close().0, Some(0));
}

/// `up` prints the address; it has the same API.
#[test]
#[cfg(unix)]
fn up_prints_the_address_of_the_control_api() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    let folder = tempfile::tempdir().unwrap();
    let mut up = Command::new(crate::support::binary())
        .args(["up", "--plain", "--logto-port", "0", "--app-port", "0"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(up.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.starts_with("control API")).unwrap();
    let control = line.split_whitespace().nth(2).unwrap();
    let stack = asked(control, "/stack", "");
    assert_eq!(stack["control"], control);
    let session =
        crate::support::command_in(folder.path(), &["session", "--as", "ada", "--stack", control], &[]);
    let kill = Command::new("kill").args(["-INT", &up.id().to_string()]).status().unwrap();
    assert!(kill.success() && lines.count() > 0);
    assert_eq!(up.wait().unwrap().code(), Some(0));
    assert_eq!(session.status.code(), Some(0), "{}", String::from_utf8_lossy(&session.stderr));
}
