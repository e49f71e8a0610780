//! Logto's error codes (contract §0.1, §0.2) and their messages: every refusal of the double is in
//! one of these tables.

use oauth::ErrorCode as OAuth;

/// Declares codes, and their data, in one list.
macro_rules! codes {
    ($(#[$doc:meta])+ $codes:ident: $row:ty { $($name:ident => $told:expr,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $codes { $($name,)+ }

        impl $codes {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)+];

            const fn row(self) -> $row {
                match self { $(Self::$name => $told,)+ }
            }
        }
    };
}

codes! {
    /// A code of Logto's own APIs: status, name, and message with `{}` for what it is about.
    Code: (u16, &'static str, &'static str) {
        ApplicationConsentManagementApiScopesNotAllowed =>
            (422, "application.consent_management_api_scopes_not_allowed", "Management API scopes are not allowed."),
        ApplicationDeviceFlowNativeOnly =>
            (422, "application.device_flow_native_only", "Device flow is only available for native applications."),
        ApplicationDeviceFlowNotChangeable =>
            (422, "application.device_flow_not_changeable", "Device flow cannot be changed after application creation."),
        ApplicationInvalidRoleType =>
            (422, "application.invalid_role_type", "Can not assign user type role to machine to machine application."),
        ApplicationRoleExists =>
            (422, "application.role_exists", "The role id {} is already been added to this application."),
        ApplicationInvalidThirdPartyApplicationType =>
            (400, "application.invalid_third_party_application_type", "Only traditional web, single-page, and native applications can be marked as third-party apps."),
        ApplicationInvalidType =>
            (422, "application.invalid_type", "Only machine to machine applications can have associated roles."),
        ApplicationNoLegacySecretFound =>
            (400, "application.no_legacy_secret_found", "The application does not have a legacy secret."),
        ApplicationProtectedAppMetadataIsRequired =>
            (400, "application.protected_app_metadata_is_required", "Protected app metadata is required."),
        ApplicationProtectedAppNotConfigured =>
            (501, "application.protected_app_not_configured", "Protected app provider is not configured. This feature is not available for open source version."),
        ApplicationProtectedApplicationOnly =>
            (400, "application.protected_application_only", "The feature is only available for protected applications."),
        ApplicationSamlUseSamlAppApi =>
            (400, "application.saml.use_saml_app_api", "Use `[METHOD] /saml-applications(/.*)?` API to operate SAML app."),
        ApplicationSecretNameExists =>
            (422, "application.secret_name_exists", "Secret name already exists."),
        ApplicationThirdPartyApplicationCannotEnableTokenExchange =>
            (422, "application.third_party_application_cannot_enable_token_exchange", "Third-party applications are not allowed to enable token exchange."),
        ApplicationThirdPartyApplicationOnly =>
            (422, "application.third_party_application_only", "The feature is only available for third-party applications."),
        ApplicationUserConsentScopesNotFound =>
            (422, "application.user_consent_scopes_not_found", "Invalid user consent scopes."),
        AuthAuthorizationHeaderMissing =>
            (401, "auth.authorization_header_missing", "Authorization header is missing."),
        AuthAuthorizationTokenTypeNotSupported =>
            (401, "auth.authorization_token_type_not_supported", "Authorization type is not supported."),
        AuthForbidden =>
            (403, "auth.forbidden", "Forbidden. Please check your user roles and permissions."),
        AuthUnauthorized =>
            (401, "auth.unauthorized", "Unauthorized. Please check credentials and its scope."),
        ConnectorAuthorizationFailed =>
            (401, "connector.authorization_failed", "The user's authorization process is unsuccessful."),
        ConnectorCanNotModifyTarget =>
            (400, "connector.can_not_modify_target", "The connector 'target' can not be modified."),
        ConnectorCannotOverwriteMetadataForNonStandardConnector =>
            (400, "connector.cannot_overwrite_metadata_for_non_standard_connector", "This connector's 'metadata' cannot be overwritten."),
        ConnectorGeneral => (400, "connector.general", "Error occurred in connector: {}"),
        ConnectorInvalidConfig => (400, "connector.invalid_config", "The connector's config is invalid."),
        ConnectorInvalidResponse =>
            (400, "connector.invalid_response", "The connector's response is invalid."),
        ConnectorMultipleInstancesNotSupported =>
            (422, "connector.multiple_instances_not_supported", "Can not create multiple instance with picked standard connector."),
        ConnectorMultipleTargetWithSamePlatform =>
            (422, "connector.multiple_target_with_same_platform", "You can not have multiple social connectors that have same target and platform."),
        ConnectorNotFound =>
            (501, "connector.not_found", "Cannot find any available connector for type: {}."),
        ConnectorNotFoundWithConnectorId =>
            (422, "connector.not_found_with_connector_id", "Can not find connector with given standard connector id."),
        ConnectorNotImplemented =>
            (501, "connector.not_implemented", "{{method}}: has not been implemented yet."),
        ConnectorShouldSpecifyTarget =>
            (400, "connector.should_specify_target", "You should specify 'target'."),
        ConnectorSocialAuthCodeInvalid =>
            (401, "connector.social_auth_code_invalid", "Unable to get access token, please check authorization code."),
        ConnectorSocialInvalidAccessToken =>
            (401, "connector.social_invalid_access_token", "The connector's access token is invalid."),
        ConnectorSocialInvalidIdToken =>
            (401, "connector.social_invalid_id_token", "The connector's id token is invalid."),
        EntityInvalidInput => (422, "entity.invalid_input", "Invalid input. Value list must not be empty."),
        EntityNotExists => (404, "entity.not_exists", "The {} does not exist."),
        EntityNotExistsWithId => (404, "entity.not_exists_with_id", "The {} with ID `{}` does not exist."),
        EntityNotFound => (404, "entity.not_found", "The resource does not exist."),
        EntityValueTooLong =>
            (422, "entity.value_too_long", "The length of value is too long and exceeds the limit."),
        GuardInvalidInput => (400, "guard.invalid_input", "The request {} is invalid."),
        GuardInvalidPagination =>
            (400, "guard.invalid_pagination", "The request pagination value is invalid."),
        LogInvalidTimeWindow => (400, "log.invalid_time_window", "`end_time` must be after `start_time`."),
        OidcInvalidRequest => (422, "oidc.invalid_request", "Request is invalid."),
        OidcKeyNotFound => (404, "oidc.key_not_found", "Key with ID {} is not found."),
        OidcKeyRequired => (422, "oidc.key_required", "At least one key is required."),
        OidcOnlyPreviousKeyCanBeDeleted =>
            (422, "oidc.only_previous_key_can_be_deleted", "Only a previous key can be deleted."),
        OrganizationRequireMembership =>
            (422, "organization.require_membership", "The user must be a member of the organization to proceed."),
        PasswordRejected =>
            (422, "password.rejected", "Password rejected. Please check if your password meets the requirements."),
        RequestFeatureNotSupported =>
            (422, "request.feature_not_supported", "This feature is not supported in the current environment."),
        RequestInvalidInput => (400, "request.invalid_input", "Input is invalid. {}"),
        ResourceCannotDeleteManagementApi =>
            (400, "resource.cannot_delete_management_api", "Cannot delete Logto Management API."),
        ResourceCannotModifyManagementApi =>
            (400, "resource.cannot_modify_management_api", "Cannot modify Logto Management API."),
        ResourceResourceIdentifierInUse =>
            (422, "resource.resource_identifier_in_use", "The API identifier {} is already in use"),
        RoleApplicationExists =>
            (422, "role.application_exists", "The application id {{applicationId}} is already been added to this role"),
        RoleManagementApiScopesNotAssignableToUserRole =>
            (400, "role.management_api_scopes_not_assignable_to_user_role", "Cannot assign Management API scopes to a user role."),
        RoleNameInUse => (422, "role.name_in_use", "This role name {} is already in use"),
        RoleScopeExists =>
            (422, "role.scope_exists", "The scope id {} has already been added to this role"),
        RoleUserExists => (422, "role.user_exists", "The user id {} is already been added to this role"),
        ScopeNameExists => (422, "scope.name_exists", "The scope name {} is already in use"),
        ScopeNameWithSpace =>
            (400, "scope.name_with_space", "The name of the scope cannot contain any spaces."),
        SessionCaptchaFailed => (422, "session.captcha_failed", "Captcha verification failed."),
        SessionCaptchaRequired => (422, "session.captcha_required", "Captcha is required."),
        SessionConnectorValidationSessionNotFound =>
            (400, "session.connector_validation_session_not_found", "The connector session for token validation is not found."),
        SessionEmailBlocklistEmailNotAllowed =>
            (422, "session.email_blocklist.email_not_allowed", "The email address \"{}\" is restricted. Please choose a different one."),
        SessionEmailBlocklistEmailSubaddressingNotAllowed =>
            (422, "session.email_blocklist.email_subaddressing_not_allowed", "Email subaddressing is not allowed."),
        SessionIdentifierNotFound =>
            (404, "session.identifier_not_found", "User identifier not found. Please go back and sign in again."),
        SessionIdentityConflict =>
            (409, "session.identity_conflict", "Identity mismatch detected. Please initiate a new session to proceed with a different identity."),
        SessionInsufficientInfo => (400, "session.insufficient_info", "Insufficient sign-in info."),
        SessionInteractionNotFound =>
            (404, "session.interaction_not_found", "Interaction session not found. Please go back and start the session again."),
        SessionInvalidConnectorId =>
            (422, "session.invalid_connector_id", "Unable to find available connector with id {}."),
        SessionInvalidCredentials =>
            (422, "session.invalid_credentials", "Incorrect account or password. Please check your input."),
        SessionInvalidInteractionType =>
            (400, "session.invalid_interaction_type", "This operation is not supported for the current interaction. Please initiate a new session."),
        SessionNotFound =>
            (400, "session.not_found", "Session not found. Please go back and sign in again."),
        SessionNotSupportedForForgotPassword =>
            (400, "session.not_supported_for_forgot_password", "This operation is not supported for forgot password."),
        SessionVerificationBlockedTooManyAttempts =>
            (400, "session.verification_blocked_too_many_attempts", "Too many attempts in a short time. Please try again {}."),
        SessionVerificationFailed =>
            (400, "session.verification_failed", "The verification was not successful. Restart the verification flow and try again."),
        SessionVerificationSessionNotFound =>
            (404, "session.verification_session_not_found", "The verification was not successful. Restart the verification flow and try again."),
        SignInExperiencesAdaptiveMfaRequiresMfa =>
            (422, "sign_in_experiences.adaptive_mfa_requires_mfa", "MFA must be enabled before enabling adaptive MFA."),
        SignInExperiencesAdaptiveMfaRequiresNonSkippablePolicy =>
            (422, "sign_in_experiences.adaptive_mfa_requires_non_skippable_policy", "Adaptive MFA requires a non-skippable MFA prompt policy. Use PromptOnlyAtSignInMandatory or PromptAtSignInAndSignUpMandatory."),
        SignInExperiencesAtLeastOneAuthenticationFactor =>
            (400, "sign_in_experiences.at_least_one_authentication_factor", "You have to select at least one authentication factor."),
        SignInExperiencesBackupCodeCannotBeEnabledAlone =>
            (400, "sign_in_experiences.backup_code_cannot_be_enabled_alone", "Backup code cannot be enabled alone."),
        SignInExperiencesCodeSignInMustBeEnabled =>
            (400, "sign_in_experiences.code_sign_in_must_be_enabled", "Verification code sign in must be enabled when set a password is not required in sign up."),
        SignInExperiencesDuplicatedMfaFactors =>
            (400, "sign_in_experiences.duplicated_mfa_factors", "Duplicated MFA factors."),
        SignInExperiencesDuplicatedSignUpIdentifiers =>
            (400, "sign_in_experiences.duplicated_sign_up_identifiers", "Duplicate sign-up identifiers detected."),
        SignInExperiencesEmailVerificationCodeCannotBeUsedForMfa =>
            (400, "sign_in_experiences.email_verification_code_cannot_be_used_for_mfa", "Email verification code cannot be used for MFA when email verification is enabled for sign-in."),
        SignInExperiencesEmailVerificationCodeCannotBeUsedForSignIn =>
            (400, "sign_in_experiences.email_verification_code_cannot_be_used_for_sign_in", "Email verification code cannot be used for sign-in when it is enabled for MFA."),
        SignInExperiencesEnabledConnectorNotFound =>
            (400, "sign_in_experiences.enabled_connector_not_found", "Enabled {} connector not found."),
        SignInExperiencesForgotPasswordMethodRequiresConnector =>
            (400, "sign_in_experiences.forgot_password_method_requires_connector", "Forgot password method requires a corresponding {} connector to be configured."),
        SignInExperiencesMissingSignUpIdentifiers =>
            (400, "sign_in_experiences.missing_sign_up_identifiers", "Primary sign-up identifier cannot be empty."),
        SignInExperiencesNonAdaptiveMfaRequiresSkippablePolicy =>
            (422, "sign_in_experiences.non_adaptive_mfa_requires_skippable_policy", "When adaptive MFA is disabled, MFA prompt policy must be skippable. Do not use PromptOnlyAtSignInMandatory or PromptAtSignInAndSignUpMandatory."),
        SignInExperiencesPasswordExpirationRequiresForgotPassword =>
            (422, "sign_in_experiences.password_expiration_requires_forgot_password", "Password expiration requires at least one forgot password method with a valid connector."),
        SignInExperiencesPasswordlessRequiresVerify =>
            (400, "sign_in_experiences.passwordless_requires_verify", "Must enable verify for email/phone sign up identifier."),
        SignInExperiencesPhoneVerificationCodeCannotBeUsedForMfa =>
            (400, "sign_in_experiences.phone_verification_code_cannot_be_used_for_mfa", "SMS verification code cannot be used for MFA when SMS verification is enabled for sign-in."),
        SignInExperiencesPhoneVerificationCodeCannotBeUsedForSignIn =>
            (400, "sign_in_experiences.phone_verification_code_cannot_be_used_for_sign_in", "SMS verification code cannot be used for sign-in when it is enabled for MFA."),
        UserEmailAlreadyInUse =>
            (422, "user.email_already_in_use", "This email is associated with an existing account."),
        UserIdentityAlreadyInUse =>
            (422, "user.identity_already_in_use", "The social account has been associated with an existing account."),
        UserIdentityNotExist =>
            (404, "user.identity_not_exist", "The social account has not been registered yet."),
        UserInvalidPhone => (422, "user.invalid_phone", "Invalid phone number."),
        UserInvalidRoleType =>
            (422, "user.invalid_role_type", "Invalid role type, can not assign machine-to-machine role to user."),
        UserMissingMfa => (422, "user.missing_mfa", "You need to bind additional MFA before signing-in."),
        UserMissingProfile =>
            (422, "user.missing_profile", "You need to provide additional info before signing-in."),
        UserPasswordAlgorithmRequired =>
            (400, "user.password_algorithm_required", "Password algorithm is required."),
        UserPasswordAndDigest =>
            (400, "user.password_and_digest", "You cannot set both plain text password and password digest."),
        UserPasswordExistsInProfile =>
            (422, "user.password_exists_in_profile", "Password already exists in your profile."),
        UserPhoneAlreadyInUse =>
            (422, "user.phone_already_in_use", "This phone number is associated with an existing account."),
        UserSignInMethodNotEnabled =>
            (422, "user.sign_in_method_not_enabled", "This sign-in method is not enabled."),
        UserSuggestMfa =>
            (422, "user.suggest_mfa", "For better account security, we recommend binding MFA to your account."),
        UserSuspended => (401, "user.suspended", "This account is suspended."),
        UserUserNotExist =>
            (404, "user.user_not_exist", "User with {{ identifier }} does not exist."),
        UserUsernameAlreadyInUse =>
            (422, "user.username_already_in_use", "This username is already in use."),
        UserUsernameExistsInProfile =>
            (422, "user.username_exists_in_profile", "Username already exists in your profile."),
        UserUsernameTooLong => (422, "user.username_too_long", "Username is too long."),
    }
}

