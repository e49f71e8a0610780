//! Addresses of the person go into the twin as they are.

use logto_testkit::diagnose::{App, Case, CheckResult, Diagnosis, Stage, diagnose};
use serde_json::{Value, json};

use super::{SECRET, connector, names, result};

/// A set-up with an application of this type and these lists; `change` sets what is said on the
/// command line.
async fn diagnosed(kind: &str, uris: &[&str], after: &[&str], change: impl FnOnce(&mut Case)) -> Diagnosis {
    let mut case = Case::default();
    case.read_connector(&connector(SECRET).to_string(), "connector.json").unwrap();
    let lists = json!({ "redirectUris": uris, "postLogoutRedirectUris": after });
    let application = json!({ "id": "k9x2m4c7v1b5", "type": kind, "oidcClientMetadata": lists });
    case.read_application(&application.to_string(), "application.json").unwrap();
    case.logto_endpoint = "https://auth.acme.io:8443".parse().ok();
    change(&mut case);
    diagnose(&case, &App::Sample).await.unwrap()
}

/// The redirect URI that the app sent, as the report shows it.
fn sent(diagnosis: &Diagnosis) -> &str {
    let check = diagnosis.checks.iter().find(|check| check.stage == Stage::AppRequest).unwrap();
    check.detail.as_deref().unwrap_or_default().trim_start_matches("redirect URI ")
}

#[tokio::test]
async fn what_logto_accepts_is_healthy() {
    for (kind, uri, after) in [
        ("Traditional", "https://shop.acme.io", "https://shop.acme.io"),
        ("Traditional", "https://shop.acme.io/", "https://www.acme.io/goodbye"),
        ("Traditional", "https://shop.acme.io/sign-in", "https://shop.acme.io/?bye=1"),
        ("SPA", "https://Shop.Acme.io:443/callback?tenant=a", "https://shop.acme.io/"),
        ("SPA", "https://bücher.acme.io/callback", "https://bücher.acme.io/"),
        ("Native", "http://[::1]:3000/Caf%C3%A9", "http://[::1]:3000/"),
        ("Traditional", "http://192.168.1.5:3000/callback", "http://192.168.1.5:3000/"),
    ] {
        let diagnosis = diagnosed(kind, &[uri, "https://second.acme.io/callback"], &[after], |_| {}).await;
        assert!(diagnosis.is_healthy(), "{kind} {uri}\n{diagnosis}");
        assert_eq!(sent(&diagnosis), uri);
        assert_eq!(result(&diagnosis, Stage::SignOut), CheckResult::Passed, "{kind} {uri}");
    }
}

#[tokio::test]
async fn a_pattern_is_matched() {
    let pattern = "https://*.acme.io/callback";
    let alone = diagnosed("Traditional", &[pattern], &[], |_| {}).await;
    assert!(alone.is_healthy() && alone.to_string().contains(pattern), "{alone}");
    let said = |case: &mut Case| case.app.redirect_uri = Some("https://eu.acme.io/callback".to_owned());
    let said = diagnosed("Traditional", &[pattern], &[], said).await;
    assert!(said.is_healthy() && sent(&said) == "https://eu.acme.io/callback", "{said}");
}

#[tokio::test]
async fn a_scheme_of_the_apps_own_is_not_followed() {
    let diagnosis = diagnosed("Native", &["io.acme.shop://callback"], &["io.acme.shop://bye"], |_| {}).await;
    assert!(diagnosis.is_healthy(), "{diagnosis}");
    assert_eq!(result(&diagnosis, Stage::Account), CheckResult::Passed);
    assert_eq!(result(&diagnosis, Stage::AppCallback), CheckResult::NotLookedAt);
    assert!(diagnosis.to_string().contains("the operating system opens the app"), "{diagnosis}");
    let other = |case: &mut Case| case.app.redirect_uri = Some("io.acme.shop:/callback".to_owned());
    let diagnosis = diagnosed("Native", &["io.acme.shop://callback"], &[], other).await;
    assert!(names(&diagnosis)[0].starts_with("application/redirect-uri-"), "{diagnosis}");
}

#[tokio::test]
async fn a_public_client_sends_a_secret_only_if_the_person_says_so() {
    let uris = ["https://shop.acme.io/callback"];
    let said = |case: &mut Case| case.app.app_secret = Some("kT4vZq8LwX2mNb6RcJ1y".to_owned());
    let diagnosis = diagnosed("SPA", &uris, &[], said).await;
    assert_eq!(names(&diagnosis), ["application/type-has-no-secret"], "{diagnosis}");
}

#[tokio::test]
async fn app_and_logto_may_share_a_host() {
    let shared = |case: &mut Case| {
        case.logto_endpoint = "https://shop.acme.io".parse().ok();
        case.app_url = case.logto_endpoint.clone();
    };
    let uri = "https://shop.acme.io/callback";
    let diagnosis = diagnosed("Traditional", &[uri], &["https://shop.acme.io/"], shared).await;
    assert!(diagnosis.is_healthy() && sent(&diagnosis) == uri, "{diagnosis}");
    assert!(diagnosis.unknown.iter().any(|text| text.contains("shop.acme.io")), "{diagnosis}");
}

#[tokio::test]
async fn a_path_of_the_endpoint_is_tried() {
    let path = |case: &mut Case| case.logto_endpoint = "https://auth.acme.io/oidc".parse().ok();
    let diagnosis = diagnosed("Traditional", &["https://shop.acme.io/callback"], &[], path).await;
    assert_eq!(names(&diagnosis), ["app/endpoint-path-wrong"], "{diagnosis}");
}

/// Differences are those of the person's addresses.
#[tokio::test]
async fn evidence_is_about_the_persons_addresses() {
    for (listed, differs, part) in [
        ("https://login.acme.io:8443", "host", "port"),
        ("http://auth.acme.io:8443", "scheme", "host"),
        ("https://auth.acme.io", "port", "scheme"),
    ] {
        let uri = format!("{listed}/callback/abc123");
        let oauth_app: Value = json!({ "redirect_uris": [uri] });
        let read = |case: &mut Case| case.read_oauth_app(&oauth_app.to_string(), "huggingface.yaml").unwrap();
        let diagnosis = diagnosed("Traditional", &["https://shop.acme.io/callback"], &[], read).await;
        let finding = diagnosis.found[0].finding.to_json();
        assert!(names(&diagnosis)[0].starts_with("huggingface/redirect-uri-"), "{diagnosis}");
        let evidence = finding["evidence"].to_string();
        let journal = evidence.split("differs from").nth(1).unwrap_or_default();
        let (_, how) = journal.rsplit_once(" by ").unwrap_or_default();
        assert!(how.contains(differs) && !how.contains(part), "{uri}: {evidence}");
    }
}
