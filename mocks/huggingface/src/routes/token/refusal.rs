//! Why a token request is refused, and how that is told.

use http::StatusCode;
use oauth::ErrorCode;
use oauth::basic::Malformed;
use oauth::params::Duplicate;
use oauth::pkce::Defect;
use thiserror::Error;

use crate::config::{InvalidClientStatus, Switches};
use crate::keys::KeyError;
use crate::routes::device::DELETE_THE_SECRET;

/// The reason, for the journal.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(in crate::routes) enum Refusal {
    // Form of the request.
    #[error("the content type is `{0}`, neither a form nor JSON")]
    ContentType(String),
    #[error("the JSON body cannot be read: {0}")]
    Json(String),
    #[error("the body is JSON, which a switch refuses")]
    JsonNotAllowed,
    #[error(transparent)]
    Repeated(#[from] Duplicate),
    #[error("grant_type is missing")]
    NoGrantType,
    #[error("grant_type `{0}` does not exist at this site")]
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
    UnknownClient { given: String, hint: String },
    #[error("app has no secret: `{0}` is public, but a client_secret was sent")]
    AppHasNoSecret(String),
    #[error("secret {0}")]
    WrongSecret(String),
    #[error("the app `{0}` has a secret, and neither it nor a code_verifier was sent")]
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
    #[error("code expired {0} s ago")]
    ExpiredCode(i64),
    #[error("code was given to the app `{owner}`, not to `{given}`")]
    ForeignCode { owner: String, given: String },
    #[error("redirect_uri is missing, but was part of the authorization request")]
    NoRedirectUri,
    #[error("redirect_uri {0}, the one of the authorization request")]
    RedirectUri(String),
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
    #[error("refresh_token ended: {0}")]
    EndedRefreshToken(&'static str),
    #[error("refresh_token expired {0} s ago")]
    ExpiredRefreshToken(i64),
    #[error("refresh_token was given to the app `{owner}`, not to `{given}`")]
    ForeignRefreshToken { owner: String, given: String },
    #[error("scope `{0}` was not granted before")]
    WiderScope(String),
    // The device code grant.
    #[error("device_code is missing")]
    NoDeviceCode,
    #[error("device_code was never given")]
    UnknownDeviceCode,
    #[error("device_code expired {0} s ago")]
    ExpiredDeviceCode(i64),
    #[error("the tokens for this device_code were fetched already")]
    UsedDeviceCode,
    #[error("client_id is missing, which the device flow wants")]
    NoClientOfDevice,
    #[error("device_code was given to the app `{owner}`, not to `{given}`")]
    ForeignDeviceCode { owner: String, given: String },
    #[error("the app `{0}` has a secret, and it was not sent")]
    DeviceWithoutSecret(String),
    #[error("nobody has entered the code yet")]
    DevicePending,
    #[error("the device asks again after {since} s, and {interval} s are to pass")]
    DeviceTooFast { since: i64, interval: i64 },
    #[error("the person denied the device")]
    DeviceDenied,
    // The token exchange.
    #[error("subject_token is missing")]
    NoSubjectToken,
    #[error("subject_token_type `{0}` is not one of this site")]
    SubjectTokenType(String),
    #[error("the app has not proved itself by its secret, which an exchange of addresses wants")]
    ExchangeUnproven,
    #[error("the app `{0}` may not exchange addresses: it is bound to no organization with that privilege")]
    ExchangeNotAllowed(String),
    #[error("`{0}` is the address of no member of the app's organization")]
    NoSuchMember(String),
    #[error("scope `{0}` is not one of the app")]
    ExchangeScope(String),
    #[error("resource is missing, which an exchange of CI tokens wants")]
    NoResource,
    #[error("the CI token is refused: {0}")]
    CiToken(String),
    // The mock's fault.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What goes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::routes) struct Wire {
    pub(in crate::routes) status: StatusCode,
    pub(in crate::routes) code: ErrorCode,
    pub(in crate::routes) description: &'static str,
}

impl Refusal {
    /// Code and text; "Invalid code" and "Invalid refresh_token" were seen on
    /// the real site, the other texts are guesses.
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
            Refusal::WiderScope(_) => bad(ErrorCode::InvalidScope, "Invalid scope"),
            Refusal::NoDeviceCode => request("Missing device_code"),
            Refusal::NoClientOfDevice => request("Missing client_id"),
            Refusal::UnknownDeviceCode | Refusal::UsedDeviceCode | Refusal::ForeignDeviceCode { .. } => {
                grant("Invalid device_code")
            }
            Refusal::ExpiredDeviceCode(_) => bad(ErrorCode::ExpiredToken, "Device code expired"),
            Refusal::DeviceWithoutSecret(_) => bad(ErrorCode::InvalidClient, DELETE_THE_SECRET),
            Refusal::DevicePending => bad(ErrorCode::AuthorizationPending, "Authorization pending"),
            Refusal::DeviceTooFast { .. } => bad(ErrorCode::SlowDown, "Slow down"),
            Refusal::DeviceDenied => bad(ErrorCode::AccessDenied, "Device code denied"),
            Refusal::NoSubjectToken => request("Missing subject_token"),
            Refusal::SubjectTokenType(_) => request("Invalid subject_token_type"),
            Refusal::ExchangeUnproven | Refusal::ExchangeNotAllowed(_) => client("Invalid client"),
            Refusal::NoSuchMember(_) => grant("Invalid subject_token"),
            Refusal::ExchangeScope(_) => bad(ErrorCode::InvalidScope, "Invalid scope"),
            Refusal::NoResource => request("Missing resource"),
            Refusal::CiToken(_) => grant("Invalid subject_token"),
            Refusal::Key(_) => Wire {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                code: ErrorCode::ServerError,
                description: "Internal Server Error",
            },
        }
    }
}
