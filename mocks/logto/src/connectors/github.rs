//! The connector `github-universal`: fixed addresses of GitHub, and no session (golden
//! `experience/other-connectors-verification`).

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Map, Value, json};

use super::error::{self, ConnectorError};
use super::fetch::{Answer, Limits, fetch};
use super::huggingface;
use super::kind::{Arrival, Asked, Authorization, Departure, SocialConnector};
use super::numbers;
use super::oauth::text;
use crate::shared::Shared;
use crate::store::{ConnectorSession, SocialUser};
use crate::wire::{self, Issue, body};

const AUTHORIZE: &str = "https://github.com/login/oauth/authorize";
const TOKEN: &str = "https://github.com/login/oauth/access_token";
const USER: &str = "https://api.github.com/user";
const EMAILS: &str = "https://api.github.com/user/emails";
const DEFAULT_SCOPE: &str = "read:user user:email";

/// `ky` retries only GET.
const POST: Limits = Limits { timeout: Duration::from_secs(5), attempts: 1 };
const GET: Limits = Limits { timeout: Duration::from_secs(5), attempts: 3 };

#[derive(Debug)]
pub(super) struct Github;

impl SocialConnector for Github {
    fn id(&self) -> &'static str {
        "github-universal"
    }

    fn target(&self) -> &'static str {
        "github"
    }

    fn description(&self) -> Value {
        json!({
            "name": { "en": "GitHub", "zh-CN": "GitHub", "tr-TR": "GitHub", "ko": "GitHub" },
            "description": { "en": "GitHub is an online community for software development and version control." },
            "logo": LOGO,
            "logoDark": LOGO,
            "readme": "# GitHub connector\n\nA double of Logto's GitHub connector, for tests.\n",
            "formItems": [
                { "type": "Text", "key": "clientId", "label": "Client ID", "placeholder": "<client-id>", "required": true },
                { "type": "Text", "key": "clientSecret", "label": "Client Secret", "placeholder": "<client-secret>", "required": true },
                { "type": "MultilineText", "key": "scope", "label": "Scope", "placeholder": "Enter the scopes (separated by a space)", "required": false,
                  "description": "The `scope` determines permissions granted by the user's authorization. " },
            ],
            "platform": "Universal",
            "isTokenStorageSupported": true,
        })
    }

    fn complaints(&self, config: &Map<String, Value>) -> Vec<Issue> {
        huggingface::client_and_scope(config)
    }

    fn keeps_session(&self) -> bool {
        false
    }

    fn authorization(&self, departure: Departure<'_>) -> Result<Authorization, ConnectorError> {
        let Departure { config, state, redirect_uri, .. } = departure;
        self.check_config(config)?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", text(config, "clientId", ""))
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", state)
            .append_pair("scope", text(config, "scope", DEFAULT_SCOPE))
            .finish();
        Ok(Authorization { uri: format!("{AUTHORIZE}?{query}"), session: ConnectorSession::default() })
    }

    fn check_callback(&self, data: &Map<String, Value>) -> Result<(), ConnectorError> {
        code(data).map(drop)
    }

    fn user_info<'a>(&'a self, arrival: Arrival<'a>) -> Asked<'a> {
        let Arrival { shared, config, data, .. } = arrival;
        Box::pin(async move {
            let token = exchange(shared, config, code(data)?).await?;
            user(shared, &token).await
        })
    }
}

/// The code of a callback, or GitHub's refusal.
fn code(data: &Map<String, Value>) -> Result<&str, ConnectorError> {
    let member = |name: &str| data.get(name).and_then(Value::as_str);
    if let Some(code) = member("code") {
        return Ok(code);
    }
    Err(match (member("error"), member("error_description"), member("error_uri")) {
        (Some("access_denied"), Some(description), Some(_)) => {
            ConnectorError::AuthorizationFailed(json!({ "message": description }))
        }
        (Some(error), Some(description), Some(uri)) => ConnectorError::Callback(
            json!({ "error": error, "errorDescription": description, "error_uri": uri }),
        ),
        _ => ConnectorError::Callback(json!({ "message": Value::Object(data.clone()).to_string() })),
    })
}

