//! Client ID metadata documents: a `client_id` that is the address of a document
//! which describes the app (draft-ietf-oauth-client-id-metadata-document;
//! advertised by `client_id_metadata_document_supported`).

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT;
use kit::{Client, DeadlineExceeded, SendError};
use oauth::Scopes;
use serde::Deserialize;
use thiserror::Error;
use url::{Host, Url};

use crate::HuggingFace;
use crate::config::App;

/// How long the app's site may take.
const LIMIT: Duration = Duration::from_secs(5);

/// The members that count; others are passed over.
#[derive(Debug, Deserialize)]
struct Document {
    client_id: String,
    #[serde(default)]
    redirect_uris: Vec<String>,
    client_name: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    token_endpoint_auth_method: Option<String>,
    client_secret: Option<String>,
    /// A text with spaces, or a list: chat-ui writes `scopes`.
    #[serde(alias = "scopes")]
    scope: Option<Scope>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Scope {
    Text(String),
    List(Vec<String>),
}

/// Why a document is of no use.
#[derive(Debug, Error)]
pub(super) enum MetadataError {
    #[error("client_id `{id}` is no address of a document: {why}")]
    Address { id: String, why: &'static str },
    #[error("the client ID metadata document was not had: {0}")]
    Unreachable(#[from] SendError),
    #[error("the client ID metadata document was not had: {0}")]
    Late(#[from] DeadlineExceeded),
    #[error("{url} answered {status} instead of a client ID metadata document")]
    Status { url: String, status: u16 },
    #[error("the client ID metadata document cannot be read: {0}")]
    Json(String),
    #[error("the client ID metadata document says client_id `{found}`, and is at `{asked}`")]
    OtherClient { found: String, asked: String },
    #[error("the client ID metadata document {0}")]
    Content(String),
}

/// Whether a client id is meant to be such an address.
pub(super) fn is_address(client_id: &str) -> bool {
    client_id.starts_with("https://") || client_id.starts_with("http://")
}

/// Fetches the document and registers the app, anew for every authorization.
pub(super) async fn load(mock: &HuggingFace, client_id: &str) -> Result<(), MetadataError> {
    let url = address(client_id)?;
    let document = fetch(&mock.context().client, &url).await?;
    let app = app(client_id, document)?;
    let mut store = mock.store();
    if !store.documents.iter().any(|known| known == client_id) {
        store.documents.push(client_id.to_owned());
    }
    store.put_app(app);
    Ok(())
}

/// An https address with a path, without fragment or user information. Plain
/// http is taken on this machine only, where apps under test live.
fn address(client_id: &str) -> Result<Url, MetadataError> {
    let refused = |why| MetadataError::Address { id: client_id.to_owned(), why };
    let url = Url::parse(client_id).map_err(|_| refused("it is no URL"))?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !local {
        return Err(refused("it is not https"));
    }
    if url.path() == "/" {
        return Err(refused("it has no path"));
    }
    if url.fragment().is_some() {
        return Err(refused("it has a fragment"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it has user information"));
    }
    Ok(url)
}

async fn fetch(client: &Client, url: &Url) -> Result<Document, MetadataError> {
    let request = http::Request::get(url.as_str()).header(ACCEPT, "application/json").body(Bytes::new());
    let request = request.expect("a parsed URL and a constant header make a request");
    let response = kit::within(format!("the document at {url}"), LIMIT, client.send(request)).await??;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(MetadataError::Status { url: url.to_string(), status });
    }
    serde_json::from_slice(response.body()).map_err(|error| MetadataError::Json(error.to_string()))
}

/// The app that a document describes: public, and at home at its own address.
fn app(client_id: &str, document: Document) -> Result<App, MetadataError> {
    let content = |text: String| MetadataError::Content(text);
    if document.client_id != client_id {
        return Err(MetadataError::OtherClient { found: document.client_id, asked: client_id.to_owned() });
    }
    if document.client_secret.is_some() {
        return Err(content("holds a client_secret, which everybody can read".to_owned()));
    }
    if let Some(method) = document.token_endpoint_auth_method.filter(|method| method != "none") {
        return Err(content(format!(
            "wants token_endpoint_auth_method `{method}`, and only `none` is possible"
        )));
    }
    if document.redirect_uris.is_empty() {
        return Err(content("names no redirect_uris".to_owned()));
    }
    let scopes = match document.scope {
        None => App::default().scopes,
        Some(Scope::Text(text)) => Scopes::parse(&text),
        Some(Scope::List(list)) => list.iter().map(String::as_str).collect(),
    };
    let app = App {
        client_id: client_id.to_owned(),
        public: true,
        name: document.client_name.unwrap_or_else(|| client_id.to_owned()),
        homepage_url: document.client_uri,
        logo_url: document.logo_uri,
        redirect_uris: document.redirect_uris,
        scopes,
        ..App::default()
    };
    app.check().map_err(|invalid| content(format!("is not valid: {invalid}")))?;
    Ok(app)
}
