use serde_json::Value;

use super::{assert_refused, parts};
use crate::routes::testing::{CLIENT_ID, SECRET, Site, form, shop};
use crate::{App, Switches};

fn refresh_form(token: &str, extra: &[(&str, &str)]) -> String {
    let mut pairs = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    pairs.extend_from_slice(extra);
    form(&pairs)
}

const BY_SECRET: [(&str, &str); 2] = [("client_id", CLIENT_ID), ("client_secret", SECRET)];

async fn refresh_token(site: &Site) -> String {
    let reply = site.exchange(&site.code("openid profile", &[]).await).await.json();
    reply["refresh_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn refresh_tokens_rotate_and_keep_the_session() {
    let site = Site::new();
    let first = site.exchange(&site.code("openid profile", &[]).await).await.json();
    let old = first["refresh_token"].as_str().unwrap();
    site.advance(60);
    let answer = site.token(&[], &refresh_form(old, &BY_SECRET)).await;
    let second = answer.json();
    assert_eq!((answer.status, second["scope"].as_str()), (200, Some("openid profile")));
    let session = |reply: &Value| {
        let token = reply["access_token"].as_str().unwrap().strip_prefix("hf_oauth_").unwrap().to_owned();
        serde_json::from_str::<Value>(&parts(&token).1).unwrap()["sessionId"].clone()
    };
    assert_eq!(session(&first), session(&second));
    let answer = site.token(&[], &refresh_form(old, &BY_SECRET)).await;
    let note = "refresh_token is no longer valid: it was already used, and replaced by a newer one";
    assert_refused(&answer, 400, "invalid_grant", note);
    assert_eq!(answer.json()["error_description"], "Invalid refresh_token");
    let new = second["refresh_token"].as_str().unwrap();
    assert_eq!(site.token(&[], &refresh_form(new, &BY_SECRET)).await.status, 200);
}

#[tokio::test]
async fn an_app_with_a_secret_must_send_it_to_refresh() {
    let site = Site::new();
    let token = refresh_token(&site).await;
    let answer = site.token(&[], &refresh_form(&token, &[("client_id", CLIENT_ID)])).await;
    let note = "the app `Shop` has a secret, but neither it nor a code_verifier was sent";
    assert_refused(&answer, 401, "invalid_client", note);
    site.mock.add_app(App { public: true, secret: None, ..shop() });
    let answer = site.token(&[], &refresh_form(&token, &[("client_id", CLIENT_ID)])).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn refuses_refresh_tokens_that_do_not_work() {
    let site = Site::new();
    site.mock.set_switches(Switches { refresh_token_lifetime_seconds: Some(100), ..Switches::default() });
    let token = refresh_token(&site).await;
    let access = site.access_token("openid").await;
    for (given, note) in [
        (String::new(), "refresh_token is empty"),
        ("abc".to_owned(), "refresh_token was never issued"),
        (access, "refresh_token is an access token"),
        (
            format!("{token} "),
            "refresh_token differs from an issued one only by leading or trailing whitespace",
        ),
    ] {
        let answer = site.token(&[], &refresh_form(&given, &BY_SECRET)).await;
        assert_refused(&answer, 400, "invalid_grant", note);
    }
    let wider: Vec<_> = BY_SECRET.into_iter().chain([("scope", "openid email")]).collect();
    let answer = site.token(&[], &refresh_form(&token, &wider)).await;
    assert_refused(&answer, 400, "invalid_scope", "scope `email` was not granted before");

    let other = site.mock.add_app(App { client_id: "other".into(), ..shop() });
    let foreign = [("client_id", other.client_id.as_str()), ("client_secret", SECRET)];
    let note = format!("refresh_token was issued to the app `{CLIENT_ID}`, not to `other`");
    assert_refused(&site.token(&[], &refresh_form(&token, &foreign)).await, 400, "invalid_grant", &note);

    site.advance(103);
    let answer = site.token(&[], &refresh_form(&token, &BY_SECRET)).await;
    assert_refused(&answer, 400, "invalid_grant", "refresh_token expired 3 s ago");
}
