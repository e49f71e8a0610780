use serde_json::json;

use super::*;
use crate::findings::{Cause, Finding};

fn document() -> Map<String, Value> {
    let given = json!({
        "connector": { "id": "abc", "client_secret": "x\n", "scope": "openid,profile", "config": { "a": 1 } },
        "huggingface": { "app": { "client_id": "c", "redirect_uris": ["https://other/"] }, "answers": [] },
        "app": { "app_id": "y" },
    });
    Map::from_iter([("given".to_owned(), given)])
}

fn finding(id: &str, field: Option<&str>) -> Finding {
    let mut finding = Finding::new(Cause::by_id(id).unwrap());
    let evidence = field.map(|field| Evidence::Setting { field: field.to_owned(), value: String::new() });
    finding.evidence.extend(evidence);
    finding
}

fn tried(finding: &Finding) -> Vec<(String, String)> {
    let sent = Sent { callback_of_logto: Some("[LOGTO]/callback/abc".to_owned()), ..Sent::default() };
    let repairs = repairs(&document(), finding, &sent);
    repairs.iter().map(|repair| (repair.name(), repair.says())).collect()
}

#[test]
fn the_setting_of_the_evidence_comes_first_and_its_smallest_change() {
    let tried = tried(&finding("connector/scope-has-commas", Some("connector.config.scope")));
    assert_eq!(tried[0], ("connector.config.scope".to_owned(), "set to `openid profile`".to_owned()));
    let usual = tried.iter().position(|(_, says)| says == "as in Logto's guide").unwrap();
    assert!(usual > 1 && tried[usual].0 == "connector.config.scope", "{tried:?}");
}

#[test]
fn a_list_keeps_what_it_has() {
    let cause = finding("huggingface/redirect-uri-not-registered", Some("huggingface.app.redirect_uris"));
    assert_eq!(
        tried(&cause)[0],
        (
            "huggingface.app.redirect_uris".to_owned(),
            "set to `https://other/`, `[LOGTO]/callback/abc`".to_owned()
        )
    );
}

#[test]
fn a_setting_is_changed_alone() {
    let document = document();
    let cause = finding("connector/secret-wrong", Some("connector.config.clientSecret"));
    let repair = repairs(&document, &cause, &Sent::default()).remove(0);
    assert_eq!(repair.name(), "connector.config.clientSecret");
    assert_eq!(repair.says(), "set to the secret of the OAuth app");
    let changed = repair.applied(&document);
    assert_eq!(
        changed["given"]["connector"],
        json!({ "id": "abc", "scope": "openid,profile", "config": { "a": 1 } })
    );
    assert_eq!(changed["given"]["app"], document["given"]["app"]);
}

#[test]
fn a_public_app_gets_the_secret_that_the_connector_has() {
    let mut document = document();
    document["given"]["huggingface"]["app"]["public"] = json!(true);
    let cause = finding("huggingface/app-is-public", Some("huggingface.app.public"));
    let changed = repairs(&document, &cause, &Sent::default())[0].applied(&document);
    assert_eq!(changed["given"]["huggingface"]["app"]["secret"], json!("x"));
}

#[test]
fn what_is_missing_in_a_refused_configuration_is_added() {
    let mut document = document();
    document["given"]["connector"] = json!({ "id": "abc" });
    let step = json!({ "administer": { "call": "PATCH /x", "body": { "config": { "clientId": "c" } } } });
    document.insert("steps".to_owned(), json!([step]));
    let cause = finding("connector/config-incomplete", Some("connector.config.clientSecret"));
    let repair = repairs(&document, &cause, &Sent::default()).remove(0);
    assert_eq!(repair.name(), "connector.config.clientSecret");
    let config = &repair.applied(&document)["steps"][0]["administer"]["body"]["config"];
    assert_eq!(config, &json!({ "clientId": "c", "clientSecret": "[HF_CLIENT_SECRET]" }));
}
