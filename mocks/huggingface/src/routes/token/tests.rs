mod refresh;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::config::{
    CodeReuse, IdTokenClaims, IdTokenKid, InvalidClientStatus, JsonTokenRequest, PublicAppPkce,
    RefreshTokens, TokenCacheControl,
};
use crate::routes::testing::{
    Answer, CALLBACK, CHALLENGE, CLIENT_ID, SECRET, Site, VERIFIER, authorize, form, shop,
};
use crate::{App, Switches};

const PKCE: [(&str, &str); 2] = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, error: &str, note: &str) {
    assert_eq!((answer.status, answer.notes.last().map(String::as_str)), (status, Some(note)), "{answer:?}");
    let body = answer.json();
    assert_eq!(body["error"], error);
    assert_eq!(body.as_object().unwrap().len(), 2, "error and error_description");
    assert_eq!(answer.header("x-error-message"), body["error_description"].as_str());
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn code_form(code: &str, extra: &[(&str, &str)]) -> String {
    let usual = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    let kept = usual.into_iter().filter(|(name, _)| !extra.iter().any(|(own, _)| own == name));
    let all: Vec<_> = kept.chain(extra.iter().copied().filter(|(_, value)| *value != "-")).collect();
    form(&all)
}

/// Header and claims of a token, as text.
fn parts(token: &str) -> (String, String) {
    let mut parts = token
        .split('.')
        .map(|part| String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(part).unwrap()).into_owned());
    (parts.next().unwrap(), parts.next().unwrap())
}

#[tokio::test]
async fn answers_in_the_order_of_real_replies() {
    let site = Site::new();
    let code = site.code("openid profile email inference-api", &[]).await;
    let answer = site.exchange(&code).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let reply = answer.json();
    let keys: Vec<_> = reply.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["access_token", "token_type", "expires_in", "id_token", "scope", "refresh_token"]);
    assert_eq!((reply["token_type"].as_str(), reply["expires_in"].as_i64()), (Some("bearer"), Some(28800)));
    assert_eq!(reply["scope"], "openid profile email inference-api");
    let refresh = reply["refresh_token"].as_str().unwrap().strip_prefix("hf_oauth__refresh_").unwrap();
    assert!(refresh.len() == 34 && refresh.bytes().all(|b| b.is_ascii_alphanumeric()), "{refresh}");
}

#[tokio::test]
async fn access_tokens_are_eddsa_with_claims_in_order() {
    let site = Site::at("https://huggingface.co");
    let token = site.access_token("openid profile").await;
    let (header, claims) = parts(token.strip_prefix("hf_oauth_").unwrap());
    assert!(header.starts_with(r#"{"alg":"EdDSA","kid":""#), "{header}");
    let sub = &site.mock.users()[0].sub;
    let client = json!(CLIENT_ID);
    let value: Value = serde_json::from_str(&claims).unwrap();
    let session = value["sessionId"].as_str().unwrap();
    assert!(session.len() == 24 && session.bytes().all(|b| b.is_ascii_hexdigit()));
    // 2026-11-23T12:00:00Z
    let iat = 1_795_435_200;
    let exp = iat + 28800;
    assert_eq!(
        claims,
        format!(
            r#"{{"scope":["openid","profile"],"aud":"https://huggingface.co","oauthApp":{client},"sessionId":"{session}","iat":{iat},"sub":"{sub}","exp":{exp},"iss":"https://huggingface.co"}}"#
        )
    );
}

#[tokio::test]
async fn id_tokens_are_rs256_for_an_hour_with_claims_in_order() {
    let site = Site::at("https://huggingface.co");
    let code = site.code("openid profile email", &[("nonce", "n o+n%ce")]).await;
    let token = site.exchange(&code).await.json()["id_token"].as_str().unwrap().to_owned();
    let (_, claims) = parts(&token);
    let value: Value = serde_json::from_str(&claims).unwrap();
    let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "sub",
            "name",
            "preferred_username",
            "profile",
            "picture",
            "email",
            "email_verified",
            "aud",
            "auth_time",
            "nonce",
            "iat",
            "exp",
            "iss"
        ]
    );
    assert_eq!(value["aud"], CLIENT_ID);
    assert_eq!(value["nonce"], "n o+n%ce");
    assert_eq!(value["exp"].as_i64().unwrap() - value["iat"].as_i64().unwrap(), 3600);

    let key = site.get("/oauth/jwks").await.json()["keys"][0].clone();
    let decoding =
        DecodingKey::from_rsa_components(key["n"].as_str().unwrap(), key["e"].as_str().unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[CLIENT_ID]);
    validation.set_issuer(&["https://huggingface.co"]);
    // The site's clock stands still; lifetimes were compared above.
    validation.validate_exp = false;
    let decoded = jsonwebtoken::decode::<Value>(&token, &decoding, &validation).unwrap();
    assert_eq!(decoded.header.kid.as_deref(), key["kid"].as_str());
    assert_eq!(decoded.header.typ, None);
}

