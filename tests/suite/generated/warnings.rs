//! Values that cannot be right, or rarely are, where nothing else is given that proves it.

use kit::Clock;
use serde_json::{Value, json};

use super::draw::Draw;
use super::fault::{Fault, Stage};
use super::set_up::{Kind, Part, SetUp};

pub(super) fn faults() -> Vec<Fault> {
    let mut faults = values();
    faults.extend(others());
    faults
}

/// The fault of the same name, where there is one, says it as well.
fn value(
    member: &'static str,
    name: &str,
    cites: &'static str,
    named: &[&str],
    change: fn(&str, &Draw) -> String,
) -> Fault {
    let part = if member == "clientId" { Part::ClientId } else { Part::ClientSecret };
    Fault::new(format!("{member} alone: {name}"), cites, Stage::Configuration, named, move |set_up, draw| {
        let value = change(&set_up.text(member), draw);
        set_up.config().insert(member.to_owned(), json!(value));
        // Nothing to compare it with.
        set_up.oauth_app = Value::Null;
    })
    .warns()
    .touches(&[part])
}

fn values() -> Vec<Fault> {
    const BUGS: &str = "hoppscotch#4038, OmniRoute#1108; bugs C";
    vec![
        value("clientSecret", "a placeholder", BUGS, &["warning/placeholder"], |_, draw| {
            draw.one(&[
                "<client-secret>",
                "<your client secret>",
                "your-client-secret",
                "YOUR_CLIENT_SECRET",
                "changeme",
                "[client-secret]",
            ])
            .to_owned()
        }),
        value(
            "clientId",
            "a placeholder",
            "argilla-io/argilla#5097; trial C 28b",
            &["warning/placeholder"],
            |_, draw| {
                draw.one(&["<client-id>", "<your-client-id>", "your-client-id", "YOUR_CLIENT_ID"]).to_owned()
            },
        )
        .also(&["warning/client-id-not-an-id"]),
        value("clientSecret", "a variable", BUGS, &["warning/variable-not-expanded"], |_, draw| {
            draw.one(&[
                "${HF_CLIENT_SECRET}",
                "$HF_CLIENT_SECRET",
                "{{ HF_CLIENT_SECRET }}",
                "%HF_CLIENT_SECRET%",
                "${{ secrets.HF }}",
            ])
            .to_owned()
        })
        .also(&["warning/placeholder"]),
        value("clientId", "a variable", BUGS, &["warning/variable-not-expanded"], |_, draw| {
            draw.one(&["${HF_CLIENT_ID}", "$HF_CLIENT_ID", "{{ HF_CLIENT_ID }}", "%HF_CLIENT_ID%"]).to_owned()
        })
        .also(&["warning/client-id-not-an-id", "warning/placeholder"]),
        value("clientSecret", "masked", BUGS, &["warning/masked-value"], |_, draw| {
            draw.one(&["••••••••••••", "************", "●●●●●●●●"]).to_owned()
        }),
        value("clientSecret", "an access token", BUGS, &["warning/access-token-as-secret"], |_, draw| {
            format!("hf_{}ab", draw.app_secret())
        }),
        value(
            "clientSecret",
            "another client ID",
            "trial A 4 (class)",
            &["warning/client-id-as-secret"],
            |_, draw| draw.uuid(),
        ),
        value("clientSecret", "a prefix", BUGS, &["warning/secret-has-prefix"], |secret, draw| {
            format!("{}{secret}", draw.one(&["Bearer ", "Basic "]))
        })
        .also(&["warning/inner-whitespace"]),
        value("clientSecret", "its start", BUGS, &["warning/secret-incomplete"], |_, draw| {
            format!("oauth_app_secret_{}", draw.one(&["", "Ab", "x7Q"]))
        }),
        value(
            "clientSecret",
            "white space inside",
            BUGS,
            &["warning/inner-whitespace", "connector/secret-has-inner-whitespace"],
            |secret, draw| {
                let at = 20 + draw.below(20);
                format!("{}{}{}", &secret[..at], draw.one(&["\n", " ", "\u{200b}"]), &secret[at..])
            },
        )
        .also(&["warning/look-alike-character"]),
        value(
            "clientSecret",
            "a look-alike",
            "trial C 02b",
            &["warning/look-alike-character", "connector/secret-look-alike"],
            |secret, _| secret.replacen('a', "а", 1),
        ),
        value(
            "clientId",
            "a look-alike",
            "trial C 02a",
            &["warning/look-alike-character", "connector/client-id-look-alike"],
            |id, _| id.replace('-', "–"),
        )
        .also(&["warning/client-id-not-an-id"]),
        value(
            "clientId",
            "an address",
            "bugs B1",
            &["warning/client-id-not-an-id", "connector/client-id-not-an-id"],
            |id, _| format!("https://huggingface.co/settings/applications/{}", &id[..8]),
        ),
    ]
}

