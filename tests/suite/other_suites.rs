//! What other test suites use: `serve stack`, `session` and `token`.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use crate::serving::{Serving, ran};
use crate::support::{Elsewhere, Surroundings, binary, command_in};

/// The status and the body of an answer.
async fn asked(client: &kit::Client, request: http::request::Builder, body: &str) -> (u16, String) {
    let request = request.body(Bytes::from(body.to_owned())).unwrap();
    let answer =
        kit::within("an answer", Duration::from_secs(20), client.send(request)).await.unwrap().unwrap();
    (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned())
}

async fn get(url: &str) -> (u16, String) {
    asked(&kit::Client::builder().build().unwrap(), http::Request::get(url), "").await
}

/// What the sample app says about a browser with these cookies.
async fn known_to(app: &str, cookies: &str) -> Value {
    let client = kit::Client::builder().build().unwrap();
    let request = http::Request::get(format!("{app}/api/session")).header(COOKIE, cookies);
    serde_json::from_str(&asked(&client, request, "").await.1).unwrap()
}

/// A project whose app is the sample app as a command of its own.
fn project(folder: &Path, more: &str) {
    let command = format!("{} serve app --listen 127.0.0.1:$PORT", binary());
    let text = format!(
        "[app]\ncommand = {command:?}\n{more}\n[signed_in]\npath = \"/api/session\"\nmember = \"authenticated\"\n"
    );
    std::fs::write(folder.join("logto-testkit.toml"), text).unwrap();
}

#[tokio::test]
async fn a_stack_is_announced_by_one_line_once_all_of_it_answers_and_ends_with_its_input() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), "");
    let serving = Serving::start(folder.path(), &[]);
    assert_eq!(get(&format!("{}/api/status", serving.text("/logto/origin"))).await.0, 204);
    let app = serving.text("/app/origin").to_owned();
    assert_eq!((get(&app).await.0, &serving.stack["app"]["started"]), (200, &Value::Bool(true)));
    assert_eq!(get(serving.text("/logto/jwks_uri")).await.0, 200);
    let discovery =
        get(&format!("{}/.well-known/openid-configuration", serving.text("/logto/issuer"))).await.1;
    let discovery: Value = serde_json::from_str(&discovery).unwrap();
    assert_eq!(discovery["issuer"], serving.stack["logto"]["issuer"]);
    assert_eq!(discovery["jwks_uri"], serving.stack["logto"]["jwks_uri"]);
    // Hugging Face, behind the CA of the file.
    let mock = kit::Client::builder()
        .trust_file(serving.text("/ca_file").as_ref())
        .unwrap()
        .host("huggingface.co", serving.text("/huggingface/address").parse().unwrap());
    let discovery = format!("{}/.well-known/openid-configuration", serving.text("/huggingface/origin"));
    assert_eq!(asked(&mock.build().unwrap(), http::Request::get(discovery), "").await.0, 200);
    // The credentials open the Management API, which knows the app.
    let admin = serving.text("/logto/management_api/token_endpoint");
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&resource={}&scope=all",
        serving.text("/logto/management_api/id"),
        serving.text("/logto/management_api/secret"),
        serving.text("/logto/management_api/resource"),
    );
    let client = kit::Client::builder().build().unwrap();
    let request = http::Request::post(admin).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let (status, issued) = asked(&client, request, &form).await;
    assert_eq!(status, 200, "{issued}");
    let token = serde_json::from_str::<Value>(&issued).unwrap()["access_token"].as_str().unwrap().to_owned();
    let record =
        format!("{}/applications/{}", serving.text("/logto/management_api/url"), serving.text("/app/id"));
    let request = http::Request::get(record).header(AUTHORIZATION, format!("Bearer {token}"));
    let (status, record) = asked(&client, request, "").await;
    assert!(status == 200 && record.contains(&format!("{app}/callback")), "{status} {record}");
    // The line again.
    let (_, line) = get(&format!("{}/stack", serving.text("/control"))).await;
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), serving.stack);

    let addresses: Vec<String> = ["/logto/origin", "/logto/admin_origin", "/app/origin", "/control"]
        .iter()
        .map(|pointer| serving.text(pointer).trim_start_matches("http://").to_owned())
        .collect();
    let ca_file = serving.text("/ca_file").to_owned();
    let (code, rest, told) = serving.close();
    assert_eq!((code, rest.as_str()), (Some(0), ""), "{told}");
    for address in addresses {
        assert!(TcpStream::connect(&address).is_err(), "{address} still answers");
    }
    assert!(!Path::new(&ca_file).exists());
}

