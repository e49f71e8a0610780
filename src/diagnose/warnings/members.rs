//! The names of members that Logto knows. A name that is on no list is not an error: newer versions know more.

use crate::setup::ConnectorFactory;

/// The members of a connector's configuration.
pub(super) fn of_connector(factory: ConnectorFactory) -> &'static [&'static str] {
    match factory {
        ConnectorFactory::HuggingFace => &["clientId", "clientSecret", "scope"],
        ConnectorFactory::OAuth2 => &[
            "authorizationEndpoint",
            "tokenEndpoint",
            "userInfoEndpoint",
            "clientId",
            "clientSecret",
            "tokenEndpointAuthMethod",
            "tokenEndpointResponseType",
            "clientSecretJwtSigningAlgorithm",
            "scope",
            "profileMap",
            "customConfig",
            "customHeaders",
        ],
        ConnectorFactory::Oidc => &[
            "authorizationEndpoint",
            "tokenEndpoint",
            "userInfoEndpoint",
            "clientId",
            "clientSecret",
            "tokenEndpointAuthMethod",
            "clientSecretJwtSigningAlgorithm",
            "scope",
            "idTokenVerificationConfig",
            "authRequestOptionalConfig",
            "customConfig",
            "acceptStringTypedBooleanClaims",
            "trustUnverifiedEmail",
        ],
    }
}

/// The members of an application's record, and what may be added to it.
pub(super) const APPLICATION: &[&str] = &[
    "tenantId",
    "id",
    "name",
    "secret",
    "secrets",
    "description",
    "type",
    "oidcClientMetadata",
    "customClientMetadata",
    "protectedAppMetadata",
    "customData",
    "isThirdParty",
    "createdAt",
    "isAdmin",
    "accessControl",
    "userConsentScopes",
];

/// The members of `oidcClientMetadata`.
pub(super) const OIDC_CLIENT_METADATA: &[&str] = &[
    "redirectUris",
    "postLogoutRedirectUris",
    "backchannelLogoutUri",
    "backchannelLogoutSessionRequired",
    "logoUri",
];

/// A name in the spelling of Logto's members, so that `client_id` and `ClientID` are near to `clientId`.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}
