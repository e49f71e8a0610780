use std::path::{Path, PathBuf};

use serde_json::json;

use super::*;

const BEGIN: &str = "<!-- The table is generated from `src/diagnose/members.rs`: do not edit it \
    (`UPDATE_DOCS=1 cargo test --lib members` regenerates it). -->\n\n";
const ALL: [Record; 3] = [Record::Application, Record::SignInExperience, Record::Connector];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The records in what a real Logto answered.
fn recorded() -> Vec<(Record, Map<String, Value>)> {
    fn collect(value: &Value, found: &mut Vec<(Record, Map<String, Value>)>) {
        match value {
            Value::Object(members) => {
                let kind = [
                    ("oidcClientMetadata", Record::Application),
                    ("socialSignInConnectorTargets", Record::SignInExperience),
                    ("formItems", Record::Connector),
                ];
                for (member, record) in kind {
                    // A factory has form items too, and its ID under another name.
                    if members.contains_key(member)
                        && (record != Record::Connector || members.contains_key("connectorId"))
                    {
                        found.push((record, members.clone()));
                    }
                }
                members.values().for_each(|value| collect(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            // A body.
            Value::String(text) if text.starts_with(['{', '[']) => {
                if let Ok(inner) = serde_json::from_str(text) {
                    collect(&inner, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for path in files(&root().join("tests/golden"))
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
    {
        let story: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for exchange in story["exchanges"].as_array().into_iter().flatten() {
            let response = &exchange["response"];
            if response["status"].as_u64().is_some_and(|status| status < 400) {
                collect(response, &mut found);
            }
        }
    }
    found
}

#[test]
fn the_list_knows_every_member_that_a_real_logto_answered_with() {
    let recorded = recorded();
    for record in ALL {
        let of = recorded.iter().filter(|(kind, _)| *kind == record).count();
        assert!(of >= 5, "{of} answers with a record of the {}", record.noun());
    }
    for (record, members) in recorded {
        assert_eq!(record.strangers(&members), Vec::<String>::new(), "{members:#?}");
        for member in record.members() {
            let differs = at(&members, member.name).and_then(|value| member.holds.differs(value));
            // The recordings leave long texts out.
            let left_out =
                at(&members, member.name).is_some_and(|value| value.to_string().contains("<omitted"));
            assert!(differs.is_none() || left_out, "{}: {differs:?} {members:#?}", member.name);
        }
    }
}

#[test]
fn a_fresh_tenant_has_nothing_that_is_not_checked() {
    let Value::Object(seeded) = mock_logto::seeded_sign_in_experience() else { panic!("an object") };
    assert_eq!(Record::SignInExperience.not_checked(&seeded), Vec::<String>::new());
}

#[test]
fn what_matters_is_named() {
    let told = |record: Record, value: Value| record.not_checked(value.as_object().unwrap()).join("\n");
    for (member, value) in [
        ("mfa", json!({ "factors": ["Totp"], "policy": "Mandatory" })),
        ("captchaPolicy", json!({ "enabled": true })),
        ("singleSignOnEnabled", json!(true)),
        ("signUpProfileFields", json!([{ "name": "nickname" }])),
        ("customProfileFields", json!([{ "name": "nickname" }])),
        ("agreeToTermsPolicy", json!("Manual")),
        ("passkeySignIn", json!({ "enabled": true })),
        ("aMemberOfTomorrow", json!(1)),
    ] {
        let told = told(Record::SignInExperience, json!({ member: value }));
        assert!(told.contains(member), "{member}: {told}");
    }
    let application =
        json!({ "appLevelAccessControlEnabled": true, "customClientMetadata": { "tomorrow": 1 } });
    let told = told(Record::Application, application);
    assert!(told.contains("access control") && told.contains("`customClientMetadata.tomorrow`"), "{told}");
}

#[test]
fn a_value_that_logto_never_stores_is_a_misfit() {
    let misfit =
        |record: Record, value: Value| record.misfit(value.as_object().unwrap()).map(|misfit| misfit.path);
    let experience = Record::SignInExperience;
    for (value, path) in [
        (json!({ "socialSignInConnectorTargets": null }), "socialSignInConnectorTargets"),
        (json!({ "socialSignInConnectorTargets": [1] }), "socialSignInConnectorTargets"),
        (json!({ "signInMode": "signIn" }), "signInMode"),
        (json!({ "signUp": null }), "signUp"),
        (json!({ "signUp": { "identifiers": ["mail"] } }), "signUp.identifiers"),
        (json!({ "mfa": null }), "mfa"),
    ] {
        assert_eq!(misfit(experience, value), Some(path));
    }
    // What has nothing to do with a sign-in is not looked at.
    assert_eq!(misfit(experience, json!({ "color": null, "supportEmail": null })), None);
    assert_eq!(
        misfit(Record::Application, json!({ "customClientMetadata": null })),
        Some("customClientMetadata")
    );
    assert_eq!(misfit(Record::Connector, json!({ "config": null, "syncProfile": 1 })), Some("syncProfile"));
}

fn table() -> String {
    let mut table = String::new();
    for record in ALL {
        table += &format!("\n## The {}\n\n| member | what becomes of it |\n|---|---|\n", record.noun());
        for member in record.members() {
            let becomes = match member.becomes {
                Used => "read".to_owned(),
                Irrelevant(why) => format!("left out: {why}"),
                NotChecked(_, says) => format!("listed as not checked: “{says}”"),
            };
            table += &format!("| `{}` | {becomes} |\n", member.name);
        }
    }
    table
}

#[test]
fn the_documentation_shows_the_list() {
    let path = root().join("docs/diagnose-members.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, shown) = page.split_once(BEGIN).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, [before, BEGIN, &table()].concat()).unwrap();
    } else {
        assert!(
            shown == table(),
            "{} is outdated: run UPDATE_DOCS=1 cargo test --lib members",
            path.display()
        );
    }
}
