//! The generic connector `oauth2`: any provider with an authorization, a token
//! and a userinfo endpoint (contract §4, §7, §11; goldens `connectors/oauth2-*`).

use std::time::Duration;

use http::header::AUTHORIZATION;
use serde_json::{Map, Value, json};

use super::error::{self, ConnectorError};
use super::fetch::{Limits, address, fetch};
use super::kind::{Arrival, Asked, Authorization, Departure, SocialConnector};
use super::numbers;
use super::oauth::{self, form, text};
use super::parameters::{self, Parameters};
use super::profile;
use crate::shared::Shared;
use crate::store::{ConnectorSession, SocialUser};
use crate::wire::{Issue, body};

/// Three attempts of five seconds.
const USERINFO: Limits = Limits { timeout: Duration::from_secs(5), attempts: 3 };

const RESPONSE_TYPES: [&str; 2] = ["query-string", "json"];
const NO_ACCESS_TOKEN: &str = "Can not find `access_token` in token response!";

#[derive(Debug)]
pub(super) struct OAuth2;

impl SocialConnector for OAuth2 {
    fn id(&self) -> &'static str {
        "oauth2"
    }

    fn target(&self) -> &'static str {
        "oauth2"
    }

    fn is_standard(&self) -> bool {
        true
    }

    fn description(&self) -> Value {
        json!({
            "name": { "en": "OAuth 2.0", "zh-CN": "OAuth 2.0", "tr-TR": "OAuth 2.0", "ko": "OAuth 2.0" },
            "description": { "en": "The OAuth 2.0 authorization framework enables a third-party application to obtain limited access to an HTTP service." },
            "logo": LOGO,
            "logoDark": null,
            "readme": "# OAuth 2.0 connector\n\nA double of Logto's generic OAuth 2.0 connector, for tests.\n",
            "formItems": [
                form::authorization_endpoint(),
                form::token_endpoint(),
                form::user_info_endpoint(),
                form::client_id(),
                form::client_secret(),
                form::auth_method(),
                form::signing_algorithm(),
                form::response_type(),
                form::scope(false),
                form::json("profileMap", "Profile Map", false, &profile::example()),
                form::json("customConfig", "Custom Config", false, &json!({})),
            ],
            "platform": "Universal",
            "isStandard": true,
            "isTokenStorageSupported": true,
        })
    }

    fn complaints(&self, config: &Map<String, Value>) -> Vec<Issue> {
        let mut issues = oauth::complaints(config);
        issues.push(body::typed(config, &["scope"], "string"));
        issues.push(body::needed(config, &["userInfoEndpoint"], "string"));
        issues.push(body::choice(config, &["tokenEndpointResponseType"], &RESPONSE_TYPES));
        match config.get("profileMap").and_then(Value::as_object) {
            None => issues.push(body::typed(config, &["profileMap"], "object")),
            Some(map) => issues.extend(
                profile::MEMBERS.iter().map(|name| body::typed(map, &["profileMap", name], "string")),
            ),
        }
        issues.extend(oauth::texts(config, "customConfig"));
        issues.into_iter().flatten().collect()
    }

    fn authorization(&self, departure: Departure<'_>) -> Result<Authorization, ConnectorError> {
        let Departure { config, state, redirect_uri, .. } = departure;
        self.check_config(config)?;
        let mut query = Parameters::default();
        query.set("responseType", "code");
        query.set("clientId", text(config, "clientId", ""));
        if let Some(scope) = config.get("scope").and_then(Value::as_str) {
            query.set("scope", scope);
        }
        query.set("redirectUri", redirect_uri);
        query.set("state", state);
        query.extend(config.get("customConfig"));
        Ok(Authorization {
            uri: oauth::with_parameters(text(config, "authorizationEndpoint", ""), &query),
            session: ConnectorSession { redirect_uri: redirect_uri.to_owned(), nonce: None },
        })
    }

    fn user_info<'a>(&'a self, arrival: Arrival<'a>) -> Asked<'a> {
        let Arrival { shared, config, session, data } = arrival;
        Box::pin(async move {
            if !oauth::is_callback(data) {
                return Err(ConnectorError::Callback(Value::Object(data.clone())));
            }
            let code = text(data, "code", "");
            let answer = oauth::exchange(shared, config, &session.redirect_uri, code).await?;
            let tokens = tokens(config, &answer.body)?;
            user(shared, config, &tokens).await
        })
    }
}

/// Token type and access token.
type Tokens = (String, String);