#[test]
#[cfg(unix)]
fn without_a_pipe_it_says_so_and_lives_until_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start_with(folder.path(), &["--sample-app"], Stdio::null());
    let address = serving.text("/app/origin").trim_start_matches("http://").to_owned();
    assert!(TcpStream::connect(&address).is_ok(), "it has ended");
    let (code, _, told) = ran(folder.path(), &["session", "--as", "ada"]);
    assert_eq!(code, Some(0), "{told}");
    let kill = Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let (code, rest, told) = serving.ended();
    assert_eq!((code, rest.as_str()), (Some(0), ""), "{told}");
    assert!(
        told.contains("note: standard input is not a pipe, so only Ctrl-C or SIGTERM ends this stack"),
        "{told}"
    );
}

#[test]
fn a_stack_that_does_not_start_prints_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let started =
        |arguments: &[&str]| ran(folder.path(), &[&["serve", "stack", "--json"], arguments].concat());
    let (code, shown, told) = started(&["--app-command", "exit 3"]);
    assert_eq!((code, shown.as_str()), (Some(3), ""), "{told}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, shown, told) = started(&["--control-port", &port]);
    assert_eq!((code, shown.as_str()), (Some(3), ""), "{told}");
    assert!(told.contains(&port) && told.contains("choose another port with --control-port"), "{told}");
    for (arguments, reason) in [
        (&["--sample-app", "--app", "http://localhost:1"][..], "cannot be used with"),
        (&["--logto", "nonsense"], "--logto takes"),
        (&["--plain", "--logto", "container"], "--plain needs the embedded Logto"),
        (&["missing.yaml"], "missing.yaml"),
    ] {
        let (code, shown, told) = started(arguments);
        assert_eq!((code, shown.as_str()), (Some(2), ""), "{told}");
        assert!(told.contains(reason), "{told}");
    }
}

#[tokio::test]
async fn a_session_is_valid_at_the_app_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), "");
    let serving = Serving::start(folder.path(), &[]);
    let app = serving.text("/app/origin").to_owned();
    assert_eq!(known_to(&app, "").await["authenticated"], false);
    let session = |format: &str| {
        let (code, shown, told) = ran(folder.path(), &["session", "--as", "ada", "--format", format]);
        assert_eq!((code, told.as_str()), (Some(0), ""), "{shown}");
        shown
    };
    let name = async |cookies: &str| known_to(&app, cookies).await["claims"]["name"].clone();

    let own: Value = serde_json::from_str(&session("json")).unwrap();
    assert_eq!((&own["person"], &own["app"]), (&json!("ada"), &json!(app)));
    assert_eq!(own["signed_in_shown"], true);
    assert_eq!(name(own["cookie_header"].as_str().unwrap()).await, "Ada Lovelace");

    let state: Value = serde_json::from_str(&session("playwright")).unwrap();
    assert_eq!(state["origins"], json!([]));
    let cookies = state["cookies"].as_array().unwrap();
    // All and only the members that Playwright accepts.
    let members = ["name", "value", "domain", "path", "expires", "httpOnly", "secure", "sameSite"];
    for cookie in cookies {
        assert_eq!(cookie.as_object().unwrap().keys().collect::<Vec<_>>(), members, "{cookie}");
    }
    let at = |domain: &'static str| cookies.iter().filter(move |cookie| cookie["domain"] == domain);
    let pair = |cookie: &Value| {
        format!("{}={}", cookie["name"].as_str().unwrap(), cookie["value"].as_str().unwrap())
    };
    let header: Vec<String> = at("localhost").filter(|cookie| cookie["path"] == "/").map(pair).collect();
    assert_eq!(name(&header.join("; ")).await, "Ada Lovelace");
    // It has Logto's own session, which lasts two weeks, and Hugging Face's.
    let lasting = at("localhost").find(|cookie| cookie["name"] == "_session").unwrap();
    let days = (lasting["expires"].as_i64().unwrap() - kit::Clock::system().seconds()) / 86_400;
    assert!((12..=14).contains(&days), "{lasting}");
    assert_eq!(at("huggingface.co").map(|cookie| &cookie["secure"]).collect::<Vec<_>>(), [true]);

    // Fields and prefix: https://curl.se/docs/http-cookies.html
    let text = session("cookies-txt");
    let mut header = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("# ")) {
        let [domain, below, path, _, expires, name, value] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        assert!(below == "FALSE" && expires.parse::<u64>().is_ok(), "{line}");
        if domain.trim_start_matches("#HttpOnly_") == "localhost" && path == "/" {
            header.push(format!("{name}={value}"));
        }
    }
    assert_eq!(name(&header.join("; ")).await, "Ada Lovelace");

    // Another person, who is another one at the app.
    let (code, shown, told) = ran(folder.path(), &["session", "--as", "grace"]);
    assert_eq!(code, Some(0), "{told}");
    let grace: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(name(grace["cookie_header"].as_str().unwrap()).await, "Grace Hopper");
    let (code, shown, told) = ran(folder.path(), &["session", "--as", "alan"]);
    assert_eq!((code, shown.as_str()), (Some(2), ""));
    assert!(told.contains("Hugging Face has no account `alan`; it has ada, grace"), "{told}");
    assert_eq!(serving.close().0, Some(0));
}

