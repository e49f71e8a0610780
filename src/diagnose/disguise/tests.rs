use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::diagnose::yaml;

/// A realistic secret: letters and digits, with defects around them.
fn secrets() -> impl Strategy<Value = String> {
    ("[ \"'\n]{0,2}", "(oauth_app_secret_)?[A-Za-z0-9]{12,40}", "[ \"'\n;,]{0,2}")
        .prop_map(|(before, secret, after)| format!("{before}{secret}{after}"))
}

/// The informative parts of a value.
fn telling(value: &str) -> Vec<String> {
    let inner = value.replace("oauth_app_secret_", " ");
    let runs = inner.split(|c: char| !c.is_ascii_alphanumeric()).map(ToOwned::to_owned);
    let characters = runs.map(|run| run.chars().collect::<Vec<char>>());
    characters
        .flat_map(|run| run.windows(8).map(|part| part.iter().collect()).collect::<Vec<String>>())
        .collect()
}

/// A value that a person may have anywhere: the capsule must not contain its inner part.
fn markers() -> impl Strategy<Value = String> {
    ("(Bearer |<|\"|x-)?", "[A-Z][A-Za-z0-9]{9,18}[0-9]", "(\n|>|\"| |%2B%2f)?")
        .prop_map(|(before, marker, after)| format!("{before}{marker}{after}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Every text of `given` is a marker, unless a contract defines it.
    #[test]
    fn no_text_of_the_input_is_in_the_output(
        m in proptest::collection::vec(markers(), 40),
        inner in proptest::collection::vec("[A-Z][A-Za-z0-9]{9,18}[0-9]", 30),
        seed in any::<u64>(),
    ) {
        let i = &inner;
        let hidden = |at: usize| format!(
            "https://{}:{}@shop.acme.io/cb?token={}&code={}&{}#{}", i[at], i[at + 1], i[at + 2], i[at + 3], i[at + 4], i[at + 5]
        );
        let document = json!({
            "description": "A person signs in.",
            "given": {
                "huggingface": {
                    "app": {
                        "client_id": m[0], "secret": m[1], "name": m[2], "authorized_orgs": [i[24]],
                        "redirect_uris": [hidden(0), format!("[LOGTO]/callback/x?key={}", i[6])],
                    },
                    "other_apps": [{ "client_id": m[3], "secret": m[4], "name": m[5] }],
                    "accounts": [{ "username": "zoe-of-acme", "name": m[6], "email": "zoe@acme.io" }],
                    "switches": { "claims": { "userinfo": { "note": m[7], "deep": [{ "x": m[8] }] } }, "framing": "refused" },
                    "answers": [
                        { "path": "/oauth/token", "status": 400, "headers": [["x-key", m[9]], ["retry-after", "3"]], "body": m[10] },
                        { "path": "/oauth/token", "status": 400, "body": json!({ "error": "invalid_grant", "detail": m[11] }).to_string() },
                        { "path": "/oauth/userinfo", "json": { "set": { "note": m[12] }, "remove": ["email"] } },
                    ],
                },
                "connector": {
                    "factory": "oauth2", "id": "abc123", "client_id": m[13], "client_secret": m[14],
                    "config": {
                        "customConfig": { "apiKey": m[15], "Authorization": m[16], "deep": { "er": [m[17]] } },
                        "profileMap": { "id": "sub", "name": m[18] },
                        "tokenEndpoint": format!("https://huggingface.co/oauth/token?key={}", i[7]),
                        "userInfoEndpoint": hidden(8),
                        "tokenEndpointAuthMethod": "client_secret_post",
                        "unknownMember": m[19],
                    },
                },
                "sign_in_experience": { "members": { "customCss": m[20], "termsOfUseUrl": hidden(14), "signInMode": "SignIn" } },
                "application": {
                    "redirect_uris": [format!("[APP]/callback?a={}#{}", i[20], i[21])],
                    "custom_client_metadata": { "corsAllowedOrigins": [m[21]] },
                },
                "users": [{ "name": m[22], "password": m[23], "primary_email": "zoe@acme.io" }],
                "app": {
                    "app_secret": format!("{}[APP_SECRET]{}", m[24], i[22]), "session_secret": m[25], "callback_query": m[26],
                    "extra_parameters": { "login_hint": m[27] }, "resources": [m[28]],
                },
            },
            "steps": [
                { "administer": { "call": "PATCH /api/connectors/x", "body": { "config": { "clientSecret": m[29], "customConfig": { "k": m[31] }, "scope": "openid" } } } },
                { "at_huggingface": { "app": { "secret": m[32] }, "answers": [{ "path": "/", "status": 500, "body": m[33] }] } },
                { "visit": format!("/?ticket={}", i[23]) },
                { "sign_in_with_password": { "username": "zoe-of-acme", "password": m[30] } },
            ],
        });
        let Value::Object(mut document) = document else { unreachable!("an object") };
        let kept = document.clone();
        let mut disguise = Disguise::new(Random::seeded(seed));
        disguise.put_on(&mut document);
        let text = yaml::document(&document);
        prop_assert_eq!(disguise.left_in(&text), None, "{}", text);
        let decoded = percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned();
        for (at, marker) in m[..34].iter().map(String::as_str).chain(i[..25].iter().map(String::as_str)).enumerate() {
            for part in telling(marker) {
                prop_assert!(!text.contains(&part) && !decoded.contains(&part), "{at}: {part} of {marker}\n{text}");
            }
        }
        prop_assert!(!text.contains("acme"), "{}", text);
        // What contracts define is unchanged.
        for pointer in [
            "/given/connector/factory", "/given/connector/config/profileMap/id", "/given/huggingface/switches/framing",
            "/given/connector/config/tokenEndpointAuthMethod", "/given/sign_in_experience/members/signInMode",
            "/given/huggingface/answers/0/path", "/given/huggingface/answers/0/headers/0/0", "/given/huggingface/answers/0/headers/1/1",
            "/given/huggingface/answers/2/json/remove/0", "/steps/0/administer/call",
        ] {
            let (own, other) = (Value::Object(kept.clone()), Value::Object(document.clone()));
            prop_assert_eq!(own.pointer(pointer), other.pointer(pointer), "{}", pointer);
        }
        // The shape is kept: white space, quotation marks, percent-encoding, length.
        let shape = |text: &str| text.chars().map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c }).collect::<String>();
        for pointer in ["/given/connector/client_secret", "/given/connector/config/customConfig/apiKey", "/given/app/session_secret"] {
            let (own, other) = (Value::Object(kept.clone()), Value::Object(document.clone()));
            let of = |value: &Value| shape(value.pointer(pointer).and_then(Value::as_str).unwrap_or_default());
            prop_assert_eq!(of(&own), of(&other), "{}", pointer);
        }
    }
}

