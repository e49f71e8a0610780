//! Why an authorization request is refused.

use axum::response::Response;
use kit::Note;
use oauth::redirect_uri::Differences;

use super::endpoint::Refuse;
use super::parameters;
use super::respond::{self, ResponseMode};
use crate::wire::{ErrorCode, OidcError};

/// All refusals of the endpoint; [`Refusal::told`] is the only way to report them.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("no application has the id `{0}`")]
    UnknownClient(String),
    #[error("parameters are missing: {}", parameters::listed(.0))]
    Missing(Vec<&'static str>),
    #[error("parameters are given twice: {}", parameters::listed(.0))]
    Twice(Vec<&'static str>),
    #[error("redirect_uri is not registered: {0}")]
    RedirectUri(Differences),
    #[error("the application has no redirect URI")]
    NoRedirectUri,
    #[error("response_type `{0}` is not supported")]
    ResponseType(String),
    #[error("response_type `{0}` is not allowed for this application")]
    ResponseTypeNotAllowed(String),
    #[error("response_mode `{0}` is not supported")]
    ResponseMode(String),
    #[error("response_mode `query` is not allowed for tokens")]
    ResponseModeForType,
    #[error("the parameter `{0}` is not supported")]
    NotSupported(&'static str, ErrorCode),
    #[error("request_uri was not issued by this Logto")]
    RequestUri,
    #[error("`{0}` is not that of the pushed request")]
    OtherRequest(&'static str),
    #[error("the scope `{0}` is not enabled for this third-party application")]
    ScopeNotAllowed(String),
    #[error("id_token_hint is not an ID token of this Logto for this application")]
    Hint,
    #[error("`{0}` requires the scope openid")]
    WithoutOpenid(&'static str),
    #[error("PKCE is required for this kind of application but missing")]
    PkceMissing,
    #[error("PKCE: {0}")]
    Pkce(String),
    #[error("prompt `{0}` is not supported")]
    Prompt(String),
    #[error("prompt=none is combined with other values")]
    PromptNoneNotAlone,
    #[error("max_age `{0}` is not a number")]
    MaxAge(String),
    #[error("resource `{0}` is unknown")]
    Resource(String),
    #[error("resource `{0}` is not an absolute URI")]
    ResourceNotAbsolute(String),
    #[error("resource `{0}` has a fragment")]
    ResourceFragment(String),
    #[error("prompt=none, but a login is required: {0}")]
    LoginRequired(&'static str),
    #[error("prompt=none, but native applications require interaction every time")]
    InteractionRequired,
    #[error("the user no longer exists or is suspended")]
    User,
    #[error("prompt=none, but consent is required")]
    ConsentRequired,
    #[error("the request has no scope that could be granted")]
    NothingGranted,
}

impl Refuse for Refusal {
    /// For an endpoint that responds to the application directly.
    fn wire(&self) -> OidcError {
        let (code, description) = self.told();
        let mut error = OidcError::new(400, code, "");
        error.description = description;
        if let Self::ScopeNotAllowed(scope) = self {
            error.scope = Some(scope.clone());
        }
        error
    }
}

impl Refusal {
    fn told(&self) -> (ErrorCode, Option<String>) {
        let told = |code, text: &str| (code, Some(text.to_owned()));
        let invalid = |text: &str| told(ErrorCode::InvalidRequest, text);
        let target = |text: &str| told(ErrorCode::InvalidTarget, text);
        match self {
            Self::UnknownClient(id) => told(ErrorCode::InvalidClient, &format!("invalid client {id}")),
            Self::Missing(names) => {
                let plural = if names.len() == 1 { "" } else { "s" };
                invalid(&format!("missing required parameter{plural} {}", parameters::listed(names)))
            }
            Self::Twice(names) => {
                let plural = if names.len() == 1 { "" } else { "s" };
                let names = parameters::listed(names);
                invalid(&format!("{names} parameter{plural} must not be provided twice"))
            }
            // The provider's library refuses to load such a client (seen with 1.42.0).
            Self::NoRedirectUri => told(ErrorCode::InvalidRedirectUri, "redirect_uris must contain members"),
            Self::RedirectUri(_) => told(
                ErrorCode::InvalidRedirectUri,
                "redirect_uri did not match any of the client's registered redirect_uris",
            ),
            Self::ResponseType(_) => {
                told(ErrorCode::UnsupportedResponseType, "unsupported response_type requested")
            }
            Self::ResponseTypeNotAllowed(_) => {
                invalid("requested response_type is not allowed for this client")
            }
            Self::ResponseMode(_) => {
                told(ErrorCode::UnsupportedResponseMode, "unsupported response_mode requested")
            }
            Self::ResponseModeForType => {
                invalid("requested response_mode is not allowed for the requested response_type")
            }
            Self::NotSupported(_, code) => (*code, None),
            Self::RequestUri => {
                told(ErrorCode::InvalidRequestUri, "request_uri is invalid, expired, or was already used")
            }
            Self::OtherRequest(name) => {
                let text = format!("request {name} must equal the one in request parameters");
                told(ErrorCode::InvalidRequestObject, &text)
            }
            Self::ScopeNotAllowed(_) => told(ErrorCode::InvalidScope, "requested scope is not allowed"),
            Self::Hint => invalid("could not validate id_token_hint"),
            Self::WithoutOpenid(name) => {
                invalid(&format!("openid scope must be requested when using the {name} parameter"))
            }
            Self::PkceMissing => {
                invalid("Authorization Server policy requires PKCE to be used for this request")
            }
            Self::Pkce(text) => invalid(text),
            Self::Prompt(_) => invalid("unsupported prompt value requested"),
            Self::PromptNoneNotAlone => invalid("prompt none must only be used alone"),
            Self::MaxAge(_) => invalid("invalid max_age parameter value"),
            Self::Resource(_) => target("resource indicator is missing, or unknown"),
            Self::ResourceNotAbsolute(_) => target("resource indicator must be an absolute URI"),
            Self::ResourceFragment(_) => target("resource indicator must not contain a fragment component"),
            Self::LoginRequired(text) => told(ErrorCode::LoginRequired, text),
            Self::InteractionRequired => {
                told(ErrorCode::InteractionRequired, "native clients require End-User interaction")
            }
            Self::User => told(ErrorCode::InvalidGrant, "grant request is invalid"),
            Self::ConsentRequired => told(ErrorCode::ConsentRequired, "requested scopes not granted"),
            Self::NothingGranted => (ErrorCode::AccessDenied, None),
        }
    }

    /// Whether it is shown even if the application and its redirect URI are known.
    pub(super) fn is_shown(&self) -> bool {
        matches!(self, Self::RedirectUri(_) | Self::NoRedirectUri | Self::UnknownClient(_))
    }

    /// As a page: JSON with status 400, plus `state` and `iss`.
    pub(super) fn shown(&self, state: Option<&str>, issuer: &str) -> Response {
        let mut error = self.wire();
        error.state = state.map(ToOwned::to_owned);
        error.iss = Some(issuer.to_owned());
        error.uncached(self.to_string())
    }

    /// As a redirect to the application (RFC 6749 §4.1.2.1), with the issuer (RFC 9207).
    pub(super) fn sent(
        &self,
        mode: ResponseMode,
        redirect_uri: &str,
        state: Option<&str>,
        issuer: &str,
    ) -> Response {
        let (code, description) = self.told();
        let mut parameters = vec![("error", code.as_str())];
        parameters.extend(description.as_deref().map(|text| ("error_description", text)));
        if let Self::ScopeNotAllowed(scope) = self {
            parameters.push(("scope", scope));
        }
        parameters.extend(state.map(|state| ("state", state)));
        parameters.push(("iss", issuer));
        let note = Note::new(code.as_str(), self.to_string());
        kit::note(respond::send(mode, redirect_uri, &parameters), note)
    }
}
