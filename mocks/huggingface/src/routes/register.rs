//! `POST /oauth/register`: a client registers itself (RFC 7591).
//!
//! Members of request and response are those of the site's OpenAPI document. Registration does not
//! require a sign-in; such a client is not listed on a settings page, and cannot be deleted.

#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, StatusCode};
use oauth::{ErrorCode, Scopes};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::config::{App, SCOPES, Switches, UnlistedScope, is_scope};
use crate::{HuggingFace, answer};

/// The grants that every client may use, whether requested or not: the site was observed to add the
/// last two.
const GRANT_TYPES: [&str; 3] =
    ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"];

/// Client metadata (RFC 7591 §2). Other members are ignored, as §2 requires.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    redirect_uris: Vec<String>,
    client_name: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    scope: Option<String>,
    contacts: Option<Vec<String>>,
    token_endpoint_auth_method: Option<String>,
    software_id: Option<String>,
    software_version: Option<String>,
}

/// RFC 7591 §3.2.1. Members that are absent were absent from the request, except `client_secret`,
/// which a public client does not have.
#[derive(Debug, Serialize)]
struct Reply {
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    client_id_issued_at: i64,
    /// 0 stands for never.
    client_secret_expires_at: i64,
    redirect_uris: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_uri: Option<String>,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<String>>,
    token_endpoint_auth_method: String,
    grant_types: [&'static str; 3],
    #[serde(skip_serializing_if = "Option::is_none")]
    software_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_version: Option<String>,
}

kit::reasons! {
    /// Why a client is not registered.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    enum Refusal {
        #[error("the content type is `{0}`, not JSON")]
        ContentType(String) => "hf/content-type-unsupported",
        #[error("the metadata is invalid: {0}")]
        Json(String) => "hf/json-malformed",
        #[error("redirect_uris is missing or empty")]
        NoRedirectUris => "hf/redirect-uris-missing",
        #[error("redirect_uris has `{uri}`, which {defect}")]
        RedirectUri { uri: String, defect: &'static str } => "hf/redirect-uri-defective",
        #[error("{name} is `{value}`, which is not an http or https URL")]
        WebAddress { name: &'static str, value: String } => "hf/web-address-invalid",
        #[error("token_endpoint_auth_method `{0}` is not supported by this site")]
        AuthMethod(String) => "hf/auth-method-unknown",
        #[error("scope `{0}` does not exist")]
        UnknownScope(String) => "hf/scope-unknown",
    }
}

impl Refusal {
    /// Code (RFC 7591 §3.2.2) and description; the description is a guess.
    fn wire(&self) -> (ErrorCode, &'static str) {
        match self {
            Refusal::NoRedirectUris | Refusal::RedirectUri { .. } => {
                (ErrorCode::InvalidRedirectUri, "Invalid redirect_uris")
            }
            Refusal::ContentType(_) | Refusal::Json(_) => {
                (ErrorCode::InvalidClientMetadata, "Invalid client metadata")
            }
            Refusal::WebAddress { .. } => {
                (ErrorCode::InvalidClientMetadata, "Invalid client_uri or logo_uri")
            }
            Refusal::AuthMethod(_) => {
                (ErrorCode::InvalidClientMetadata, "Invalid token_endpoint_auth_method")
            }
            Refusal::UnknownScope(_) => (ErrorCode::InvalidClientMetadata, "Invalid scope"),
        }
    }
}

pub(super) fn post(State(mock): State<HuggingFace>, headers: HeaderMap, body: Bytes) -> Response {
    match register(&mock, &headers, &body) {
        Ok(reply) => answer::json(StatusCode::CREATED, &reply),
        Err(refusal) => {
            let (error, description) = refusal.wire();
            let body = serde_json::json!({ "error": error, "error_description": description });
            let mut response = answer::json(StatusCode::BAD_REQUEST, &body);
            answer::set(&mut response, HeaderName::from_static("x-error-message"), description);
            kit::note(response, &refusal)
        }
    }
}

/// Runs the checks, in order, and registers the client.
fn register(mock: &HuggingFace, headers: &HeaderMap, body: &Bytes) -> Result<Reply, Refusal> {
    check_content_type(headers)?;
    let metadata: Metadata =
        serde_json::from_slice(body).map_err(|error| Refusal::Json(error.to_string()))?;
    check_redirect_uris(&metadata.redirect_uris)?;
    check_web_address("client_uri", metadata.client_uri.as_deref())?;
    check_web_address("logo_uri", metadata.logo_uri.as_deref())?;
    let method = check_auth_method(metadata.token_endpoint_auth_method)?;
    let scopes = check_scopes(metadata.scope.as_deref(), &mock.switches()).map_err(Refusal::UnknownScope)?;

    let app = App {
        public: method == "none",
        name: metadata.client_name.clone().unwrap_or_else(|| "Unnamed client".to_owned()),
        homepage_url: metadata.client_uri.clone(),
        logo_url: metadata.logo_uri.clone(),
        redirect_uris: metadata.redirect_uris.clone(),
        scopes,
        ..App::default()
    };
    let app = app.registered(mock.random());
    mock.store().clients.insert_sized(app.client_id.clone(), app.clone(), body.len());
    Ok(Reply {
        client_id: app.client_id,
        client_secret: app.secret,
        client_id_issued_at: mock.clock().seconds(),
        client_secret_expires_at: 0,
        redirect_uris: app.redirect_uris,
        client_name: metadata.client_name,
        client_uri: metadata.client_uri,
        logo_uri: metadata.logo_uri,
        scope: app.scopes.to_string(),
        contacts: metadata.contacts,
        token_endpoint_auth_method: method,
        grant_types: GRANT_TYPES,
        software_id: metadata.software_id,
        software_version: metadata.software_version,
    })
}

/// RFC 7591 §3.1: the request is `application/json`.
fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let given = given.as_deref().unwrap_or("");
    let media_type = given.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Refusal::ContentType(given.to_owned()))
    }
}

