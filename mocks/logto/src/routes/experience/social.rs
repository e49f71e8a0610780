//! Social verification (contract §2.1 steps 2 and 4, §2.2, §7).

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::audit::Uncaught;
use super::interaction::{self, InteractionError};
use crate::connectors::{Authorization, ConnectorError};
use crate::shared::Shared;
use crate::store::{Connector, ConnectorSession, Experience, SocialUser, Verification, VerificationState};
use crate::wire::{self, ApiError, SetCookies, body};

/// Why a social verification is refused.
#[derive(Debug, thiserror::Error)]
enum SocialError {
    #[error(transparent)]
    Interaction(#[from] InteractionError),
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error("there is no connector `{0}`")]
    UnknownConnector(String),
    #[error("the connector `{0}` is gone, or never was")]
    InvalidConnector(String),
    #[error("state or redirectUri is empty")]
    Insufficient,
    #[error("there is no verification with that id for this connector")]
    NoVerification,
    #[error("a code was tried for this verification already: start again")]
    Spent,
    #[error(transparent)]
    Connector(#[from] ConnectorError),
}

impl SocialError {
    fn response(&self) -> Response {
        let error = match self {
            Self::Interaction(error) => return error.response(),
            Self::Body(error) => error.clone(),
            Self::UnknownConnector(_) => ApiError::not_found(),
            Self::InvalidConnector(id) => ApiError::new(
                422,
                "session.invalid_connector_id",
                format!("Unable to find available connector with id {id}."),
            ),
            Self::Insufficient => {
                ApiError::new(400, "session.insufficient_info", "Insufficient sign-in info.")
            }
            Self::NoVerification => ApiError::new(
                404,
                "session.verification_session_not_found",
                "The verification was not successful. Restart the verification flow and try again.",
            ),
            Self::Spent => ApiError::new(
                400,
                "session.connector_validation_session_not_found",
                "The connector session for token validation is not found.",
            ),
            Self::Connector(error) => error.wire(),
        };
        let mut response = error.response(self.to_string());
        if let Self::Connector(error) = self
            && let Some(text) = error.uncaught()
        {
            response.extensions_mut().insert(Uncaught(text));
        }
        response
    }
}

/// `POST …/authorization-uri`: where the page sends the person.
pub(super) async fn authorization_uri(
    State(shared): State<Arc<Shared>>,
    Path(connector): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    text: String,
) -> Response {
    match begin(&shared, &connector, query.as_deref(), &headers, &text) {
        Ok(answer) => wire::json(StatusCode::OK, &answer),
        Err(error) => error.response(),
    }
}

fn begin(
    shared: &Shared,
    id: &str,
    query: Option<&str>,
    headers: &HeaderMap,
    text: &str,
) -> Result<Value, SocialError> {
    let members = body::object(text).map_err(SocialError::Body)?;
    body::without([
        body::needed(&members, &["state"], "string"),
        body::needed(&members, &["redirectUri"], "string"),
    ])
    .map_err(SocialError::Body)?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    let (state, redirect_uri) = (text("state"), text("redirectUri"));
    let mut store = shared.store();
    let connector = store.connector(id).cloned();
    let interaction = interaction::find(shared, &mut store, headers, query)?;
    let experience = interaction::started(interaction)?;
    if state.is_empty() || redirect_uri.is_empty() {
        return Err(SocialError::Insufficient);
    }
    let connector = connector.ok_or_else(|| SocialError::UnknownConnector(id.to_owned()))?;
    let Authorization { uri, session } =
        connector.kind().authorization(shared, &connector.config, state, redirect_uri)?;
    let verification = Verification {
        id: shared.long_id(),
        connector: id.to_owned(),
        state: VerificationState::Pending(session),
    };
    let answer = json!({ "authorizationUri": uri, "verificationId": verification.id });
    // One social verification at a time, whatever its connector (golden
    // `experience/other-connectors-verification`).
    experience.verifications.clear();
    experience.verifications.push(verification);
    Ok(answer)
}

/// `POST …/verify`: this is where Logto calls the provider.
pub(super) async fn verify(
    State(shared): State<Arc<Shared>>,
    Path(connector): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    text: String,
) -> Response {
    match check(&shared, &connector, query.as_deref(), &headers, &text).await {
        Ok(answer) => {
            let mut set = SetCookies::default();
            set.clear_google_one_tap();
            set.into(wire::json(StatusCode::OK, &answer))
        }
        Err(error) => error.response(),
    }
}

async fn check(
    shared: &Shared,
    id: &str,
    query: Option<&str>,
    headers: &HeaderMap,
    text: &str,
) -> Result<Value, SocialError> {
    let members = body::object(text).map_err(SocialError::Body)?;
    body::without([
        body::needed(&members, &["connectorData"], "object"),
        body::typed(&members, &["verificationId"], "string"),
    ])
    .map_err(SocialError::Body)?;
    let given = members.get("verificationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let data = members.get("connectorData").and_then(Value::as_object).cloned().unwrap_or_default();
    let Spending { connector, session, experience } = spend(shared, id, query, headers, (&given, &data))?;
    // No lock is held while the provider is asked.
    let user = connector.kind().user_info(shared, &connector.config, &session, &data).await?;
    settle(shared, query, headers, &given, (experience, user))?;
    Ok(json!({ "verificationId": given }))
}

/// A verification that is about to ask the provider.
struct Spending {
    connector: Connector,
    session: ConnectorSession,
    /// As it was then.
    experience: Experience,
}

/// Checks the call and uses the connector's session up, if it has one. What the
/// connector refuses before that leaves it: the person may try again (contract §2.2).
fn spend(
    shared: &Shared,
    id: &str,
    query: Option<&str>,
    headers: &HeaderMap,
    (given, data): (&str, &Map<String, Value>),
) -> Result<Spending, SocialError> {
    let mut store = shared.store();
    let connector = store.connector(id).cloned();
    let interaction = interaction::find(shared, &mut store, headers, query)?;
    let experience = interaction::started(interaction)?;
    let connector = connector.ok_or_else(|| SocialError::InvalidConnector(id.to_owned()))?;
    let found = experience.verifications.iter_mut().find(|known| known.id == given && known.connector == id);
    let verification = found.ok_or(SocialError::NoVerification)?;
    connector.kind().check_callback(data)?;
    connector.kind().check_config(&connector.config)?;
    if !connector.kind().keeps_session() {
        let session = ConnectorSession::default();
        return Ok(Spending { connector, session, experience: experience.clone() });
    }
    let VerificationState::Pending(session) = verification.state.clone() else {
        return Err(SocialError::Spent);
    };
    verification.state = VerificationState::Spent;
    Ok(Spending { connector, session, experience: experience.clone() })
}

/// Writes the whole state down as it was when the call came: what other calls
/// changed meanwhile is lost (contract §16).
fn settle(
    shared: &Shared,
    query: Option<&str>,
    headers: &HeaderMap,
    given: &str,
    (mut experience, user): (Experience, SocialUser),
) -> Result<(), SocialError> {
    let mut store = shared.store();
    let interaction = interaction::find(shared, &mut store, headers, query)?;
    let found = experience.verifications.iter_mut().find(|known| known.id == given);
    found.ok_or(SocialError::NoVerification)?.state = VerificationState::Verified(Arc::new(user));
    experience.skips_captcha = true;
    interaction.experience = Some(experience);
    Ok(())
}
