//! Errors of roles, their scopes and their holders.

use crate::store::{Role, Store};
use crate::wire::{ApiError, Code, refusals};

refusals! {
    /// Why a role is not returned, created, changed, assigned or deleted.
    pub(super) enum RoleError {
        #[error("no role has the id `{0}`")]
        Unknown(id: String) => ApiError::unknown("roles", id),
        #[error("a role with the name `{0}` already exists")]
        NameTaken(name: String) => Code::RoleNameInUse.about(&[name]),
        #[error("the body has no member that can be changed")]
        NothingToChange => ApiError::nothing_to_change(),
        #[error("no scope has the id `{0}`")]
        UnknownScope(id: String) => ApiError::unknown("scopes", id),
        #[error("the role already has the scope `{0}`")]
        HasScope(id: String) => Code::RoleScopeExists.about(&[id]),
        #[error("a role for users cannot have scopes of the Management API")]
        ManagementApi => Code::RoleManagementApiScopesNotAssignableToUserRole.error(),
        #[error("the user does not exist, or does not have the role")]
        NotFound => ApiError::not_found(),
        #[error("no application has the id `{0}`")]
        UnknownApplication(id: String) => ApiError::unknown("applications", id),
        #[error("the role is not for users")]
        NotForUsers => Code::UserInvalidRoleType.error(),
        #[error("the role is not for machines")]
        NotForMachines => Code::ApplicationInvalidRoleType.error(),
        #[error("the application is not machine-to-machine")]
        NoMachine => Code::ApplicationInvalidType.error(),
        #[error("the user `{0}` already has the role")]
        UserHasIt(id: String) => Code::RoleUserExists.about(&[id]),
        #[error("the application already has the role `{0}`")]
        ApplicationHasRole(id: String) => Code::ApplicationRoleExists.about(&[id]),
        #[error("a role is named twice, which the database refuses")]
        Twice => ApiError::internal(),
        // Logto does not fill in the placeholder (contract §0.2).
        #[error("the application already has the role")]
        ApplicationHasIt => Code::RoleApplicationExists.error(),
    }
}

/// The role, if it may be changed.
pub(super) fn changeable<'s>(store: &'s mut Store, id: &str) -> Result<&'s mut Role, RoleError> {
    store.role_mut(id).ok_or_else(|| RoleError::Unknown(id.to_owned()))
}
