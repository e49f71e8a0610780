use crate::routes::testing::{Answer, CLIENT_ID, SECRET, Site, form, shop};
use crate::{App, Config};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A command-line app without a secret beside the Shop.
fn site() -> Site {
    let cli = App {
        client_id: "cli".into(),
        public: true,
        name: "A command".into(),
        scopes: "openid profile read-repos".split(' ').collect(),
        ..App::default()
    };
    Site::with("http://localhost:4000", Config { apps: vec![shop(), cli], ..Config::default() })
}

async fn start(site: &Site, pairs: &[(&str, &str)]) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    site.send("POST", "/oauth/device", &headers, &form(pairs)).await
}

async fn codes(site: &Site) -> (String, String) {
    let reply = start(site, &[("client_id", "cli"), ("scope", "openid profile")]).await.json();
    let text = |name: &str| reply[name].as_str().unwrap().to_owned();
    (text("device_code"), text("user_code"))
}

async fn poll(site: &Site, device_code: &str) -> Answer {
    site.token(&[], &form(&[("grant_type", GRANT), ("device_code", device_code), ("client_id", "cli")])).await
}

async fn enter(site: &Site, pairs: &[(&str, &str)]) -> Answer {
    let session = site.mock.sign_in("ada").unwrap();
    site.form("/oauth/device/verify", &form(pairs), Some(&session)).await
}

#[track_caller]
fn error(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (answer.status, text("error"), text("error_description"))
}

#[tokio::test]
async fn a_device_is_given_exactly_the_four_members_that_were_seen() {
    let reply = start(&site(), &[("client_id", "cli")]).await.json();
    let members: Vec<&String> = reply.as_object().unwrap().keys().collect();
    assert_eq!(members, ["device_code", "user_code", "verification_uri", "expires_in"]);
    assert_eq!(reply["verification_uri"], "http://localhost:4000/oauth/device");
    assert_eq!(reply["expires_in"], 300);
    assert_eq!(reply["device_code"].as_str().unwrap().len(), 36, "a UUID");
    let user_code = reply["user_code"].as_str().unwrap();
    let (left, right) = user_code.split_once('-').unwrap();
    let four =
        |half: &str| half.len() == 4 && half.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    assert!(four(left) && four(right), "{user_code}");
}

