//! Walks on one Logto: none finds anything that an earlier walk left behind.

use std::sync::Arc;

use logto_testkit::container::RunningContainer;
use logto_testkit::stack::{Logto, Management};
use logto_testkit::{Scenario, SnapshotResult, Stack, Visitor, compare_snapshot, stack_for, walk};
use serde_json::{Value, json};

use super::support::{containers, logto};
use crate::support::root;

/// Every place of the Management API where a walk could leave something.
const PLACES: [&str; 22] = [
    "users?page=1&page_size=100",
    "applications",
    "connectors",
    "resources?includeScopes=true",
    "roles?page=1&page_size=100",
    "organizations?page=1&page_size=100",
    "organization-roles?page=1&page_size=100",
    "organization-scopes",
    "organization-invitations",
    "hooks",
    "custom-phrases",
    "sso-connectors",
    "custom-profile-fields",
    "email-templates",
    "one-time-tokens",
    "domains",
    "configs/jwt-customizer",
    "configs/admin-console",
    "configs/oidc/session",
    "configs/id-token",
    "account-center",
    "sign-in-exp",
];

/// The API's answers for all of them.
async fn all_of(management: &Management) -> Vec<(&'static str, u16, Value)> {
    let mut all = Vec::new();
    for place in PLACES.into_iter().chain(["captcha-provider"]) {
        let (status, body) = management.ask(http::Method::GET, place, None).await.unwrap();
        all.push((place, status, serde_json::from_str(&body).unwrap_or_default()));
    }
    all
}

/// A stack without an application and a connector of its own: it shows the
/// tenant as it was found, before anything is created in it.
async fn found_by_the_next(logto: &Arc<RunningContainer>) -> Vec<(&'static str, u16, Value)> {
    let stack = Stack::builder().logto(Logto::Running(logto.clone())).start().await.unwrap();
    let management = stack.management();
    for path in [format!("applications/{}", stack.known().app_id), "connectors/logto-testkit".to_owned()] {
        management.delete(&path).await.unwrap();
    }
    let guide_s = json!({
        "signUp": { "identifiers": ["username"], "password": true, "verify": false },
        "signIn": { "methods": [{
            "identifier": "username", "password": true, "verificationCode": false, "isPasswordPrimary": true,
        }] },
        "socialSignInConnectorTargets": [],
    });
    management.patch("sign-in-exp", &guide_s).await.unwrap();
    let found = all_of(management).await;
    stack.stop().await.unwrap();
    found
}

/// Creates one resource of each kind.
async fn leave_traces(management: &Management) {
    let make = async |path: &str, body: Value| management.post(path, &body).await.unwrap().body;
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    // More than one page of them.
    for number in 0..105 {
        make("users", json!({ "username": format!("left_{number}") })).await;
    }
    make("applications", json!({ "name": "Left", "type": "SPA" })).await;
    make("saml-applications", json!({ "name": "Left, too" })).await;
    let resource =
        make("resources", json!({ "name": "Left", "indicator": "https://left.example.com" })).await;
    make(&format!("resources/{}/scopes", id(&resource)), json!({ "name": "read", "description": "" })).await;
    // Every tenant has this one from the beginning; its resource cannot be changed.
    let seeded = management.get("roles?page=1&page_size=100").await.unwrap().body[0].clone();
    management.patch(&format!("roles/{}", id(&seeded)), &json!({ "description": "left" })).await.unwrap();
    make("roles", json!({ "name": "left", "description": "left" })).await;
    let organization = make("organizations", json!({ "name": "Left" })).await;
    let user = make("users", json!({ "username": "member" })).await;
    let members = json!({ "userIds": [id(&user)] });
    management.post(&format!("organizations/{}/users", id(&organization)), &members).await.unwrap();
    make("organization-roles", json!({ "name": "left" })).await;
    make("organization-scopes", json!({ "name": "left" })).await;
    make(
        "hooks",
        json!({ "name": "left", "events": ["User.Created"], "config": { "url": "http://127.0.0.1:9" } }),
    )
    .await;
    make("custom-profile-fields", json!({ "name": "left", "type": "Text", "required": false, "config": {} }))
        .await;
    make("sso-connectors", json!({ "providerName": "OIDC", "connectorName": "left" })).await;
    make("one-time-tokens", json!({ "email": "left@example.com" })).await;
    for (method, path, body) in [
        (http::Method::PUT, "custom-phrases/fr", json!({ "action": { "sign_in": "Entrer" } })),
        (
            http::Method::PUT,
            "email-templates",
            json!({ "templates": [{
                "languageTag": "en", "templateType": "SignIn", "details": { "subject": "left", "content": "left" },
            }] }),
        ),
        (
            http::Method::PUT,
            "configs/jwt-customizer/access-token",
            json!({ "script": "const getCustomJwtClaims = async () => ({ left: true });" }),
        ),
        (http::Method::PATCH, "configs/admin-console", json!({ "organizationCreated": true })),
        (http::Method::PATCH, "configs/oidc/session", json!({ "ttl": 7200 })),
        (http::Method::PUT, "configs/id-token", json!({ "enabledExtendedClaims": ["roles"] })),
        (http::Method::PATCH, "account-center", json!({ "enabled": true, "fields": { "name": "Edit" } })),
        (
            http::Method::PUT,
            "captcha-provider",
            json!({ "config": { "type": "Turnstile", "siteKey": "left", "secretKey": "left" } }),
        ),
        (
            http::Method::PATCH,
            "sign-in-exp",
            json!({
                "color": { "primaryColor": "#ff0000", "isDarkModeEnabled": true, "darkPrimaryColor": "#00ff00" },
                "customCss": "body { display: none }",
                "termsOfUseUrl": "https://left.example.com",
                "agreeToTermsPolicy": "Manual",
                "mfa": { "factors": ["Totp"], "policy": "Mandatory" },
                "passwordPolicy": { "length": { "min": 40, "max": 256 } },
                "captchaPolicy": { "enabled": true },
                "sentinelPolicy": { "maxAttempts": 5 },
                "signInMode": "SignIn",
            }),
        ),
    ] {
        let (status, answer) = management.ask(method.clone(), path, Some(&body)).await.unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
    }
}

