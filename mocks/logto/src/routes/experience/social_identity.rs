//! What a social verification says about a person (contract §2.1 steps 5 and 10).

use std::sync::Arc;

use crate::store::{Connector, Profile, SocialUser, SocialVerification, Store, VerificationState};
use crate::wire::{Code, refusals};

refusals! {
    /// Why a social verification proves nothing.
    pub(super) enum SocialIdentityError {
        #[error("the verification has not succeeded")]
        NotVerified => Code::SessionVerificationFailed.error(),
        #[error("the connector `{0}` was deleted")]
        NoConnector(id: String) => Code::SessionInvalidConnectorId.about(&[id]),
    }
}

/// The person, as the provider describes them.
pub(super) fn user_info(verification: &SocialVerification) -> Result<&Arc<SocialUser>, SocialIdentityError> {
    match &verification.state {
        VerificationState::Verified(social) => Ok(social),
        VerificationState::Pending(_) | VerificationState::Spent => Err(SocialIdentityError::NotVerified),
    }
}

pub(super) fn connector<'s>(
    store: &'s Store,
    verification: &SocialVerification,
) -> Result<&'s Connector, SocialIdentityError> {
    let id = &verification.connector;
    store.connector(id).ok_or_else(|| SocialIdentityError::NoConnector(id.clone()))
}

/// The identity that a user gets.
pub(super) fn identity(
    store: &Store,
    verification: &SocialVerification,
) -> Result<Profile, SocialIdentityError> {
    let social = user_info(verification)?;
    let target = connector(store, verification)?.target();
    Ok(Profile { social: Some((target, social.clone())), ..Profile::default() })
}

/// Name and avatar; of a new user always, and then e-mail address and phone number too, if no user has
/// them; of a known one only if the connector keeps them in sync.
pub(super) fn synced(
    store: &Store,
    verification: &SocialVerification,
    is_new: bool,
) -> Result<Profile, SocialIdentityError> {
    let social = user_info(verification)?;
    if !is_new && !connector(store, verification)?.sync_profile {
        return Ok(Profile::default());
    }
    let free = |kind: &str, value: &Option<String>| {
        let value = value.clone().filter(|_| is_new);
        value.filter(|value| store.user_by_identifier(kind, value).is_none())
    };
    Ok(Profile {
        name: social.name.clone(),
        avatar: social.avatar.clone(),
        primary_email: free("email", &social.email),
        primary_phone: free("phone", &social.phone),
        ..Profile::default()
    })
}
