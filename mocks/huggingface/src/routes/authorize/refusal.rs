//! Why an authorization request is refused, and how the user or the app learns of it.

use http::StatusCode;
use kit::{Facts, Note};
use oauth::ErrorCode;
use oauth::params::Duplicate;
use oauth::pkce::Defect;
use oauth::redirect_uri::Differences;
use serde_json::json;
use thiserror::Error;
use url::Url;

use super::metadata_document::Unusable;
use crate::config::{OutsideAudience, ScopeNotEnabled, Switches, UnverifiedEmail};
use crate::routes::client_id_hint::ClientIdHint;
use crate::session::ForeignForm;

/// A refusal, and where it may be delivered. Without a valid redirect URI only a page is possible
/// (RFC 6749 §4.1.2.1).
#[derive(Debug)]
pub(super) struct Rejected {
    pub(super) refusal: Refusal,
    pub(super) back: Option<Box<Back>>,
    /// Notes that were made before the refusal.
    pub(super) notes: Vec<Note>,
}

/// Where to redirect the browser: the app's redirect URI and `state`.
#[derive(Debug)]
pub(super) struct Back {
    pub(super) redirect_to: Url,
    pub(super) state: Option<String>,
}

impl Rejected {
    pub(super) fn page(refusal: Refusal) -> Rejected {
        Rejected { refusal, back: None, notes: Vec::new() }
    }
}