#[tokio::test]
async fn tokens_come_once_the_person_has_allowed_and_only_once() {
    let site = site();
    let (device_code, user_code) = codes(&site).await;
    assert_eq!(error(&poll(&site, &device_code).await).1, "authorization_pending");
    // As people type it.
    let typed = format!(" {} ", user_code.to_lowercase());
    let page = enter(&site, &[("user_code", &typed)]).await;
    assert!(page.status == 200 && page.body.contains("A command wants to access your account"), "{page:?}");
    let done = enter(&site, &[("user_code", &user_code), ("action", "authorize")]).await;
    assert!(done.body.contains("Device connected"), "{done:?}");
    let tokens = poll(&site, &device_code).await.json();
    assert_eq!((&tokens["scope"], &tokens["expires_in"]), (&"openid profile".into(), &28800.into()));
    assert!(tokens["refresh_token"].as_str().unwrap().starts_with("hf_oauth__refresh_"));
    let whoami = site.with_bearer("/api/whoami-v2", tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!(whoami["name"], "ada");
    let again = poll(&site, &device_code).await;
    assert_eq!((error(&again).1.as_str(), again.notes.len()), ("invalid_grant", 1));
}

#[tokio::test]
async fn a_denial_is_told_to_the_device() {
    let site = site();
    let (device_code, user_code) = codes(&site).await;
    enter(&site, &[("user_code", &user_code), ("action", "deny")]).await;
    let denied = (400, "access_denied".to_owned(), "Device code denied".to_owned());
    assert_eq!(error(&poll(&site, &device_code).await), denied);
}

#[tokio::test]
async fn a_device_that_asks_too_often_is_told_to_slow_down() {
    let site = site();
    let (device_code, _) = codes(&site).await;
    let mut seen = Vec::new();
    for wait in [0, 4, 5, 1] {
        site.advance(wait);
        seen.push(error(&poll(&site, &device_code).await).1);
    }
    assert_eq!(seen, ["authorization_pending", "slow_down", "authorization_pending", "slow_down"]);
}

#[tokio::test]
async fn the_codes_expire_after_five_minutes() {
    let site = site();
    let (device_code, user_code) = codes(&site).await;
    site.advance(299);
    assert_eq!(error(&poll(&site, &device_code).await).1, "authorization_pending");
    site.advance(1);
    assert_eq!(error(&poll(&site, &device_code).await).1, "expired_token");
    let page = enter(&site, &[("user_code", &user_code)]).await;
    assert_eq!(page.status, 400);
    assert!(page.body.contains("This code is not valid."), "{page:?}");
}

#[tokio::test]
async fn an_app_with_a_secret_has_to_send_it_at_both_ends() {
    let site = site();
    let refused = error(&start(&site, &[("client_id", CLIENT_ID)]).await);
    assert_eq!(refused.1, "invalid_client");
    assert!(refused.2.contains("delete the secret from the oauth app to make it public"), "{refused:?}");
    let started = start(&site, &[("client_id", CLIENT_ID), ("client_secret", SECRET)]).await.json();
    let device_code = started["device_code"].as_str().unwrap();
    let pairs = [("grant_type", GRANT), ("device_code", device_code), ("client_id", CLIENT_ID)];
    let refused = error(&site.token(&[], &form(&pairs)).await);
    assert!(refused.1 == "invalid_client" && refused.2.contains("delete the secret"), "{refused:?}");
    let with_secret = [&pairs[..], &[("client_secret", SECRET)]].concat();
    assert_eq!(error(&site.token(&[], &form(&with_secret)).await).1, "authorization_pending");
}

#[tokio::test]
async fn scopes_are_those_of_the_site_and_of_the_app() {
    let site = site();
    let unknown = error(&start(&site, &[("client_id", "cli"), ("scope", "proflie")]).await);
    assert!(
        unknown.1 == "invalid_request" && unknown.2.contains("expected one of: openid, profile"),
        "{unknown:?}"
    );
    let foreign = error(&start(&site, &[("client_id", "cli"), ("scope", "email")]).await);
    assert_eq!(foreign.1, "invalid_scope");
}

#[tokio::test]
async fn refuses_what_names_no_app_or_another_one() {
    let site = site();
    assert_eq!(error(&start(&site, &[]).await).1, "invalid_request");
    assert_eq!(error(&start(&site, &[("client_id", "nobody")]).await).1, "invalid_client");
    let (device_code, _) = codes(&site).await;
    let as_shop = [
        ("grant_type", GRANT),
        ("device_code", &*device_code),
        ("client_id", CLIENT_ID),
        ("client_secret", SECRET),
    ];
    let refused = site.token(&[], &form(&as_shop)).await;
    assert_eq!(error(&refused).1, "invalid_grant");
    assert_eq!(refused.notes, ["device_code was given to the app `cli`, not to `shop+app %41!?:x`"]);
}

#[tokio::test]
async fn the_page_wants_somebody_signed_in_and_its_own_form() {
    let site = site();
    assert_eq!(site.get("/oauth/device").await.location(), "/login?next=%2Foauth%2Fdevice");
    let session = site.mock.sign_in("ada").unwrap();
    let page = site.get_as("/oauth/device?user_code=A6MY-0314", &session).await;
    assert!(!page.body.contains("A6MY-0314"), "the code in the address is not taken");
    let (_, user_code) = codes(&site).await;
    let headers = [
        ("origin", "https://evil.example"),
        ("host", "localhost:4000"),
        ("cookie", &*format!("token={session}")),
    ];
    let body = form(&[("user_code", &user_code), ("action", "authorize")]);
    assert_eq!(site.send("POST", "/oauth/device/verify", &headers, &body).await.status, 403);
}