fn others() -> Vec<Fault> {
    let mut faults = vec![
        Fault::new(
            "clientId and clientSecret swapped, alone",
            "trial F8",
            Stage::Configuration,
            &["warning/values-swapped", "connector/client-id-is-secret"],
            |set_up, _| {
                let (id, secret) = (set_up.text("clientId"), set_up.text("clientSecret"));
                set_up.config().insert("clientId".to_owned(), json!(secret));
                set_up.config().insert("clientSecret".to_owned(), json!(id));
                set_up.oauth_app = Value::Null;
            },
        )
        .warns()
        .touches(&[Part::ClientId, Part::ClientSecret])
        // Each half of it.
        .also(&[
            "warning/client-id-as-secret",
            "warning/client-id-not-an-id",
            "connector/secret-is-client-id",
        ]),
        Fault::new(
            "scopes in the place of scope",
            "bugs C; §4 (unknown members are kept)",
            Stage::Configuration,
            &["warning/member-unknown"],
            |set_up, _| {
                let scope = set_up.config().remove("scope").unwrap_or_else(|| json!("openid profile"));
                set_up.config().insert("scopes".to_owned(), scope);
            },
        )
        .warns()
        // Of the generic ones, `oidc` cannot do without.
        .only_if(|set_up| !set_up.is_generic())
        .only_if(|set_up| set_up.experience["signUp"]["identifiers"] != json!(["email"]))
        .touches(&[Part::Scope, Part::SignUp])
        // Where the app asks for it.
        .also(&["connector/email-scope-missing"]),
        Fault::new(
            "the app's secret expires in two days",
            "trial C 30c",
            Stage::Configuration,
            &["warning/secret-expires-soon"],
            |set_up, _| {
                let soon = Clock::system().millis() + 2 * 24 * 3600 * 1000;
                set_up.application["secrets"][0]["expiresAt"] = json!(soon);
            },
        )
        .warns()
        .only_if(|set_up| set_up.kind == Kind::Traditional)
        .touches(&[Part::Secrets, Part::AppSecret]),
        Fault::new(
            "authorizationEndpoint: http",
            "bugs B3; trial C 24d",
            Stage::Configuration,
            &["warning/endpoint-over-http", "connector/endpoint-over-http"],
            |set_up, _| {
                drop(set_up.config().insert(
                    "authorizationEndpoint".to_owned(),
                    json!("http://huggingface.co/oauth/authorize"),
                ));
            },
        )
        .warns()
        .only_if(SetUp::is_generic)
        .touches(&[Part::AuthorizationEndpoint]),
    ];
    for member in ["clientID", "client_secret", "Scope"] {
        faults.push(
            Fault::new(
                format!("{member}, a member that there is not"),
                "bugs C (class); §4 (unknown members are kept)",
                Stage::Configuration,
                &["warning/member-unknown"],
                move |set_up, _| drop(set_up.config().insert(member.to_owned(), json!("x"))),
            )
            .warns()
            .only_if(|set_up| !set_up.is_generic())
            .touches(&[Part::Generic]),
        );
    }
    faults
}