#[tokio::test]
async fn walks_share_a_logto_and_each_finds_it_untouched() {
    let Some(container) = logto("walks_share_a_logto_and_each_finds_it_untouched").await else { return };
    let logto = Arc::new(container.start().await.unwrap());
    assert!(logto.reach().listen().ip().is_loopback() || !logto.reach().listen().ip().is_unspecified());

    // The same transcripts as on any other Logto.
    for file in ["sign-in/first-visit.yaml", "sign-in/returning-visitor.yaml", "account/wrong-password.yaml"]
    {
        let scenario = Scenario::load(&root().join("scenarios").join(file)).unwrap();
        let stack = stack_for(&scenario).logto(Logto::Running(logto.clone())).start().await.unwrap();
        let report = walk(&stack, &scenario).await;
        assert!(report.passed(), "{}\n{:?}", report.transcript, report.failures);
        stack.stop().await.unwrap();
        match compare_snapshot(&scenario, &report.transcript.to_string()).unwrap() {
            SnapshotResult::Same => {}
            other => panic!("{file}: {other:?}"),
        }
    }

    // Whatever one walk leaves behind, the next does not find it.
    let untouched = found_by_the_next(&logto).await;
    let stack = Stack::builder().logto(Logto::Running(logto.clone())).start().await.unwrap();
    leave_traces(stack.management()).await;
    assert_ne!(all_of(stack.management()).await, untouched);
    stack.stop().await.unwrap();
    for (was, is) in untouched.iter().zip(found_by_the_next(&logto).await) {
        assert_eq!(*was, is);
    }

    failed_attempts_are_forgiven(&logto).await;

    let label = format!("logto-testkit.run={}", logto.run());
    assert_eq!(containers(&label).await.len(), 2);
    assert_eq!(Arc::into_inner(logto).unwrap().stop().await, None);
    assert_eq!(containers(&label).await.len(), 0);
}

/// This username does not exist, and it does not lock anyone out.
async fn failed_attempts_are_forgiven(logto: &Arc<RunningContainer>) {
    for _ in 0..2 {
        let stack = Stack::builder().logto(Logto::Running(logto.clone())).start().await.unwrap();
        let strict = json!({
            "signIn": { "methods": [{
                "identifier": "username", "password": true, "verificationCode": false, "isPasswordPrimary": true,
            }] },
            "signUp": { "identifiers": ["username"], "password": true, "verify": false },
            "sentinelPolicy": { "maxAttempts": 3, "lockoutDuration": 60 },
        });
        stack.management().patch("sign-in-exp", &strict).await.unwrap();
        let mut visitor = Visitor::new(&stack);
        visitor.visit("/sign-in").await.unwrap();
        for attempt in 1..=3 {
            let refused =
                visitor.sign_in_with_password("nobody", "Wrong-Password-1").await.unwrap_err().to_string();
            let locked = refused.contains("session.verification_blocked_too_many_attempts");
            assert_eq!(locked, attempt == 3, "attempt {attempt}: {refused}");
        }
        stack.stop().await.unwrap();
    }
}