codes! {
    /// An error of `/oidc`: its name in OAuth, and the message that Logto adds.
    ErrorCode: (OAuth, &'static str) {
        AccessDenied => (OAuth::AccessDenied, "Access denied."),
        AuthorizationPending => (OAuth::AuthorizationPending, "An OIDC error occurred: oidc.authorization_pending."),
        ConsentRequired => (OAuth::ConsentRequired, "An OIDC error occurred: oidc.consent_required."),
        ExpiredToken => (OAuth::ExpiredToken, "An OIDC error occurred: oidc.expired_token."),
        InsufficientScope => (OAuth::InsufficientScope, "Token missing scope `{{scope}}`."),
        InteractionRequired => (OAuth::InteractionRequired, "An OIDC error occurred: oidc.interaction_required."),
        InvalidClient => (OAuth::InvalidClient, "An OIDC error occurred: oidc.invalid_client."),
        InvalidGrant => (OAuth::InvalidGrant, "Grant request is invalid."),
        InvalidRedirectUri => (OAuth::InvalidRedirectUri, "`redirect_uri` did not match any of the client's registered `redirect_uris`."),
        InvalidRequest => (OAuth::InvalidRequest, "Request is invalid."),
        InvalidRequestObject => (OAuth::InvalidRequestObject, "An OIDC error occurred: oidc.invalid_request_object."),
        InvalidRequestUri => (OAuth::InvalidRequestUri, "An OIDC error occurred: oidc.invalid_request_uri."),
        InvalidScope => (OAuth::InvalidScope, "Invalid scope: {{error_description}}."),
        InvalidTarget => (OAuth::InvalidTarget, "Invalid resource indicator."),
        InvalidToken => (OAuth::InvalidToken, "Invalid token provided."),
        LoginRequired => (OAuth::LoginRequired, "An OIDC error occurred: oidc.login_required."),
        RegistrationNotSupported => (OAuth::RegistrationNotSupported, "An OIDC error occurred: oidc.registration_not_supported."),
        RequestNotSupported => (OAuth::RequestNotSupported, "An OIDC error occurred: oidc.request_not_supported."),
        RequestUriNotSupported => (OAuth::RequestUriNotSupported, "An OIDC error occurred: oidc.request_uri_not_supported."),
        UnsupportedGrantType => (OAuth::UnsupportedGrantType, "Unsupported `grant_type` requested."),
        UnsupportedResponseMode => (OAuth::UnsupportedResponseMode, "Unsupported `response_mode` requested."),
        UnsupportedResponseType => (OAuth::UnsupportedResponseType, "Unsupported `response_type` requested."),
        UnsupportedTokenType => (OAuth::UnsupportedTokenType, "An OIDC error occurred: oidc.unsupported_token_type."),
    }
}

impl Code {
    pub(crate) const fn as_str(self) -> &'static str {
        self.row().1
    }

    pub(super) const fn status(self) -> u16 {
        self.row().0
    }

    /// The message about these things.
    pub(super) fn message(self, things: &[&str]) -> String {
        let mut parts = self.row().2.split("{}");
        let mut told = parts.next().unwrap_or_default().to_owned();
        for (thing, part) in things.iter().zip(parts) {
            told.extend([thing, part]);
        }
        told
    }
}

impl ErrorCode {
    pub(crate) const fn as_str(self) -> &'static str {
        self.row().0.as_str()
    }

    /// The code that Logto adds.
    pub(crate) fn code(self) -> String {
        format!("oidc.{}", self.as_str())
    }

    pub(crate) const fn message(self) -> &'static str {
        self.row().1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_what_they_are_about() {
        let told = Code::EntityNotExistsWithId.message(&["roles", "{}"]);
        assert_eq!(told, "The roles with ID `{}` does not exist.");
        assert_eq!(
            Code::AuthForbidden.message(&[]),
            "Forbidden. Please check your user roles and permissions."
        );
    }
}
