//! The `error` values of the specifications that a provider implements.

use std::fmt;

use serde::{Serialize, Serializer};

/// Declares the enum and its wire names in one list, so that both always match.
macro_rules! error_codes {
    ($($(#[$doc:meta])+ $name:ident => $wire:literal,)+) => {
        /// The value of `error` in a refusal.
        ///
        /// It carries only the wire name: status and description belong to the endpoint, which
        /// knows why it refuses.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])+ $name,)+
        }

        impl ErrorCode {
            /// Every code, in the order of declaration.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name,)+];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(ErrorCode::$name => $wire,)+
                }
            }
        }
    };
}

error_codes! {
    /// A parameter is missing, repeated or malformed (RFC 6749 §4.1.2.1, §5.2).
    InvalidRequest => "invalid_request",
    /// The client is unknown or did not authenticate (RFC 6749 §5.2).
    InvalidClient => "invalid_client",
    /// Code or refresh token is unknown, used, expired or issued to another client (RFC 6749 §5.2).
    InvalidGrant => "invalid_grant",
    /// The client may not use this grant or method (RFC 6749 §4.1.2.1, §5.2).
    UnauthorizedClient => "unauthorized_client",
    /// The token endpoint does not know the grant type (RFC 6749 §5.2).
    UnsupportedGrantType => "unsupported_grant_type",
    /// A scope is unknown, malformed or not allowed (RFC 6749 §4.1.2.1, §5.2).
    InvalidScope => "invalid_scope",
    /// The person or the provider refused (RFC 6749 §4.1.2.1).
    AccessDenied => "access_denied",
    /// The provider does not support this response type (RFC 6749 §4.1.2.1).
    UnsupportedResponseType => "unsupported_response_type",
    /// The provider failed (RFC 6749 §4.1.2.1).
    ServerError => "server_error",
    /// The provider is overloaded or in maintenance (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable => "temporarily_unavailable",
    /// `prompt=none`, but the person is not signed in (OpenID Connect Core §3.1.2.6).
    LoginRequired => "login_required",
    /// `prompt=none`, but a permission is missing (OpenID Connect Core §3.1.2.6).
    ConsentRequired => "consent_required",
    /// `prompt=none`, but some page must be shown (OpenID Connect Core §3.1.2.6).
    InteractionRequired => "interaction_required",
    /// `prompt=none`, but an account must be chosen (OpenID Connect Core §3.1.2.6).
    AccountSelectionRequired => "account_selection_required",
    /// `request` is not supported (OpenID Connect Core §3.1.2.6).
    RequestNotSupported => "request_not_supported",
    /// `request_uri` is not supported (OpenID Connect Core §3.1.2.6).
    RequestUriNotSupported => "request_uri_not_supported",
    /// `request_uri` cannot be fetched or has invalid contents (OpenID Connect Core §3.1.2.6).
    InvalidRequestUri => "invalid_request_uri",
    /// The request object is invalid (OpenID Connect Core §3.1.2.6).
    InvalidRequestObject => "invalid_request_object",
    /// `registration` is not supported (OpenID Connect Core §3.1.2.6).
    RegistrationNotSupported => "registration_not_supported",
    /// `resource` is unknown, malformed or not allowed (RFC 8707 §2).
    InvalidTarget => "invalid_target",
    /// The bearer token is malformed, expired or revoked (RFC 6750 §3.1).
    InvalidToken => "invalid_token",
    /// The bearer token lacks a scope (RFC 6750 §3.1).
    InsufficientScope => "insufficient_scope",
    /// The redirect URI is not registered (RFC 7591 §3.2.2, and providers' own use).
    InvalidRedirectUri => "invalid_redirect_uri",
    /// Metadata of a client is invalid (RFC 7591 §3.2.2).
    InvalidClientMetadata => "invalid_client_metadata",
    /// The provider does not support this response mode (used by providers, without an RFC).
    UnsupportedResponseMode => "unsupported_response_mode",
    /// The revocation endpoint does not know this kind of token (RFC 7009 §2.2.1).
    UnsupportedTokenType => "unsupported_token_type",
    /// The person has not decided yet (RFC 8628 §3.5).
    AuthorizationPending => "authorization_pending",
    /// The device polls too often (RFC 8628 §3.5).
    SlowDown => "slow_down",
    /// The device code has expired (RFC 8628 §3.5).
    ExpiredToken => "expired_token",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn has_one_wire_name_for_each_code() {
        let names: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
    }

    /// Examples of RFC 6749 §5.2 and RFC 8628 §3.5.
    #[test]
    fn is_written_by_its_wire_name_in_texts_and_in_json() {
        for (code, wire) in [
            (ErrorCode::InvalidRequest, "invalid_request"),
            (ErrorCode::AuthorizationPending, "authorization_pending"),
        ] {
            assert_eq!(code.to_string(), wire);
            assert_eq!(serde_json::to_value(code).unwrap(), wire);
        }
    }

    #[test]
    fn wire_names_are_lower_case_words() {
        for code in ErrorCode::ALL {
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
        }
    }
}
