//! `POST /api/experience/submit` (contract §2.1 step 6). Twice is as good as once.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::interaction::{self, InteractionError};
use super::requirements;
use crate::shared::Shared;
use crate::store::{Profile, User};
use crate::wire::{self, ApiError};

/// Why the interaction is not finished.
#[derive(Debug, thiserror::Error)]
enum SubmitError {
    #[error(transparent)]
    Interaction(#[from] InteractionError),
    #[error("a captcha is asked for")]
    Robot(ApiError),
    #[error("nobody has been identified")]
    NotIdentified,
    #[error("{}", .0.message)]
    Taken(ApiError),
    #[error("the sign-in experience demands more: {0:?}")]
    MissingProfile(Vec<&'static str>),
    #[error("the sign-in experience wants a second factor")]
    SecondFactor(ApiError),
}

impl SubmitError {
    fn response(&self) -> Response {
        let error = match self {
            Self::Interaction(error) => return error.response(),
            Self::NotIdentified => requirements::not_identified(),
            Self::Robot(error) | Self::Taken(error) | Self::SecondFactor(error) => error.clone(),
            Self::MissingProfile(fields) => requirements::missing_profile(fields),
        };
        error.response(self.to_string())
    }
}

/// Ends the interaction: the person has signed in.
pub(super) async fn post(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match submit(&shared, query.as_deref(), &headers) {
        Ok(target) => wire::json(StatusCode::OK, &json!({ "redirectTo": target })),
        Err(error) => error.response(),
    }
}

fn submit(shared: &Shared, query: Option<&str>, headers: &HeaderMap) -> Result<String, SubmitError> {
    let now = shared.context.clock.millis();
    let mut store = shared.store();
    let interaction = interaction::find(shared, &mut store, headers, query)?;
    let uid = interaction.uid.clone();
    let return_to = interaction.return_to.clone();
    let experience = interaction::started(interaction)?;
    let experience = experience.clone();
    requirements::no_robot(&store, &experience).map_err(SubmitError::Robot)?;
    let user = experience.user.clone().ok_or(SubmitError::NotIdentified)?;
    let social = requirements::verified_social(&experience);
    let profile = experience.profile;
    // Somebody else may have taken it since.
    requirements::available(&store, &profile).map_err(SubmitError::Taken)?;
    let missing = requirements::demanded(&store, store.user(&user), &profile, social);
    if !missing.is_empty() {
        return Err(SubmitError::MissingProfile(missing));
    }
    requirements::second_factor(&store, &experience.event).map_err(SubmitError::SecondFactor)?;
    if let Some(user) = store.user_mut(&user) {
        take_over(user, profile);
        user.last_sign_in_at = Some(now);
        user.updated_at = now;
    }
    if let Some(interaction) = store.interactions.get_mut(&uid) {
        interaction.login = Some(user);
    }
    Ok(return_to)
}

/// What the person told in this interaction becomes part of the user.
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
