//! Clients that are identified by the URL of a document that describes them
//! (draft-ietf-oauth-client-id-metadata-document; the site's documentation calls it CIMD).

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use kit::{Client, Elapsed, SendError};
use serde::Deserialize;
use thiserror::Error;
use url::{Host, Url};

use crate::HuggingFace;
use crate::config::{App, MetadataDocumentScheme};
use crate::routes::register::{check_scopes, is_web_address, redirect_uri_defect};

/// Time limit for fetching a document. A guess.
const TIME_LIMIT: Duration = Duration::from_secs(5);

kit::reasons! {
    /// Why a document does not define a client.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    pub(in crate::routes) enum Unusable {
        #[error("client_id {0}, so it cannot be the URL of a client ID metadata document")]
        Address(&'static str) => "hf/document-address",
        #[error("the client ID metadata document cannot be fetched: {0}")]
        Fetch(String) => "hf/document-not-fetched",
        #[error("the client ID metadata document cannot be fetched: no answer within {} s", TIME_LIMIT.as_secs())]
        TooSlow => "hf/document-too-slow",
        #[error("the client ID metadata document cannot be fetched: its site answered {0}, not 200")]
        Status(u16) => "hf/document-status",
        #[error("the client ID metadata document cannot be read: {0}")]
        Json(String) => "hf/document-malformed",
        #[error("the client ID metadata document is about `{0}`, not about the address it was fetched from")]
        OtherClient(String) => "hf/document-of-another-client",
        #[error("the client ID metadata document requires `{0}`, but such a client cannot have a secret")]
        AuthMethod(String) => "hf/document-auth-method",
        #[error("the client ID metadata document has a client_secret, which anyone can read there")]
        Secret => "hf/document-has-secret",
        #[error("the client ID metadata document has no redirect_uris")]
        NoRedirectUris => "hf/document-without-redirect-uris",
        #[error("the client ID metadata document has the redirect_uri `{uri}`, which {defect}")]
        RedirectUri { uri: String, defect: &'static str } => "hf/document-redirect-uri",
        #[error("the client ID metadata document has the scope `{0}`, which does not exist")]
        UnknownScope(String) => "hf/document-scope-unknown",
    }
}

impl Unusable {
    /// Whether the document could not be fetched, rather than being invalid.
    pub(super) fn is_unreachable(&self) -> bool {
        matches!(self, Unusable::Fetch(_) | Unusable::TooSlow | Unusable::Status(_))
    }
}

/// The members of a document that the site uses.
#[derive(Debug, Deserialize)]
struct Document {
    client_id: String,
    client_name: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    token_endpoint_auth_method: Option<String>,
    client_secret: Option<serde::de::IgnoredAny>,
    scope: Option<String>,
}

/// Fetches the document of a client that is identified by one, anew for every request (a guess).
/// For other client ids it fetches nothing.
pub(in crate::routes) async fn resolve(mock: &HuggingFace, client_id: &str) -> Result<(), Unusable> {
    let registered = mock.store().apps.iter().any(|app| app.client_id == client_id);
    if registered || !is_address(mock, client_id) {
        return Ok(());
    }
    check_address(client_id)?;
    let body = fetch(mock, client_id).await?;
    let app = read(mock, client_id, &body)?;
    mock.store().clients.insert(client_id.to_owned(), app);
    Ok(())
}

fn is_address(mock: &HuggingFace, client_id: &str) -> bool {
    let plain = mock.switches().metadata_document_scheme == MetadataDocumentScheme::HttpOnLoopback;
    client_id.starts_with("https://") || plain && is_loopback(client_id)
}

fn is_loopback(client_id: &str) -> bool {
    let Ok(url) = Url::parse(client_id) else { return false };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && loopback
}

/// Checks that the address is valid as it stands: with a path, without dot segments, fragment,
/// username and password (draft §3).
fn check_address(client_id: &str) -> Result<(), Unusable> {
    let bad = |reason| Err(Unusable::Address(reason));
    let Ok(url) = Url::parse(client_id) else { return bad("is not a valid URL") };
    if url.fragment().is_some() {
        bad("has a fragment")
    } else if !url.username().is_empty() || url.password().is_some() {
        bad("has a username or a password")
    } else if url.path() == "/" {
        bad("has no path")
    } else if client_id.split(['?', '#']).next().is_some_and(|path| path.split('/').any(is_dots)) {
        bad("has a dot segment in its path")
    } else {
        Ok(())
    }
}

fn is_dots(segment: &str) -> bool {
    matches!(segment, "." | "..")
}

/// Redirects are not followed (draft §5): the address is the client's identity.
async fn fetch(mock: &HuggingFace, address: &str) -> Result<Bytes, Unusable> {
    let client: &Client = &mock.context().client;
    let request = http::Request::get(address).header("accept", "application/json").body(Bytes::new());
    let request = request.map_err(|error| Unusable::Fetch(error.to_string()))?;
    let sent =
        mock.clock().timeout("the metadata document of a client", TIME_LIMIT, client.send(request)).await;
    let response = sent
        .map_err(|elapsed| match elapsed {
            Elapsed::Limit { .. } => Unusable::TooSlow,
            Elapsed::Harness(_) => Unusable::Fetch(elapsed.to_string()),
        })?
        .map_err(|error: SendError| Unusable::Fetch(error.to_string()))?;
    match response.status().as_u16() {
        200 => Ok(response.into_body()),
        other => Err(Unusable::Status(other)),
    }
}

fn read(mock: &HuggingFace, address: &str, body: &Bytes) -> Result<App, Unusable> {
    let document: Document =
        serde_json::from_slice(body).map_err(|error| Unusable::Json(error.to_string()))?;
    if document.client_id != address {
        return Err(Unusable::OtherClient(document.client_id));
    }
    // The documentation shows "none"; an absent value can mean nothing else.
    if let Some(method) = document.token_endpoint_auth_method.filter(|method| method != "none") {
        return Err(Unusable::AuthMethod(method));
    }
    if document.client_secret.is_some() {
        return Err(Unusable::Secret);
    }
    if document.redirect_uris.is_empty() {
        return Err(Unusable::NoRedirectUris);
    }
    for uri in &document.redirect_uris {
        if let Some(defect) = redirect_uri_defect(uri) {
            return Err(Unusable::RedirectUri { uri: uri.clone(), defect });
        }
    }
    let scopes = check_scopes(document.scope.as_deref(), &mock.switches()).map_err(Unusable::UnknownScope)?;
    Ok(App {
        client_id: address.to_owned(),
        public: true,
        name: document.client_name.unwrap_or_else(|| address.to_owned()),
        homepage_url: document.client_uri.filter(|uri| is_web_address(uri)),
        logo_url: document.logo_uri.filter(|uri| is_web_address(uri)),
        redirect_uris: document.redirect_uris,
        scopes,
        ..App::default()
    })
}
