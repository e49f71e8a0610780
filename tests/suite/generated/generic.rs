//! Faults of the generic connectors.

use serde_json::json;

use super::draw::Draw;
use super::fault::{Fault, Stage};
use super::set_up::{Part, SetUp};

/// Member, part, finding about the endpoint, stage, and what it is called at Hugging Face.
const ENDPOINTS: [(&str, Part, &str, Stage, &str); 3] = [
    (
        "authorizationEndpoint",
        Part::AuthorizationEndpoint,
        "connector/authorization-endpoint-wrong",
        Stage::Authorization,
        "authorize",
    ),
    ("tokenEndpoint", Part::TokenEndpoint, "connector/token-endpoint-wrong", Stage::Token, "token"),
    (
        "userInfoEndpoint",
        Part::UserInfoEndpoint,
        "connector/userinfo-endpoint-wrong",
        Stage::Profile,
        "userinfo",
    ),
];

pub(super) fn faults() -> Vec<Fault> {
    let mut faults = endpoints();
    faults.extend(answers());
    faults.extend(id_tokens());
    faults
}

fn has(member: &'static str) -> impl Fn(&SetUp) -> bool {
    move |set_up| !set_up.text(member).is_empty()
}

fn endpoints() -> Vec<Fault> {
    const CITES: &str = "Hugging Face's discovery document; next-auth#6382; trial C 24b, 24c, 24f; bugs D5";
    let mut faults = Vec::new();
    for (member, part, id, stage, name) in ENDPOINTS {
        let fault = |what: &str, cites: &'static str, id: &str, change: fn(&str, &Draw) -> String| {
            Fault::new(format!("{member}: {what}"), cites, stage, &[id], move |set_up, draw| {
                let value = change(name, draw);
                set_up.config().insert(member.to_owned(), json!(value));
            })
            .only_if(has(member))
            .touches(&[part])
        };
        faults.push(fault("a slash at the end", CITES, id, |name, _| {
            format!("https://huggingface.co/oauth/{name}/")
        }));
        faults.push(fault("a misspelt path", CITES, id, |name, draw| {
            format!("https://huggingface.co/oauth/{name}{}", draw.one(&["s", "_", "-endpoint"]))
        }));
        faults.push(fault("another path", CITES, id, |name, draw| {
            format!(
                "https://huggingface.co/{}/{name}",
                draw.one(&["login/oauth", "oauth2", "api/oauth", "oauth/v2"])
            )
        }));
        faults.push(fault("another host", "grafana#6351 (class); bugs 10", id, |name, draw| {
            format!(
                "https://{}/oauth/{name}",
                draw.one(&["huggingface.example", "hugingface.co", "api.huggingface.example"])
            )
        }));
        faults.push(fault("another port", "grafana#6351 (class); bugs 10", id, |name, _| {
            format!("https://huggingface.co:8443/oauth/{name}")
        }));
        faults.push(
            fault("a placeholder", "bugs B2", "connector/endpoint-placeholder", |name, draw| {
                match draw.below(3) {
                    0 => format!("<{name}-endpoint>"),
                    1 => format!("https://<provider>/oauth/{name}"),
                    _ => format!("${{PROVIDER}}/oauth/{name}"),
                }
            })
            // Logto may refuse it before anybody is sent there.
            .also(&["warning/*"]),
        );
    }
    // A browser may be led to https; a POST loses its body on the way, and a bearer token is not sent on (Fetch standard).
    for (member, part, stage, name) in [
        ("tokenEndpoint", Part::TokenEndpoint, Stage::Token, "token"),
        ("userInfoEndpoint", Part::UserInfoEndpoint, Stage::Profile, "userinfo"),
    ] {
        faults.push(
            Fault::new(
                format!("{member}: http"),
                "bugs B3",
                stage,
                &["connector/endpoint-over-http"],
                move |set_up, _| {
                    set_up
                        .config()
                        .insert(member.to_owned(), json!(format!("http://huggingface.co/oauth/{name}")));
                },
            )
            .only_if(has(member))
            .touches(&[part])
            .also(&["warning/endpoint-over-http"]),
        );
    }
    faults
}

