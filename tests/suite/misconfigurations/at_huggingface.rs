//! Faults of the connector's credentials, of the OAuth app, and of the provider.

use kit::Random;
use serde_json::{Value, json};

use super::faults::{CLIENT_ID, Fault, SECRET, SlipKind, Stop, literal, slips};

pub(super) fn faults(random: &Random) -> Vec<Fault> {
    let mut faults = client_ids(random);
    faults.extend(secrets(random));
    faults.extend(redirect_uris());
    faults.extend(scopes());
    faults.extend(answers());
    faults
}

fn client_ids(random: &Random) -> Vec<Fault> {
    let fault = |name: &str, value: &str, causes: &[&'static str]| {
        let given = json!({ "connector": { "client_id": literal(value) } });
        Fault::new(format!("client id: {name}"), Stop::HuggingFace, "client id", given, causes)
    };
    let mut faults: Vec<Fault> = slips(random, CLIENT_ID)
        .into_iter()
        .map(|slip| {
            let causes: &[&str] = match slip.kind {
                SlipKind::WhiteSpace => {
                    &["connector/client-id-has-whitespace", "connector/client-id-unknown"]
                }
                SlipKind::Case => &["connector/client-id-letter-case", "connector/client-id-unknown"],
                SlipKind::Quotes => &["connector/client-id-in-quotation-marks"],
                SlipKind::Other => &["connector/client-id-unknown", "connector/client-id-not-an-id"],
                _ => &["connector/client-id-unknown"],
            };
            fault(&slip.name, &slip.value, causes)
        })
        // The id has no upper-case letters, so these are the id itself.
        .filter(|fault| fault.given["connector"]["client_id"] != CLIENT_ID)
        .collect();
    faults.push(fault(
        "the secret",
        SECRET,
        &["connector/client-id-is-secret", "connector/client-id-unknown"],
    ));
    faults
}

fn secrets(random: &Random) -> Vec<Fault> {
    let fault = |name: &str, value: &str, causes: &[&'static str]| {
        let given = json!({ "connector": { "client_secret": literal(value) } });
        Fault::new(format!("secret: {name}"), Stop::Token, "secret", given, causes)
    };
    let mut faults: Vec<Fault> = slips(random, SECRET)
        .into_iter()
        .map(|slip| {
            let causes: &[&str] = match slip.kind {
                SlipKind::WhiteSpace => {
                    // Zero-width characters count as something added, too.
                    &[
                        "connector/secret-has-trailing-whitespace",
                        "connector/secret-has-more",
                        "connector/secret-wrong",
                    ]
                }
                SlipKind::Quotes => &[
                    "connector/secret-in-quotation-marks",
                    "connector/secret-has-more",
                    "connector/secret-wrong",
                ],
                SlipKind::Case => &["connector/secret-letter-case", "connector/secret-wrong"],
                SlipKind::Short => &["connector/secret-truncated", "connector/secret-wrong"],
                SlipKind::More => &["connector/secret-has-more", "connector/secret-wrong"],
                SlipKind::Other => &["connector/secret-wrong"],
            };
            fault(&slip.name, &slip.value, causes)
        })
        .collect();
    faults.push(fault(
        "the client id",
        CLIENT_ID,
        &["connector/secret-is-client-id", "connector/secret-wrong"],
    ));
    let encoded: String = SECRET.replace('_', "%5F");
    faults.push(fault(
        "percent-encoded",
        &encoded,
        &["connector/secret-percent-encoded", "connector/secret-wrong"],
    ));
    let public = json!({
        "huggingface": { "app": { "public": true, "secret": null } },
        "connector": { "client_secret": SECRET },
    });
    let causes = ["huggingface/app-is-public", "connector/secret-wrong"];
    faults.push(Fault::new("the OAuth app is public", Stop::Token, "secret", public, &causes));
    faults
}

