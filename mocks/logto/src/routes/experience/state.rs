//! `GET /api/experience/interaction`: the data of the interaction so far (contract §2.1), without
//! passwords.

use serde_json::{Map, Value, json};

use super::interaction::Call;
use crate::audit::{self, Caller};
use crate::store::{Experience, PasswordVerification, SocialUser, Verification, VerificationState, column};
use crate::wire::{Answer, Json};

pub(super) fn get(call: Call) -> Answer {
    Ok(Json(state(call.experience(&mut call.store())?, &audit::caller())))
}

/// The same data as the audit log shows it: with what the connector stored.
pub(crate) fn logged(experience: &Experience, caller: &Caller) -> Value {
    let mut state = state(experience, caller);
    for record in state["verificationRecords"].as_array_mut().into_iter().flatten() {
        if record["type"] == "Social" {
            record["connectorSession"] = json!({});
        }
    }
    // The token set of the provider is never shown.
    if experience.profile.social.is_some() {
        state["profile"]["socialConnectorTokenSetSecret"] = json!("******");
    }
    state
}

fn state(experience: &Experience, caller: &Caller) -> Value {
    let mut context = json!({ "ip": caller.ip });
    if let Some(user_agent) = caller.user_agent() {
        context["userAgent"] = json!(user_agent);
    }
    let mut state = Map::new();
    state.insert("interactionEvent".to_owned(), json!(experience.event));
    if let Some(user) = &experience.user {
        state.insert("userId".to_owned(), json!(user));
    }
    let records = experience.verifications.iter().map(social);
    let records: Vec<Value> = records.chain(experience.passwords.iter().map(password)).collect();
    for (name, value) in [
        ("profile", profile(experience)),
        ("verificationRecords", json!(records)),
        ("mfa", json!({})),
        ("signInContext", context),
        ("captcha", json!({ "verified": false, "skipped": experience.skips_captcha })),
    ] {
        state.insert(name.to_owned(), value);
    }
    Value::Object(state)
}

fn profile(experience: &Experience) -> Value {
    let told = &experience.profile;
    let mut profile = Map::new();
    for (name, value) in [
        ("avatar", &told.avatar),
        ("name", &told.name),
        ("username", &told.username),
        ("primaryEmail", &told.primary_email),
        ("primaryPhone", &told.primary_phone),
    ] {
        if let Some(value) = value {
            profile.insert(name.to_owned(), json!(value));
        }
    }
    if let Some((target, social)) = &told.social {
        let identity = json!({ "target": target, "userInfo": user_info(social) });
        profile.insert("socialIdentity".to_owned(), identity);
    }
    if let Some((standard, custom)) = &told.extra {
        profile.insert("profile".to_owned(), json!(standard));
        profile.insert("customData".to_owned(), json!(custom));
    }
    Value::Object(profile)
}

fn social(verification: &Verification) -> Value {
    let mut record =
        json!({ "id": verification.id, "connectorId": verification.connector, "type": "Social" });
    if let VerificationState::Verified(social) = &verification.state {
        record["socialUserInfo"] = user_info(social);
    }
    record
}

fn user_info(social: &SocialUser) -> Value {
    let mut info = Map::new();
    info.insert("id".to_owned(), json!(social.id));
    for (name, value) in [
        ("email", &social.email),
        ("phone", &social.phone),
        ("name", &social.name),
        ("avatar", &social.avatar),
    ] {
        if let Some(value) = value {
            info.insert(name.to_owned(), json!(value));
        }
    }
    info.insert("rawData".to_owned(), column(&social.raw));
    Value::Object(info)
}

fn password(verification: &PasswordVerification) -> Value {
    match verification {
        PasswordVerification::Known { id, identifier, value, .. } => json!({
            "id": id,
            "type": "Password",
            "identifier": { "type": identifier, "value": value },
            "verified": true,
        }),
        PasswordVerification::New { id, username, .. } => json!({
            "id": id,
            "type": "NewPasswordIdentity",
            "identifier": { "type": "username", "value": username },
        }),
    }
}
