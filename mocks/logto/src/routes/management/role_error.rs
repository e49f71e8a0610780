//! What can be wrong with roles, their scopes and their holders.

use axum::response::{IntoResponse, Response};

use crate::store::{Role, Store};
use crate::wire::ApiError;

/// Why a role is not given, made, changed, assigned or deleted.
#[derive(Debug, thiserror::Error)]
pub(super) enum RoleError {
    #[error("there is no role with the id `{0}`")]
    Unknown(String),
    #[error("there is a role with the name `{0}`")]
    NameTaken(String),
    #[error("no member of the body can be changed")]
    NothingToChange,
    #[error("there is no scope with the id `{0}`")]
    UnknownScope(String),
    #[error("the role has the scope `{0}`")]
    HasScope(String),
    #[error("a role for users cannot have scopes of the Management API")]
    ManagementApi,
    #[error("there is no such user, or it has no such role")]
    NotFound,
    #[error("there is no application with the id `{0}`")]
    UnknownApplication(String),
    #[error("the role is not for users")]
    NotForUsers,
    #[error("the role is not for machines")]
    NotForMachines,
    #[error("the application is not machine-to-machine")]
    NoMachine,
    #[error("the user `{0}` has the role")]
    UserHasIt(String),
    #[error("the application has the role")]
    ApplicationHasIt,
}

impl IntoResponse for RoleError {
    fn into_response(self) -> Response {
        let error = match &self {
            Self::Unknown(id) => ApiError::unknown("roles", id),
            Self::UnknownScope(id) => ApiError::unknown("scopes", id),
            Self::UnknownApplication(id) => ApiError::unknown("applications", id),
            Self::NameTaken(name) => {
                ApiError::new(422, "role.name_in_use", format!("This role name {name} is already in use"))
            }
            Self::NothingToChange => ApiError::nothing_to_change(),
            Self::HasScope(id) => {
                let text = format!("The scope id {id} has already been added to this role");
                ApiError::new(422, "role.scope_exists", text)
            }
            Self::ManagementApi => ApiError::new(
                400,
                "role.management_api_scopes_not_assignable_to_user_role",
                "Cannot assign Management API scopes to a user role.",
            ),
            Self::NotFound => ApiError::not_found(),
            Self::NotForUsers => ApiError::new(
                422,
                "user.invalid_role_type",
                "Invalid role type, can not assign machine-to-machine role to user.",
            ),
            Self::NotForMachines => ApiError::new(
                422,
                "application.invalid_role_type",
                "Can not assign user type role to machine to machine application.",
            ),
            Self::NoMachine => ApiError::new(
                422,
                "application.invalid_type",
                "Only machine to machine applications can have associated roles.",
            ),
            Self::UserHasIt(id) => {
                let text = format!("The user id {id} is already been added to this role");
                ApiError::new(422, "role.user_exists", text)
            }
            Self::ApplicationHasIt => {
                // Logto does not fill in the placeholder (contract §0.2).
                let text = "The application id {{applicationId}} is already been added to this role";
                ApiError::new(422, "role.application_exists", text)
            }
        };
        error.response(self.to_string())
    }
}

/// The role that may be changed.
pub(super) fn changeable<'s>(store: &'s mut Store, id: &str) -> Result<&'s mut Role, RoleError> {
    store.role_mut(id).ok_or_else(|| RoleError::Unknown(id.to_owned()))
}
