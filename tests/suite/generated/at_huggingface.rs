//! Faults of the OAuth app at Hugging Face.

use serde_json::json;

use super::addresses::{DIFFERENCES, host, is_loopback, split};
use super::draw::Draw;
use super::fault::{Fault, Stage};
use super::set_up::{Part, SetUp};

/// Redirect URIs are compared exactly, but for the port of a loopback address with http.
const RULES: &str = "Hugging Face, docs/hub/oauth.md, redirect URIs; connector-bugs A6-A9";

pub(super) fn faults() -> Vec<Fault> {
    let mut faults: Vec<Fault> = DIFFERENCES
        .iter()
        .map(|difference| {
            let change = difference.change;
            let id = format!("huggingface/redirect-uri-{}", difference.ends);
            redirect_uri(difference.name, RULES, &id, move |set_up, draw| change(&set_up.callback, draw))
        })
        .collect();
    faults.extend(other_redirect_uris());
    faults.extend(scopes());
    faults.push(
        Fault::new(
            "the OAuth app has no secret",
            "Hugging Face, docs/hub/oauth.md, public apps; §6 (the connector authenticates with a secret); trial C 23e",
            Stage::Token,
            &["huggingface/app-is-public"],
            |set_up, _| {
                set_up.oauth_app["public"] = json!(true);
                set_up.oauth_app.as_object_mut().unwrap().remove("secret");
            },
        )
        .touches(&[Part::OAuthAppSecret]),
    );
    faults
}

fn redirect_uri(
    name: &str,
    cites: &'static str,
    id: &str,
    change: impl Fn(&SetUp, &Draw) -> Option<String> + Clone + Send + Sync + 'static,
) -> Fault {
    let asked = change.clone();
    Fault::new(format!("at Hugging Face: {name}"), cites, Stage::Authorization, &[id], move |set_up, draw| {
        let uri = change(set_up, draw).unwrap();
        set_up.lists_at_huggingface(&uri, draw);
    })
    .only_if(move |set_up| applies(set_up, &asked))
    .touches(&[Part::OAuthAppUris])
    .needs(&[Part::Endpoint])
}

/// Whether app and Logto are at different addresses, so that a callback is that of one of them.
fn is_apart(set_up: &SetUp) -> bool {
    split(&set_up.redirect_uri).is_some_and(|(app, _)| !set_up.callback.starts_with(&app))
}

/// Whatever the choices are.
fn applies(set_up: &SetUp, change: &impl Fn(&SetUp, &Draw) -> Option<String>) -> bool {
    (0..6).all(|seed| change(set_up, &Draw::seeded(seed)).is_some_and(|uri| uri != set_up.callback))
}

