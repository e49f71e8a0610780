//! What a diagnosis makes of Logto's records: it reads what bears on a sign-in, or says that it did
//! not.

use logto_testkit::diagnose::DiagnoseError;

use super::*;

const APP_SECRET: &str = "tG7hJ2kL9mN4pQ6rS8vW1xY3zA5bC0dE";
/// In 2025.
const PAST: i64 = 1_763_900_000_000;
/// In 2100.
const FUTURE: i64 = 4_102_444_800_000;

fn connector_with(scope: &str) -> Value {
    let mut connector = connector(SECRET);
    connector["config"]["scope"] = json!(scope);
    connector
}

fn with_experience(scope: &str, members: &Value) -> Case {
    let mut experience = experience(&["huggingface"], &[]);
    for (name, value) in members.as_object().unwrap() {
        experience[name] = value.clone();
    }
    let scopes: Vec<&str> = scope.split(' ').collect();
    let mut oauth_app = oauth_app(&[CALLBACK]);
    oauth_app["scopes"] = json!(scopes);
    case(&connector_with(scope), &application(APP_CALLBACK, &[APP]), &experience, &oauth_app)
}

fn with_record(members: &Value) -> Case {
    let mut record = application(APP_CALLBACK, &[APP]);
    for (name, value) in members.as_object().unwrap() {
        record[name] = value.clone();
    }
    case(&connector(SECRET), &record, &experience(&["huggingface"], &[]), &oauth_app(&[CALLBACK]))
}

async fn diagnosed(case: &Case) -> Diagnosis {
    diagnose(case, &App::Sample).await.unwrap()
}

/// Rows 12, 37, 21c, 28m-28p, F2 of the trial.
#[tokio::test]
async fn what_is_asked_of_new_people_depends_on_what_hugging_face_provides() {
    let (all, no_email) = ("openid profile email", "openid profile");
    let sign_up =
        |identifiers: &[&str]| json!({ "identifiers": identifiers, "password": false, "verify": true });
    let skips = json!({ "skipRequiredIdentifiers": true, "automaticAccountLinking": true });
    // Without a primary identifier Logto refuses secondary ones (golden `sign-in-experience-rules`).
    let secondary = |identifier: &str| {
        json!({ "identifiers": ["email"], "password": false, "verify": true,
                "secondaryIdentifiers": [{ "identifier": identifier, "verify": true }] })
    };
    let required = Some("experience/sign-up-identifier-required");
    let not_requested = Some("connector/email-scope-missing");
    for (scope, members, expected) in [
        (all, json!({ "signUp": sign_up(&["email"]) }), None),
        (no_email, json!({ "signUp": sign_up(&["email"]) }), not_requested),
        (all, json!({ "signUp": sign_up(&["phone"]) }), required),
        (all, json!({ "signUp": sign_up(&["email", "phone"]) }), None),
        (no_email, json!({ "signUp": sign_up(&["email", "phone"]) }), not_requested),
        (all, json!({ "signUp": secondary("phone") }), required),
        (no_email, json!({ "signUp": sign_up(&["phone"]), "socialSignIn": skips }), None),
        (all, json!({ "signUp": sign_up(&["username"]), "socialSignIn": skips }), None),
        (all, json!({ "signUp": { "identifiers": ["email"], "password": true, "verify": true } }), None),
        (all, json!({ "signInMode": "Register" }), Some("experience/sign-in-off")),
        (all, json!({ "agreeToTermsPolicy": "Manual", "termsOfUseUrl": "https://shop.acme.io/terms" }), None),
        (all, json!({ "agreeToTermsPolicy": "ManualRegistrationOnly" }), None),
    ] {
        let diagnosis = diagnosed(&with_experience(scope, &members)).await;
        assert_eq!(names(&diagnosis).first().copied(), expected, "{scope} {members}: {diagnosis}");
    }
}