/// Checks that codes can be sent to each address (RFC 6749 §3.1.2). Addresses that a browser would
/// run instead of visiting are refused, which is a guess.
fn check_redirect_uris(uris: &[String]) -> Result<(), Refusal> {
    if uris.is_empty() {
        return Err(Refusal::NoRedirectUris);
    }
    for uri in uris {
        if let Some(defect) = redirect_uri_defect(uri) {
            return Err(Refusal::RedirectUri { uri: uri.clone(), defect });
        }
    }
    Ok(())
}

/// Why codes cannot be sent to an address.
pub(super) fn redirect_uri_defect(uri: &str) -> Option<&'static str> {
    match Url::parse(uri) {
        Err(_) => Some("is not an absolute URL"),
        Ok(url) if url.fragment().is_some() => Some("has a fragment"),
        Ok(url) if matches!(url.scheme(), "javascript" | "data" | "vbscript" | "file") => {
            Some("has a scheme that cannot reach a client")
        }
        Ok(_) => None,
    }
}

fn check_web_address(name: &'static str, value: Option<&str>) -> Result<(), Refusal> {
    match value {
        Some(value) if !is_web_address(value) => Err(Refusal::WebAddress { name, value: value.to_owned() }),
        _ => Ok(()),
    }
}

/// Whether a page may link to this address.
pub(super) fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// One of three methods; `client_secret_basic` by default (RFC 7591 §2).
fn check_auth_method(given: Option<String>) -> Result<String, Refusal> {
    let given = given.unwrap_or_else(|| "client_secret_basic".to_owned());
    match given.as_str() {
        "client_secret_basic" | "client_secret_post" | "none" => Ok(given),
        _ => Err(Refusal::AuthMethod(given)),
    }
}

/// The listed scopes, or those of the switch; the error is a scope that does not exist.
pub(super) fn check_scopes(given: Option<&str>, switches: &Switches) -> Result<Scopes, String> {
    let scopes = Scopes::parse(given.unwrap_or_default());
    if let Some(unknown) = scopes.iter().find(|scope| !is_scope(scope)) {
        return Err(unknown.to_owned());
    }
    if !scopes.is_empty() {
        return Ok(scopes);
    }
    Ok(match switches.unlisted_scope {
        UnlistedScope::OpenidProfile => Scopes::parse("openid profile"),
        UnlistedScope::All => SCOPES.iter().map(|(name, _)| *name).collect(),
    })
}
