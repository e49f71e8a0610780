//! The names of members of a connector's configuration. A name that is not listed is not an error: newer versions
//! may have it.

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

/// A name in the spelling of Logto's members, so that `client_id` and `ClientID` are near to `clientId`.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}