fn tokens(config: &Map<String, Value>, answer: &str) -> Result<Tokens, ConnectorError> {
    let value = match text(config, "tokenEndpointResponseType", "query-string") {
        "json" => numbers::parsed(answer).map_err(|_| ConnectorError::Unreadable(answer.to_owned()))?,
        _ => parameters::parsed(answer),
    };
    let members = error::members(&value)?;
    let issues = [
        body::needed(members, &["access_token"], "string"),
        body::needed(members, &["token_type"], "string"),
        // A form contains only texts, so one with `expires_in` is refused.
        body::typed(members, &["expires_in"], "number"),
        body::typed(members, &["refresh_token"], "string"),
        body::typed(members, &["scope"], "string"),
    ];
    error::without(issues, ConnectorError::InvalidResponse)?;
    let access_token = text(members, "access_token", "");
    if access_token.is_empty() {
        return Err(ConnectorError::NoAccessToken { told: Some(NO_ACCESS_TOKEN) });
    }
    Ok((text(members, "token_type", "").to_owned(), access_token.to_owned()))
}

async fn user(
    shared: &Shared,
    config: &Map<String, Value>,
    (token_type, access_token): &Tokens,
) -> Result<SocialUser, ConnectorError> {
    let request = http::Request::get(address(text(config, "userInfoEndpoint", ""))?)
        // The token type as the provider sent it.
        .header(AUTHORIZATION, format!("{token_type} {access_token}"));
    let answer = fetch(shared, request, "", USERINFO).await?.successful("userinfo")?;
    let raw: Option<Value> = numbers::parsed(&answer.body).ok().filter(Value::is_object);
    let raw = raw.ok_or(ConnectorError::Unreadable(answer.body))?;
    profile::read(&raw, config.get("profileMap").and_then(Value::as_object))
}

/// Our own drawing.
const LOGO: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAyNCAyNCI+PGNpcmNsZSBjeD0iMTIiIGN5PSIxMiIgcj0iMTAiIGZpbGw9IiM0NDQiLz48L3N2Zz4=";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Option<&str>, answer: &str) -> Result<Tokens, ConnectorError> {
        let mut config = Map::new();
        if let Some(kind) = kind {
            config.insert("tokenEndpointResponseType".to_owned(), json!(kind));
        }
        tokens(&config, answer)
    }

    #[test]
    fn token_responses_are_forms_unless_json_is_configured() {
        let expected = ("bearer".to_owned(), "a b".to_owned());
        assert_eq!(read(None, "access_token=a+b&token_type=bearer").unwrap(), expected);
        assert_eq!(
            read(Some("json"), r#"{"access_token":"a b","token_type":"bearer","scope":"s"}"#).unwrap(),
            expected
        );
        assert!(matches!(
            read(None, r#"{"access_token":"a b","token_type":"bearer"}"#).unwrap_err(),
            ConnectorError::InvalidResponse(issues) if issues.len() == 2
        ));
        assert!(matches!(read(Some("json"), "a=b").unwrap_err(), ConnectorError::Unreadable(_)));
        assert!(matches!(read(Some("json"), "null").unwrap_err(), ConnectorError::InvalidResponse(_)));
    }

    #[test]
    fn a_form_with_expires_in_is_refused() {
        let error = read(None, "access_token=a&token_type=b&expires_in=28800").unwrap_err();
        let ConnectorError::InvalidResponse(issues) = error else { panic!("{error}") };
        assert_eq!(issues[0].place(), "expires_in");
    }

    #[test]
    fn an_empty_access_token_is_refused() {
        let error = read(None, "access_token=&token_type=b").unwrap_err();
        assert!(matches!(error, ConnectorError::NoAccessToken { told: Some(_) }), "{error}");
    }

    #[test]
    fn every_member_of_a_configuration_is_checked() {
        let config = json!({
            "responseType": "token", "grantType": 5, "clientId": null, "tokenEndpointAuthMethod": "private_key_jwt",
            "clientSecretJwtSigningAlgorithm": "RS256", "scope": [], "tokenEndpointResponseType": "xml",
            "profileMap": { "id": 1, "odd": 2, "avatar": false }, "customConfig": { "a": "b", "c": 1 },
        });
        let places: Vec<String> =
            OAuth2.complaints(config.as_object().unwrap()).iter().map(Issue::place).collect();
        assert_eq!(
            places,
            [
                "responseType",
                "grantType",
                "authorizationEndpoint",
                "tokenEndpoint",
                "clientId",
                "clientSecret",
                "tokenEndpointAuthMethod",
                "clientSecretJwtSigningAlgorithm",
                "scope",
                "userInfoEndpoint",
                "tokenEndpointResponseType",
                "profileMap.id",
                "profileMap.avatar",
                "customConfig.c",
            ]
        );
    }
}
