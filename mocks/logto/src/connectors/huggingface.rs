//! The connector `huggingface-universal` 0.4.8 (contract §6). Its addresses are built in.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Map, Value, json};

use super::error::{self, ConnectorError};
use super::fetch::{Limits, fetch};
use super::kind::{Arrival, Asked, Authorization, Departure, SocialConnector};
use super::numbers;
use super::oauth::{is_callback, text};
use crate::shared::Shared;
use crate::store::{ConnectorSession, SocialUser};
use crate::wire::{self, Issue, body};

const ORIGIN: &str = "https://huggingface.co";
/// Requested if the configuration has no scope.
const DEFAULT_SCOPE: &str = "profile";

/// One attempt, `ky`'s default time-out.
const TOKEN: Limits = Limits { timeout: Duration::from_secs(10), attempts: 1 };
/// Three attempts of five seconds.
const USERINFO: Limits = Limits { timeout: Duration::from_secs(5), attempts: 3 };

#[derive(Debug)]
pub(super) struct HuggingFace;

/// Zod's complaints if `clientId` and `clientSecret` are required and `scope` is optional.
pub(super) fn client_and_scope(config: &Map<String, Value>) -> Vec<Issue> {
    let issues = [
        body::needed(config, &["clientId"], "string"),
        body::needed(config, &["clientSecret"], "string"),
        body::typed(config, &["scope"], "string"),
    ];
    issues.into_iter().flatten().collect()
}

impl SocialConnector for HuggingFace {
    fn id(&self) -> &'static str {
        "huggingface-universal"
    }

    fn target(&self) -> &'static str {
        "huggingface"
    }

    fn description(&self) -> Value {
        description()
    }

    fn complaints(&self, config: &Map<String, Value>) -> Vec<Issue> {
        client_and_scope(config)
    }

    /// Without PKCE and nonce (contract §2.1 step 2).
    fn authorization(&self, departure: Departure<'_>) -> Result<Authorization, ConnectorError> {
        let Departure { shared, config, state, redirect_uri } = departure;
        self.check_config(config)?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", text(config, "clientId", ""))
            .append_pair("scope", text(config, "scope", DEFAULT_SCOPE))
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", state)
            .finish();
        let origin = match &shared.context.authorization_origin {
            Some(origin) => origin.origin().ascii_serialization(),
            None => ORIGIN.to_owned(),
        };
        Ok(Authorization {
            uri: format!("{origin}/oauth/authorize?{query}"),
            session: ConnectorSession { redirect_uri: redirect_uri.to_owned(), nonce: None },
        })
    }

    /// A callback without a code is a refusal by the person or the provider.
    fn check_callback(&self, data: &Map<String, Value>) -> Result<(), ConnectorError> {
        // An empty code is sent to the token endpoint (contract §11).
        if is_callback(data) {
            return Ok(());
        }
        Err(ConnectorError::AuthorizationFailed(Value::Object(data.clone())))
    }

    /// Exchanges the code and reads the profile.
    fn user_info<'a>(&'a self, arrival: Arrival<'a>) -> Asked<'a> {
        let Arrival { shared, config, session, data } = arrival;
        Box::pin(async move {
            let code = text(data, "code", "");
            let (token_type, access_token) = exchange(shared, config, &session.redirect_uri, code).await?;
            let request = http::Request::get(format!("{ORIGIN}/oauth/userinfo"))
                // The token type as the provider sent it.
                .header(AUTHORIZATION, format!("{token_type} {access_token}"));
            let answer = fetch(shared, request, "", USERINFO).await?;
            match answer.status {
                200..=299 => profile(&answer.body),
                401 => Err(ConnectorError::AccessTokenInvalid),
                status => Err(ConnectorError::UserinfoRefused { status, body: answer.body }),
            }
        })
    }
}

async fn exchange(
    shared: &Shared,
    config: &Map<String, Value>,
    redirect_uri: &str,
    code: &str,
) -> Result<(String, String), ConnectorError> {
    // Raw, not form-encoded as RFC 6749 §2.3.1 requires.
    let basic =
        STANDARD.encode(format!("{}:{}", text(config, "clientId", ""), text(config, "clientSecret", "")));
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", redirect_uri)
        .finish();
    let request = http::Request::post(format!("{ORIGIN}/oauth/token"))
        .header(AUTHORIZATION, format!("Basic {basic}"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8");
    let answer = fetch(shared, request, &body, TOKEN).await?.successful("token")?;
    let value: Value = numbers::parsed(&answer.body)
        .map_err(|error| ConnectorError::TokenNotJson(wire::syntax_error(&answer.body, &error)))?;
    let members = error::members(&value)?;
    let needed = ["access_token", "scope", "token_type"];
    let issues = needed.map(|name| body::needed(members, &[name], "string"));
    error::without(issues, ConnectorError::InvalidResponse)?;
    match text(members, "access_token", "") {
        "" => Err(ConnectorError::NoAccessToken { told: None }),
        token => Ok((text(members, "token_type", "").to_owned(), token.to_owned())),
    }
}

/// `sub` is required; `name`, `picture` and `email` may be absent or null.
fn profile(body: &str) -> Result<SocialUser, ConnectorError> {
    let raw: Value = numbers::parsed(body).map_err(|_| ConnectorError::Unreadable(body.to_owned()))?;
    let members = error::members(&raw)?;
    let issues = [
        body::needed(members, &["sub"], "string"),
        body::nullable(members, "name"),
        body::nullable(members, "picture"),
        body::nullable(members, "email"),
    ];
    error::without(issues, ConnectorError::InvalidResponse)?;
    // Empty strings count as absent.
    let optional =
        |name: &str| Some(text(members, name, "")).filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    let (name, avatar, email) = (optional("name"), optional("picture"), optional("email"));
    Ok(SocialUser { id: text(members, "sub", "").to_owned(), name, avatar, email, phone: None, raw })
}

/// The connector's description of itself (golden `management/connector-factories`).
fn description() -> Value {
    json!({
        "name": { "en": "Hugging Face" },
        "description": { "en": "Hugging Face is a machine learning (ML) and data science platform and community that helps users build, deploy and train machine learning models." },
        "logo": LOGO,
        "logoDark": null,
        "readme": "# Hugging Face connector\n\nA double of Logto's Hugging Face connector, for tests.\n",
        "formItems": [
            { "type": "Text", "key": "clientId", "label": "Client ID", "placeholder": "<client-id>", "required": true },
            { "type": "Text", "key": "clientSecret", "label": "Client Secret", "placeholder": "<client-secret>", "required": true },
            { "type": "MultilineText", "key": "scope", "label": "Scope", "placeholder": "Enter the scopes (separated by a space)", "required": false,
              "description": "`profile` is required to get user's profile information, `email` is required to get user's email address. These scopes can be used individually or in combination; if no scopes are specified, `profile` will be used by default." },
        ],
        "platform": "Universal",
    })
}

/// Our own drawing.
const LOGO: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAyNCAyNCI+PGNpcmNsZSBjeD0iMTIiIGN5PSIxMiIgcj0iMTEiIGZpbGw9IiNmZmQyMWUiLz48cGF0aCBkPSJNNyAxNGE1IDUgMCAwIDAgMTAgMHoiIGZpbGw9IiMzMzMiLz48Y2lyY2xlIGN4PSI4LjUiIGN5PSI5LjUiIHI9IjEuNSIgZmlsbD0iIzMzMyIvPjxjaXJjbGUgY3g9IjE1LjUiIGN5PSI5LjUiIHI9IjEuNSIgZmlsbD0iIzMzMyIvPjwvc3ZnPg==";