/// Rows 16a, 17, 18, 20 and F7: the fault is silence.
#[tokio::test]
async fn what_the_twin_does_not_have_is_named() {
    let scope = "openid profile email";
    for (members, named) in [
        (
            json!({ "mfa": { "factors": ["Totp"], "policy": "Mandatory" } }),
            "Multi-factor authentication (`mfa`)",
        ),
        (json!({ "captchaPolicy": { "enabled": true } }), "The captcha (`captchaPolicy`)"),
        (json!({ "singleSignOnEnabled": true }), "Enterprise single sign-on (`singleSignOnEnabled`)"),
        (
            json!({ "emailBlocklistPolicy": { "customBlocklist": ["@mailinator.com", "@example.com"] } }),
            "`emailBlocklistPolicy`",
        ),
        (json!({ "emailBlocklistPolicy": { "customAllowlist": ["@acme.io"] } }), "customAllowlist"),
        (json!({ "signUpProfileFields": [{ "name": "company" }] }), "`signUpProfileFields`"),
        (json!({ "aMemberOfTomorrow": true }), "`aMemberOfTomorrow`"),
    ] {
        let diagnosis = diagnosed(&with_experience(scope, &members)).await;
        assert!(diagnosis.is_healthy(), "{members}: {diagnosis}");
        assert!(diagnosis.unknown.iter().any(|line| line.contains(named)), "{members}: {diagnosis}");
    }
    let controlled = diagnosed(&with_record(&json!({ "appLevelAccessControlEnabled": true }))).await;
    assert!(controlled.unknown.iter().any(|line| line.contains("access control")), "{controlled}");
}

/// Rows 21, 30c and F1 of the trial.
#[tokio::test]
async fn a_secret_that_has_expired_or_was_deleted_is_found() {
    let secret = |value: &str, expires_at: Value| json!({ "name": "Default secret", "value": value, "expiresAt": expires_at });
    let (old, new) =
        (secret(APP_SECRET, json!(PAST)), secret("another-secret-of-the-app-123456", Value::Null));
    let later = secret(APP_SECRET, json!(FUTURE));
    let expired = Some("application/secret-expired");
    for (secrets, sent, expected) in [
        (json!([old]), Some(APP_SECRET), expired),
        (json!([old]), None, expired),
        (json!([old, new]), Some(APP_SECRET), expired),
        (json!([old, new]), None, None),
        (json!([old, new]), Some("another-secret-of-the-app-123456"), None),
        (json!([later]), Some(APP_SECRET), None),
        (json!([]), Some(APP_SECRET), Some("app/app-secret-wrong")),
        (json!([]), None, None),
        (json!([new]), Some(APP_SECRET), Some("app/app-secret-wrong")),
    ] {
        let mut case = with_record(&json!({ "secrets": secrets }));
        case.app.app_secret = sent.map(ToOwned::to_owned);
        let diagnosis = diagnosed(&case).await;
        assert_eq!(names(&diagnosis).first().copied(), expected, "{secrets} {sent:?}: {diagnosis}");
        assert!(!diagnosis.to_string().contains("hJ2kL9mN4pQ6"), "{diagnosis}");
        let told = diagnosis.to_string().contains("2025-11-23T12:13:20Z");
        assert_eq!(told, expected == expired, "{diagnosis}");
    }
}

/// N3 and A4 of the trial; logto#6742.
#[tokio::test]
async fn a_third_party_application_may_ask_for_what_it_is_permitted() {
    let refused = Some("application/scope-not-permitted");
    for (user_scopes, asked, expected) in [
        (&["profile", "email"][..], &["email"][..], None),
        (&["profile"], &["email"], refused),
        (&["profile"], &[], None),
        // Logto's SDKs ask for `profile`, too.
        (&["email"], &[], refused),
        // What the app really asks for is not known.
        (&["email"], &["openid", "email"], None),
        (&["email"], &["profile"], refused),
    ] {
        let scopes = json!({ "userScopes": user_scopes, "resourceScopes": [], "organizationScopes": [] });
        let mut case = with_record(&json!({ "isThirdParty": true }));
        case.read_user_consent_scopes(&scopes.to_string(), "scopes.json").unwrap();
        case.app.scopes = asked.iter().map(|scope| (*scope).to_owned()).collect();
        let diagnosis = diagnosed(&case).await;
        assert_eq!(names(&diagnosis).first().copied(), expected, "{user_scopes:?} {asked:?}: {diagnosis}");
        assert!(!diagnosis.unknown.iter().any(|line| line.contains("the twin permits all")), "{diagnosis}");
    }
    let api = "https://api.acme.io";
    let permitted = json!({
        "userScopes": ["profile"],
        "resourceScopes": [{
            "resource": { "id": "r", "name": "API", "indicator": api },
            "scopes": [{ "id": "s", "name": "read:books", "description": null }],
        }],
    });
    let mut case = with_record(&json!({ "isThirdParty": true, "userConsentScopes": permitted }));
    case.app.resources = vec![api.to_owned()];
    case.app.scopes = vec!["read:books".to_owned()];
    let diagnosis = diagnosed(&case).await;
    assert!(diagnosis.is_healthy(), "{diagnosis}");
}

