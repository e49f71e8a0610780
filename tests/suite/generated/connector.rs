//! Faults of the connector's client ID, secret and scope, and of the shape of its configuration.

use serde_json::{Value, json};

use super::draw::Draw;
use super::fault::{Fault, Stage};
use super::set_up::{Part, SetUp};

pub(super) fn faults() -> Vec<Fault> {
    let mut faults = client_ids();
    faults.extend(secrets());
    faults.extend(scopes());
    faults.extend(shapes());
    faults
}

/// A value that is changed.
type Change = fn(&str, &Draw) -> String;

fn changed(
    member: &'static str,
    stage: Stage,
    (name, cites, id, change): (&str, &'static str, &str, Change),
) -> Fault {
    let (part, there) = match member {
        "clientId" => (Part::ClientId, Part::OAuthAppId),
        _ => (Part::ClientSecret, Part::OAuthAppSecret),
    };
    Fault::new(format!("{member}: {name}"), cites, stage, &[id], move |set_up, draw| {
        let value = change(&set_up.text(member), draw);
        set_up.config().insert(member.to_owned(), json!(value));
    })
    .only_if(move |set_up| {
        (0..6).all(|seed| change(&set_up.text(member), &Draw::seeded(seed)) != set_up.text(member))
    })
    .touches(&[part])
    .needs(&[there])
    // What is wrong with the value may be said as well.
    .also(&["warning/*"])
}

fn client_ids() -> Vec<Fault> {
    const UNKNOWN: &str = "argilla-io/argilla#5097; connector-bugs A3";
    let rows: Vec<(&str, &'static str, &str, Change)> = vec![
        (
            "white space around",
            "connector-bugs A3; supabase/auth#106",
            "connector/client-id-has-whitespace",
            around_white_space,
        ),
        ("quotation marks", "trial C 02i, 27h", "connector/client-id-in-quotation-marks", in_quotation_marks),
        ("a look-alike", "trial C 02a", "connector/client-id-look-alike", |id, draw| match draw.below(3) {
            0 => id.replace('-', "–"),
            1 => id.replacen('-', "\u{2011}", 1),
            _ => id.replacen('a', "а", 1).replacen('e', "е", 1).replacen('-', "‐", 1),
        }),
        (
            "capitals",
            "Hugging Face: IDs are compared as texts; trial A",
            "connector/client-id-letter-case",
            |id, _| id.to_uppercase(),
        ),
        ("an address", "bugs B1", "connector/client-id-not-an-id", |id, draw| {
            format!(
                "https://huggingface.co/settings/applications/{}",
                if draw.chance(50) { &id[..8] } else { id }
            )
        }),
        ("the secret", "trial A 4; F8", "connector/client-id-is-secret", |_, draw| draw.oauth_app_secret()),
    ];
    let mut faults: Vec<Fault> =
        rows.into_iter().map(|row| changed("clientId", Stage::Authorization, row)).collect();
    let rows: Vec<(&str, &'static str, Change)> = vec![
        ("another app's", UNKNOWN, |_, draw| draw.uuid()),
        ("its start", UNKNOWN, |id, draw| id[..8 + draw.below(20)].to_owned()),
        ("more", UNKNOWN, |id, draw| format!("{id}{}", draw.one(&["1", "-old", ",", ";"]))),
    ];
    for (name, cites, change) in rows {
        let mut fault =
            changed("clientId", Stage::Authorization, (name, cites, "connector/client-id-unknown", change));
        fault.named.push("connector/client-id-of-another-app".to_owned());
        // Whether it is an ID at all cannot be told from one that is cut short.
        fault.named.push("connector/client-id-not-an-id".to_owned());
        faults.push(fault);
    }
    faults
}

/// In the Authorization header a server may decode it, so it need not be a fault there.
fn percent_encoded() -> Fault {
    let change: Change = |secret, _| secret.replace('_', "%5F");
    let row = (
        "percent-encoded",
        "§6 (sent as it is); RFC 6749 §2.3.1",
        "connector/secret-percent-encoded",
        change,
    );
    let in_the_body =
        |set_up: &SetUp| set_up.connector["config"]["tokenEndpointAuthMethod"] == "client_secret_post";
    changed("clientSecret", Stage::Token, row).only_if(in_the_body)
}

fn secrets() -> Vec<Fault> {
    const WRONG: &str = "§7; connector-bugs A1";
    let rows: Vec<(&str, &'static str, &str, Change)> = vec![
        (
            "white space around",
            "§12 (§6); connector-bugs A2; supabase/auth#106",
            "connector/secret-has-trailing-whitespace",
            around_white_space,
        ),
        (
            "white space inside",
            "trial C 02d, 02k; bugs C",
            "connector/secret-has-inner-whitespace",
            |secret, draw| {
                let at = 20 + draw.below(20);
                format!("{}{}{}", &secret[..at], draw.one(&[" ", "\n", "\u{200b}", "\r\n"]), &secret[at..])
            },
        ),
        ("quotation marks", "trial C 02h", "connector/secret-in-quotation-marks", in_quotation_marks),
        ("a look-alike", "trial C 02b", "connector/secret-look-alike", |secret, draw| match draw.below(2) {
            0 => secret.replacen('a', "а", 1),
            _ => secret.replacen("secret", "sесrеt", 1),
        }),
        ("letter case", "§7; compared as texts", "connector/secret-letter-case", |secret, draw| match draw
            .below(2)
        {
            0 => secret.to_uppercase(),
            _ => secret.to_lowercase(),
        }),
        ("its start", WRONG, "connector/secret-truncated", |secret, draw| {
            secret[..20 + draw.below(25)].to_owned()
        }),
        ("more", WRONG, "connector/secret-has-more", |secret, draw| {
            format!("{secret}{}", draw.one(&["x", ";", ",", " # production", "=="]))
        }),
        ("a name before it", WRONG, "connector/secret-has-more", |secret, draw| {
            format!("{}{secret}", draw.one(&["HF_SECRET=", "Bearer ", "secret:"]))
        }),
        ("another one", "asastats/channel#1380; connector-bugs A1", "connector/secret-wrong", |_, draw| {
            draw.oauth_app_secret()
        }),
        ("another letter", WRONG, "connector/secret-wrong", |secret, _| {
            let last = if secret.ends_with('7') { '8' } else { '7' };
            format!("{}{last}", &secret[..secret.len() - 1])
        }),
        ("an access token", "trial N1", "connector/secret-wrong", |_, draw| {
            format!("hf_{}", draw.app_secret())
        }),
        ("a placeholder", "hoppscotch#4038; bugs C", "connector/secret-wrong", |_, draw| {
            draw.one(&["<client-secret>", "${HF_CLIENT_SECRET}", "changeme", "your-client-secret"]).to_owned()
        }),
    ];
    let mut faults: Vec<Fault> =
        rows.into_iter().map(|row| changed("clientSecret", Stage::Token, row)).collect();
    faults.push(percent_encoded());
    let the_id = |set_up: &mut SetUp, _: &Draw| {
        let id = set_up.text("clientId");
        set_up.config().insert("clientSecret".to_owned(), json!(id));
    };
    let is_the_id = Fault::new(
        "clientSecret: the client ID",
        "trial C 28d",
        Stage::Token,
        &["connector/secret-is-client-id"],
        the_id,
    );
    faults.push(is_the_id.touches(&[Part::ClientSecret]).needs(&[Part::ClientId]).also(&["warning/*"]));
    faults.push(
        Fault::new(
            "clientSecret: white space around, and nothing to compare it with",
            "trial C 02g: no secret of Hugging Face begins or ends so",
            Stage::Token,
            &["connector/secret-has-trailing-whitespace"],
            |set_up, draw| {
                let value = around_white_space(&set_up.text("clientSecret"), draw);
                set_up.config().insert("clientSecret".to_owned(), json!(value));
                set_up.oauth_app = Value::Null;
            },
        )
        .touches(&[
            Part::ClientSecret,
            Part::OAuthAppId,
            Part::OAuthAppSecret,
            Part::OAuthAppUris,
            Part::OAuthAppScopes,
        ]),
    );
    faults
}

fn around_white_space(value: &str, draw: &Draw) -> String {
    let space = draw.one(&[" ", "\n", "\t", "\r\n", "\u{a0}", "\u{200b}", "\u{feff}"]);
    match draw.below(3) {
        0 => format!("{space}{value}"),
        _ => format!("{value}{space}"),
    }
}

fn in_quotation_marks(value: &str, draw: &Draw) -> String {
    let (open, close) = draw.one(&[('"', '"'), ('\'', '\''), ('“', '”'), ('`', '`'), ('„', '“')]);
    format!("{open}{value}{close}")
}

fn scopes() -> Vec<Fault> {
    let fault = |name: &str, cites: &'static str, id: &str, change: Change| {
        Fault::new(format!("scope: {name}"), cites, Stage::Authorization, &[id], move |set_up, draw| {
            let scope = change(&set_up.text("scope"), draw);
            set_up.config().insert("scope".to_owned(), json!(scope));
        })
        .only_if(|set_up| set_up.text("scope").contains(' '))
        .touches(&[Part::Scope])
        .also(&["warning/*"])
    };
    let mut faults = vec![
        fault("commas", "connector-bugs B5", "connector/scope-has-commas", |scope, draw| {
            scope.replace(' ', draw.one(&[",", ", "]))
        }),
        fault("another separator", "trial C 12c, 12d, 12f", "connector/scope-has-commas", |scope, draw| {
            scope.replace(' ', draw.one(&[";", "+", "%20", "; "]))
        }),
        fault("capitals", "trial C 12b", "connector/scope-unknown", |scope, _| {
            scope.replace("profile", "Profile")
        }),
        fault(
            "one of another provider",
            "trial C 28s; Hugging Face, docs/hub/oauth.md, scopes",
            "connector/scope-unknown",
            |scope, draw| {
                format!(
                    "{scope} {}",
                    draw.one(&["offline_access", "user:email", "read:user", "emial", "identify"])
                )
            },
        ),
        fault("quotation marks", "trial C 12g", "connector/scope-in-quotation-marks", |scope, draw| {
            let mark = draw.one(&['"', '\'']);
            format!("{mark}{scope}{mark}")
        }),
    ];
    faults.push(
        Fault::new(
            "the tenant requires an e-mail address that the connector does not ask for",
            "trial F2 (row 37); connector-bugs B12",
            Stage::Account,
            &["connector/email-scope-missing"],
            |set_up, _| {
                set_up.config().insert("scope".to_owned(), json!("openid profile"));
                set_up.experience["signUp"] =
                    json!({ "identifiers": ["email"], "password": false, "verify": true });
                set_up.experience["socialSignIn"] = json!({});
            },
        )
        .touches(&[Part::Scope, Part::SignUp, Part::AppScopes])
        // Whether the tenant has a connector that sends mail is not known.
        .also(&["experience/email-connector-missing"]),
    );
    faults.push(
        Fault::new(
            "the app asks for an e-mail address that the connector does not ask for",
            "LibreChat#3098; bugs D2",
            Stage::Session,
            &["connector/email-scope-missing"],
            |set_up, _| {
                set_up.config().insert("scope".to_owned(), json!("openid profile"));
                set_up.options.app_scopes = vec!["email".to_owned()];
            },
        )
        .until(Stage::SignOut)
        // An app that the operating system opens does not show what it knows.
        .only_if(|set_up| {
            !set_up.third_party
                && set_up.redirect_uri.starts_with("http")
                && set_up.experience["signUp"]["identifiers"] != json!(["email"])
        })
        .touches(&[Part::Scope, Part::AppScopes, Part::SignUp]),
    );
    faults.push(
        Fault::new(
            "the app asks for a profile that the connector does not ask for",
            "§1.6 (claims that are not known are null); trial B6; connector-bugs D31",
            Stage::Session,
            &["connector/profile-scope-missing"],
            |set_up, _| {
                let scope = if set_up.text("scope").contains("email") { "openid email" } else { "openid" };
                set_up.config().insert("scope".to_owned(), json!(scope));
                // Logto's SDKs ask for it in any case: only who says so needs it.
                set_up.options.app_scopes.push("profile".to_owned());
            },
        )
        .until(Stage::SignOut)
        .only_if(|set_up| !set_up.third_party && set_up.redirect_uri.starts_with("http"))
        .touches(&[Part::Scope, Part::AppScopes]),
    );
    faults
}

