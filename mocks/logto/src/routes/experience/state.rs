//! `GET /api/experience/interaction`: the data of the interaction so far (contract §2.1), without
//! passwords.

use std::sync::Arc;

use serde_json::{Value, json};

use super::interaction::Started;
use crate::audit::{self, Caller};
use crate::store::{Experience, SocialUser, SocialVerification, Verification, VerificationState, column};
use crate::version::Fact;
use crate::wire::{Answer, Json, without_nulls};

pub(super) fn get(call: Started) -> Answer {
    let mut shown = state(call.experience(&mut call.store())?, &audit::caller());
    if let (Value::Object(members), false) = (&mut shown, call.has(Fact::SignInContext)) {
        members.shift_remove("signInContext");
    }
    Ok(Json(shown))
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
    if experience.takes_over {
        state["profile"]["socialConnectorTokenSetSecret"] = json!("******");
    }
    state
}

fn state(experience: &Experience, caller: &Caller) -> Value {
    let mut context = json!({ "ip": caller.ip });
    if let Some(user_agent) = caller.user_agent() {
        context["userAgent"] = json!(user_agent);
    }
    let records: Vec<Value> = experience.verifications.iter().map(record).collect();
    let state = json!({
        "interactionEvent": experience.event,
        "userId": experience.user,
        "profile": profile(experience),
        "verificationRecords": records,
        "mfa": {},
        "signInContext": context,
        "captcha": { "verified": false, "skipped": experience.skips_captcha },
    });
    without_nulls(state).into()
}

fn profile(experience: &Experience) -> Value {
    let told = &experience.profile;
    let identity = |(target, social): &(String, Arc<SocialUser>)| json!({ "target": target, "userInfo": user_info(social) });
    let profile = json!({
        "avatar": told.avatar,
        "name": told.name,
        "username": told.username,
        "primaryEmail": told.primary_email,
        "primaryPhone": told.primary_phone,
        "socialIdentity": told.social.as_ref().map(identity),
        "profile": told.extra.as_ref().map(|(standard, _)| standard),
        "customData": told.extra.as_ref().map(|(_, custom)| custom),
    });
    without_nulls(profile).into()
}

fn record(verification: &Verification) -> Value {
    match verification {
        Verification::Social(verification) => social(verification),
        Verification::Password { id, identifier, value, .. } => json!({
            "id": id,
            "type": "Password",
            "identifier": { "type": identifier, "value": value },
            "verified": true,
        }),
        Verification::NewPasswordIdentity { id, username, .. } => json!({
            "id": id,
            "type": "NewPasswordIdentity",
            "identifier": { "type": "username", "value": username },
        }),
    }
}

fn social(verification: &SocialVerification) -> Value {
    let mut record =
        json!({ "id": verification.id, "connectorId": verification.connector, "type": "Social" });
    if let VerificationState::Verified(social) = &verification.state {
        record["socialUserInfo"] = user_info(social);
    }
    record
}

fn user_info(social: &SocialUser) -> Value {
    let info = json!({
        "id": social.id, "email": social.email, "phone": social.phone, "name": social.name,
        "avatar": social.avatar, "rawData": column(&social.raw),
    });
    without_nulls(info).into()
}
