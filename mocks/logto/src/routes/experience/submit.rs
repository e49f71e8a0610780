//! `POST /api/experience/submit` (contract §2.1 step 6). A second call has the same result.

use serde_json::json;

use super::interaction::Started;
use super::requirements;
use crate::store::{Profile, User};
use crate::wire::{Answer, ApiError, Json, refusals};

refusals! {
    /// Why the interaction is not finished.
    enum SubmitError {
        #[error("a captcha is required")]
        Robot(error: ApiError) => error.clone(),
        #[error("no user has been identified, or it was deleted since")]
        NoUser(error: ApiError) => error.clone(),
        #[error("the sign-in experience requires more: {0:?}")]
        MissingProfile(fields: Vec<&'static str>) => requirements::missing_profile(fields),
        #[error("the sign-in experience requires a second factor")]
        SecondFactor(error: ApiError) => error.clone(),
    }
}

/// Completes the interaction: the person has signed in.
pub(super) fn post(call: Started) -> Answer {
    let now = call.context.clock.millis();
    let mut store = call.store();
    let interaction = call.interaction(&mut store)?;
    let uid = interaction.uid.clone();
    let return_to = interaction.return_to.clone();
    let experience = call.experience(&mut store)?.clone();
    requirements::no_robot(&store, &experience).map_err(SubmitError::Robot)?;
    let user = requirements::identified(&store, &experience).map_err(SubmitError::NoUser)?;
    let social = requirements::verified_social(&experience);
    let profile = experience.profile;
    // The user may have it since, or another user may have taken it.
    requirements::absent(Some(user), &profile)?;
    requirements::available(&store, &profile)?;
    let missing = requirements::demanded(&store, Some(user), &profile, social);
    if !missing.is_empty() {
        return Err(SubmitError::MissingProfile(missing).into());
    }
    requirements::second_factor(&store, &experience.event).map_err(SubmitError::SecondFactor)?;
    let user = user.id.clone();
    if let Some(user) = store.user_mut(&user) {
        take_over(user, profile);
        user.last_sign_in_at = Some(now);
        user.updated_at = now;
    }
    if let Some(interaction) = store.interactions.get_mut(&uid) {
        interaction.login = Some(user);
    }
    Ok(Json(json!({ "redirectTo": return_to })))
}

/// Copies the data that the person entered in this interaction to the user.
fn take_over(user: &mut User, profile: Profile) {
    let Profile { username, password, primary_email, primary_phone, name, avatar, extra, social } = profile;
    for (slot, told) in [
        (&mut user.username, username),
        (&mut user.password, password),
        (&mut user.primary_email, primary_email),
        (&mut user.primary_phone, primary_phone),
        (&mut user.name, name),
        (&mut user.avatar, avatar),
    ] {
        if told.is_some() {
            *slot = told;
        }
    }
    if let Some((standard, custom)) = extra {
        user.profile.extend(standard);
        user.custom_data.extend(custom);
    }
    if let Some((target, social)) = social {
        user.identities.insert(target, social.identity());
    }
}