fn redirect_uris() -> Vec<Fault> {
    const NOT_REGISTERED: &str = "huggingface/redirect-uri-not-registered";
    let own = "[LOGTO]/callback/[CONNECTOR]";
    let list: Vec<(&str, Vec<String>, Vec<&'static str>)> = vec![
        (
            "a slash at the end",
            vec![format!("{own}/")],
            vec!["huggingface/redirect-uri-trailing-slash", NOT_REGISTERED],
        ),
        (
            "https",
            vec!["https://[LOGTO_HOST]/callback/[CONNECTOR]".to_owned()],
            vec!["huggingface/redirect-uri-other-scheme", NOT_REGISTERED],
        ),
        (
            "the app's callback",
            vec!["[APP]/callback".to_owned()],
            vec!["huggingface/app-callback-registered", NOT_REGISTERED],
        ),
        (
            "the app's callback, and staging",
            vec!["[APP]/callback".to_owned(), "https://staging.example/x".to_owned()],
            vec!["huggingface/app-callback-registered", NOT_REGISTERED],
        ),
        ("none", vec![], vec![NOT_REGISTERED]),
        ("Logto without a path", vec!["[LOGTO]".to_owned()], vec!["huggingface/redirect-uri-other-path"]),
        (
            "Logto's callback without the id",
            vec!["[LOGTO]/callback".to_owned()],
            vec!["huggingface/redirect-uri-other-path"],
        ),
        (
            "another connector's",
            vec!["[LOGTO]/callback/q7w8e9r0".to_owned()],
            vec!["huggingface/redirect-uri-of-another-connector", NOT_REGISTERED],
        ),
        (
            "the account center's",
            vec!["[LOGTO]/account/callback/social/[CONNECTOR]".to_owned()],
            vec!["huggingface/redirect-uri-other-path", "huggingface/account-center-callback*"],
        ),
        (
            "capitals in the path",
            vec!["[LOGTO]/Callback/[CONNECTOR]".to_owned()],
            vec!["huggingface/redirect-uri-letter-case", NOT_REGISTERED],
        ),
        ("a query", vec![format!("{own}?next=home")], vec!["huggingface/redirect-uri-other-query"]),
        ("a newline at the end", vec![format!("{own}\n")], vec!["huggingface/redirect-uri-has-whitespace"]),
        ("a space at the end", vec![format!("{own} ")], vec!["huggingface/redirect-uri-has-whitespace"]),
        (
            "two slashes",
            vec!["[LOGTO]//callback/[CONNECTOR]".to_owned()],
            vec!["huggingface/redirect-uri-other-path"],
        ),
        ("a wildcard", vec!["[LOGTO]/*".to_owned()], vec!["huggingface/redirect-uri-wildcard"]),
        (
            "another host",
            vec!["https://auth.staging.example/callback/[CONNECTOR]".to_owned()],
            vec!["huggingface/redirect-uri-other-host", NOT_REGISTERED],
        ),
        (
            "the machine by number",
            vec!["http://127.0.0.1:3001/callback/[CONNECTOR]".to_owned()],
            vec!["huggingface/redirect-uri-other-host", NOT_REGISTERED],
        ),
        (
            "two other hosts",
            vec![
                "https://a.example/callback/[CONNECTOR]".to_owned(),
                "https://b.example/callback/[CONNECTOR]".to_owned(),
            ],
            vec!["huggingface/redirect-uri-other-host", NOT_REGISTERED],
        ),
        ("no address", vec!["callback".to_owned()], vec!["huggingface/redirect-uri-incomplete"]),
    ];
    list.into_iter()
        .map(|(name, uris, causes)| {
            let given = json!({ "huggingface": { "app": { "redirect_uris": uris } } });
            Fault::new(
                format!("redirect URI at Hugging Face: {name}"),
                Stop::HuggingFace,
                "redirect uris",
                given,
                &causes,
            )
        })
        .collect()
}

fn scopes() -> Vec<Fault> {
    let mut faults: Vec<Fault> = [
        ("no email ticked", vec!["openid", "profile"]),
        ("only openid ticked", vec!["openid"]),
        ("other scopes ticked", vec!["read-repos", "inference-api"]),
    ]
    .into_iter()
    .map(|(name, ticked)| {
        let given = json!({ "huggingface": { "app": { "scopes": ticked } } });
        Fault::new(
            format!("scopes: {name}"),
            Stop::HuggingFace,
            "scopes",
            given,
            &["huggingface/scope-not-enabled"],
        )
    })
    .collect();
    let asked: [(&str, &[&str]); 8] = [
        (
            "openid,profile,email",
            &["connector/scope-has-commas", "connector/scope-unknown", "huggingface/scope-not-enabled"],
        ),
        (
            "openid, profile, email",
            &["connector/scope-has-commas", "connector/scope-unknown", "huggingface/scope-not-enabled"],
        ),
        (
            "openid;profile",
            &["connector/scope-has-commas", "connector/scope-unknown", "huggingface/scope-not-enabled"],
        ),
        (
            "openid+profile",
            &["connector/scope-has-commas", "connector/scope-unknown", "huggingface/scope-not-enabled"],
        ),
        ("openid profile emial", &["connector/scope-unknown", "huggingface/scope-not-enabled"]),
        ("openid profile offline_access", &["connector/scope-unknown", "huggingface/scope-not-enabled"]),
        ("OpenID Profile Email", &["connector/scope-unknown", "huggingface/scope-not-enabled"]),
        ("openid profile read-billing", &["huggingface/scope-not-enabled"]),
    ];
    faults.extend(asked.into_iter().map(|(scope, causes)| {
        let given = json!({ "connector": { "scope": scope } });
        Fault::new(format!("scope `{scope}`"), Stop::HuggingFace, "scopes", given, causes)
    }));
    faults
}

