//! `POST /oauth/register` (RFC 7591): an app registers itself.

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use oauth::{ErrorCode, Scopes};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::config::{App, is_scope, redirect_uri_defect};
use crate::{HuggingFace, answer};

/// What an app tells of itself (the site's OpenAPI document).
#[derive(Debug, Deserialize)]
struct Metadata {
    #[serde(default)]
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

/// The registration, with what was told echoed. The order of members is a guess.
#[derive(Debug, Serialize)]
struct Registration {
    client_id: String,
    client_id_issued_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// 0: it does not expire.
    client_secret_expires_at: i64,
    redirect_uris: Vec<String>,
    scope: String,
    /// The site adds the device and refresh grants by itself.
    grant_types: [&'static str; 3],
    token_endpoint_auth_method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_version: Option<String>,
}

/// Why nothing is registered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Refusal {
    #[error("the body cannot be read: {0}")]
    Body(String),
    #[error("redirect_uris is empty")]
    NoRedirectUri,
    #[error("redirect URI `{uri}` {reason}")]
    RedirectUri { uri: String, reason: &'static str },
    #[error("token_endpoint_auth_method `{0}` is not one of this site")]
    AuthMethod(String),
    #[error("scope `{0}` does not exist")]
    Scope(String),
}

impl Refusal {
    /// RFC 7591 §3.2.2; the texts are guesses.
    fn response(&self) -> Response {
        let (code, text) = match self {
            Self::Body(_) => (ErrorCode::InvalidClientMetadata, "Invalid body"),
            Self::NoRedirectUri | Self::RedirectUri { .. } => {
                (ErrorCode::InvalidRedirectUri, "Invalid redirect_uris")
            }
            Self::AuthMethod(_) => (ErrorCode::InvalidClientMetadata, "Invalid token_endpoint_auth_method"),
            Self::Scope(_) => (ErrorCode::InvalidClientMetadata, "Invalid scope"),
        };
        kit::note(answer::oauth_error(StatusCode::BAD_REQUEST, code, text), self.to_string())
    }
}

/// What an app may say of how it proves itself; the first when it says nothing.
const AUTH_METHODS: [&str; 3] = ["client_secret_basic", "none", "client_secret_post"];

pub(super) async fn post(State(mock): State<HuggingFace>, body: Bytes) -> Response {
    match register(&mock, &body) {
        Ok(registration) => answer::json(StatusCode::CREATED, &registration),
        Err(refusal) => refusal.response(),
    }
}

fn register(mock: &HuggingFace, body: &Bytes) -> Result<Registration, Refusal> {
    let told: Metadata = serde_json::from_slice(body).map_err(|error| Refusal::Body(error.to_string()))?;
    check_redirect_uris(&told.redirect_uris)?;
    let method = told.token_endpoint_auth_method.unwrap_or_else(|| AUTH_METHODS[0].to_owned());
    if !AUTH_METHODS.contains(&method.as_str()) {
        return Err(Refusal::AuthMethod(method));
    }
    let scopes = told.scope.as_deref().map_or_else(|| App::default().scopes, Scopes::parse);
    if let Some(unknown) = scopes.iter().find(|scope| !is_scope(scope)) {
        return Err(Refusal::Scope(unknown.to_owned()));
    }
    let app = mock.add_app(App {
        public: method == "none",
        name: told.client_name.clone().unwrap_or_else(|| "My app".to_owned()),
        homepage_url: told.client_uri.clone(),
        logo_url: told.logo_uri.clone(),
        redirect_uris: told.redirect_uris.clone(),
        scopes,
        ..App::default()
    });
    Ok(Registration {
        client_id: app.client_id,
        client_id_issued_at: mock.clock().seconds(),
        client_secret: app.secret,
        client_secret_expires_at: 0,
        redirect_uris: told.redirect_uris,
        scope: app.scopes.to_string(),
        grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        token_endpoint_auth_method: method,
        client_name: told.client_name,
        client_uri: told.client_uri,
        logo_uri: told.logo_uri,
        contacts: told.contacts,
        software_id: told.software_id,
        software_version: told.software_version,
    })
}

/// At least one, each an absolute address without a fragment (RFC 6749 §3.1.2).
fn check_redirect_uris(uris: &[String]) -> Result<(), Refusal> {
    if uris.is_empty() {
        return Err(Refusal::NoRedirectUri);
    }
    for uri in uris {
        if let Some(reason) = redirect_uri_defect(uri) {
            return Err(Refusal::RedirectUri { uri: uri.clone(), reason });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::routes::testing::{Answer, CHALLENGE, Site, VERIFIER, form};

    async fn register(site: &Site, body: &Value) -> Answer {
        site.send("POST", "/oauth/register", &[("content-type", "application/json")], &body.to_string()).await
    }

    #[tokio::test]
    async fn a_registered_app_signs_in_at_once() {
        let site = Site::new();
        let callback = "http://localhost:8123/cb";
        let told = json!({ "redirect_uris": [callback], "client_name": "An MCP client", "scope": "openid profile",
            "token_endpoint_auth_method": "none", "software_id": "x" });
        let answer = register(&site, &told).await;
        assert_eq!(answer.status, 201);
        let app = answer.json();
        assert_eq!((&app["client_secret"], &app["software_id"]), (&Value::Null, &json!("x")));
        assert_eq!(app["grant_types"].as_array().unwrap().len(), 3);
        let id = app["client_id"].as_str().unwrap();
        let request = form(&[
            ("client_id", id),
            ("redirect_uri", callback),
            ("response_type", "code"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let session = site.mock.sign_in("ada").unwrap();
        let code = site
            .form(&format!("/oauth/authorize?{request}"), "", Some(&session))
            .await
            .param("code")
            .unwrap();
        let exchange = form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", callback),
            ("client_id", id),
            ("code_verifier", VERIFIER),
        ]);
        assert_eq!(site.token(&[], &exchange).await.status, 200);
    }

    #[tokio::test]
    async fn an_app_is_given_a_secret_unless_it_wants_none() {
        let app = register(&Site::new(), &json!({ "redirect_uris": ["https://a.example/cb"] })).await.json();
        assert!(app["client_secret"].as_str().unwrap().starts_with("oauth_app_secret_"), "{app}");
        assert_eq!(
            (&app["client_secret_expires_at"], &app["token_endpoint_auth_method"]),
            (&json!(0), &json!("client_secret_basic"))
        );
    }

    #[tokio::test]
    async fn refuses_by_the_two_codes_of_the_specification() {
        let uris = json!(["https://a.example/cb"]);
        for (told, code) in [
            (json!({}), "invalid_redirect_uri"),
            (json!({ "redirect_uris": ["/cb"] }), "invalid_redirect_uri"),
            (json!({ "redirect_uris": ["https://a.example/#x"] }), "invalid_redirect_uri"),
            (json!({ "redirect_uris": uris, "scope": "openid nope" }), "invalid_client_metadata"),
            (
                json!({ "redirect_uris": uris, "token_endpoint_auth_method": "private_key_jwt" }),
                "invalid_client_metadata",
            ),
            (json!({ "redirect_uris": "x" }), "invalid_client_metadata"),
        ] {
            let answer = register(&Site::new(), &told).await;
            assert_eq!((answer.status, &answer.json()["error"]), (400, &json!(code)), "{told}");
        }
    }
}