#[tokio::test]
async fn the_suite_starts_the_app_at_the_place_that_the_line_names() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), &[]);
    let app = serving.text("/app/origin").to_owned();
    assert_eq!(serving.stack["app"]["started"], false);
    let (code, _, told) = ran(folder.path(), &["session", "--as", "ada"]);
    assert!(code == Some(1) && told.contains("ada is not signed in"), "{code:?} {told}");
    let port = app.rsplit_once(':').unwrap().1;
    let variables = serving.stack["app"]["variables"].as_object().unwrap();
    let mut child = Command::new(binary())
        .args(["serve", "app", "--listen", &format!("127.0.0.1:{port}")])
        .envs(variables.iter().map(|(name, value)| (name, value.as_str().unwrap())))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let up = async {
        while TcpStream::connect(format!("127.0.0.1:{port}")).is_err() {
            kit::Clock::system().sleep(Duration::from_millis(20)).await;
        }
    };
    kit::within("the app", Duration::from_secs(20), up).await.unwrap();
    let (code, shown, told) = ran(folder.path(), &["session", "--as", "ada"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(code, Some(0), "{told}");
    // The stack has not been told how this app shows it.
    let session: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(session["signed_in_shown"], false);
    assert!(told.contains("note: nothing shows that the person is signed in"), "{told}");
    assert!(session["cookie_header"].as_str().unwrap().contains("logto-session="), "{shown}");
    assert_eq!(serving.close().0, Some(0));
}

#[test]
fn a_sign_in_that_fails_is_told_with_its_finding_and_the_last_page() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), "env = { LOGTO_APP_SECRET = \"not-the-secret-of-this-app\" }");
    let serving = Serving::start(folder.path(), &[]);
    let (code, shown, told) = ran(folder.path(), &["session", "--as", "ada"]);
    assert_eq!((code, shown.as_str()), (Some(1), ""));
    for part in
        ["ada is not signed in: after `sign_in_as: ada`", "app/app-secret", "last page: http://localhost:"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(serving.close().0, Some(0));
}

#[test]
fn workers_that_sign_the_same_person_in_at_once_do_not_disturb_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), &["--sample-app"]);
    // She is new at Logto, which would refuse all but one of them.
    let workers: Vec<_> = (0..6)
        .map(|at| {
            let command = if at % 2 == 0 { "session" } else { "token" };
            let folder = folder.path().to_owned();
            std::thread::spawn(move || ran(&folder, &[command, "--as", "ada"]))
        })
        .collect();
    for worker in workers {
        let (code, _, told) = worker.join().unwrap();
        assert_eq!(code, Some(0), "{told}");
    }
    assert_eq!(serving.close().0, Some(0));
}

