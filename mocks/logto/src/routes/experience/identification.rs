//! `POST /api/experience/identification` (contract §2.1 steps 5, §2.2).

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::body;
use super::interaction::{self, InteractionError};
use crate::shared::Shared;
use crate::store::{Connector, Identity, SocialUser, Store, User, VerificationState};
use crate::wire::{self, ApiError};

/// The longest name Logto keeps (contract §11).
const NAME_LIMIT: usize = 128;

/// Why nobody is identified.
#[derive(Debug, thiserror::Error)]
enum IdentificationError {
    #[error(transparent)]
    Interaction(#[from] InteractionError),
    #[error("{}", .0.message)]
    Api(ApiError),
    #[error("SignIn without a verificationId")]
    NoVerificationId,
    #[error("there is no verification with that id")]
    NoVerification,
    #[error("the verification has not succeeded")]
    NotVerified,
    #[error("nobody has this identity")]
    UnknownIdentity { related: Option<String> },
    #[error("somebody has this identity already")]
    IdentityInUse,
    #[error("the user is suspended")]
    Suspended,
    #[error("another user was identified before")]
    Conflict,
    #[error("the sign-in experience demands more: {0:?}")]
    MissingProfile(Vec<&'static str>),
    #[error("the name has more than 128 characters")]
    NameTooLong,
}

impl IdentificationError {
    fn response(&self) -> Response {
        let error = match self {
            Self::Interaction(error) => return error.response(),
            Self::Api(error) => error.clone(),
            Self::NoVerificationId => {
                ApiError::new(400, "guard.invalid_input", "The request {{type}} is invalid.")
            }
            Self::NoVerification => ApiError::new(
                404,
                "session.verification_session_not_found",
                "The verification was not successful. Restart the verification flow and try again.",
            ),
            Self::NotVerified => ApiError::new(
                400,
                "session.verification_failed",
                "The verification was not successful. Restart the verification flow and try again.",
            ),
            Self::UnknownIdentity { related } => {
                let data = match related {
                    Some(email) => json!({ "relatedUser": { "type": "email", "value": email } }),
                    None => json!({}),
                };
                let text = "The social account has not been registered yet.";
                ApiError::new(404, "user.identity_not_exist", text).with_data(data)
            }
            Self::IdentityInUse => ApiError::new(
                422,
                "user.identity_already_in_use",
                "The social account has been associated with an existing account.",
            ),
            Self::Suspended => ApiError::new(401, "user.suspended", "This account is suspended."),
            Self::Conflict => ApiError::new(
                409,
                "session.identity_conflict",
                "Identity mismatch detected. Please initiate a new session to proceed with a different identity.",
            ),
            Self::MissingProfile(fields) => missing_profile(fields),
            Self::NameTooLong => ApiError::new(
                422,
                "entity.value_too_long",
                "The length of value is too long and exceeds the limit.",
            )
            .with_data(json!({ "message": "value too long for type character varying(128)" })),
        };
        error.response(self.to_string())
    }
}

/// 422 `user.missing_profile` (contract §2.1).
pub(super) fn missing_profile(fields: &[&'static str]) -> ApiError {
    let text = "You need to provide additional info before signing-in.";
    ApiError::new(422, "user.missing_profile", text).with_data(json!({ "missingProfile": fields }))
}

/// Says who the person is, or creates the person.
pub(super) async fn post(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    text: String,
) -> Response {
    match identify(&shared, query.as_deref(), &headers, &text) {
        Ok(Done::Known) => StatusCode::NO_CONTENT.into_response(),
        Ok(Done::Created) => wire::text(StatusCode::CREATED, "Created"),
        Err(error) => error.response(),
    }
}

enum Done {
    Known,
    Created,
}

fn identify(
    shared: &Shared,
    query: Option<&str>,
    headers: &HeaderMap,
    text: &str,
) -> Result<Done, IdentificationError> {
    let members = body::object(text).map_err(IdentificationError::Api)?;
    let mut store = shared.store();
    let interaction = interaction::find(shared, &mut store, headers, query)?;
    let (uid, client) = (interaction.uid.clone(), interaction.request.client_id.clone());
    let experience = interaction::started(interaction)?;
    let (event, earlier) = (experience.event.clone(), experience.user.clone());
    let given = members.get("verificationId").and_then(Value::as_str);
    let verified = given.map(|id| {
        let found = experience.verifications.iter().find(|known| known.id == id);
        found.map(|known| (known.connector.clone(), known.state.clone()))
    });
    interaction::allowed(&store, &event).map_err(IdentificationError::Api)?;
    let (connector, state) = match verified {
        None => return Err(IdentificationError::NoVerificationId),
        Some(None) => return Err(IdentificationError::NoVerification),
        Some(Some(found)) => found,
    };
    let VerificationState::Verified(social) = state else { return Err(IdentificationError::NotVerified) };
    let connector = store.connector(&connector).cloned().ok_or(IdentificationError::NoVerification)?;
    let links = members.get("linkSocialIdentity") == Some(&Value::Bool(true));
    let (user, done) = if event == "Register" {
        (register(shared, &mut store, &connector, &social, &client)?, Done::Created)
    } else {
        (sign_in(shared, &mut store, &connector, &social, links)?, Done::Known)
    };
    if earlier.is_some_and(|earlier| earlier != user) {
        return Err(IdentificationError::Conflict);
    }
    if let Some(experience) = store.interactions.get_mut(&uid).and_then(|found| found.experience.as_mut()) {
        experience.user = Some(user);
    }
    Ok(done)
}

fn sign_in(
    shared: &Shared,
    store: &mut Store,
    connector: &Connector,
    social: &SocialUser,
    links: bool,
) -> Result<String, IdentificationError> {
    let target = connector.target();
    let by_email = social.email.as_ref().and_then(|email| {
        store.users.iter().find(|user| user.primary_email.as_ref() == Some(email)).map(|user| user.id.clone())
    });
    let known = store.user_by_identity(&target, &social.id).map(|user| user.id.clone());
    let id = match (known, by_email) {
        (Some(id), _) => id,
        (None, Some(id)) if links => id,
        (None, by_email) => {
            let related = by_email.and(social.email.clone());
            return Err(IdentificationError::UnknownIdentity { related });
        }
    };
    let now = shared.context.clock.millis();
    let Some(user) = store.user_mut(&id) else { return Err(IdentificationError::NoVerification) };
    if user.is_suspended {
        return Err(IdentificationError::Suspended);
    }
    if links {
        // Replaces an earlier identity of the same target (contract §2.1).
        user.identities.insert(target, identity(social));
        user.updated_at = now;
    }
    if connector.sync_profile {
        // Name and avatar only; never the e-mail, never the details.
        if let Some(name) = &social.name {
            user.name = Some(name.clone());
        }
        if let Some(avatar) = &social.avatar {
            user.avatar = Some(avatar.clone());
        }
        user.updated_at = now;
    }
    Ok(id)
}

fn register(
    shared: &Shared,
    store: &mut Store,
    connector: &Connector,
    social: &SocialUser,
    client: &str,
) -> Result<String, IdentificationError> {
    let target = connector.target();
    if store.user_by_identity(&target, &social.id).is_some() {
        return Err(IdentificationError::IdentityInUse);
    }
    let missing = demanded(store, None);
    if !missing.is_empty() {
        return Err(IdentificationError::MissingProfile(missing));
    }
    if social.name.as_ref().is_some_and(|name| name.chars().count() > NAME_LIMIT) {
        return Err(IdentificationError::NameTooLong);
    }
    let taken = |email: &String| store.users.iter().any(|user| user.primary_email.as_ref() == Some(email));
    let now = shared.context.clock.millis();
    let user = User {
        id: shared.short_id(),
        username: None,
        primary_email: social.email.clone().filter(|email| !taken(email)),
        name: social.name.clone(),
        avatar: social.avatar.clone(),
        identities: IndexMap::from([(target, identity(social))]),
        last_sign_in_at: None,
        created_at: now,
        updated_at: now,
        application_id: Some(client.to_owned()),
        is_suspended: false,
    };
    let id = user.id.clone();
    // Lists are newest first.
    store.users.insert(0, user);
    Ok(id)
}

/// Identifiers that the sign-in experience demands and the person lacks. A
/// social identity counts as the password.
pub(super) fn demanded(store: &Store, user: Option<&User>) -> Vec<&'static str> {
    let experience = &store.sign_in_experience;
    let skips = experience.get("socialSignIn").and_then(|social| social.get("skipRequiredIdentifiers"));
    if skips == Some(&Value::Bool(true)) {
        return vec![];
    }
    let identifiers = experience.get("signUp").and_then(|sign_up| sign_up.get("identifiers"));
    let wants = |name: &str| {
        identifiers.and_then(Value::as_array).into_iter().flatten().any(|identifier| identifier == name)
    };
    let lacks_username = user.is_none_or(|user| user.username.is_none());
    if wants("username") && lacks_username { vec!["username"] } else { vec![] }
}

fn identity(social: &SocialUser) -> Identity {
    let mut details = serde_json::Map::new();
    details.insert("id".to_owned(), json!(social.id));
    for (name, value) in [("name", &social.name), ("email", &social.email), ("avatar", &social.avatar)] {
        if let Some(value) = value {
            details.insert(name.to_owned(), json!(value));
        }
    }
    details.insert("rawData".to_owned(), social.raw.clone());
    Identity { user_id: social.id.clone(), details: Value::Object(details) }
}