/// W12 of the trial.
#[tokio::test]
async fn an_api_resource_is_unknown_only_if_the_tenants_are_known() {
    let list = json!([
        { "id": "m", "name": "Management", "indicator": "https://default.logto.app/api", "isDefault": false },
        { "id": "a", "name": "API", "indicator": "https://api.acme.io", "isDefault": false,
          "scopes": [{ "id": "s", "name": "read:books" }] },
    ]);
    for (known, asked, expected) in [
        (false, "https://api.acme.io", None),
        (true, "https://api.acme.io", None),
        (true, "https://default.logto.app/api", None),
        (true, "https://api.acme.io/", Some("app/resource-unknown")),
        (true, "urn:logto:resource:organizations", None),
        (false, "urn:logto:resource:organizations", None),
    ] {
        let mut case = healthy();
        if known {
            case.read_resources(&list.to_string(), "resources.json").unwrap();
        }
        case.app.resources = vec![asked.to_owned()];
        let diagnosis = diagnosed(&case).await;
        assert_eq!(names(&diagnosis).first().copied(), expected, "{known} {asked}: {diagnosis}");
        let assumed = diagnosis.assumed.iter().any(|line| line.contains("has the API resource"));
        assert_eq!(assumed, !known && asked.starts_with("https"), "{diagnosis}");
    }
}