/// Wrong answers of the provider to Logto.
fn answers() -> Vec<Fault> {
    let mut faults = Vec::new();
    for (status, body) in [
        (400, r#"{"error":"invalid_request"}"#),
        (403, "<h1>Forbidden</h1>"),
        (404, "Not found"),
        (429, r#"{"error":"Too many requests"}"#),
        (500, "Internal Server Error"),
        (502, "<html>Bad gateway</html>"),
        (503, "<html>We'll be back</html>"),
        (504, ""),
    ] {
        let causes: &[&str] = match status {
            429 => &["huggingface/rate-limited", "huggingface/token-refused"],
            500..=599 => &["huggingface/server-error"],
            _ => &["huggingface/token-refused", "huggingface/answer-*"],
        };
        faults.push(answer(
            format!("token endpoint answers {status}"),
            "/oauth/token",
            json!({ "status": status, "body": body }),
            causes,
        ));
        let causes: &[&str] = match status {
            429 => &["huggingface/rate-limited"],
            500..=599 => &["huggingface/server-error"],
            _ => &[
                "huggingface/access-token-refused",
                "huggingface/answer-*",
                "huggingface/profile-*",
                "huggingface/userinfo-*",
            ],
        };
        faults.push(answer(
            format!("userinfo answers {status}"),
            "/oauth/userinfo",
            json!({ "status": status, "body": body }),
            causes,
        ));
    }
    let json_type = json!([["content-type", "application/json"]]);
    for (name, body, causes) in [
        (
            "HTML",
            "<html>maintenance</html>",
            &["huggingface/answer-not-json", "huggingface/token-answer-*"] as &[&str],
        ),
        ("nothing", "", &["huggingface/answer-not-json", "huggingface/token-answer-*"]),
        (
            "a query string",
            "access_token=x&token_type=bearer&scope=profile",
            &["huggingface/answer-not-json", "huggingface/token-answer-*"],
        ),
        (
            "no scope",
            r#"{"access_token":"x","token_type":"bearer"}"#,
            &["huggingface/token-answer-incomplete"],
        ),
        (
            "no token type",
            r#"{"access_token":"x","scope":"openid profile email"}"#,
            &["huggingface/token-type-missing"],
        ),
        (
            "no token",
            r#"{"token_type":"bearer","scope":"openid profile email"}"#,
            &["huggingface/token-answer-incomplete"],
        ),
        ("an error with 200", r#"{"error":"invalid_grant"}"#, &["huggingface/error-in-success"]),
        (
            "an empty token",
            r#"{"access_token":"","token_type":"bearer","scope":"openid profile email"}"#,
            &["huggingface/token-answer-incomplete"],
        ),
        (
            "a token of nobody",
            r#"{"access_token":"x","token_type":"bearer","scope":"openid profile email"}"#,
            &["huggingface/access-token-refused"],
        ),
    ] {
        let rule = json!({ "status": 200, "headers": json_type, "body": body });
        faults.push(answer(format!("token answer: {name}"), "/oauth/token", rule, causes));
    }
    for (name, body, causes) in [
        (
            "HTML",
            "<html>maintenance</html>",
            &["huggingface/answer-not-json", "huggingface/profile-incomplete"] as &[&str],
        ),
        ("no sub", r#"{"name":"Ada"}"#, &["huggingface/profile-incomplete"]),
        ("a numeric sub", r#"{"sub":12,"name":"Ada"}"#, &["huggingface/profile-incomplete"]),
        ("a list", r#"[{"sub":"x"}]"#, &["huggingface/profile-incomplete", "huggingface/answer-not-json"]),
        (
            "an empty sub",
            r#"{"sub":"","name":"Ada"}"#,
            &["huggingface/empty-sub", "huggingface/profile-incomplete"],
        ),
    ] {
        let rule = json!({ "status": 200, "headers": json_type, "body": body });
        faults.push(answer(format!("profile: {name}"), "/oauth/userinfo", rule, causes));
    }
    for path in ["/oauth/token", "/oauth/userinfo"] {
        let causes = ["huggingface/connection-broken", "network/*"];
        faults.push(answer(format!("{path} closes"), path, json!({ "close": true }), &causes));
        faults.push(answer(
            format!("{path} takes 30 s"),
            path,
            json!({ "delay_ms": 30_000 }),
            &["huggingface/too-slow", "network/*"],
        ));
    }
    faults
}

fn answer(name: String, path: &str, mut rule: Value, causes: &[&'static str]) -> Fault {
    rule["path"] = json!(path);
    let (stop, touches) =
        if path.ends_with("token") { (Stop::Token, "secret") } else { (Stop::Profile, "userinfo") };
    Fault::new(name, stop, touches, json!({ "huggingface": { "answers": [rule] } }), causes)
}
