//! Faults of the sign-in experience, and of the app's record.

use serde_json::{Value, json};

use super::addresses::{DIFFERENCES, Difference, host, is_loopback, split};
use super::draw::Draw;
use super::fault::{Fault, Stage};
use super::set_up::{Kind, Part, SetUp};

/// Stands for an expired secret; any time in the past.
const PAST: i64 = 1_710_000_000_000;

pub(super) fn faults() -> Vec<Fault> {
    let mut faults = experience();
    faults.extend(redirect_uris());
    faults.extend(post_sign_out_uris());
    faults.extend(record());
    faults
}

/// Another value for a setting of a set-up.
type Other = fn(&SetUp) -> Value;

fn experience() -> Vec<Fault> {
    let mut faults = Vec::new();
    let rows: [(&str, Other); 7] = [
        ("none", |_| json!([])),
        ("others", |_| json!(["google", "github"])),
        ("misspelt", |_| json!(["hugging-face"])),
        ("in capitals", |set_up| json!([set_up.connector["target"].as_str().unwrap().to_uppercase()])),
        ("the factory", |_| json!(["huggingface-universal"])),
        ("the connector's ID", |set_up| json!([set_up.connector["id"]])),
        ("the target of the guide", |_| json!(["huggingface"])),
    ];
    for (name, targets) in rows {
        faults.push(
            Fault::new(
                format!("buttons: {name}"),
                "§2.3, §3; connector-bugs B1",
                Stage::Button,
                &["experience/connector-not-enabled"],
                move |set_up, _| set_up.experience["socialSignInConnectorTargets"] = targets(set_up),
            )
            .only_if(move |set_up| !targets(set_up).as_array().unwrap().contains(&set_up.connector["target"]))
            .touches(&[Part::Targets]),
        );
    }
    for (mode, id, cites) in [
        ("SignIn", "experience/registration-off", "§2.2; connector-bugs B14"),
        ("Register", "experience/sign-in-off", "§11 (signInMode); trial C 21c"),
    ] {
        faults.push(
            Fault::new(format!("mode {mode}"), cites, Stage::Account, &[id], move |set_up, _| {
                set_up.experience["signInMode"] = json!(mode);
            })
            .touches(&[Part::Mode]),
        );
    }
    for (name, identifiers, password) in [
        ("a username", json!(["username"]), false),
        ("a username and a password", json!(["username"]), true),
        ("a phone number", json!(["phone"]), false),
    ] {
        faults.push(
            Fault::new(
                format!("sign-up with {name}"),
                "§2.1 (required profile missing); connector-bugs B12",
                Stage::Account,
                &["experience/sign-up-identifier-required"],
                move |set_up, _| {
                    let verify = identifiers == json!(["phone"]);
                    set_up.experience["signUp"] =
                        json!({ "identifiers": identifiers, "password": password, "verify": verify });
                    set_up.experience["socialSignIn"] = json!({});
                },
            )
            .touches(&[Part::SignUp]),
        );
    }
    faults
}

/// Whether the port of the app's redirect URI does not count (§14).
fn any_port(set_up: &SetUp) -> bool {
    set_up.kind == Kind::Native && host(&set_up.redirect_uri).is_some_and(|host| is_loopback(&host))
}

fn applies(set_up: &SetUp, difference: &'static Difference) -> bool {
    let uri = &set_up.redirect_uri;
    let changes =
        (0..6).all(|seed| (difference.change)(uri, &Draw::seeded(seed)).is_some_and(|other| other != *uri));
    changes && !(difference.name == "another port" && any_port(set_up))
}

fn redirect_uris() -> Vec<Fault> {
    const CITES: &str =
        "§1.3, §14; golden oidc/redirect-uri-matching; connector-bugs D1; logto#6758, #3747, #6353";
    const URIS: [Part; 2] = [Part::RegisteredUris, Part::RedirectUri];
    let mut faults = Vec::new();
    for difference in DIFFERENCES.iter().filter(|difference| difference.at_logto) {
        let id = format!("application/redirect-uri-{}", difference.ends);
        let sent = Fault::new(
            format!("the app's redirect URI, sent: {}", difference.name),
            CITES,
            Stage::AppRequest,
            &[&id],
            |set_up, draw| {
                let right = set_up.redirect_uri.clone();
                set_up.registers("redirectUris", &right, draw);
                set_up.options.redirect_uri = (difference.change)(&right, draw);
                set_up.options.app_url = None;
            },
        );
        let registered = Fault::new(
            format!("the app's redirect URI, registered: {}", difference.name),
            CITES,
            Stage::AppRequest,
            &[&id],
            |set_up, draw| {
                let uri = (difference.change)(&set_up.redirect_uri, draw).unwrap();
                set_up.registers("redirectUris", &uri, draw);
            },
        );
        for fault in [Some(sent), difference.stored.then_some(registered)].into_iter().flatten() {
            let mut fault =
                fault.only_if(|set_up| applies(set_up, difference)).touches(&URIS).touches(&[Part::AppUrl]);
            if difference.ends == "placeholder" {
                fault = fault.also(&["application/redirect-uri-incomplete", "warning/*"]);
            }
            faults.push(fault);
        }
    }
    faults
        .extend(other_redirect_uris().into_iter().map(|fault| fault.touches(&URIS).touches(&[Part::AppUrl])));
    faults
}

