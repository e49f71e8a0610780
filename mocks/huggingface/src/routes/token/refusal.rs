//! Why a token request is refused, and how the client learns of it.

use http::StatusCode;
use kit::{Facts, Reason};
use oauth::ErrorCode;
use oauth::basic::Malformed;
use oauth::params::Duplicate;
use oauth::pkce::Defect;
use oauth::{redirect_uri, secret};
use serde_json::json;
use thiserror::Error;

use crate::config::{InvalidClientStatus, Switches};
use crate::keys::KeyError;
use crate::routes::client_id_hint::ClientIdHint;

/// The reason, as recorded in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(in crate::routes) enum Refusal {
    // Format of the request.
    #[error("the content type is `{0}`, neither a form nor JSON")]
    ContentType(String),
    #[error("the JSON body is invalid: {0}")]
    Json(String),
    #[error("the body is JSON, which the switch json_token_request refuses")]
    JsonNotAllowed,
    #[error(transparent)]
    Repeated(#[from] Duplicate),
    #[error("grant_type is missing")]
    NoGrantType,
    #[error("grant_type `{0}` is not supported by this site")]
    UnknownGrantType(String),
    // The client.
    #[error("{0}")]
    Basic(#[from] Malformed),
    #[error("client_secret was sent in the Authorization header and in the body")]
    TwoMethods,
    #[error("client_id is `{body}` in the body and `{header}` in the Authorization header")]
    TwoClients { header: String, body: String },
    #[error("client_secret was sent without client_id")]
    SecretWithoutClient,
    #[error("client_id `{given}` is not registered{hint}")]
    UnknownClient { given: String, hint: ClientIdHint },
    #[error("the app `{0}` is public and has no secret, but a client_secret was sent")]
    AppHasNoSecret(String),
    #[error("secret {0}")]
    WrongSecret(secret::Difference),
    #[error("the app `{0}` has a secret, but neither it nor a code_verifier was sent")]
    NoSecret(String),
    #[error("the app of the grant no longer exists")]
    AppGone,
    #[error("the user of the grant no longer exists")]
    UserGone,
    // The authorization code grant.
    #[error("code is missing")]
    NoCode,
    #[error("code {0}")]
    UnknownCode(&'static str),
    #[error("code was already used")]
    UsedCode,
    #[error("code expired: it was valid for {0} s")]
    ExpiredCode(i64),
    #[error("code was issued to the app `{owner}`, not to `{given}`")]
    ForeignCode { owner: String, given: String },
    #[error("redirect_uri is missing, but was part of the authorization request")]
    NoRedirectUri,
    #[error("redirect_uri does not match the authorization request: it {0}")]
    RedirectUri(redirect_uri::Difference),
    #[error("code_verifier is missing, but the authorization request had a code_challenge")]
    NoVerifier,
    #[error("code_verifier {0}")]
    MalformedVerifier(Defect),
    #[error("code_verifier does not match the code_challenge of the authorization request")]
    WrongVerifier,
    // The refresh token grant.
    #[error("refresh_token is missing")]
    NoRefreshToken,
    #[error("refresh_token {0}")]
    UnknownRefreshToken(&'static str),
    #[error("refresh_token is no longer valid: {0}")]
    EndedRefreshToken(&'static str),
    #[error("refresh_token expired {0} s ago")]
    ExpiredRefreshToken(i64),
    #[error("refresh_token was issued to the app `{owner}`, not to `{given}`")]
    ForeignRefreshToken { owner: String, given: String },
    #[error("scope `{0}` was not granted before")]
    WiderScope(String),
    // The device grant.
    #[error("client_id is missing")]
    NoClientId,
    #[error("the app `{0}` has a secret, which the device flow requires, but it was not sent")]
    DeviceWithoutSecret(String),
    #[error("device_code is missing")]
    NoDeviceCode,
    #[error("device_code {0}")]
    UnknownDeviceCode(&'static str),
    #[error("device_code was issued to the app `{owner}`, not to `{given}`")]
    ForeignDeviceCode { owner: String, given: String },
    #[error("device_code was already used")]
    UsedDeviceCode,
    #[error("device_code expired {0} s ago")]
    ExpiredDeviceCode(i64),
    #[error("the user has not decided about the device yet")]
    Pending,
    #[error("the device asked again after {after} s; it has to wait {interval} s, and from now on {next} s")]
    TooFast { after: i64, interval: i64, next: i64 },
    #[error("the user denied the device's request")]
    DeviceDenied,
    // The token exchange.
    #[error("subject_token_type is missing")]
    NoSubjectTokenType,
    #[error("subject_token_type `{0}` is not supported by this site")]
    SubjectTokenType(String),
    #[error("subject_token is missing")]
    NoSubjectToken,
    #[error("the exchange for an e-mail address requires the app's client id and secret")]
    ExchangeWithoutClient,
    #[error("the app `{0}` is not bound to an organization (token_exchange_org)")]
    UnboundApp(String),
    #[error("`{0}`, the organization of the app, does not exist or has no Enterprise plan")]
    NoEnterprise(String),
    #[error("no user has the e-mail address `{0}`")]
    NoSuchEmail(String),
    #[error("`{user}` is not in the organization `{org}` of the app")]
    NoMember { user: String, org: String },
    #[error("scope `{0}` does not exist, or is not enabled on the app")]
    ExchangeScope(String),
    #[error("resource is missing")]
    NoResource,
    #[error("resource `{0}` is neither a repository nor a username")]
    Resource(String),
    #[error("no trusted publisher is configured for `{0}` (trusted_publishers)")]
    NoPublisher(String),
    #[error("`{resource}` does not trust the issuer `{issuer}`")]
    OtherIssuer { resource: String, issuer: String },
    #[error("the keys of the issuer `{issuer}` cannot be fetched: {reason}")]
    CiKeys { issuer: String, reason: String },
    #[error("the subject token {0}")]
    CiToken(String),
    // An error of the mock itself.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Reason for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::ContentType { .. } => "hf/content-type-unsupported",
            Self::Json { .. } => "hf/json-malformed",
            Self::JsonNotAllowed { .. } => "hf/json-refused",
            Self::Repeated { .. } => "hf/parameter-repeated",
            Self::NoGrantType { .. } => "hf/grant-type-missing",
            Self::UnknownGrantType { .. } => "hf/grant-type-unknown",
            Self::Basic { .. } => "hf/basic-malformed",
            Self::TwoMethods { .. } => "hf/two-authentications",
            Self::TwoClients { .. } => "hf/two-clients",
            Self::SecretWithoutClient { .. } => "hf/secret-without-client-id",
            Self::UnknownClient { hint, .. } => hint.code(),
            Self::AppHasNoSecret { .. } => "hf/app-has-no-secret",
            Self::WrongSecret { .. } => "hf/secret-mismatch",
            Self::NoSecret { .. } => "hf/secret-missing",
            Self::AppGone { .. } => "hf/app-gone",
            Self::UserGone { .. } => "hf/user-gone",
            Self::NoCode { .. } => "hf/code-missing",
            Self::UnknownCode { .. } => "hf/code-unknown",
            Self::UsedCode { .. } => "hf/code-used",
            Self::ExpiredCode { .. } => "hf/code-expired",
            Self::ForeignCode { .. } => "hf/code-of-another-app",
            Self::NoRedirectUri { .. } => "hf/redirect-uri-missing",
            Self::RedirectUri { .. } => "hf/redirect-uri-changed",
            Self::NoVerifier { .. } => "hf/code-verifier-missing",
            Self::MalformedVerifier { .. } => "hf/code-verifier-malformed",
            Self::WrongVerifier { .. } => "hf/code-verifier-mismatch",
            Self::NoRefreshToken { .. } => "hf/refresh-token-missing",
            Self::UnknownRefreshToken { .. } => "hf/refresh-token-unknown",
            Self::EndedRefreshToken { .. } => "hf/refresh-token-ended",
            Self::ExpiredRefreshToken { .. } => "hf/refresh-token-expired",
            Self::ForeignRefreshToken { .. } => "hf/refresh-token-of-another-app",
            Self::WiderScope { .. } => "hf/scope-wider",
            Self::NoClientId { .. } => "hf/client-id-missing",
            Self::DeviceWithoutSecret { .. } => "hf/device-secret-missing",
            Self::NoDeviceCode { .. } => "hf/device-code-missing",
            Self::UnknownDeviceCode { .. } => "hf/device-code-unknown",
            Self::ForeignDeviceCode { .. } => "hf/device-code-of-another-app",
            Self::UsedDeviceCode { .. } => "hf/device-code-used",
            Self::ExpiredDeviceCode { .. } => "hf/device-code-expired",
            Self::Pending { .. } => "hf/device-pending",
            Self::TooFast { .. } => "hf/device-too-fast",
            Self::DeviceDenied { .. } => "hf/device-denied",
            Self::NoSubjectTokenType { .. } => "hf/subject-token-type-missing",
            Self::SubjectTokenType { .. } => "hf/subject-token-type-unknown",
            Self::NoSubjectToken { .. } => "hf/subject-token-missing",
            Self::ExchangeWithoutClient { .. } => "hf/exchange-without-app",
            Self::UnboundApp { .. } => "hf/exchange-app-unbound",
            Self::NoEnterprise { .. } => "hf/exchange-not-enterprise",
            Self::NoSuchEmail { .. } => "hf/exchange-email-unknown",
            Self::NoMember { .. } => "hf/exchange-not-a-member",
            Self::ExchangeScope { .. } => "hf/exchange-scope-not-enabled",
            Self::NoResource { .. } => "hf/resource-missing",
            Self::Resource { .. } => "hf/resource-malformed",
            Self::NoPublisher { .. } => "hf/no-publisher",
            Self::OtherIssuer { .. } => "hf/issuer-not-trusted",
            Self::CiKeys { .. } => "hf/issuer-keys-unavailable",
            Self::CiToken { .. } => "hf/subject-token-refused",
            Self::Key(error) => error.code(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::WrongSecret(difference) => Facts::from([("difference", json!(difference))]),
            Self::RedirectUri(difference) => Facts::from([("difference", json!(difference))]),
            _ => Facts::new(),
        }
    }
}

/// Observed on the real site, word for word.
const DEVICE_WITHOUT_SECRET: &str = "if you want to use the device code flow without client secret \
     authentication, delete the secret from the oauth app to make it public";

/// The error as it is sent to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::routes) struct Wire {
    pub(in crate::routes) status: StatusCode,
    pub(in crate::routes) code: ErrorCode,
    pub(in crate::routes) description: &'static str,
}

impl Refusal {
    /// Code and text; "Invalid code", "Invalid refresh_token" and "Device code denied" were
    /// observed on the real site, most other texts are guesses.
    pub(in crate::routes) fn wire(&self, switches: &Switches) -> Wire {
        let bad = |code, description| Wire { status: StatusCode::BAD_REQUEST, code, description };
        let request = |description| bad(ErrorCode::InvalidRequest, description);
        let grant = |description| bad(ErrorCode::InvalidGrant, description);
        let client = |description| {
            let status = match switches.invalid_client_status {
                InvalidClientStatus::Unauthorized => StatusCode::UNAUTHORIZED,
                InvalidClientStatus::BadRequest => StatusCode::BAD_REQUEST,
            };
            Wire { status, code: ErrorCode::InvalidClient, description }
        };
        match self {
            Refusal::ContentType(_) => request("Unsupported content type"),
            Refusal::Json(_) | Refusal::JsonNotAllowed => request("Invalid body"),
            Refusal::Repeated(_) => request("Repeated parameter"),
            Refusal::NoGrantType => request("Missing grant_type"),
            Refusal::UnknownGrantType(_) => bad(ErrorCode::UnsupportedGrantType, "Unsupported grant_type"),
            Refusal::Basic(_) => client("Invalid Authorization header"),
            Refusal::TwoMethods | Refusal::TwoClients { .. } => {
                request("More than one client authentication")
            }
            Refusal::SecretWithoutClient => request("Missing client_id"),
            Refusal::UnknownClient { .. } | Refusal::AppGone => client("Invalid client_id"),
            Refusal::AppHasNoSecret(_) => request("Client has no secret"),
            Refusal::WrongSecret(_) => client("Invalid client_secret"),
            Refusal::NoSecret(_) => client("Missing client_secret"),
            Refusal::NoCode => request("Missing code"),
            Refusal::UnknownCode(_)
            | Refusal::UsedCode
            | Refusal::ExpiredCode(_)
            | Refusal::ForeignCode { .. }
            | Refusal::UserGone => grant("Invalid code"),
            Refusal::NoRedirectUri | Refusal::RedirectUri(_) => grant("Invalid redirect_uri"),
            Refusal::NoVerifier | Refusal::MalformedVerifier(_) | Refusal::WrongVerifier => {
                grant("Invalid code_verifier")
            }
            Refusal::NoRefreshToken => request("Missing refresh_token"),
            Refusal::UnknownRefreshToken(_)
            | Refusal::EndedRefreshToken(_)
            | Refusal::ExpiredRefreshToken(_)
            | Refusal::ForeignRefreshToken { .. } => grant("Invalid refresh_token"),
            Refusal::NoSubjectTokenType => request("Missing subject_token_type"),
            Refusal::SubjectTokenType(_) => request("Unsupported subject_token_type"),
            Refusal::NoSubjectToken => request("Missing subject_token"),
            Refusal::ExchangeWithoutClient | Refusal::UnboundApp(_) | Refusal::NoEnterprise(_) => {
                client("Client may not exchange tokens")
            }
            Refusal::NoSuchEmail(_) | Refusal::NoMember { .. } => grant("Invalid subject_token"),
            Refusal::ExchangeScope(_) => bad(ErrorCode::InvalidScope, "Invalid scope"),
            Refusal::NoResource => request("Missing resource"),
            Refusal::Resource(_) => request("Invalid resource"),
            // "Error descriptions don't reveal which specific check failed."
            Refusal::NoPublisher(_)
            | Refusal::OtherIssuer { .. }
            | Refusal::CiKeys { .. }
            | Refusal::CiToken(_) => grant("Invalid subject_token"),
            Refusal::NoClientId => request("Missing client_id"),
            Refusal::DeviceWithoutSecret(_) => client(DEVICE_WITHOUT_SECRET),
            Refusal::NoDeviceCode => request("Missing device_code"),
            Refusal::UnknownDeviceCode(_) | Refusal::UsedDeviceCode | Refusal::ForeignDeviceCode { .. } => {
                grant("Invalid device_code")
            }
            Refusal::ExpiredDeviceCode(_) => bad(ErrorCode::ExpiredToken, "Device code expired"),
            Refusal::Pending => bad(ErrorCode::AuthorizationPending, "Authorization pending"),
            Refusal::TooFast { .. } => bad(ErrorCode::SlowDown, "Slow down"),
            Refusal::DeviceDenied => bad(ErrorCode::AccessDenied, "Device code denied"),
            Refusal::WiderScope(_) => bad(ErrorCode::InvalidScope, "Invalid scope"),
            Refusal::Key(_) => Wire {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                code: ErrorCode::ServerError,
                description: "Internal Server Error",
            },
        }
    }
}
