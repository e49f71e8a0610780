//! Why a token request is refused, and how the client learns of it.

use http::StatusCode;
use kit::Facts;
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

kit::reasons! {
    /// The reason, as recorded in the journal.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    pub(in crate::routes) enum Refusal {
        // Format of the request.
        #[error("the content type is `{0}`, neither a form nor JSON")]
        ContentType(String) => "hf/content-type-unsupported",
        #[error("the JSON body is invalid: {0}")]
        Json(String) => "hf/json-malformed",
        #[error("the body is JSON, which the switch json_token_request refuses")]
        JsonNotAllowed => "hf/json-refused",
        #[error(transparent)]
        Repeated(#[from] Duplicate) => "hf/parameter-repeated",
        #[error("grant_type is missing")]
        NoGrantType => "hf/grant-type-missing",
        #[error("grant_type `{0}` is not supported by this site")]
        UnknownGrantType(String) => "hf/grant-type-unknown",
        // The client.
        #[error("{0}")]
        Basic(#[from] Malformed) => "hf/basic-malformed",
        #[error("client_secret was sent in the Authorization header and in the body")]
        TwoMethods => "hf/two-authentications",
        #[error("client_id is `{body}` in the body and `{header}` in the Authorization header")]
        TwoClients { header: String, body: String } => "hf/two-clients",
        #[error("client_secret was sent without client_id")]
        SecretWithoutClient => "hf/secret-without-client-id",
        #[error("client_id `{given}` is not registered{hint}")]
        UnknownClient { given: String, hint: ClientIdHint } => code of hint,
        #[error("the app `{0}` is public and has no secret, but a client_secret was sent")]
        AppHasNoSecret(String) => "hf/app-has-no-secret",
        #[error("secret {0}")]
        WrongSecret(secret::Difference) => "hf/secret-mismatch",
        #[error("the app `{0}` has a secret, but neither it nor a code_verifier was sent")]
        NoSecret(String) => "hf/secret-missing",
        #[error("the app of the grant no longer exists")]
        AppGone => "hf/app-gone",
        #[error("the user of the grant no longer exists")]
        UserGone => "hf/user-gone",
        // The authorization code grant.
        #[error("code is missing")]
        NoCode => "hf/code-missing",
        #[error("code {0}")]
        UnknownCode(&'static str) => "hf/code-unknown",
        #[error("code was already used")]
        UsedCode => "hf/code-used",
        #[error("code expired: it was valid for {0} s")]
        ExpiredCode(i64) => "hf/code-expired",
        #[error("code was issued to the app `{owner}`, not to `{given}`")]
        ForeignCode { owner: String, given: String } => "hf/code-of-another-app",
        #[error("redirect_uri is missing, but was part of the authorization request")]
        NoRedirectUri => "hf/redirect-uri-missing",
        #[error("redirect_uri does not match the authorization request: it {0}")]
        RedirectUri(redirect_uri::Difference) => "hf/redirect-uri-changed",
        #[error("code_verifier is missing, but the authorization request had a code_challenge")]
        NoVerifier => "hf/code-verifier-missing",
        #[error("code_verifier {0}")]
        MalformedVerifier(Defect) => "hf/code-verifier-malformed",
        #[error("code_verifier does not match the code_challenge of the authorization request")]
        WrongVerifier => "hf/code-verifier-mismatch",
        // The refresh token grant.
        #[error("refresh_token is missing")]
        NoRefreshToken => "hf/refresh-token-missing",
        #[error("refresh_token {0}")]
        UnknownRefreshToken(&'static str) => "hf/refresh-token-unknown",
        #[error("refresh_token is no longer valid: {0}")]
        EndedRefreshToken(&'static str) => "hf/refresh-token-ended",
        #[error("refresh_token expired {0} s ago")]
        ExpiredRefreshToken(i64) => "hf/refresh-token-expired",
        #[error("refresh_token was issued to the app `{owner}`, not to `{given}`")]
        ForeignRefreshToken { owner: String, given: String } => "hf/refresh-token-of-another-app",
        #[error("scope `{0}` was not granted before")]
        WiderScope(String) => "hf/scope-wider",
        // The device grant.
        #[error("client_id is missing")]
        NoClientId => "hf/client-id-missing",
        #[error("the app `{0}` has a secret, which the device flow requires, but it was not sent")]
        DeviceWithoutSecret(String) => "hf/device-secret-missing",
        #[error("device_code is missing")]
        NoDeviceCode => "hf/device-code-missing",
        #[error("device_code {0}")]
        UnknownDeviceCode(&'static str) => "hf/device-code-unknown",
        #[error("device_code was issued to the app `{owner}`, not to `{given}`")]
        ForeignDeviceCode { owner: String, given: String } => "hf/device-code-of-another-app",
        #[error("device_code was already used")]
        UsedDeviceCode => "hf/device-code-used",
        #[error("device_code expired {0} s ago")]
        ExpiredDeviceCode(i64) => "hf/device-code-expired",
        #[error("the user has not decided about the device yet")]
        Pending => "hf/device-pending",
        #[error("the device asked again after {after} s; it has to wait {interval} s, and from now on {next} s")]
        TooFast { after: i64, interval: i64, next: i64 } => "hf/device-too-fast",
        #[error("the user denied the device's request")]
        DeviceDenied => "hf/device-denied",
        // The token exchange.
        #[error("subject_token_type is missing")]
        NoSubjectTokenType => "hf/subject-token-type-missing",
        #[error("subject_token_type `{0}` is not supported by this site")]
        SubjectTokenType(String) => "hf/subject-token-type-unknown",
        #[error("subject_token is missing")]
        NoSubjectToken => "hf/subject-token-missing",
        #[error("the exchange for an e-mail address requires the app's client id and secret")]
        ExchangeWithoutClient => "hf/exchange-without-app",
        #[error("the app `{0}` is not bound to an organization (token_exchange_org)")]
        UnboundApp(String) => "hf/exchange-app-unbound",
        #[error("`{0}`, the organization of the app, does not exist or has no Enterprise plan")]
        NoEnterprise(String) => "hf/exchange-not-enterprise",
        #[error("no user has the e-mail address `{0}`")]
        NoSuchEmail(String) => "hf/exchange-email-unknown",
        #[error("`{user}` is not in the organization `{org}` of the app")]
        NoMember { user: String, org: String } => "hf/exchange-not-a-member",
        #[error("scope `{0}` does not exist, or is not enabled on the app")]
        ExchangeScope(String) => "hf/exchange-scope-not-enabled",
        #[error("resource is missing")]
        NoResource => "hf/resource-missing",
        #[error("resource `{0}` is neither a repository nor a username")]
        Resource(String) => "hf/resource-malformed",
        #[error("no trusted publisher is configured for `{0}` (trusted_publishers)")]
        NoPublisher(String) => "hf/no-publisher",
        #[error("`{resource}` does not trust the issuer `{issuer}`")]
        OtherIssuer { resource: String, issuer: String } => "hf/issuer-not-trusted",
        #[error("the keys of the issuer `{issuer}` cannot be fetched: {reason}")]
        CiKeys { issuer: String, reason: String } => "hf/issuer-keys-unavailable",
        #[error("the subject token {0}")]
        CiToken(String) => "hf/subject-token-refused",
        // An error of the mock itself.
        #[error(transparent)]
        Key(#[from] KeyError) => code of 0,
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
