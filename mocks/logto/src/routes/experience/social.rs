//! Social verification (contract §2.1 steps 2 and 4, §2.2, §7).

use std::sync::Arc;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::interaction::{Call, Started};
use crate::connectors::{Arrival, Authorization, Departure};
use crate::store::{
    Connector, ConnectorSession, Experience, SocialUser, SocialVerification, Verification, VerificationState,
};
use crate::wire::{Answer, ApiError, Code, Json, SetCookies, body, refusals};

refusals! {
    /// Why a social verification is refused.
    enum SocialError {
        #[error("the connector `{0}` does not exist")]
        UnknownConnector(_: String) => ApiError::not_found(),
        #[error("the connector `{0}` was deleted, or never existed")]
        InvalidConnector(id: String) => Code::SessionInvalidConnectorId.about(&[id]),
        #[error("state or redirectUri is empty")]
        Insufficient => Code::SessionInsufficientInfo.error(),
        #[error("no verification for this connector has that id")]
        NoVerification => Code::SessionVerificationSessionNotFound.error(),
        #[error("a code was already tried for this verification; start a new one")]
        Spent => Code::SessionConnectorValidationSessionNotFound.error(),
    }
}

/// `POST …/authorization-uri`: where the page redirects the person.
pub(super) fn authorization_uri(call: Started, Path(id): Path<String>, text: String) -> Answer {
    let members = body::object(&text)?;
    body::without([
        body::needed(&members, &["state"], "string"),
        body::needed(&members, &["redirectUri"], "string"),
    ])?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    let (state, redirect_uri) = (text("state"), text("redirectUri"));
    let mut store = call.store();
    let connector = store.connector(&id).cloned();
    let experience = call.experience(&mut store)?;
    if state.is_empty() || redirect_uri.is_empty() {
        return Err(SocialError::Insufficient.into());
    }
    let connector = connector.ok_or_else(|| SocialError::UnknownConnector(id.clone()))?;
    let departure = Departure { shared: &call, config: &connector.config, state, redirect_uri };
    let Authorization { uri, session } = connector.kind().authorization(departure)?;
    let verification =
        SocialVerification { id: call.long_id(), connector: id, state: VerificationState::Pending(session) };
    let answer = json!({ "authorizationUri": uri, "verificationId": verification.id });
    // There is one social verification at a time, for any connector (golden
    // `experience/other-connectors-verification`).
    experience.keep(Verification::Social(verification));
    Ok(Json(answer))
}

/// `POST …/verify`: Logto calls the provider here.
pub(super) async fn verify(call: Started, Path(id): Path<String>, text: String) -> Answer<Response> {
    let members = body::object(&text)?;
    body::without([
        body::needed(&members, &["connectorData"], "object"),
        body::typed(&members, &["verificationId"], "string"),
    ])?;
    let given = members.get("verificationId").and_then(Value::as_str).unwrap_or_default();
    let data = members.get("connectorData").and_then(Value::as_object).cloned().unwrap_or_default();
    let Spending { connector, session, experience } = spend(&call, &id, given, &data)?;
    // The lock is not held while the provider is called.
    let arrival = Arrival { shared: &call, config: &connector.config, session: &session, data: &data };
    let user = connector.kind().user_info(arrival).await?;
    settle(&call, given, experience, user)?;
    let mut set = SetCookies::default();
    set.clear_google_one_tap();
    Ok(set.into(Json(json!({ "verificationId": given })).into_response()))
}

/// A verification that is about to call the provider.
struct Spending {
    connector: Connector,
    session: ConnectorSession,
    /// The state at that time.
    experience: Experience,
}

/// Checks the call and uses up the connector's session, if it has one. A refusal by the connector
/// before that does not use it up: the person may retry (contract §2.2).
fn spend(call: &Call, id: &str, given: &str, data: &Map<String, Value>) -> Answer<Spending> {
    let mut store = call.store();
    let connector = store.connector(id).cloned();
    let experience = call.experience(&mut store)?;
    let connector = connector.ok_or_else(|| SocialError::InvalidConnector(id.to_owned()))?;
    let found = experience.social(given).filter(|known| known.connector == id);
    let verification = found.ok_or(SocialError::NoVerification)?;
    connector.kind().check_callback(data)?;
    connector.kind().check_config(&connector.config)?;
    if !connector.kind().keeps_session() {
        let session = ConnectorSession::default();
        return Ok(Spending { connector, session, experience: experience.clone() });
    }
    let VerificationState::Pending(session) = verification.state.clone() else {
        return Err(SocialError::Spent.into());
    };
    verification.state = VerificationState::Spent;
    Ok(Spending { connector, session, experience: experience.clone() })
}

/// Stores the whole state as it was when the call came: changes by other calls meanwhile are lost
/// (contract §16).
fn settle(call: &Call, given: &str, mut experience: Experience, user: SocialUser) -> Answer<()> {
    let mut store = call.store();
    let interaction = call.interaction(&mut store)?;
    let verification = experience.social(given).ok_or(SocialError::NoVerification)?;
    verification.state = VerificationState::Verified(Arc::new(user));
    experience.skips_captcha = true;
    interaction.experience = Some(experience);
    Ok(())
}