/// The claims of a token, verified with the key set as an API would do it (RFC 9068 §4).
async fn claims(serving: &Serving, token: &str, audience: &str) -> Value {
    let keys: jsonwebtoken::jwk::JwkSet =
        serde_json::from_str(&get(serving.text("/logto/jwks_uri")).await.1).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(header.alg);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[serving.text("/logto/issuer")]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

#[tokio::test]
async fn a_token_is_a_jwt_for_the_api_or_opaque_for_logto() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), &["--sample-app"]);
    const API: &str = "https://api.shop.example";
    let token = |arguments: &[&str]| ran(folder.path(), &[&["token", "--as", "ada"], arguments].concat());

    let (code, opaque, told) = token(&["--scope", "profile"]);
    assert_eq!((code, told.as_str()), (Some(0), ""));
    let client = kit::Client::builder().build().unwrap();
    let request = http::Request::get(format!("{}/me", serving.text("/logto/issuer")))
        .header(AUTHORIZATION, format!("Bearer {}", opaque.trim_end()));
    let (status, about) = asked(&client, request, "").await;
    assert!(status == 200 && about.contains("Ada Lovelace"), "{status} {about}");

    let (code, shown, told) = token(&["--resource", API]);
    assert_eq!((code, shown.as_str()), (Some(2), ""));
    assert!(told.contains(&format!("Logto has no API resource `{API}`")), "{told}");
    assert!(told.contains("--create-resource"), "{told}");

    // Created, and her role with it: twice, since the second time everything is there.
    for _ in 0..2 {
        let arguments =
            ["--resource", API, "--scope", "read:books write:books", "--create-resource", "--json"];
        let (code, shown, told) = token(&arguments);
        assert_eq!((code, told.as_str()), (Some(0), ""));
        let response: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!((&response["token_type"], &response["expires_in"]), (&json!("Bearer"), &json!(3600)));
        let claims = claims(&serving, response["access_token"].as_str().unwrap(), API).await;
        assert_eq!(claims["scope"], "read:books write:books");
        assert_eq!(claims["client_id"], serving.stack["app"]["id"]);
    }
    // With fewer scopes, and from now on without creating anything.
    let (_, narrow, told) = token(&["--resource", API, "--scope", "read:books"]);
    let narrow = claims(&serving, narrow.trim_end(), API).await;
    assert_eq!(narrow["scope"], "read:books", "{told}");

    // Grace has no role.
    let of_grace =
        |scope: &str| ran(folder.path(), &["token", "--as", "grace", "--resource", API, "--scope", scope]);
    let (code, shown, told) = of_grace("read:books");
    assert_eq!((code, shown.as_str()), (Some(1), ""));
    assert!(told.contains("without `read:books`: give them a role"), "{told}");
    let (code, plain, told) = of_grace("profile");
    assert_eq!(code, Some(0), "{told}");
    let of_grace = claims(&serving, plain.trim_end(), API).await;
    assert!(of_grace["scope"] == "" && of_grace["sub"] != narrow["sub"], "{of_grace} {narrow}");
    assert_eq!(serving.close().0, Some(0));
}

#[tokio::test]
async fn a_token_is_for_the_application_of_the_set_up_of_any_type() {
    let folder = tempfile::tempdir().unwrap();
    const API: &str = "https://api.shop.example";
    for application in [
        "{ type: SPA }".to_owned(),
        // Redirect URIs as apps on a phone have them, and an origin without a path.
        "{ type: Native, redirect_uris: [\"io.logto.shop://callback\"] }".to_owned(),
        "{ redirect_uris: [\"http://localhost:4999\"] }".to_owned(),
        // Its page asks the person to authorize it.
        format!("{{ is_third_party: true, resource_scopes: {{ \"{API}\": [read] }} }}"),
    ] {
        let text = format!(
            "description: An API with a role that everyone has.\n\
             given:\n  application: {application}\n\
             \x20 resources: [{{ indicator: \"{API}\", scopes: [read] }}]\n\
             \x20 roles: [{{ name: reader, scopes: {{ \"{API}\": [read] }}, is_default: true }}]\n\
             steps: [{{ visit: / }}]\n"
        );
        std::fs::write(folder.path().join("api.yaml"), text).unwrap();
        let serving = Serving::start(folder.path(), &["api.yaml"]);
        let arguments = ["token", "--as", "ada", "--resource", API, "--scope", "read"];
        let (code, token, told) = ran(folder.path(), &arguments);
        assert_eq!((code, told.as_str()), (Some(0), ""), "{application}");
        let claims = claims(&serving, token.trim_end(), API).await;
        assert_eq!((&claims["scope"], &claims["client_id"]), (&json!("read"), &serving.stack["app"]["id"]));
        assert_eq!(serving.close().0, Some(0));
    }
}

