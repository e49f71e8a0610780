//! Faults of the sign-in experience, of accounts, and of the app's record.

use kit::Random;
use serde_json::{Value, json};

use super::faults::{Fault, Stop};

pub(super) fn faults(_: &Random) -> Vec<Fault> {
    let mut faults = experience();
    faults.extend(record());
    faults
}

fn experience() -> Vec<Fault> {
    let targets = |name: &str, targets: &[&str]| {
        let given = json!({ "sign_in_experience": { "social_sign_in_connector_targets": targets } });
        let causes = ["experience/connector-not-enabled"];
        Fault::new(format!("buttons: {name}"), Stop::Button, "targets", given, &causes)
    };
    let sign_up = |name: &str, sign_up: Value, skip: bool| {
        let social = json!({ "skip_required_identifiers": skip });
        let given = json!({ "sign_in_experience": { "sign_up": sign_up, "social_sign_in": social } });
        let causes = ["experience/sign-up-identifier-required"];
        Fault::new(format!("sign-up: {name}"), Stop::Account, "sign-up", given, &causes)
    };
    let mode = |mode: &str, stop: Stop, causes: &[&'static str]| {
        let given = json!({ "sign_in_experience": { "sign_in_mode": mode } });
        Fault::new(format!("mode {mode}"), stop, "mode", given, causes)
    };
    let users = json!({ "users": [{ "primary_email": "ada@example.com", "name": "Ada of old" }] });
    let linked = json!({
        "users": [{ "primary_email": "ada@example.com", "name": "Ada of old" }],
        "sign_in_experience": { "social_sign_in": { "automatic_account_linking": true } },
    });
    vec![
        targets("none", &[]),
        targets("another one's", &["github"]),
        targets("misspelt", &["hugging-face"]),
        targets("in capitals", &["HuggingFace"]),
        targets("by the factory's id", &["huggingface-universal"]),
        sign_up("a username", json!({ "identifiers": ["username"], "password": false }), false),
        sign_up("a username and a password", json!({ "identifiers": ["username"], "password": true }), false),
        sign_up("a username, skipped", json!({ "identifiers": ["username"], "password": true }), true),
        mode("SignIn", Stop::Account, &["experience/registration-off"]),
        mode("Register", Stop::Account, &["experience/sign-in-off"]),
        Fault::new(
            "an account with the address",
            Stop::Account,
            "sign-up",
            users,
            &["account/email-belongs-to-another"],
        ),
        Fault::new(
            "an account with the address, linked",
            Stop::Account,
            "sign-up",
            linked,
            &["account/*", "huggingface/*"],
        ),
    ]
}

fn record() -> Vec<Fault> {
    let uris = |member: &str, name: &str, uris: &[&str], stop: Stop, causes: &[&'static str]| {
        let given = json!({ "application": { member: uris } });
        let touches = if member == "redirect_uris" { "redirect uri" } else { "post sign-out" };
        Fault::new(format!("{member}: {name}"), stop, touches, given, causes)
    };
    let mut faults = Vec::new();
    let sets: [(&str, &[&str]); 9] = [
        ("none", &[]),
        ("a slash at the end", &["[APP]/callback/"]),
        ("https", &["https://[APP_HOST]/callback"]),
        ("another path", &["[APP]/auth/callback"]),
        ("another host", &["https://shop.example/callback"]),
        ("another port", &["http://localhost:1/callback"]),
        ("the machine by number", &["http://127.0.0.1:3000/callback"]),
        ("Logto's own callback", &["[LOGTO]/callback/[CONNECTOR]"]),
        ("the app alone", &["[APP]"]),
    ];
    for (name, list) in sets {
        let causes = ["application/redirect-uri-*"];
        faults.push(uris("redirect_uris", name, list, Stop::AppRequest, &causes));
    }
    let sets: [(&str, &[&str]); 6] = [
        ("none", &[]),
        ("another path", &["[APP]/goodbye"]),
        ("https", &["https://[APP_HOST]/"]),
        ("another host", &["https://shop.example/"]),
        ("another port", &["http://localhost:1/"]),
        ("the callback", &["[APP]/callback"]),
    ];
    for (name, list) in sets {
        let causes = ["application/post-sign-out-uri-*"];
        faults.push(uris("post_logout_redirect_uris", name, list, Stop::SignOut, &causes));
    }
    for (kind, stop) in
        [("SPA", Stop::AppCallback), ("Native", Stop::AppCallback), ("MachineToMachine", Stop::AppRequest)]
    {
        let given = json!({ "application": { "type": kind } });
        let causes = ["application/type-*", "application/machine-to-machine", "application/redirect-uri-*"];
        faults.push(Fault::new(format!("application of type {kind}"), stop, "app secret", given, &causes));
    }
    for (name, scopes, stop, cause) in [
        ("without permissions", json!([]), Stop::AppRequest, "application/scope-not-permitted"),
        ("with permissions", json!(["profile", "email"]), Stop::AppCallback, "application/asks-to-authorize"),
    ] {
        let given = json!({ "application": { "is_third_party": true, "user_scopes": scopes } });
        faults.push(Fault::new(
            format!("third-party application {name}"),
            stop,
            "third party",
            given,
            &[cause],
        ));
    }
    faults
}