/// X2, 14c, 14g and 28k of the trial: values that Logto never stores.
#[test]
fn what_logto_never_stores_is_refused() {
    let record = |members: Value| {
        let mut record = application(APP_CALLBACK, &[APP]);
        for (name, value) in members.as_object().unwrap() {
            record[name] = value.clone();
        }
        Case::default().read_application(&record.to_string(), "a.json").unwrap_err().to_string()
    };
    let experience =
        |text: &str| Case::default().read_sign_in_experience(text, "e.json").unwrap_err().to_string();
    for (told, expected) in [
        (
            experience(r#"{ "socialSignInConnectorTargets": null, "signInMode": "SignInAndRegister" }"#),
            "e.json: `socialSignInConnectorTargets` is null; Logto stores a list of strings there",
        ),
        (
            experience(r#"{ "signInMode": "signin" }"#),
            "e.json: `signInMode` is `signin`; Logto stores one of SignIn,",
        ),
        (
            experience(r#"{ "signUp": { "identifiers": ["mail"] } }"#),
            "e.json: `signUp.identifiers` is [\"mail\"]; ",
        ),
        (
            record(json!({ "isThirdParty": "yes" })),
            "a.json: `isThirdParty` is `yes`; Logto stores true or false",
        ),
        (
            record(json!({ "secrets": { "value": "x" } })),
            "a.json: `secrets` is an object; it should be the list that",
        ),
        (record(json!({ "secrets": ["x"] })), "a.json: `secrets[0]` is text; it should be the list that"),
        (record(json!({ "secrets": [{ "name": "x" }] })), "a.json: `secrets[0].value` is missing; it should"),
        (
            record(json!({ "secrets": [{ "value": "x", "expiresAt": "2030-01-01" }] })),
            "a.json: `secrets[0].expiresAt` is text; Logto writes the time in milliseconds",
        ),
        (
            record(json!({ "userConsentScopes": ["email"] })),
            "a.json: found a list; it should be the JSON object of",
        ),
        (
            record(json!({ "type": "Protected" })),
            "a.json: this application has the type `Protected`; Logto's own proxy",
        ),
    ] {
        assert!(told.starts_with(expected), "{told}");
    }
    let scopes = Case::default().read_user_consent_scopes("{ \"userScopes\": [] }", "s.json").unwrap_err();
    assert!(scopes.to_string().contains("`--application`"), "{scopes}");
    let resources =
        Case::default().read_resources("{ \"indicator\": \"https://a.acme.io\" }", "r.json").unwrap_err();
    assert!(
        resources.to_string().starts_with("r.json: found one API resource; it should be the list"),
        "{resources}"
    );
}

/// Logto stores neither (contract §9): the record of a person may have them all the same.
#[tokio::test]
async fn a_redirect_uri_that_logto_does_not_store_is_named_and_not_taken_for_the_apps() {
    let with = |uris: Value| {
        let metadata = json!({ "redirectUris": uris, "postLogoutRedirectUris": [] });
        with_record(&json!({ "oidcClientMetadata": metadata }))
    };
    let healthy = diagnosed(&with(json!(["shop.acme.io/callback", APP_CALLBACK]))).await;
    assert!(healthy.is_healthy(), "{healthy}");
    let mut alone = with(json!(["https://xn--a.org/callback"]));
    alone.app.redirect_uri = Some(APP_CALLBACK.to_owned());
    let told = diagnosed(&alone).await.to_string();
    assert!(told.contains("is empty without `https://xn--a.org/callback`"), "{told}");
}

/// What the readers do not check, the twin's Logto refuses.
#[tokio::test]
async fn what_the_twins_logto_does_not_store_is_an_error_of_the_input() {
    for (case, expected) in [
        (
            with_record(&json!({ "customClientMetadata": { "refreshTokenTtlInDays": 400 } })),
            ["the application", "`customClientMetadata.refreshTokenTtlInDays`"],
        ),
        (
            with_experience("openid profile", &json!({ "captchaPolicy": { "enabled": "yes" } })),
            ["the sign-in experience", "`captchaPolicy.enabled`"],
        ),
    ] {
        let error = diagnose(&case, &App::Sample).await.unwrap_err();
        assert!(matches!(error, DiagnoseError::Setting { .. }), "{error:?}");
        assert!(expected.iter().all(|part| error.to_string().contains(part)), "{error}");
    }
}

/// Secrets with their expiry, permissions and resources are read, and nothing is written.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_read_with_secrets_permissions_and_resources() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let management = elsewhere.management().await;
    let connector = json!({ "connectorId": "huggingface-universal", "config": { "clientId": CLIENT_ID, "clientSecret": SECRET } });
    management.post("connectors", &connector).await.unwrap();
    let record = json!({
        "name": "Shop", "type": "Traditional", "isThirdParty": true,
        "oidcClientMetadata": { "redirectUris": [APP_CALLBACK], "postLogoutRedirectUris": [APP] },
    });
    let id = management.post("applications", &record).await.unwrap().text("id").unwrap();
    let permitted = json!({ "userScopes": ["email"] });
    management.post(&format!("applications/{id}/user-consent-scopes"), &permitted).await.unwrap();
    let api = json!({ "name": "API", "indicator": "https://api.acme.io" });
    management.post("resources", &api).await.unwrap();
    let before = elsewhere.journal.last_number();
    let mut case = Case::default();
    case.read_tenant(&management, &elsewhere.endpoint, Some(&id)).await.unwrap();
    let read = case.application.as_ref().unwrap();
    assert_eq!(read["userConsentScopes"]["userScopes"], json!(["email"]));
    assert_eq!(read["secrets"][0]["expiresAt"], Value::Null);
    let resources: Vec<&str> = case.resources.iter().flatten().map(|one| one.indicator.as_str()).collect();
    assert!(resources.contains(&"https://api.acme.io"), "{resources:?}");
    let written = elsewhere.journal.since(before);
    let written =
        written.iter().filter(|entry| entry.party == Party::LOGTO && entry.direction == Direction::Received);
    let written: Vec<_> = written.filter(|entry| entry.request.method != "GET").collect();
    assert!(written.is_empty(), "{written:?}");
}

#[tokio::test]
async fn a_capsule_has_what_the_records_are_about() {
    let required = json!({ "signUp": { "identifiers": ["phone"], "password": false, "verify": true } });
    let capsule = capsule(&with_experience("openid profile email", &required)).await.unwrap();
    let found = capsule.finding.map(logto_testkit::findings::Cause::id);
    assert_eq!(found, Some("experience/sign-up-identifier-required"), "{}", capsule.text);
}

/// Row W2 of the trial: an application whose code is public has no secret.
#[tokio::test]
async fn a_public_application_is_healthy_without_a_secret() {
    for kind in ["SPA", "Native"] {
        let mut case = with_record(&json!({ "type": kind, "secrets": [] }));
        let diagnosis = diagnosed(&case).await;
        assert!(diagnosis.is_healthy(), "{kind}: {diagnosis}");
        case.app.app_secret = Some(APP_SECRET.to_owned());
        assert_eq!(names(&diagnosed(&case).await), ["application/type-has-no-secret"], "{kind}");
    }
}