#[test]
fn a_stack_that_is_not_there_is_told_apart_from_what_is_not_a_stack() {
    let folder = tempfile::tempdir().unwrap();
    let asked = |stack: &str| {
        let output = command_in(folder.path(), &["session", "--as", "ada", "--stack", stack], &[]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    // Bound, so that no other process takes it, and refusing, since it does not listen.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let (code, told) = asked(&format!("http://{}", held.local_addr().unwrap()));
    assert!(code == Some(3) && told.contains("no stack answers at http://127.0.0.1:"), "{code:?} {told}");
    // Any other server: nothing of what it sends is handed out.
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let serves = std::thread::spawn(move || {
        for body in ["{}", "hello"] {
            let (mut connection, _) = other.accept().unwrap();
            let mut request = [0; 4096];
            let _ = std::io::Read::read(&mut connection, &mut request).unwrap();
            let length = body.len();
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            std::io::Write::write_all(&mut connection, answer.as_bytes()).unwrap();
        }
    });
    for _ in 0..2 {
        let (code, told) = asked(&format!("http://{address}"));
        assert!(code == Some(2) && told.contains("control API"), "{code:?} {told}");
    }
    serves.join().unwrap();
    let (code, told) = asked("missing.json");
    assert!(code == Some(2) && told.contains("missing.json"), "{code:?} {told}");
    std::fs::write(folder.path().join("other.json"), "{\"a\": 1}").unwrap();
    let (code, told) = asked("other.json");
    assert!(code == Some(2) && told.contains("`control` is missing"), "{code:?} {told}");
    let output = command_in(folder.path(), &["token", "--as", "ada"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--stack"));
}

#[tokio::test]
async fn on_a_running_logto_everything_is_put_back_when_the_input_closes() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let folder = tempfile::tempdir().unwrap();
    elsewhere.ca.save(&folder.path().join("ca")).unwrap();
    let (logto, admin, m2m) =
        (elsewhere.endpoint.to_string(), elsewhere.admin_endpoint.to_string(), elsewhere.m2m());
    let listen = elsewhere.huggingface.to_string();
    let before = everything(&elsewhere).await;
    let work = tokio::task::spawn_blocking(move || {
        let arguments = ["--sample-app", "--logto", &logto, "--logto-admin", &admin, "--logto-m2m", &m2m];
        let more = ["--ca", "ca", "--huggingface-listen", &listen];
        let serving = Serving::start(folder.path(), &[&arguments[..], &more].concat());
        // The person who passed the secret knows it.
        assert_eq!(serving.stack["logto"]["management_api"]["secret"], Value::Null);
        let session = ran(folder.path(), &["session", "--as", "ada"]);
        assert_eq!(session.0, Some(0), "{}", session.2);
        let token = [
            "token",
            "--as",
            "ada",
            "--resource",
            "https://api.example",
            "--scope",
            "x",
            "--create-resource",
        ];
        let token = ran(folder.path(), &token);
        assert_eq!(token.0, Some(0), "{}", token.2);
        serving.close()
    });
    let (code, rest, told) = work.await.unwrap();
    assert_eq!((code, rest.as_str()), (Some(0), ""), "{told}");
    assert_eq!(everything(&elsewhere).await, before);
}

/// What is in a tenant.
async fn everything(elsewhere: &Elsewhere) -> Vec<Value> {
    let management = elsewhere.management().await;
    let mut all = Vec::new();
    for list in ["applications", "connectors", "users", "resources", "roles"] {
        all.push(management.get(list).await.unwrap().body);
    }
    all
}
