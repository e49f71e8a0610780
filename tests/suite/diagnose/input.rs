//! Which input the command accepts, and which it refuses.

use super::*;

#[test]
fn input_that_cannot_be_used_is_told_with_what_to_do() {
    let told = |read: &dyn Fn(&mut Case) -> Result<(), InputError>| {
        read(&mut Case::default()).unwrap_err().to_string()
    };
    for (text, message) in [
        (
            r#"{ "id": "x", "connectorId": "google-universal", "target": "google", "config": {} }"#,
            "c.json: this is a connector of the factory `google-universal` (target `google`), not one that signs in with \
             Hugging Face; only `huggingface-universal`, `oauth2` and `oidc` are supported",
        ),
        (
            r#"[{ "id": "a", "connectorId": "huggingface-universal" }, { "id": "b", "connectorId": "huggingface-universal" }]"#,
            "c.json: this list has several connectors for Hugging Face (a, b); pass only the object of the one you mean",
        ),
        ("", "c.json: the file is empty; it should contain JSON as Logto's Management API returns it"),
        (
            "[]",
            "c.json: this list has no connector for Hugging Face (it is empty); create one in the Logto console: Connectors → Social connectors → Add",
        ),
        (
            r#"{ "cleintId": "x" }"#,
            "c.json: it has neither `connectorId`, `config` nor `clientId`; did you mean `clientId` instead of `cleintId`?",
        ),
        (
            r#"{ "code": "auth.unauthorized", "message": "Unauthorized." }"#,
            "c.json: this is an error message of Logto, auth.unauthorized: Unauthorized.; repeat the request with a token that may read this",
        ),
        (
            r#"{ "clientId": "x", "tokenEndpoint": "https://accounts.acme.io/token" }"#,
            "c.json: the connector's `tokenEndpoint` is https://accounts.acme.io/token, which does not belong to Hugging Face; only \
             connectors that sign in with https://huggingface.co are supported",
        ),
    ] {
        assert_eq!(told(&|case| case.read_connector(text, "c.json")), message);
    }
    let cut = told(&|case| case.read_connector("{\n  \"clientId\": \"x\",\n", "c.json"));
    assert!(
        cut.starts_with("c.json:3:0: this is not JSON: EOF while parsing")
            && cut.contains("; save the Management API"),
        "{cut}"
    );
    let no_record = told(&|case| case.read_application("{}", "a.json"));
    assert_eq!(
        no_record,
        "a.json: it has no `oidcClientMetadata`; it should be the object that `GET /api/applications/:id` returns"
    );
    for (text, message) in [
        (
            "redirect_uri: x",
            "h.yaml: an OAuth app at Hugging Face has no `redirect_uri`; did you mean `redirect_uris`?",
        ),
        ("scopes: [emial]", "h.yaml: Hugging Face has no scope `emial`; did you mean `email`?"),
        ("client_id: 12", "h.yaml: `client_id` is a number; it must be text; put it in quotes"),
        ("redirect_uris: x", "h.yaml: `redirect_uris` is text; it must be a list of strings"),
    ] {
        assert_eq!(told(&|case| case.read_oauth_app(text, "h.yaml")), message);
    }
}

#[test]
fn the_exit_code_says_whether_something_was_found() {
    let files = Files::new();
    let good = files.write("good.json", &connector(SECRET));
    let bad = files.write("bad.json", &connector(&format!("\"{SECRET}\"")));
    let (code, shown, told) = files.run(&["diagnose", "--connector", &good]);
    assert_eq!((code, told.as_str()), (0, ""), "{shown}");
    let (code, shown, _) = files.run(&["diagnose", "--connector", &bad, "--report", "json"]);
    assert_eq!(code, 1, "{shown}");
    let report: Value = serde_json::from_str(&shown).unwrap();
    assert!(report["findings"][0]["id"].as_str().unwrap().starts_with("connector/secret"), "{report:#}");
    assert!(
        report["checks"].as_array().unwrap().len() == Stage::ALL.len() && report["milliseconds"].is_number()
    );
    assert!(report["walks"][0].as_str().unwrap().contains("[HF]/oauth/authorize"), "{report:#}");
    let error = json!({ "code": "entity.not_found", "message": "The resource does not exist." });
    let error = files.write("error.json", &error);
    let (code, _, told) = files.run(&["diagnose", "--connector", &good, "--application", &error]);
    assert!(code == 2 && told.contains("entity.not_found: The resource does not exist."), "{told}");
    let (code, shown, told) = files.run(&["diagnose", "--connector", "missing.json"]);
    assert_eq!((code, shown.as_str()), (2, ""), "{told}");
    assert!(told.starts_with("error: missing.json: "), "{told}");
    let (code, _, told) = files.run(&["diagnose"]);
    assert!(code == 2 && told.contains("pass --connector FILE"), "{told}");
    let dead = ["diagnose", "--from-logto", "http://127.0.0.1:9", "--logto-m2m", "a:b"];
    let (code, _, told) = files.run(&dead);
    assert!(code == 3 && told.contains("cannot connect to http://127.0.0.1:10/oidc/token"), "{told}");
}

#[test]
fn the_connector_may_come_from_standard_input() {
    let mut child = Command::new(binary())
        .args(["diagnose", "--connector", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let only_config = connector(SECRET)["config"].to_string();
    child.stdin.take().unwrap().write_all(only_config.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}");
    assert!(shown.contains("The connector's ID is `connector-id`"), "{shown}");
}