fn other_redirect_uris() -> Vec<Fault> {
    const NOT_REGISTERED: &str = "application/redirect-uri-not-registered";
    let registered = |name: &str, cites: &'static str, id: &str, uri: fn(&SetUp) -> Option<String>| {
        Fault::new(format!("registered: {name}"), cites, Stage::AppRequest, &[id], move |set_up, draw| {
            let uri = uri(set_up).unwrap();
            set_up.registers("redirectUris", &uri, draw);
        })
        .only_if(move |set_up| uri(set_up).is_some())
    };
    let callback_of_logto = Fault::new(
        "sent: Logto's own callback",
        "trial C 25g; connectors#105",
        Stage::AppRequest,
        &["application/redirect-uri-of-logto"],
        |set_up, draw| {
            let right = set_up.redirect_uri.clone();
            set_up.registers("redirectUris", &right, draw);
            set_up.options.redirect_uri = Some(set_up.callback.clone());
            set_up.options.app_url = None;
        },
    );
    vec![
        Fault::new("registered: none", "trial C 13c", Stage::AppRequest, &[NOT_REGISTERED], |set_up, _| {
            set_up.application["oidcClientMetadata"]["redirectUris"] = json!([]);
        }),
        registered(
            "another custom scheme",
            "§14 (scheme is compared as it is)",
            "application/redirect-uri-other-scheme",
            |set_up| {
                let (scheme, rest) = set_up.redirect_uri.split_once(':')?;
                (!scheme.starts_with("http")).then(|| format!("{scheme}.debug:{rest}"))
            },
        ),
        registered("scheme and path", "trial C 05a and 25e together", NOT_REGISTERED, |set_up| {
            let rest = set_up.redirect_uri.strip_prefix("https:")?;
            let (_, path) = split(&set_up.redirect_uri)?;
            (path.len() > 1 && !path.contains('?'))
                .then(|| format!("http:{}", rest.replacen(&path, "/signed-in", 1)))
        }),
        registered(
            "a star for more than a label",
            "§14 (a label, at least one character)",
            "application/redirect-uri-wildcard",
            |set_up| {
                let (origin, path) = split(&set_up.redirect_uri)?;
                let host = host(&set_up.redirect_uri)?;
                let public = !is_loopback(&host) && host.is_ascii() && !host.starts_with("192.");
                public.then(|| format!("{}{path}", origin.replacen(&host, &format!("*.{host}"), 1)))
            },
        ),
        registered("a star for another path", "§14", "application/redirect-uri-wildcard", |set_up| {
            let (origin, path) = split(&set_up.redirect_uri)?;
            // With a query, two parts differ.
            (!path.starts_with("/auth/") && !path.contains('?') && set_up.redirect_uri.is_ascii())
                .then(|| format!("{origin}/auth/*"))
        })
        .only_if(|set_up| {
            host(&set_up.redirect_uri).is_some_and(|host| host.contains('.') && !host.contains("127.0.0.1"))
        }),
        registered(
            "Logto's own callback",
            "trial C 25h; connectors#105",
            "application/redirect-uri-of-logto",
            |set_up| Some(set_up.callback.clone()),
        )
        .needs(&[Part::Endpoint]),
        callback_of_logto.needs(&[Part::Endpoint]),
    ]
}