proptest! {
    #[test]
    fn no_secret_of_the_input_is_in_the_output(
        right in secrets(),
        other in secrets(),
        cut in 0_usize..12,
        password in "[A-Za-z0-9-]{10,20}",
        id in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{12}",
        person in "[a-z]{8,12}",
        host in "[a-z]{8,12}\\.(com|io|dev)",
        seed in any::<u64>(),
    ) {
        let short: String = right.chars().skip(cut).collect();
        let mail = format!("{person}@{host}");
        let document = json!({
            "description": format!("The secret {right} of {mail} does not work."),
            "given": {
                "huggingface": {
                    "app": { "client_id": id, "secret": right, "redirect_uris": [format!("https://{host}/callback/x")] },
                    "accounts": [{ "username": person, "fullname": "Anyone", "email": mail }],
                    "answers": [{ "path": "/oauth/token", "body": json!({ "access_token": other }).to_string() }],
                },
                "connector": { "client_id": format!("{id} "), "client_secret": short, "config": { "customHeaders": { "token": other } } },
                "app": { "app_secret": other },
                "users": [{ "username": person, "primary_email": mail.to_uppercase(), "password": password }],
            },
            "steps": [
                { "administer": { "call": "PATCH /api/connectors/x", "body": { "config": { "clientSecret": short, "clientId": id } } } },
                { "sign_in_as": person },
                { "sign_in_with_password": { "username": person, "password": password } },
            ],
        });
        let Value::Object(mut document) = document else { unreachable!("an object") };
        let mut disguise = Disguise::new(Random::seeded(seed));
        disguise.put_on(&mut document);
        let text = yaml::document(&document);
        prop_assert_eq!(disguise.left_in(&text), None, "{}", text);
        for value in [&right, &short, &other, &password, &id] {
            for part in telling(value) {
                prop_assert!(!text.contains(&part), "{part} of {value}\n{text}");
            }
        }
        for value in [&person, &host, &mail] {
            prop_assert!(!text.to_lowercase().contains(value.as_str()), "{value}\n{text}");
        }
        // Related values still match.
        let given = &document["given"];
        let stand_in = given["huggingface"]["app"]["secret"].as_str().unwrap_or_default();
        let shorter: String = stand_in.chars().skip(cut).collect();
        // A few characters could be the end of any secret.
        if short.chars().filter(char::is_ascii_alphanumeric).count() >= 8 {
            prop_assert_eq!(given["connector"]["client_secret"].as_str(), Some(shorter.as_str()));
        }
        let with_space = given["huggingface"]["app"]["client_id"].as_str().map(|id| format!("{id} "));
        prop_assert_eq!(given["connector"]["client_id"].as_str(), with_space.as_deref());
        prop_assert_eq!(&document["steps"][1]["sign_in_as"], &given["users"][0]["username"]);
    }
}