async fn exchange(
    shared: &Shared,
    config: &Map<String, Value>,
    code: &str,
) -> Result<String, ConnectorError> {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", text(config, "clientId", ""))
        .append_pair("client_secret", text(config, "clientSecret", ""))
        .append_pair("code", code)
        .finish();
    let request = http::Request::post(TOKEN)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8");
    let answer = fetch(shared, request, &form, POST).await?;
    if !(200..300).contains(&answer.status) {
        return Err(ConnectorError::Unexpected { status: answer.status, body: answer.body });
    }
    let value = json_of(&answer)?;
    let members = error::members(&value)?;
    let issues = [
        body::needed(members, &["access_token"], "string"),
        body::needed(members, &["scope"], "string"),
        body::needed(members, &["token_type"], "string"),
        body::typed(members, &["refresh_token"], "string"),
        body::typed(members, &["expires_in"], "number"),
    ];
    error::without(issues, ConnectorError::InvalidResponse)?;
    match text(members, "access_token", "") {
        "" => Err(ConnectorError::NoAccessToken { told: None }),
        token => Ok(token.to_owned()),
    }
}

/// `ky` reads an empty body as an empty string.
fn json_of(answer: &Answer) -> Result<Value, ConnectorError> {
    if answer.body.is_empty() {
        return Ok(json!(""));
    }
    numbers::parsed(&answer.body)
        .map_err(|error| ConnectorError::TokenNotJson(wire::syntax_error(&answer.body, &error)))
}

/// The user and the e-mail addresses, which a person may withhold from an app.
async fn user(shared: &Shared, token: &str) -> Result<SocialUser, ConnectorError> {
    let get = |url: &str| {
        http::Request::get(url)
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {token}"))
    };
    let (user, emails) = tokio::join!(fetch(shared, get(USER), "", GET), fetch(shared, get(EMAILS), "", GET));
    let user = user?;
    if user.status == 401 {
        return Err(ConnectorError::AccessTokenInvalid);
    }
    let user = user.successful("user")?;
    let emails = emails.ok().filter(|answer| (200..300).contains(&answer.status));
    let emails = emails.and_then(|answer| json_of(&answer).ok()).unwrap_or_else(|| json!([]));
    profile(json_of(&user)?, emails)
}

fn profile(user: Value, emails: Value) -> Result<SocialUser, ConnectorError> {
    let members = error::members(&user)?;
    let issues = [
        body::needed(members, &["id"], "number"),
        body::nullable(members, "avatar_url"),
        body::nullable(members, "email"),
        body::nullable(members, "name"),
    ];
    error::without(issues, ConnectorError::InvalidResponse)?;
    error::without(complaints_of_emails(&emails).into_iter().map(Some), ConnectorError::InvalidResponse)?;
    let told = |name: &str| members.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let primary = || {
        let main = |email: &&Value| email["primary"] == true && email["verified"] == true;
        emails.as_array()?.iter().find(main)?["email"].as_str().map(ToOwned::to_owned)
    };
    let filled = |text: &String| !text.is_empty();
    Ok(SocialUser {
        id: members.get("id").map(ToString::to_string).unwrap_or_default(),
        name: told("name").filter(filled),
        avatar: told("avatar_url").filter(filled),
        email: told("email").or_else(primary).filter(filled),
        phone: None,
        raw: json!({ "userInfo": user, "userEmails": emails }),
    })
}

fn complaints_of_emails(emails: &Value) -> Vec<Issue> {
    let Value::Array(items) = emails else {
        let complaint = wire::Complaint::Type { expected: "array", received: wire::kind(emails) };
        return vec![Issue::new(&[], complaint)];
    };
    let of = |(index, item): (usize, &Value)| {
        let Value::Object(members) = item else {
            return vec![Issue::not_an_object(item).inside(&index.into())];
        };
        let visible = members.get("visibility").is_none_or(|value| !value.is_null());
        [
            body::needed(members, &["email"], "string"),
            body::needed(members, &["primary"], "boolean"),
            body::needed(members, &["verified"], "boolean"),
            visible.then(|| body::needed(members, &["visibility"], "string")).flatten(),
        ]
        .into_iter()
        .flatten()
        .map(|issue| issue.inside(&index.into()))
        .collect()
    };
    items.iter().enumerate().flat_map(of).collect()
}

/// Our own drawing.
const LOGO: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAyNCAyNCI+PGNpcmNsZSBjeD0iMTIiIGN5PSIxMiIgcj0iMTAiIGZpbGw9IiMxODE3MTciLz48L3N2Zz4=";

#[cfg(test)]
mod tests;