/// Every difference has the same name here.
fn post_sign_out_uris() -> Vec<Fault> {
    let mut faults = Vec::new();
    let fault =
        |name: String, apply: fn(&mut SetUp, &Draw, &'static Difference), difference: &'static Difference| {
            Fault::new(
                name,
                "§1.8, §14; logto#6291; connector-bugs E1",
                Stage::SignOut,
                &["application/post-sign-out-uri-not-registered"],
                move |set_up, draw| apply(set_up, draw, difference),
            )
            .only_if(move |set_up| {
                let uri = &set_up.post_sign_out_uri;
                (0..6).all(|seed| {
                    (difference.change)(uri, &Draw::seeded(seed)).is_some_and(|other| other != *uri)
                }) && !(difference.name == "another port" && any_port(set_up))
            })
            .touches(&[Part::RegisteredPostUris, Part::PostUri])
        };
    for difference in DIFFERENCES.iter().filter(|difference| difference.at_logto) {
        faults.push(fault(
            format!("post sign-out, sent: {}", difference.name),
            |set_up, draw, difference| {
                let right = set_up.post_sign_out_uri.clone();
                set_up.registers("postLogoutRedirectUris", &right, draw);
                set_up.options.post_sign_out_uri = (difference.change)(&right, draw);
            },
            difference,
        ));
        if difference.stored {
            faults.push(fault(
                format!("post sign-out, registered: {}", difference.name),
                |set_up, draw, difference| {
                    let uri = (difference.change)(&set_up.post_sign_out_uri, draw).unwrap();
                    set_up.registers("postLogoutRedirectUris", &uri, draw);
                },
                difference,
            ));
        }
    }
    faults.push(
        Fault::new(
            "post sign-out, registered: none",
            "§1.8; connector-bugs E1",
            Stage::SignOut,
            &["application/post-sign-out-uri-not-registered"],
            |set_up, _| set_up.application["oidcClientMetadata"]["postLogoutRedirectUris"] = json!([]),
        )
        .touches(&[Part::RegisteredPostUris, Part::PostUri]),
    );
    faults
}

fn record() -> Vec<Fault> {
    let traditional = |set_up: &SetUp| set_up.kind == Kind::Traditional;
    let mut faults = vec![
        Fault::new(
            "a machine-to-machine application",
            "connector-bugs D19; trial C 22b",
            Stage::AppRequest,
            &["application/machine-to-machine"],
            |set_up, _| set_up.application["type"] = json!("MachineToMachine"),
        )
        .only_if(move |set_up| traditional(set_up) && !set_up.third_party)
        .touches(&[Part::Type, Part::RegisteredUris, Part::RedirectUri, Part::AppSecret]),
        Fault::new(
            "the app's secret has expired",
            "§1.6, §11; connector-bugs D20; trial F1",
            Stage::AppCallback,
            &["application/secret-expired"],
            |set_up, _| set_up.application["secrets"][0]["expiresAt"] = json!(PAST),
        )
        .only_if(traditional)
        .touches(&[Part::Secrets, Part::AppSecret]),
    ];
    for kind in [Kind::Spa, Kind::Native] {
        faults.push(
            Fault::new(
                format!("an app with a secret on an application of the type {}", kind.name()),
                "§1.6 (no secret for SPA and Native); connector-bugs D19; logto#1914, #3815",
                Stage::AppCallback,
                &["application/type-has-no-secret"],
                move |set_up, draw| {
                    set_up.application["type"] = json!(kind.name());
                    set_up.application["secrets"] = json!([]);
                    set_up.options.app_secret = Some(draw.app_secret());
                },
            )
            // Other types have other rules for their redirect URIs, and nothing is seen of an app that the operating system
            // opens.
            .only_if(move |set_up| {
                (set_up.kind == kind || traditional(set_up)) && set_up.redirect_uri.starts_with("http")
            })
            .touches(&[Part::Type, Part::Secrets, Part::AppSecret]),
        );
    }
    for (name, asked, permitted) in [
        ("an e-mail address", "email", json!(["profile"])),
        ("roles", "roles", json!(["profile", "email"])),
        ("a profile", "email", json!(["email"])),
        ("anything", "email", json!([])),
    ] {
        faults.push(
            Fault::new(
                format!("a third-party application that may not ask for {name}"),
                "§1.3, §14 (third-party applications); logto#6742",
                Stage::AppRequest,
                &["application/scope-not-permitted"],
                move |set_up, _| {
                    set_up.options.app_scopes = vec![asked.to_owned()];
                    set_up.application["userConsentScopes"]["userScopes"] = permitted.clone();
                },
            )
            .only_if(|set_up| set_up.third_party && set_up.text("scope").contains("email"))
            .touches(&[Part::Permissions, Part::AppScopes])
            .needs(&[Part::Scope]),
        );
    }
    faults
}
