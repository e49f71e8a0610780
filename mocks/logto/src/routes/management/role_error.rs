//! Errors of roles, their scopes and their holders.

use axum::response::{IntoResponse, Response};

use crate::store::{Role, Store};
use crate::wire::{ApiError, Code};

/// Why a role is not returned, created, changed, assigned or deleted.
#[derive(Debug, thiserror::Error)]
pub(super) enum RoleError {
    #[error("no role has the id `{0}`")]
    Unknown(String),
    #[error("a role with the name `{0}` already exists")]
    NameTaken(String),
    #[error("the body has no member that can be changed")]
    NothingToChange,
    #[error("no scope has the id `{0}`")]
    UnknownScope(String),
    #[error("the role already has the scope `{0}`")]
    HasScope(String),
    #[error("a role for users cannot have scopes of the Management API")]
    ManagementApi,
    #[error("the user does not exist, or does not have the role")]
    NotFound,
    #[error("no application has the id `{0}`")]
    UnknownApplication(String),
    #[error("the role is not for users")]
    NotForUsers,
    #[error("the role is not for machines")]
    NotForMachines,
    #[error("the application is not machine-to-machine")]
    NoMachine,
    #[error("the user `{0}` already has the role")]
    UserHasIt(String),
    #[error("the application already has the role")]
    ApplicationHasIt,
}

impl IntoResponse for RoleError {
    fn into_response(self) -> Response {
        let error = match &self {
            Self::Unknown(id) => ApiError::unknown("roles", id),
            Self::UnknownScope(id) => ApiError::unknown("scopes", id),
            Self::UnknownApplication(id) => ApiError::unknown("applications", id),
            Self::NameTaken(name) => Code::RoleNameInUse.about(&[name]),
            Self::NothingToChange => ApiError::nothing_to_change(),
            Self::HasScope(id) => Code::RoleScopeExists.about(&[id]),
            Self::ManagementApi => Code::RoleManagementApiScopesNotAssignableToUserRole.error(),
            Self::NotFound => ApiError::not_found(),
            Self::NotForUsers => Code::UserInvalidRoleType.error(),
            Self::NotForMachines => Code::ApplicationInvalidRoleType.error(),
            Self::NoMachine => Code::ApplicationInvalidType.error(),
            Self::UserHasIt(id) => Code::RoleUserExists.about(&[id]),
            Self::ApplicationHasIt => {
                // Logto does not fill in the placeholder (contract §0.2).
                Code::RoleApplicationExists.error()
            }
        };
        error.response(self.to_string())
    }
}

/// The role, if it may be changed.
pub(super) fn changeable<'s>(store: &'s mut Store, id: &str) -> Result<&'s mut Role, RoleError> {
    store.role_mut(id).ok_or_else(|| RoleError::Unknown(id.to_owned()))
}