/// Members that are missing, or of another type.
fn shapes() -> Vec<Fault> {
    let fault = |member: &'static str, name: &str, value: Value| {
        let part = if member == "clientId" { Part::ClientId } else { Part::ClientSecret };
        Fault::new(
            format!("{member} {name}"),
            "§4 (§0); connector-bugs A4, B7",
            Stage::Configuration,
            &["connector/config-refused", "connector/config-incomplete"],
            move |set_up, _| match value.clone() {
                Value::String(gone) if gone == "gone" => drop(set_up.config().remove(member)),
                value => drop(set_up.config().insert(member.to_owned(), value)),
            },
        )
        // A stored one is refused when it is used.
        .until(Stage::Authorization)
        .touches(&[part])
    };
    let mut faults = Vec::new();
    for member in ["clientId", "clientSecret"] {
        for (name, value) in [
            ("is missing", json!("gone")),
            ("is empty", json!("")),
            ("is null", Value::Null),
            ("is a number", json!(12)),
            ("is a list", json!(["x"])),
        ] {
            faults.push(fault(member, name, value));
        }
    }
    for (name, value) in
        [("null", Value::Null), ("a list", json!(["openid", "profile"])), ("true", json!(true))]
    {
        faults.push(
            Fault::new(
                format!("scope is {name}"),
                "§13, trial C 14a",
                Stage::Configuration,
                &["connector/config-refused"],
                move |set_up, _| drop(set_up.config().insert("scope".to_owned(), value.clone())),
            )
            .until(Stage::Authorization)
            .touches(&[Part::Scope]),
        );
    }
    faults
}
