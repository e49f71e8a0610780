use serde_json::{Value, json};

use crate::UnlistedScope;
use crate::routes::testing::{Answer, CHALLENGE, Site, VERIFIER, authorize, form};

const CALLBACK: &str = "https://tool.example/callback?keep=%2F";
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

async fn register(site: &Site, metadata: &Value) -> Answer {
    site.send("POST", "/oauth/register", &JSON, &metadata.to_string()).await
}

/// A code for a client that registered itself, with PKCE.
async fn code(site: &Site, client_id: &str) -> String {
    let session = site.mock.sign_in("ada").unwrap();
    let extra = [
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let answer = site.form(&authorize("openid profile", &extra), "", Some(&session)).await;
    answer.param("code").unwrap_or_else(|| panic!("{answer:?}"))
}

#[tokio::test]
async fn a_public_client_registers_and_signs_a_user_in() {
    let site = Site::new();
    let metadata = json!({
        "redirect_uris": [CALLBACK],
        "client_name": "Tool <1>",
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code"],
    });
    let answer = register(&site, &metadata).await;
    let reply = answer.json();
    assert_eq!(answer.status, 201, "{reply}");
    let grants = ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"];
    let id = reply["client_id"].as_str().unwrap();
    assert_eq!(
        reply,
        json!({
            "client_id": id,
            // The site's clock is fixed at 2026-11-23T12:00:00Z.
            "client_id_issued_at": 1_795_435_200,
            "client_secret_expires_at": 0,
            "redirect_uris": [CALLBACK],
            "client_name": "Tool <1>",
            "scope": "openid profile",
            "token_endpoint_auth_method": "none",
            "grant_types": grants,
        })
    );

    let code = code(&site, id).await;
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("client_id", id),
        ("code_verifier", VERIFIER),
    ]);
    assert_eq!(site.token(&[], &body).await.json()["scope"], "openid profile");
}

#[tokio::test]
async fn a_confidential_client_gets_a_secret_that_works() {
    let site = Site::new();
    let reply = register(&site, &json!({ "redirect_uris": [CALLBACK] })).await.json();
    assert_eq!(reply["token_endpoint_auth_method"], "client_secret_basic");
    let (id, secret) = (reply["client_id"].as_str().unwrap(), reply["client_secret"].as_str().unwrap());
    assert!(secret.starts_with("oauth_app_secret_"), "{secret}");
    let code = code(&site, id).await;
    let exchange = |secret: &str| {
        form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("client_id", id),
            ("client_secret", secret),
            ("code_verifier", VERIFIER),
        ])
    };
    assert_eq!(site.token(&[], &exchange("wrong")).await.json()["error"], "invalid_client");
    assert_eq!(site.token(&[], &exchange(secret)).await.status, 200);
}

#[tokio::test]
async fn a_registered_client_may_use_the_device_flow() {
    let site = Site::new();
    let metadata = json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none" });
    let reply = register(&site, &metadata).await.json();
    let body = form(&[("client_id", reply["client_id"].as_str().unwrap())]);
    assert_eq!(site.form("/oauth/device", &body, None).await.status, 200);
}

#[tokio::test]
async fn echoes_the_metadata() {
    let metadata = json!({
        "redirect_uris": ["http://localhost:1234/cb", "com.example.tool://cb"],
        "client_uri": "https://tool.example/",
        "logo_uri": "https://tool.example/logo.png",
        "scope": "openid email",
        "contacts": ["ada@example.com"],
        "token_endpoint_auth_method": "client_secret_post",
        "software_id": "tool",
        "software_version": "1.2",
    });
    let reply = register(&Site::new(), &metadata).await.json();
    for (name, value) in metadata.as_object().unwrap() {
        assert_eq!(&reply[name], value, "{name}");
    }
}

#[tokio::test]
async fn a_client_that_lists_no_scope_gets_those_of_the_switch() {
    let site = Site::new();
    let mut switches = site.mock.switches();
    switches.unlisted_scope = UnlistedScope::All;
    site.mock.set_switches(switches);
    let reply = register(&site, &json!({ "redirect_uris": [CALLBACK] })).await.json();
    let scope = reply["scope"].as_str().unwrap();
    assert!(scope.contains("read-mcp") && scope.contains("jobs"), "{scope}");
}

#[tokio::test]
async fn settings_do_not_list_registered_clients() {
    let site = Site::new();
    let metadata = json!({ "redirect_uris": [CALLBACK], "client_name": "Invisible" });
    register(&site, &metadata).await;
    let session = site.mock.sign_in("ada").unwrap();
    let page = site.get_as("/settings/applications", &session).await.body;
    assert!(page.contains("Shop") && !page.contains("Invisible"), "{page}");
    let answer = site.send("DELETE", "/oauth/register", &[], "").await;
    assert_eq!(answer.status, 405);
}

#[tokio::test]
async fn refuses_addresses_that_codes_cannot_be_sent_to() {
    let site = Site::new();
    for (uris, note) in [
        (json!([]), "redirect_uris is missing or empty"),
        (json!(["/cb"]), "redirect_uris has `/cb`, which is not an absolute URL"),
        (
            json!([CALLBACK, "https://a.example/#b"]),
            "redirect_uris has `https://a.example/#b`, which has a fragment",
        ),
        (
            json!(["javascript:alert(1)"]),
            "redirect_uris has `javascript:alert(1)`, which has a scheme that cannot reach a client",
        ),
    ] {
        let answer = register(&site, &json!({ "redirect_uris": uris })).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some("invalid_redirect_uri")));
        assert_eq!(answer.notes, [note]);
    }
}

#[tokio::test]
async fn refuses_invalid_metadata() {
    let site = Site::new();
    for (name, value, note) in [
        (
            "token_endpoint_auth_method",
            json!("private_key_jwt"),
            "token_endpoint_auth_method `private_key_jwt` is not supported by this site",
        ),
        ("scope", json!("openid files"), "scope `files` does not exist"),
        (
            "client_uri",
            json!("javascript:alert(1)"),
            "client_uri is `javascript:alert(1)`, which is not an http or https URL",
        ),
        ("logo_uri", json!("logo.png"), "logo_uri is `logo.png`, which is not an http or https URL"),
    ] {
        let answer = register(&site, &json!({ "redirect_uris": [CALLBACK], name: value })).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some("invalid_client_metadata")));
        assert_eq!(answer.notes, [note]);
    }
    let answer = register(&site, &json!({ "redirect_uris": CALLBACK })).await;
    assert_eq!(answer.json()["error"], "invalid_client_metadata");
    assert!(answer.notes[0].starts_with("the metadata is invalid: "), "{answer:?}");
    let answer = site.form("/oauth/register", "redirect_uris=x", None).await;
    assert_eq!(answer.json()["error"], "invalid_client_metadata");
    assert_eq!(answer.notes, ["the content type is `application/x-www-form-urlencoded`, not JSON"]);
}
