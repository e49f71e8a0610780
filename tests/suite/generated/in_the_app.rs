//! Faults of what the app sends.

use serde_json::json;

use super::addresses::{host, is_loopback, split};
use super::draw::Draw;
use super::fault::{Fault, Stage};
use super::set_up::{Kind, Part};

pub(super) fn faults() -> Vec<Fault> {
    let mut faults = ids();
    faults.extend(secrets());
    faults.extend(addresses());
    faults
}

fn ids() -> Vec<Fault> {
    let fault = |name: &str, cites: &'static str, id: &str, change: fn(&str, &Draw) -> String| {
        Fault::new(format!("app id: {name}"), cites, Stage::AppRequest, &[id], move |set_up, draw| {
            let right = set_up.application["id"].as_str().unwrap();
            set_up.options.app_id = Some(change(right, draw));
        })
        .touches(&[Part::AppId])
        .needs(&[Part::Record])
        .also(&["warning/*"])
    };
    let swapped = Fault::new(
        "app id and secret swapped",
        "trial C 30a",
        Stage::AppRequest,
        &["app/app-id-and-secret-swapped"],
        |set_up, _| {
            let options = &mut set_up.options;
            std::mem::swap(&mut options.app_id, &mut options.app_secret);
        },
    );
    vec![
        fault("another one", "§1.3; connector-bugs D21; js#489", "app/app-id-unknown", |_, draw| {
            draw.id(21)
        }),
        fault("its start", "§1.3; connector-bugs D21", "app/app-id-unknown", |id, _| id[..15].to_owned()),
        fault("white space around", "trial C 27i", "app/app-id-has-whitespace", |id, draw| {
            match draw.below(3) {
                0 => format!(" {id}"),
                1 => format!("{id}\n"),
                _ => format!("{id} "),
            }
        }),
        swapped
            .only_if(|set_up| set_up.kind == Kind::Traditional)
            .touches(&[Part::AppId, Part::AppSecret])
            .needs(&[Part::Record, Part::Secrets, Part::Type])
            // Each half of it.
            .also(&["app/app-id-unknown", "app/app-secret-wrong", "warning/*"]),
    ]
}

fn secrets() -> Vec<Fault> {
    let fault = |name: &str, cites: &'static str, id: &str, change: fn(&str, &Draw) -> String| {
        Fault::new(format!("app secret: {name}"), cites, Stage::AppCallback, &[id], move |set_up, draw| {
            let right = set_up.application["secrets"][0]["value"].as_str().unwrap();
            set_up.options.app_secret = Some(change(right, draw));
        })
        .only_if(|set_up| set_up.kind == Kind::Traditional)
        .touches(&[Part::AppSecret])
        .needs(&[Part::Secrets, Part::Type])
        .also(&["warning/*"])
    };
    vec![
        fault("another one", "§1.6; connector-bugs D20; logto#1914", "app/app-secret-wrong", |_, draw| {
            draw.app_secret()
        }),
        fault("its start", "§1.6; connector-bugs D20", "app/app-secret-wrong", |secret, draw| {
            secret[..10 + draw.below(20)].to_owned()
        }),
        fault("a placeholder", "bugs 11 (class); §1.6", "app/app-secret-wrong", |_, draw| {
            draw.one(&["<your-app-secret>", "changeme", "${LOGTO_APP_SECRET}"]).to_owned()
        }),
        fault(
            "white space around",
            "trial C 25d",
            "app/app-secret-has-whitespace",
            |secret, draw| match draw.below(3) {
                0 => format!(" {secret}"),
                1 => format!("{secret}\n"),
                _ => format!("{secret}\r\n"),
            },
        ),
        Fault::new(
            "app secret: percent-encoded",
            "trial C 11c; §1.6 (Basic is form-decoded once)",
            Stage::AppCallback,
            &["app/app-secret-percent-encoded"],
            |set_up, draw| {
                let imported = format!("{}+/{}=", draw.id(12), draw.id(16));
                set_up.options.app_secret =
                    Some(imported.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"));
                set_up.application["secrets"][0]["value"] = json!(imported);
            },
        )
        .only_if(|set_up| set_up.kind == Kind::Traditional)
        .touches(&[Part::AppSecret, Part::Secrets])
        .needs(&[Part::Type]),
    ]
}

fn addresses() -> Vec<Fault> {
    let endpoint = |name: &str, path: &'static str| {
        Fault::new(
            format!("Logto's endpoint with {name}"),
            "mock-oauth2-server#767; trial F4 (row 22); logto-io/js `appendPath`",
            Stage::SignInBegins,
            &["app/endpoint-path-wrong"],
            move |set_up, _| {
                let origin = split(set_up.options.logto_endpoint.as_deref().unwrap()).unwrap().0;
                set_up.options.logto_endpoint = Some(format!("{origin}{path}"));
            },
        )
        .touches(&[Part::Endpoint])
    };
    vec![
        endpoint("/oidc", "/oidc"),
        endpoint("/oidc/", "/oidc/"),
        endpoint("the discovery document", "/oidc/.well-known/openid-configuration"),
        endpoint("/api", "/api"),
        Fault::new(
            "opened under another host",
            "trial D9, F3 (row 23); connector-bugs D9",
            Stage::AppCallback,
            &["app/opened-under-another-host"],
            |set_up, _| {
                let (origin, _) = split(&set_up.redirect_uri).unwrap();
                let host = host(&set_up.redirect_uri).unwrap();
                let other = match host.as_str() {
                    "localhost" => "127.0.0.1",
                    "127.0.0.1" => "localhost",
                    _ => "the-shop.example",
                };
                set_up.options.app_url = Some(origin.replacen(&host, other, 1));
            },
        )
        .only_if(|set_up| {
            set_up.kind != Kind::Native
                && host(&set_up.redirect_uri).is_some_and(|host| is_loopback(&host) || host.contains('.'))
        })
        .touches(&[Part::AppUrl, Part::RedirectUri])
        // Its post sign-out URI would be at yet another address.
        .needs(&[Part::PostUri, Part::RegisteredPostUris]),
    ]
}
