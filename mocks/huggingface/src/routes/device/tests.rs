use serde_json::Value;

use crate::config::{DevicePolling, VerificationUri, VerificationUriComplete};
use crate::routes::testing::{Answer, CLIENT_ID, SECRET, Site, form, shop};
use crate::{App, Config, Membership, Organization, Switches, User};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// A public app, such as a command-line tool.
const TOOL: &str = "tool+app %41";

fn site() -> Site {
    let tool = App { client_id: TOOL.into(), public: true, name: "Tool".into(), ..App::default() };
    Site::with("http://localhost:4000", Config { apps: vec![shop(), tool], ..Config::default() })
}

fn switch(site: &Site, change: impl FnOnce(&mut Switches)) {
    let mut switches = site.mock.switches();
    change(&mut switches);
    site.mock.set_switches(switches);
}

async fn start(site: &Site, pairs: &[(&str, &str)]) -> Answer {
    site.form("/oauth/device", &form(pairs), None).await
}

async fn started(site: &Site) -> Value {
    let answer = start(site, &[("client_id", TOOL)]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

async fn poll(site: &Site, device: &Value) -> Answer {
    let code = device["device_code"].as_str().unwrap();
    site.token(&[], &form(&[("grant_type", GRANT), ("device_code", code), ("client_id", TOOL)])).await
}

async fn decide(site: &Site, user_code: &str, action: &str) -> Answer {
    let session = site.mock.sign_in("ada").unwrap();
    let body = form(&[("user_code", user_code), ("action", action)]);
    site.form("/oauth/device/verify", &body, Some(&session)).await
}

#[track_caller]
fn assert_refused(answer: &Answer, error: &str, note: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some(error)), "{answer:?}");
    assert_eq!(answer.notes, [note]);
}

#[tokio::test]
async fn sends_exactly_the_four_members_that_were_observed() {
    let device = started(&site()).await;
    let names: Vec<_> = device.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = ["device_code", "user_code", "verification_uri", "expires_in"];
    expected.sort_unstable();
    let mut names = names;
    names.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(device["verification_uri"], "http://localhost:4000/oauth/device");
    assert_eq!(device["expires_in"], 300);
    assert_eq!(device["device_code"].as_str().map(str::len), Some(36), "a UUID");
    let code = device["user_code"].as_str().unwrap();
    let group =
        |text: &str| text.len() == 4 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let (first, second) = code.split_once('-').unwrap();
    assert!(group(first) && group(second), "{code}");
}

#[tokio::test]
async fn sends_what_the_switches_add() {
    let site = site();
    switch(&site, |switches| {
        switches.device_interval_seconds = Some(7);
        switches.device_code_lifetime_seconds = 60;
        switches.verification_uri = VerificationUri::ShortHost;
        switches.verification_uri_complete = VerificationUriComplete::Present;
    });
    let device = started(&site).await;
    assert_eq!((device["interval"].as_i64(), device["expires_in"].as_i64()), (Some(7), Some(60)));
    assert_eq!(device["verification_uri"], "https://hf.co/oauth/device");
    let complete = format!("https://hf.co/oauth/device?user_code={}", device["user_code"].as_str().unwrap());
    assert_eq!(device["verification_uri_complete"], complete.as_str());
}