/// How a refusal is delivered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    /// An error page.
    Page { status: StatusCode, text: &'static str },
    /// A redirect to the app with an error.
    Redirect { code: ErrorCode, description: &'static str },
}

kit::reasons! {
    /// The reason, as recorded in the journal.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    pub(super) enum Refusal {
        // Before the redirect URI is validated: a page.
        #[error(transparent)]
        ForeignForm(#[from] ForeignForm) => code of 0,
        #[error("the form's action is `{0}`, neither authorize nor deny")]
        UnknownAction(String) => "hf/unknown-action",
        #[error("client_id is missing")]
        NoClientId => "hf/client-id-missing",
        #[error("client_id `{given}` is not registered{hint}")]
        UnknownClientId { given: String, hint: ClientIdHint } => code of hint,
        #[error(transparent)]
        MetadataDocument(Unusable) => code of 0,
        #[error("{0}, but only one value is allowed")]
        TwoAddresses(Duplicate) => "hf/parameter-repeated",
        #[error("redirect_uri is missing")]
        NoRedirectUri => "hf/redirect-uri-missing",
        #[error("redirect_uri is not registered: {0}")]
        RedirectUriNotRegistered(Differences) => "hf/redirect-uri-mismatch",
        #[error("redirect_uri `{0}` is registered, but is not an absolute URL")]
        RedirectUriNotAUrl(String) => "hf/redirect-uri-not-a-url",
        // From here on: a redirect to the app.
        #[error(transparent)]
        Repeated(#[from] Duplicate) => "hf/parameter-repeated",
        #[error("response_type is `{0}`; the site supports only code")]
        ResponseType(String) => "hf/response-type-unsupported",
        #[error("response_mode is `{0}`; the site supports only query")]
        ResponseMode(String) => "hf/response-mode-unsupported",
        #[error("scope `{0}` does not exist")]
        UnknownScope(String) => "hf/scope-unknown",
        #[error("scope `{scope}` is not enabled on the app `{app}`")]
        ScopeNotEnabled { scope: String, app: String } => "hf/scope-not-enabled",
        #[error("prompt=none is combined with other values: `{0}`")]
        PromptNoneWithOthers(String) => "hf/prompt-none-with-others",
        #[error("code_challenge_method was sent without code_challenge")]
        MethodWithoutChallenge => "hf/code-challenge-missing",
        #[error("code_challenge_method `{0}` is not supported; the site supports S256")]
        ChallengeMethod(String) => "hf/code-challenge-method-unknown",
        #[error("code_challenge_method is plain{0}; the site advertises S256 only")]
        PlainChallenge(&'static str) => "hf/code-challenge-plain",
        #[error("code_challenge {0}")]
        Challenge(Defect) => "hf/code-challenge-malformed",
        #[error("the app `{0}` has no secret and sent no code_challenge")]
        ChallengeRequired(String) => "hf/code-challenge-required",
        // Depending on the session.
        #[error("prompt=none, but no user is signed in")]
        LoginRequired => "hf/login-required",
        #[error("prompt=none, but this set of scopes was not granted yet")]
        ConsentRequired => "hf/consent-required",
        #[error("the e-mail address of `{username}` is not verified")]
        UnverifiedEmail { username: String } => "hf/email-not-verified",
        #[error("`{username}` is not a member of any organization that the app is restricted to: {orgs}")]
        OutsideAudience { username: String, orgs: String } => "hf/outside-audience",
        #[error("the user chose Deny")]
        Denied => "hf/consent-denied",
    }

    fn facts(&self) -> Facts {
        match self {
            Self::RedirectUriNotRegistered(differences) => Facts::from([("differences", json!(differences))]),
            Self::UnknownScope(scope) => Facts::from([("scope", json!(scope))]),
            _ => Facts::new(),
        }
    }
}

impl Refusal {
    /// The public answer. The texts of pages and of the denial were observed on the real site; the
    /// other descriptions are guesses.
    pub(super) fn delivery(&self, switches: &Switches) -> Delivery {
        use ErrorCode as Code;
        let page = |text| Delivery::Page { status: StatusCode::BAD_REQUEST, text };
        let forbidden = |text| Delivery::Page { status: StatusCode::FORBIDDEN, text };
        let redirect = |code, description| Delivery::Redirect { code, description };
        match self {
            Refusal::ForeignForm(_) => forbidden("This form was not sent by this site."),
            Refusal::UnknownAction(_) => page("Invalid action"),
            // Observed on the real site.
            Refusal::MetadataDocument(unusable) if unusable.is_unreachable() => Delivery::Page {
                status: StatusCode::BAD_GATEWAY,
                text: "The client metadata document cannot be fetched",
            },
            Refusal::NoClientId | Refusal::UnknownClientId { .. } | Refusal::MetadataDocument(_) => {
                page("Invalid client_id")
            }
            Refusal::TwoAddresses(_)
            | Refusal::NoRedirectUri
            | Refusal::RedirectUriNotRegistered(_)
            | Refusal::RedirectUriNotAUrl(_) => page("Error: invalid redirect_uri"),
            Refusal::Repeated(_) => redirect(Code::InvalidRequest, "Repeated parameter"),
            Refusal::ResponseType(_) => redirect(Code::UnsupportedResponseType, "Unsupported response_type"),
            Refusal::ResponseMode(_) => redirect(Code::InvalidRequest, "Unsupported response_mode"),
            Refusal::UnknownScope(_) | Refusal::ScopeNotEnabled { .. } => match switches.scope_not_enabled {
                ScopeNotEnabled::Redirect => redirect(Code::InvalidScope, "Invalid scope"),
                ScopeNotEnabled::Page => page("Error: invalid scope"),
            },
            Refusal::PromptNoneWithOthers(_) => redirect(Code::InvalidRequest, "Invalid prompt"),
            Refusal::MethodWithoutChallenge
            | Refusal::ChallengeMethod(_)
            | Refusal::PlainChallenge(_)
            | Refusal::Challenge(_) => redirect(Code::InvalidRequest, "Invalid code_challenge"),
            Refusal::ChallengeRequired(_) => redirect(Code::InvalidRequest, "code_challenge is required"),
            Refusal::LoginRequired => redirect(Code::LoginRequired, "User must be logged in"),
            Refusal::ConsentRequired => redirect(Code::ConsentRequired, "User must authorize the app"),
            Refusal::UnverifiedEmail { .. } => match switches.unverified_email {
                UnverifiedEmail::Page | UnverifiedEmail::Allowed => {
                    forbidden("You must verify your email address before you can authorize an application.")
                }
                UnverifiedEmail::Redirect => redirect(Code::AccessDenied, "Email address is not verified"),
            },
            Refusal::OutsideAudience { .. } => match switches.outside_audience {
                OutsideAudience::Page => forbidden("You are not a member of an authorized organization."),
                OutsideAudience::Redirect => {
                    redirect(Code::AccessDenied, "The user is not a member of an authorized organization")
                }
            },
            Refusal::Denied => redirect(Code::AccessDenied, "The user denied the request"),
        }
    }
}
