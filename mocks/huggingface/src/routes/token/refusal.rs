//! Why a token request is refused, and how that is told.

use http::StatusCode;
use oauth::ErrorCode;
use oauth::basic::Malformed;
use oauth::params::Duplicate;
use oauth::pkce::Defect;
use thiserror::Error;

use crate::config::{InvalidClientStatus, Switches};
use crate::keys::KeyError;

/// The reason, for the journal.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Refusal {
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
    #[error("grant_type `{0}` exists at the real site, but not in the mock")]
    GrantTypeNotMocked(String),
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
    // The mock's fault.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What goes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wire {
    pub(super) status: StatusCode,
    pub(super) code: ErrorCode,
    pub(super) description: &'static str,
}

impl Refusal {
    /// Code and text; "Invalid code" and "Invalid refresh_token" were seen on
    /// the real site, the other texts are guesses.
    pub(super) fn wire(&self, switches: &Switches) -> Wire {
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
            Refusal::UnknownGrantType(_) | Refusal::GrantTypeNotMocked(_) => {
                bad(ErrorCode::UnsupportedGrantType, "Unsupported grant_type")
            }
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
            Refusal::Key(_) => Wire {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                code: ErrorCode::ServerError,
                description: "Internal Server Error",
            },
        }
    }
}