#[tokio::test]
async fn auth_time_is_the_time_of_the_sign_in() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    site.advance(90);
    let code = site.form(&authorize("openid", &[]), "", Some(&ada)).await.param("code").unwrap();
    let reply = site.exchange(&code).await.json();
    let claims: Value = serde_json::from_str(&parts(reply["id_token"].as_str().unwrap()).1).unwrap();
    assert_eq!(claims["iat"].as_i64().unwrap() - claims["auth_time"].as_i64().unwrap(), 90);
}

#[tokio::test]
async fn without_openid_no_id_token_is_issued() {
    let site = Site::new();
    let code = site.code("profile", &[]).await;
    let reply = site.exchange(&code).await.json();
    assert!(reply.get("id_token").is_none());
    assert_eq!(reply["scope"], "profile");
}

#[tokio::test]
async fn switches_change_the_reply() {
    let site = Site::new();
    site.mock.set_switches(Switches {
        refresh_tokens: RefreshTokens::NotIssued,
        token_cache_control: TokenCacheControl::Absent,
        id_token_kid: IdTokenKid::Absent,
        id_token_claims: IdTokenClaims::All,
        ..Switches::default()
    });
    let answer = site.exchange(&site.code("openid", &[]).await).await;
    assert_eq!(answer.header("cache-control"), None);
    let reply = answer.json();
    assert!(reply.get("refresh_token").is_none());
    let (header, claims) = parts(reply["id_token"].as_str().unwrap());
    assert_eq!(header, r#"{"alg":"RS256"}"#);
    assert!(claims.contains("\"email\":"), "{claims}");
}

#[tokio::test]
async fn token_duration_is_the_apps() {
    let site = Site::new();
    site.mock.add_app(App { token_duration_minutes: 43_200, ..shop() });
    let reply = site.exchange(&site.code("openid", &[]).await).await.json();
    assert_eq!(reply["expires_in"], 2_592_000);
}

#[tokio::test]
async fn accepts_basic_raw_and_form_encoded() {
    let site = Site::new();
    // oauth4webapi escapes even characters that do not need it.
    let zealous = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    for (id, secret) in [(escaped(CLIENT_ID), escaped(SECRET)), (zealous(CLIENT_ID), zealous(SECRET))] {
        let code = site.code("openid", &[]).await;
        let answer = site.token(&[("authorization", &basic(&id, &secret))], &code_form(&code, &[])).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    // Raw: an id with a colon cannot be sent that way (RFC 7617 §2).
    let app = site.mock.add_app(App { client_id: "plain id%41".into(), ..shop() });
    let code = site.code("openid", &[("client_id", &app.client_id)]).await;
    let answer =
        site.token(&[("authorization", &basic(&app.client_id, SECRET))], &code_form(&code, &[])).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn accepts_pkce_in_place_of_secret_and_client_id() {
    let site = Site::new();
    let code = site.code("openid", &PKCE).await;
    let body = code_form(&code, &[("code_verifier", VERIFIER), ("client_id", CLIENT_ID)]);
    assert_eq!(site.token(&[], &body).await.status, 200, "without a secret");
    let code = site.code("openid", &PKCE).await;
    let answer = site.token(&[], &code_form(&code, &[("code_verifier", VERIFIER)])).await;
    assert_eq!(answer.status, 200, "without a client id");
    assert_eq!(answer.notes, [format!("no client_id was sent: the code belongs to `{CLIENT_ID}`")]);
}

#[tokio::test]
async fn accepts_json_unless_switched() {
    let site = Site::new();
    let ask = async || {
        let code = site.code("openid", &[]).await;
        let body = json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
            "client_id": CLIENT_ID, "client_secret": SECRET });
        let json = [("content-type", "application/json")];
        site.send("POST", "/oauth/token", &json, &body.to_string()).await
    };
    assert_eq!(ask().await.status, 200);
    site.mock.set_switches(Switches { json_token_request: JsonTokenRequest::Refused, ..Switches::default() });
    assert_refused(
        &ask().await,
        400,
        "invalid_request",
        "the body is JSON, which the switch json_token_request refuses",
    );
}

#[tokio::test]
async fn refuses_requests_of_the_wrong_form() {
    let site = Site::new();
    let gone = "grant_type `client_credentials` is not supported by this site";
    for (body, error, note) in [
        (String::new(), "invalid_request", "grant_type is missing"),
        (form(&[("grant_type", "client_credentials")]), "unsupported_grant_type", gone),
        ("code=1&code=1".into(), "invalid_request", "parameter `code` was sent more than once"),
        (form(&[("grant_type", "authorization_code")]), "invalid_request", "code is missing"),
        (form(&[("grant_type", "refresh_token")]), "invalid_request", "refresh_token is missing"),
    ] {
        assert_refused(&site.token(&[], &body).await, 400, error, note);
    }
    let text = [("content-type", "text/plain")];
    let answer = site.send("POST", "/oauth/token", &text, "").await;
    assert_refused(
        &answer,
        400,
        "invalid_request",
        "the content type is `text/plain`, neither a form nor JSON",
    );
    let answer =
        site.send("POST", "/oauth/token", &[("content-type", "application/json")], r#"{"code":1}"#).await;
    assert_refused(&answer, 400, "invalid_request", "the JSON body is invalid: `code` is 1, not a string");
}

#[tokio::test]
async fn notes_what_is_odd_about_a_secret() {
    let site = Site::new();
    for (given, odd) in [
        (format!("{SECRET} "), "secret differs from the registered one only by trailing whitespace"),
        (CLIENT_ID.to_owned(), "secret is the client id"),
        (String::new(), "secret is empty"),
        (escaped(SECRET), "secret is percent-encoded"),
        ("wrong".to_owned(), "secret differs from the registered one"),
    ] {
        let code = site.code("openid", &[]).await;
        let body = code_form(&code, &[("client_id", CLIENT_ID), ("client_secret", &given)]);
        assert_refused(&site.token(&[], &body).await, 401, "invalid_client", odd);
        // The form encoding that Basic allows around it is removed.
        let header = basic(&escaped(CLIENT_ID), &escaped(&given));
        if odd != "secret is percent-encoded" {
            let answer = site.token(&[("authorization", &header)], &code_form(&code, &[])).await;
            assert_refused(&answer, 401, "invalid_client", odd);
        }
    }
}

#[tokio::test]
async fn a_switch_makes_it_status_400() {
    let site = Site::new();
    site.mock.set_switches(Switches {
        invalid_client_status: InvalidClientStatus::BadRequest,
        ..Switches::default()
    });
    let answer = site.token(&[], &code_form("x", &[("client_id", CLIENT_ID), ("client_secret", "no")])).await;
    assert_refused(&answer, 400, "invalid_client", "secret differs from the registered one");
}

#[tokio::test]
async fn refuses_clients_that_do_not_authenticate() {
    let site = Site::new();
    let unknown = format!(
        "client_id `{CLIENT_ID}\n` is not registered: it differs from `{CLIENT_ID}` only by leading or trailing whitespace"
    );
    let spaced = format!("{CLIENT_ID}\n");
    let answer = site.token(&[], &code_form("x", &[("client_id", &spaced), ("client_secret", SECRET)])).await;
    assert_refused(&answer, 401, "invalid_client", &unknown);
    let answer = site.token(&[], &code_form("x", &[("client_id", &spaced)])).await;
    assert_refused(&answer, 401, "invalid_client", &unknown);

    let broken = [("authorization", "Basic %%%")];
    let answer = site.token(&broken, &code_form("x", &[])).await;
    assert_refused(&answer, 401, "invalid_client", "what follows Basic is not base64");

    let header = basic(&escaped(CLIENT_ID), &escaped(SECRET));
    let answer =
        site.token(&[("authorization", &header)], &code_form("x", &[("client_secret", SECRET)])).await;
    let twice = "client_secret was sent in the Authorization header and in the body";
    assert_refused(&answer, 400, "invalid_request", twice);

    let answer = site.token(&[("authorization", &header)], &code_form("x", &[("client_id", "b")])).await;
    let two = format!("client_id is `b` in the body and `{CLIENT_ID}` in the Authorization header");
    assert_refused(&answer, 400, "invalid_request", &two);

    let answer = site.token(&[], &code_form("x", &[("client_secret", SECRET)])).await;
    assert_refused(&answer, 400, "invalid_request", "client_secret was sent without client_id");
}

#[tokio::test]
async fn an_app_with_a_secret_must_send_it_without_pkce() {
    let site = Site::new();
    let code = site.code("openid", &[]).await;
    let note = "the app `Shop` has a secret, but neither it nor a code_verifier was sent";
    for extra in [&[("client_id", CLIENT_ID)][..], &[]] {
        let answer = site.token(&[], &code_form(&code, extra)).await;
        assert_refused(&answer, 401, "invalid_client", note);
    }
}

#[tokio::test]
async fn a_public_app_sends_no_secret() {
    let site = Site::new();
    site.mock.add_app(App { public: true, secret: None, ..shop() });
    let code = site.code("openid", &PKCE).await;
    let with_secret = [("code_verifier", VERIFIER), ("client_id", CLIENT_ID), ("client_secret", SECRET)];
    let answer = site.token(&[], &code_form(&code, &with_secret)).await;
    let note = "the app `Shop` is public and has no secret, but a client_secret was sent";
    assert_refused(&answer, 400, "invalid_request", note);
    let answer = site.token(&[], &code_form(&code, &with_secret[..2])).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let code = site.code("openid", &PKCE).await;
    let header = basic(&escaped(CLIENT_ID), "");
    let answer = site.token(&[("authorization", &header)], &code_form(&code, &with_secret[..1])).await;
    assert_eq!(answer.status, 200, "an empty password is treated as absent: {answer:?}");
}

#[tokio::test]
async fn a_public_app_without_pkce_must_send_its_client_id() {
    let site = Site::new();
    site.mock.add_app(App { public: true, secret: None, ..shop() });
    site.mock.set_switches(Switches { public_app_pkce: PublicAppPkce::Optional, ..Switches::default() });
    let code = site.code("openid", &[]).await;
    assert_eq!(site.token(&[], &code_form(&code, &[])).await.status, 401);
    assert_eq!(site.token(&[], &code_form(&code, &[("client_id", CLIENT_ID)])).await.status, 200);
}

#[tokio::test]
async fn refuses_codes_that_do_not_work() {
    let site = Site::new();
    for (code, note) in [
        ("", "code is empty"),
        ("abc", "code was never issued"),
        ("hf_oauth_x", "code is a token, not an authorization code"),
    ] {
        let answer = site.exchange(code).await;
        assert_refused(&answer, 400, "invalid_grant", note);
        assert_eq!(answer.json()["error_description"], "Invalid code");
    }
    let (first, second) = (site.code("openid", &[]).await, site.code("openid", &[]).await);
    site.advance(299);
    assert_eq!(site.exchange(&first).await.status, 200, "five minutes less one second");
    site.advance(1);
    assert_refused(
        &site.exchange(&second).await,
        400,
        "invalid_grant",
        "code expired: it was valid for 300 s",
    );
}

#[tokio::test]
async fn a_code_works_once_even_at_the_same_time() {
    let site = Site::new();
    let code = site.code("openid", &[]).await;
    let (a, b, c) = tokio::join!(site.exchange(&code), site.exchange(&code), site.exchange(&code));
    let mut statuses = [a.status, b.status, c.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400]);
}

#[tokio::test]
async fn refuses_reused_code() {
    let site = Site::new();
    let code = site.code("openid", &[]).await;
    let token = site.exchange(&code).await.json()["access_token"].as_str().unwrap().to_owned();
    assert_refused(&site.exchange(&code).await, 400, "invalid_grant", "code was already used");
    assert_eq!(site.with_bearer("/oauth/userinfo", &token).await.status, 200, "tokens remain valid");
    site.mock.set_switches(Switches { code_reuse: CodeReuse::RevokesTokens, ..Switches::default() });
    site.exchange(&code).await;
    let answer = site.with_bearer("/oauth/userinfo", &token).await;
    let note = "the access token is no longer valid: its code was used a second time";
    assert_eq!((answer.status, answer.notes), (401, vec![note.to_owned()]));
}

#[tokio::test]
async fn a_refused_attempt_leaves_the_code_as_it_was() {
    let site = Site::new();
    let code = site.code("openid", &[]).await;
    let body = code_form(&code, &[("client_id", CLIENT_ID), ("client_secret", "wrong")]);
    assert_eq!(site.token(&[], &body).await.status, 401);
    assert_eq!(site.exchange(&code).await.status, 200);
}

#[tokio::test]
async fn refuses_the_code_of_another_app() {
    let site = Site::new();
    let other = site.mock.add_app(App { client_id: "other".into(), ..shop() });
    let code = site.code("openid", &[("client_id", &other.client_id)]).await;
    let note = format!("code was issued to the app `other`, not to `{CLIENT_ID}`");
    assert_refused(&site.exchange(&code).await, 400, "invalid_grant", &note);
}

#[tokio::test]
async fn refuses_another_redirect_uri() {
    let site = Site::new();
    let code = site.code("openid", &[]).await;
    let client = [("client_id", CLIENT_ID), ("client_secret", SECRET)];
    let ask = async |uri: &str| {
        let extra: Vec<_> = client.into_iter().chain([("redirect_uri", uri)]).collect();
        site.token(&[], &code_form(&code, &extra)).await
    };
    let missing = "redirect_uri is missing, but was part of the authorization request";
    assert_refused(&ask("-").await, 400, "invalid_grant", missing);
    let slash = format!(
        "redirect_uri does not match the authorization request: it differs from `{CALLBACK}` by a trailing slash"
    );
    assert_refused(&ask(&format!("{CALLBACK}/")).await, 400, "invalid_grant", &slash);
    assert_eq!(ask(CALLBACK).await.status, 200);
}

#[tokio::test]
async fn refuses_a_wrong_verifier_even_with_the_secret() {
    let site = Site::new();
    let code = site.code("openid", &PKCE).await;
    let client = [("client_id", CLIENT_ID), ("client_secret", SECRET)];
    let ask = async |verifier: &str| {
        let extra: Vec<_> = client.into_iter().chain([("code_verifier", verifier)]).collect();
        site.token(&[], &code_form(&code, &extra)).await
    };
    let missing = "code_verifier is missing, but the authorization request had a code_challenge";
    assert_refused(&ask("-").await, 400, "invalid_grant", missing);
    assert_refused(
        &ask("abc").await,
        400,
        "invalid_grant",
        "code_verifier has 3 characters, at least 43 are required",
    );
    let wrong = "code_verifier does not match the code_challenge of the authorization request";
    assert_refused(&ask(&VERIFIER.to_lowercase()).await, 400, "invalid_grant", wrong);
    assert_refused(&ask(CHALLENGE).await, 400, "invalid_grant", wrong);
    assert_eq!(ask(VERIFIER).await.status, 200);
}

#[tokio::test]
async fn a_verifier_without_challenge_has_no_effect() {
    let site = Site::new();
    let code = site.code("openid", &[]).await;
    let extra = [("client_id", CLIENT_ID), ("client_secret", SECRET), ("code_verifier", VERIFIER)];
    let answer = site.token(&[], &code_form(&code, &extra)).await;
    let note = "code_verifier has no effect: the authorization request had no code_challenge";
    assert_eq!((answer.status, answer.notes), (200, vec![note.to_owned()]));
}
