use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

const ID: &str = "5fbf7d1c-0f4e-4b5e-8a0e-9c6f3b0d2a1e";
const SECRET: &str = "oauth_app_secret_kT4vZq8LwX2mNb6RcJ1yHs9PdGfAeU3o7B";
/// 2026-01-01.
const NOW: i64 = 1_767_225_600_000;
const DAY: i64 = 86_400_000;

fn now() -> Timestamp {
    Timestamp::from_millisecond(NOW).unwrap()
}

fn with_config(config: &Value) -> Case {
    let mut case = Case::default();
    let connector = json!({ "connectorId": "huggingface-universal", "config": config });
    case.read_connector(&connector.to_string(), "connector.json").unwrap();
    case
}

fn with_secrets(secrets: &Value) -> Case {
    let mut case = with_config(&json!({ "clientId": ID, "clientSecret": SECRET }));
    let record = json!({ "id": "k9x2m4c7v1b5n8z3q6w0e", "type": "Traditional", "secrets": secrets,
        "oidcClientMetadata": { "redirectUris": ["https://shop.example/callback"], "postLogoutRedirectUris": [] } });
    case.read_application(&record.to_string(), "application.json").unwrap();
    case
}

fn ids(case: &Case) -> Vec<&'static str> {
    warnings(case, &[], now()).iter().map(|warning| warning.cause.id()).collect()
}

#[test]
fn each_warning_has_an_input_that_leads_to_it() {
    let of = |id: &str, secret: &str| with_config(&json!({ "clientId": id, "clientSecret": secret }));
    let generic = json!({ "connectorId": "oauth2", "target": "huggingface", "config": {
        "clientId": ID, "clientSecret": SECRET, "authorizationEndpoint": "http://huggingface.co/oauth/authorize",
        "tokenEndpoint": "https://huggingface.co/oauth/token", "userInfoEndpoint": "https://huggingface.co/oauth/userinfo" } });
    let mut over_http = Case::default();
    over_http.read_connector(&generic.to_string(), "connector.json").unwrap();
    let inputs = [
        ("warning/placeholder", of("<client-id>", "<client-secret>")),
        ("warning/variable-not-expanded", of(ID, "${HF_CLIENT_SECRET}")),
        ("warning/masked-value", of(ID, "••••••••••••")),
        ("warning/access-token-as-secret", of(ID, "hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh")),
        ("warning/client-id-as-secret", of(ID, "0a7b6c5d-1111-4222-8333-444455556666")),
        ("warning/secret-has-prefix", of(ID, &format!("Bearer {SECRET}"))),
        ("warning/secret-incomplete", of(ID, "oauth_app_secret_")),
        ("warning/inner-whitespace", of(ID, "oauth_app_secret_AbCd\nEfGhIjKl\nMnOp")),
        ("warning/look-alike-character", of("5fbf7d1c–0f4e-4b5e-8a0e-9c6f3b0d2a1e", SECRET)),
        ("warning/values-swapped", of(SECRET, ID)),
        (
            "warning/member-unknown",
            with_config(&json!({ "clientId": ID, "clientSecret": SECRET, "scopes": "email" })),
        ),
        (
            "warning/secret-expires-soon",
            with_secrets(
                &json!([{ "name": "a", "value": "Zr7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e", "expiresAt": NOW + DAY }]),
            ),
        ),
        ("warning/endpoint-over-http", over_http),
        ("warning/client-id-not-an-id", of("https://huggingface.co/settings/applications/0a7b6c5d", SECRET)),
    ];
    let shown: BTreeSet<&str> = inputs.iter().map(|(id, _)| *id).collect();
    let all = Cause::all().into_iter().map(Cause::id).filter(|id| id.starts_with("warning/"));
    assert_eq!(shown, all.collect(), "each warning needs an input here");
    for (id, case) in inputs {
        assert_eq!(ids(&case), [id], "{:?}", case.connector.config);
    }
}

#[test]
fn further_forms_lead_to_the_same_warnings() {
    let of = |id: &str, secret: &str| with_config(&json!({ "clientId": id, "clientSecret": secret }));
    for (id, case) in [
        ("warning/placeholder", of("00000000-0000-0000-0000-000000000000", SECRET)),
        ("warning/access-token-as-secret", of(ID, "ghp_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGhIj")),
        ("warning/secret-has-prefix", of(ID, &format!("HUGGINGFACE_SECRET={SECRET}"))),
        ("warning/secret-has-prefix", of(ID, &format!("export HF_SECRET={SECRET}"))),
        ("warning/inner-whitespace", of(ID, &format!(r"{SECRET}\n"))),
    ] {
        assert_eq!(ids(&case), [id], "{:?}", case.connector.config);
    }
}

#[test]
fn nothing_is_said_of_ordinary_settings() {
    let mut case = with_secrets(&json!([
        { "name": "old", "value": "Zr7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e", "expiresAt": NOW + DAY },
        { "name": "new", "value": "Ab7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e", "expiresAt": null },
        { "name": "gone", "value": "Cd7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e", "expiresAt": NOW - DAY },
    ]));
    let app = json!({ "client_id": ID, "secret": SECRET, "redirect_uris": ["https://auth.shop.example/callback/abc"] });
    case.read_oauth_app(&app.to_string(), "huggingface.yaml").unwrap();
    case.app.redirect_uri = Some("com.shop.app://callback".to_owned());
    assert_eq!(ids(&case), [] as [&str; 0]);
    case.app.app_secret = Some("Zr7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e".to_owned());
    assert_eq!(ids(&case), ["warning/secret-expires-soon"]);
}

#[test]
fn members_that_logto_does_not_know_may_be_of_a_newer_version() {
    let config = json!({ "clientId": ID, "clientSecret": SECRET, "scope": "email", "prompts": ["login"], "tokenLife": 5 });
    assert_eq!(ids(&with_config(&config)), [] as [&str; 0]);
    for name in ["scopes", "client_id", "clientsecret", "ClientSecret", "client-secret", "Scope", "clientID"]
    {
        let config = json!({ "clientId": ID, "clientSecret": SECRET, name: "x" });
        assert_eq!(ids(&with_config(&config)), ["warning/member-unknown"], "{name}");
    }
}

#[test]
fn the_text_of_a_warning_has_no_secret() {
    for secret in [format!("Bearer {SECRET}"), "hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh".to_owned()] {
        let told = warnings(&with_config(&json!({ "clientId": secret, "clientSecret": secret })), &[], now());
        let told: String = told.iter().map(ToString::to_string).collect();
        assert!(!told.contains(&secret[..30]), "{told}");
    }
}