#[tokio::test]
async fn a_user_who_approves_connects_the_device() {
    let site = site();
    let device = started(&site).await;
    let answer = poll(&site, &device).await;
    assert_refused(&answer, "authorization_pending", "the user has not decided about the device yet");

    let user_code = device["user_code"].as_str().unwrap();
    let session = site.mock.sign_in("ada").unwrap();
    let entry = site.get_as("/oauth/device", &session).await;
    assert!(entry.status == 200 && entry.body.contains(r#"action="/oauth/device/verify""#), "{entry:?}");
    // As users type it: lowercase, without the dash.
    let typed = form(&[("user_code", &user_code.replace('-', "").to_lowercase())]);
    let asked = site.form("/oauth/device/verify", &typed, Some(&session)).await;
    assert!(asked.status == 200 && asked.body.contains("Tool wants to access your account"), "{asked:?}");
    assert!(asked.body.contains(&format!(r#"name="user_code" value="{user_code}""#)), "{asked:?}");
    site.advance(5);
    assert_eq!(poll(&site, &device).await.json()["error"], "authorization_pending", "nothing was decided");
    let done = decide(&site, user_code, "authorize").await;
    assert!(done.status == 200 && done.body.contains("Device connected"), "{done:?}");

    site.advance(5);
    let reply = poll(&site, &device).await.json();
    assert_eq!(
        (reply["token_type"].as_str(), reply["scope"].as_str()),
        (Some("bearer"), Some("openid profile email"))
    );
    assert!(reply["id_token"].is_string() && reply["refresh_token"].is_string(), "{reply}");
    let token = reply["access_token"].as_str().unwrap();
    assert_eq!(site.with_bearer("/api/whoami-v2", token).await.json()["name"], "ada");

    let again = poll(&site, &device).await;
    assert_refused(&again, "invalid_grant", "device_code was already used");
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", reply["refresh_token"].as_str().unwrap()),
        ("client_id", TOOL),
    ]);
    assert_eq!(site.token(&[], &refresh).await.status, 200);
}

#[tokio::test]
async fn a_user_who_denies_ends_the_request() {
    let site = site();
    let device = started(&site).await;
    let done = decide(&site, device["user_code"].as_str().unwrap(), "deny").await;
    assert!(done.body.contains("Request denied"), "{done:?}");
    let answer = poll(&site, &device).await;
    assert_eq!(answer.json()["error_description"], "Device code denied");
    assert_refused(&answer, "access_denied", "the user denied the device's request");
    let again = decide(&site, device["user_code"].as_str().unwrap(), "authorize").await;
    assert_eq!(again.status, 400, "{again:?}");
    assert!(again.notes[0].ends_with("was already approved or denied"), "{again:?}");
}

#[tokio::test]
async fn a_device_that_polls_too_fast_is_slowed_down() {
    let site = site();
    let device = started(&site).await;
    assert_eq!(poll(&site, &device).await.json()["error"], "authorization_pending");
    site.advance(4);
    let note = "the device asked again after 4 s; it has to wait 5 s, and from now on 10 s";
    assert_refused(&poll(&site, &device).await, "slow_down", note);
    site.advance(9);
    assert_eq!(poll(&site, &device).await.json()["error"], "slow_down");
    site.advance(15);
    assert_eq!(poll(&site, &device).await.json()["error"], "authorization_pending");
    switch(&site, |switches| switches.device_polling = DevicePolling::Unlimited);
    assert_eq!(poll(&site, &device).await.json()["error"], "authorization_pending");
}

#[tokio::test]
async fn codes_expire() {
    let site = site();
    let device = started(&site).await;
    site.advance(302);
    assert_refused(&poll(&site, &device).await, "expired_token", "device_code expired 2 s ago");
    let user_code = device["user_code"].as_str().unwrap();
    let answer = decide(&site, user_code, "authorize").await;
    assert_eq!((answer.status, answer.notes), (400, vec![format!("user_code `{user_code}` has expired")]));
}

#[tokio::test]
async fn an_app_with_a_secret_must_send_it_in_both_requests() {
    let site = site();
    let note = "the app `Shop` has a secret, which the device flow requires, but it was not sent";
    let answer = start(&site, &[("client_id", CLIENT_ID)]).await;
    assert_eq!((answer.status, answer.json()["error"].as_str()), (401, Some("invalid_client")));
    assert_eq!(answer.notes, [note]);
    let description = answer.json()["error_description"].clone();
    assert!(
        description.as_str().unwrap().starts_with("if you want to use the device code flow"),
        "{description}"
    );

    let device = start(&site, &[("client_id", CLIENT_ID), ("client_secret", SECRET)]).await.json();
    let code = device["device_code"].as_str().unwrap();
    let pairs = [("grant_type", GRANT), ("device_code", code), ("client_id", CLIENT_ID)];
    assert_eq!(site.token(&[], &form(&pairs)).await.notes, [note]);
    let proven = [&pairs[..], &[("client_secret", SECRET)]].concat();
    assert_eq!(site.token(&[], &form(&proven)).await.json()["error"], "authorization_pending");
}

#[tokio::test]
async fn refuses_unknown_and_missing_clients() {
    let site = site();
    let answer = start(&site, &[("client_id", "tool")]).await;
    assert_eq!((answer.status, answer.notes), (401, vec!["client_id `tool` is not registered".to_owned()]));
    assert_refused(&start(&site, &[]).await, "invalid_request", "client_id is missing");
}

#[tokio::test]
async fn refuses_unknown_scopes_and_lists_the_known_ones() {
    let site = site();
    let answer = start(&site, &[("client_id", TOOL), ("scope", "openid files")]).await;
    assert!(answer.json()["error_description"].as_str().unwrap().contains("inference-api, "), "{answer:?}");
    assert_refused(&answer, "invalid_request", "scope `files` does not exist");
    let answer = start(&site, &[("client_id", TOOL), ("scope", "jobs")]).await;
    assert_refused(&answer, "invalid_scope", "scope `jobs` is not enabled on the app `Tool`");
    let narrow = start(&site, &[("client_id", TOOL), ("scope", "profile")]).await.json();
    decide(&site, narrow["user_code"].as_str().unwrap(), "authorize").await;
    assert_eq!(poll(&site, &narrow).await.json()["scope"], "profile");
}

#[tokio::test]
async fn refuses_device_codes_that_the_client_may_not_use() {
    let site = site();
    let poll_with = async |pairs: &[(&str, &str)]| {
        site.token(&[], &form(&[&[("grant_type", GRANT)], pairs].concat())).await
    };
    let device = started(&site).await;
    let (code, user_code) = (device["device_code"].as_str().unwrap(), device["user_code"].as_str().unwrap());
    for (sent, note) in [
        ("", "device_code is empty"),
        ("x", "device_code was never issued"),
        (user_code, "device_code is a user_code, which only the user enters"),
        (
            &format!(" {code}"),
            "device_code differs from an issued one only by leading or trailing whitespace",
        ),
    ] {
        let answer = poll_with(&[("device_code", sent), ("client_id", TOOL)]).await;
        assert_refused(&answer, "invalid_grant", note);
    }
    let foreign = [("device_code", code), ("client_id", CLIENT_ID), ("client_secret", SECRET)];
    let note = format!("device_code was issued to the app `{TOOL}`, not to `{CLIENT_ID}`");
    assert_refused(&poll_with(&foreign).await, "invalid_grant", &note);
    assert_refused(&poll_with(&[("device_code", code)]).await, "invalid_request", "client_id is missing");
    assert_refused(&poll_with(&[("client_id", TOOL)]).await, "invalid_request", "device_code is missing");
}

#[tokio::test]
async fn the_page_requires_a_signed_in_user() {
    let site = site();
    let answer = site.get("/oauth/device?user_code=A6MY-0314").await;
    assert_eq!(answer.location(), "/login?next=%2Foauth%2Fdevice%3Fuser_code%3DA6MY-0314");
    let answer = site.form("/oauth/device/verify", "user_code=A6MY-0314", None).await;
    assert_eq!(answer.location(), "/login?next=%2Foauth%2Fdevice");
}

#[tokio::test]
async fn the_page_ignores_a_code_in_the_address_unless_switched() {
    let site = site();
    let session = site.mock.sign_in("ada").unwrap();
    let answer = site.get_as("/oauth/device?user_code=A6MY-0314", &session).await;
    assert!(!answer.body.contains("A6MY-0314"), "{answer:?}");
    assert_eq!(answer.notes, ["the user_code in the URL is ignored, as on the real site"]);
    switch(&site, |switches| switches.verification_uri_complete = VerificationUriComplete::Present);
    let answer = site.get_as("/oauth/device?user_code=A6MY-0314", &session).await;
    assert!(answer.body.contains(r#"value="A6MY-0314""#), "{answer:?}");
}

#[tokio::test]
async fn the_page_reports_what_is_wrong_with_a_code() {
    let site = site();
    let device_code = started(&site).await["device_code"].as_str().unwrap().to_owned();
    for (given, note) in [
        ("", "no user_code was sent".to_owned()),
        ("--", "no user_code was sent".to_owned()),
        ("<b>A6MY", "user_code `<b>A6MY` was never issued".to_owned()),
        (&device_code, format!("user_code `{device_code}` is the device_code, which only the device uses")),
    ] {
        let answer = decide(&site, given, "authorize").await;
        assert_eq!((answer.status, &answer.notes), (400, &vec![note]), "{given}");
        assert!(!answer.body.contains("<b>"), "{answer:?}");
    }
    let code = started(&site).await["user_code"].as_str().unwrap().to_owned();
    assert_eq!(
        decide(&site, &code, "perhaps").await.notes,
        ["the form's action is `perhaps`, neither authorize nor deny"]
    );
}

#[tokio::test]
async fn the_form_of_another_site_decides_nothing() {
    let site = site();
    let device = started(&site).await;
    let cookie = format!("token={}", site.mock.sign_in("ada").unwrap());
    let headers =
        [("origin", "https://evil.example"), ("host", "localhost:4000"), ("cookie", cookie.as_str())];
    let body = form(&[("user_code", device["user_code"].as_str().unwrap()), ("action", "authorize")]);
    let answer = site.send("POST", "/oauth/device/verify", &headers, &body).await;
    assert_eq!(answer.status, 403, "{answer:?}");
    assert_eq!(poll(&site, &device).await.json()["error"], "authorization_pending");
}

#[tokio::test]
async fn an_unverified_address_connects_no_device() {
    let site = site();
    let user = User { username: "ada".into(), email_verified: false, ..User::default() };
    site.mock.add_user(user);
    let device = started(&site).await;
    let answer = decide(&site, device["user_code"].as_str().unwrap(), "authorize").await;
    assert_eq!(
        (answer.status, answer.notes),
        (403, vec!["the e-mail address of `ada` is not verified".to_owned()])
    );
}

#[tokio::test]
async fn grants_only_organizations_of_the_user() {
    let site = site();
    let organization = |name: &str| Organization { username: name.into(), ..Organization::default() };
    let (own, other) =
        (site.mock.add_organization(organization("own")), site.mock.add_organization(organization("other")));
    let member = Membership { org: "own".into(), ..Membership::default() };
    site.mock.add_user(User { username: "ada".into(), orgs: vec![member], ..User::default() });
    let device = started(&site).await;
    let session = site.mock.sign_in("ada").unwrap();
    let body = form(&[
        ("user_code", device["user_code"].as_str().unwrap()),
        ("action", "authorize"),
        ("orgIds", &own.sub),
        ("orgIds", &other.sub),
    ]);
    site.form("/oauth/device/verify", &body, Some(&session)).await;
    assert_eq!(site.mock.store().grants[0].orgs, [own.sub]);
}