fn answers() -> Vec<Fault> {
    let oauth2 = |set_up: &SetUp| set_up.factory == "oauth2";
    let map = |name: &str, id: Option<&'static str>| {
        Fault::new(
            format!("profileMap: {name}"),
            "connector-bugs B10; logto#4295; §13",
            Stage::Profile,
            &["connector/profile-map-mismatch"],
            move |set_up, _| match id {
                Some(id) => {
                    drop(
                        set_up.config().insert("profileMap".to_owned(), json!({ "id": id, "name": "name" })),
                    );
                }
                None => drop(set_up.config().remove("profileMap")),
            },
        )
        .only_if(oauth2)
        .touches(&[Part::Generic])
    };
    let mut faults = vec![
        map("none", None),
        map("id", Some("id")),
        map("user.id", Some("user.id")),
        map("uid", Some("uid")),
    ];
    for (name, value) in [("left out", None), ("query-string", Some("query-string"))] {
        faults.push(
            Fault::new(
                format!("tokenEndpointResponseType {name}"),
                "connector-bugs B9; §13",
                Stage::Token,
                &["connector/token-response-type"],
                move |set_up, _| match value {
                    Some(value) => {
                        drop(set_up.config().insert("tokenEndpointResponseType".to_owned(), json!(value)));
                    }
                    None => drop(set_up.config().remove("tokenEndpointResponseType")),
                },
            )
            .until(Stage::Profile)
            .only_if(oauth2)
            .touches(&[Part::Generic]),
        );
    }
    faults.push(
        Fault::new(
            "client_secret_jwt",
            "Hugging Face's discovery document (token_endpoint_auth_methods_supported); connector-bugs B11",
            Stage::Token,
            &["connector/authentication-not-accepted"],
            |set_up, _| {
                drop(
                    set_up.config().insert("tokenEndpointAuthMethod".to_owned(), json!("client_secret_jwt")),
                );
            },
        )
        .only_if(SetUp::is_generic)
        .touches(&[Part::Generic, Part::ClientSecret]),
    );
    faults.push(
        Fault::new(
            "prompt=none",
            "connector-bugs B27; Hugging Face answers login_required",
            Stage::Authorization,
            &["connector/prompt-none"],
            |set_up, _| drop(set_up.config().insert("customConfig".to_owned(), json!({ "prompt": "none" }))),
        )
        .only_if(SetUp::is_generic)
        .touches(&[Part::Generic]),
    );
    faults.push(
        Fault::new(
            "orgIds",
            "§13 (parameters are written in snake case); hub-docs#1352; bugs D7",
            Stage::Authorization,
            &["connector/custom-parameter-renamed"],
            |set_up, _| {
                let config = json!({ "orgIds": "0123456789abcdef01234567" });
                set_up.config().insert("customConfig".to_owned(), config);
            },
        )
        // The sign-in works.
        .until(Stage::SignOut)
        .only_if(SetUp::is_generic)
        .touches(&[Part::Generic]),
    );
    faults
}

fn id_tokens() -> Vec<Fault> {
    let fault = |name: &str, cites: &'static str, id: &str, member: &'static str, value: &'static str| {
        Fault::new(format!("{member}: {name}"), cites, Stage::Token, &[id], move |set_up, _| {
            set_up.config()["idTokenVerificationConfig"][member] = json!(value);
        })
        .until(Stage::Profile)
        .only_if(|set_up| set_up.factory == "oidc")
        .touches(&[Part::Generic])
    };
    let issuer = "connector/issuer-wrong";
    let keys = "connector/jwks-uri-wrong";
    let mut faults = vec![
        fault(
            "a slash at the end",
            "connector-bugs B22; ghostfolio#7885",
            issuer,
            "issuer",
            "https://huggingface.co/",
        ),
        fault("with a path", "connector-bugs B22", issuer, "issuer", "https://huggingface.co/oauth"),
        fault(
            "another one",
            "connector-bugs B22; golden oidc-wrong-issuer",
            issuer,
            "issuer",
            "https://accounts.google.com",
        ),
        fault(
            "a misspelt path",
            "connector-bugs B22",
            keys,
            "jwksUri",
            "https://huggingface.co/oauth/jwks.json",
        ),
        fault("another path", "connector-bugs B22", keys, "jwksUri", "https://huggingface.co/oauth/certs"),
        fault(
            "the discovery document",
            "bugs D5",
            keys,
            "jwksUri",
            "https://huggingface.co/.well-known/openid-configuration",
        ),
    ];
    faults.push(
        Fault::new(
            "issuer without jwksUri",
            "connector-bugs B8; §13; logto#6843",
            Stage::Configuration,
            &["connector/jwks-uri-missing", "connector/config-refused"],
            |set_up, _| {
                set_up.config().insert(
                    "idTokenVerificationConfig".to_owned(),
                    json!({ "issuer": "https://huggingface.co" }),
                );
            },
        )
        .until(Stage::Authorization)
        .only_if(|set_up| set_up.factory == "oidc")
        .touches(&[Part::Generic]),
    );
    faults
}
