//! The sign-in experience of a twin.

use serde_json::{Map, Value, json};

use super::members::Record;
use super::twin_parts::literals;

/// Members that the twin has as they are.
const AS_GIVEN: [&str; 4] = ["socialSignInConnectorTargets", "signInMode", "socialSignIn", "captchaPolicy"];
/// Members of the e-mail blocklist that the double knows. An allowlist is about which people belong
/// to the tenant, and the person in the twin does.
const BLOCKLIST: [&str; 2] = ["customBlocklist", "blockSubaddressing"];

/// The sign-in experience as `given.sign_in_experience` represents it.
pub(super) fn experience(record: &Map<String, Value>) -> Map<String, Value> {
    let mut members = Map::new();
    for name in AS_GIVEN {
        if let Some(value) = record.get(name) {
            members.insert(name.to_owned(), literals(value));
        }
    }
    let mut experience = Map::new();
    if let Some(sign_up) = record.get("signUp") {
        let (sign_up, codes) = sign_up_of(sign_up);
        members.insert("signUp".to_owned(), sign_up);
        if !codes.is_empty() {
            experience.insert("message_connectors".to_owned(), json!(codes));
        }
    }
    let policy: Map<String, Value> = BLOCKLIST
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), literals(record.get("emailBlocklistPolicy")?.get(name)?))))
        .filter(|(_, value)| *value != json!([]) && *value != json!(false))
        .collect();
    if !policy.is_empty() {
        members.insert("emailBlocklistPolicy".to_owned(), Value::Object(policy));
    }
    if !members.is_empty() {
        experience.insert("members".to_owned(), Value::Object(members));
    }
    experience
}

/// `signUp` as Logto stores it, and the kinds of connectors that Logto requires for it.
fn sign_up_of(sign_up: &Value) -> (Value, Vec<&'static str>) {
    let list = |name: &str| sign_up.get(name).and_then(Value::as_array).into_iter().flatten();
    let secondary: Vec<&Value> = list("secondaryIdentifiers").collect();
    let asked: Vec<&str> = list("identifiers")
        .chain(secondary.iter().filter_map(|one| one.get("identifier")))
        .filter_map(Value::as_str)
        .collect();
    let asks = |words: [&str; 2]| asked.iter().any(|one| words.contains(one));
    let codes: Vec<&str> = [("email", ["email", "emailOrPhone"]), ("phone", ["phone", "emailOrPhone"])]
        .into_iter()
        .filter_map(|(kind, words)| asks(words).then_some(kind))
        .collect();
    let mut stored = json!({
        "identifiers": list("identifiers").collect::<Vec<_>>(),
        "password": sign_up.get("password") == Some(&Value::Bool(true)),
        // Logto does not accept an address or a number that it does not verify.
        "verify": list("identifiers").any(|one| one != "username")
            || sign_up.get("verify") == Some(&Value::Bool(true)),
    });
    if !secondary.is_empty() {
        stored["secondaryIdentifiers"] = json!(secondary);
    }
    (stored, codes)
}

/// What the twin does not have of a sign-in experience, in sentences for the report. `email` is the
/// address of the person in the twin.
pub(super) fn not_checked(record: &Map<String, Value>, email: &str) -> Vec<String> {
    let mut found = Record::SignInExperience.not_checked(record);
    let listed = |policy: &Value| policy.get("customBlocklist")?.as_array().map(|items| !items.is_empty());
    if record.get("emailBlocklistPolicy").and_then(listed) == Some(true) {
        found.push(format!(
            "Which other people the e-mail blocklist (`emailBlocklistPolicy`) refuses: the person in the twin has the \
             address {email}."
        ));
    }
    let subaddressing = |policy: &Value| policy.get("blockSubaddressing")?.as_bool();
    if record.get("emailBlocklistPolicy").and_then(subaddressing) == Some(true) {
        found.push(format!(
            "Which people have a subaddress, as in name+tag@example.com (`emailBlocklistPolicy.blockSubaddressing`): \
             Logto refuses them, and the person in the twin has {email}."
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twin(record: Value) -> Value {
        let Value::Object(record) = record else { panic!("an object") };
        Value::Object(experience(&record))
    }

    #[test]
    fn identifiers_that_need_a_code_bring_their_connector() {
        let email = twin(json!({ "signUp": { "identifiers": ["email"], "password": true, "verify": true } }));
        let sign_up = json!({ "identifiers": ["email"], "password": true, "verify": true });
        assert_eq!(email, json!({ "message_connectors": ["email"], "members": { "signUp": sign_up } }));
        let both = twin(json!({ "signUp": {
            "identifiers": ["username"], "password": false, "verify": false,
            "secondaryIdentifiers": [{ "identifier": "emailOrPhone", "verify": true }],
        } }));
        assert_eq!(both["message_connectors"], json!(["email", "phone"]));
        assert_eq!(both["members"]["signUp"]["verify"], false);
        let none = twin(json!({ "signUp": { "identifiers": [], "password": false, "verify": false } }));
        assert_eq!(none.get("message_connectors"), None);
    }

    #[test]
    fn a_blocklist_is_taken_and_an_allowlist_is_told() {
        let record = json!({ "emailBlocklistPolicy": {
            "customBlocklist": ["@example.com"], "customAllowlist": ["@shop.example"], "blockSubaddressing": false,
        } });
        let taken = json!({ "members": { "emailBlocklistPolicy": { "customBlocklist": ["@example.com"] } } });
        assert_eq!(twin(record.clone()), taken);
        let told = not_checked(record.as_object().unwrap(), "ada@example.com").join("\n");
        assert!(told.contains("customAllowlist") && told.contains("ada@example.com"), "{told}");
    }
}