fn other_redirect_uris() -> Vec<Fault> {
    const NOT_REGISTERED: &str = "huggingface/redirect-uri-not-registered";
    let start = |set_up: &SetUp| split(&set_up.callback).unwrap().0;
    let id = |set_up: &SetUp| set_up.connector["id"].as_str().unwrap().to_owned();
    vec![
        redirect_uri("capitals in the host", RULES, "huggingface/redirect-uri-letter-case", |set_up, _| {
            let host = host(&set_up.callback)?;
            let loud = host.to_uppercase();
            (loud != host && !host.contains("xn--")).then(|| set_up.callback.replacen(&host, &loud, 1))
        }),
        redirect_uri(
            "the default port",
            "trial C 23b",
            "huggingface/redirect-uri-default-port",
            move |set_up, _| {
                let origin = start(set_up);
                let plain = origin.starts_with("https://") && origin.matches(':').count() == 1;
                plain.then(|| set_up.callback.replacen(&origin, &format!("{origin}:443"), 1))
            },
        ),
        redirect_uri(
            "the host in its own letters",
            "trial C 03a; RFC 3490: browsers send it in ASCII",
            "huggingface/redirect-uri-international-host",
            |set_up, _| {
                let written = host(set_up.options.logto_endpoint.as_deref()?)?;
                let sent = host(&set_up.callback)?;
                let there = written.to_lowercase();
                (!written.is_ascii()).then(|| set_up.callback.replacen(&sent, &there, 1))
            },
        ),
        redirect_uri(
            "the address within Logto's page",
            "trial C 23k, W8; §2.3",
            "huggingface/redirect-uri-other-path",
            move |set_up, _| Some(format!("{}/callback/social/{}", start(set_up), id(set_up))),
        ),
        redirect_uri(
            "without the connector's ID",
            "trial C 23h",
            "huggingface/redirect-uri-other-path",
            move |set_up, _| is_apart(set_up).then(|| format!("{}/callback", start(set_up))),
        ),
        redirect_uri(
            "another connector's",
            "§2.1 (the ID is in the path); connectors#105",
            "huggingface/redirect-uri-of-another-connector",
            move |set_up, draw| Some(format!("{}/callback/{}", start(set_up), draw.id(12))),
        ),
        redirect_uri(
            "a star in the place of the ID",
            "trial C 23a; Hugging Face has no wildcards",
            "huggingface/redirect-uri-wildcard",
            move |set_up, _| Some(format!("{}/callback/*", start(set_up))),
        ),
        redirect_uri(
            "a star in the host",
            "trial C 23a; Hugging Face has no wildcards",
            "huggingface/redirect-uri-wildcard",
            |set_up, _| {
                let host = host(&set_up.callback)?;
                let (_, rest) = host.split_once('.').filter(|(first, _)| first.parse::<u8>().is_err())?;
                rest.contains('.').then(|| set_up.callback.replacen(&host, &format!("*.{rest}"), 1))
            },
        ),
        redirect_uri("scheme and slash", "trial C 27f", NOT_REGISTERED, |set_up, _| {
            let rest = set_up.callback.strip_prefix("https:")?;
            Some(format!("http:{rest}/"))
        }),
        redirect_uri("host and query", "trials C 04a, 23d together", NOT_REGISTERED, |set_up, _| {
            let host = host(&set_up.callback).filter(|host| !is_loopback(host))?;
            Some(format!("{}?next=home", set_up.callback.replacen(&host, "login.staging.example", 1)))
        }),
        Fault::new(
            "at Hugging Face: the app's own callback",
            "logto-io/connectors#105; connector-bugs A6",
            Stage::Authorization,
            &["huggingface/app-callback-registered"],
            |set_up, draw| {
                let uri = set_up.redirect_uri.clone();
                set_up.lists_at_huggingface(&uri, draw);
            },
        )
        .only_if(|set_up| set_up.redirect_uri.contains("allback") && is_apart(set_up))
        .touches(&[Part::OAuthAppUris])
        .needs(&[Part::Endpoint, Part::RedirectUri, Part::RegisteredUris]),
        Fault::new(
            "at Hugging Face: none",
            "trial C 13b",
            Stage::Authorization,
            &[NOT_REGISTERED],
            |set_up, _| {
                set_up.oauth_app["redirect_uris"] = json!([]);
            },
        )
        .touches(&[Part::OAuthAppUris]),
    ]
}

fn scopes() -> Vec<Fault> {
    let fault = |name: &str, ticked: &'static [&'static str], missing: &'static str| {
        Fault::new(
            format!("not ticked: {name}"),
            "connector-bugs A12; documentation of Auth.js, provider huggingface",
            Stage::Authorization,
            &["huggingface/scope-not-enabled"],
            move |set_up, _| set_up.oauth_app["scopes"] = json!(ticked),
        )
        .only_if(move |set_up| asked(set_up).split(' ').any(|scope| scope == missing))
        .touches(&[Part::OAuthAppScopes])
        .needs(&[Part::Scope])
    };
    vec![
        fault("email", &["openid", "profile"], "email"),
        fault("profile", &["openid", "email", "inference-api"], "profile"),
        fault("inference-api", &["openid", "profile", "email"], "inference-api"),
        fault("any but openid", &["openid"], "profile"),
    ]
}

/// What the connector asks for.
fn asked(set_up: &SetUp) -> String {
    match set_up.text("scope") {
        none if none.is_empty() => "profile".to_owned(),
        scope => scope,
    }
}
