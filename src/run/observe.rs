//! Collects what was observed of a walk, for the findings.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;
use url::Url;

use super::action::ActionError;
use super::person::Person;
use crate::findings::{
    AdminAnswer, Ending, Finding, Observed, SeenStep, SeenUser, SeenVerb, Settings, findings,
};
use crate::record::Record;
use crate::scenario::Verb;
use crate::signin_page::SigninPageError;
use crate::stack::Stack;
use crate::walker::Hop;

/// The maximum number of audit log entries that are read.
const AUDIT_LINES: usize = 100;

/// A step, reduced to what findings may use.
pub(super) fn step(
    person: &Person<'_>,
    verb: &Verb,
    hops: Range<usize>,
    failed: Option<&ActionError>,
) -> SeenStep {
    let ending = match (failed, &person.says) {
        (Some(ActionError::SigninPage(SigninPageError::NotShown { target, shown })), _) => {
            Ending::NoButton { target: target.clone(), shown: shown.clone() }
        }
        // The message says what to change in the scenario: no party is to blame.
        (Some(error), _) if error.is_of_scenario() => Ending::Rest,
        (Some(error), _) => Ending::Failed(error.to_string().into()),
        (None, Some(says)) => Ending::Says(says.clone()),
        (None, None) => Ending::Rest,
    };
    let verb = match verb {
        Verb::Choose(_) | Verb::FillIn(_) => SeenVerb::Answered,
        Verb::LoseCookies(_) => SeenVerb::LostCookies,
        Verb::Wait(_) | Verb::AtHuggingFace(_) | Verb::Network(_) => SeenVerb::Meanwhile,
        Verb::Administer(call) => match &person.answered {
            Some(answered) => SeenVerb::Administered(Box::new(AdminAnswer {
                call: call.call.clone(),
                sent: call.body.clone().unwrap_or_default(),
                status: answered.status,
                answer: answered.json(),
            })),
            None => SeenVerb::Other,
        },
        _ => SeenVerb::Other,
    };
    SeenStep { verb, hops, ending }
}

/// The findings of a walk. Reads the present configuration and the audit log through the
/// Management API; what cannot be read counts as unknown.
pub(super) async fn conclude(person: &Person<'_>) -> Vec<Finding> {
    findings(&Around::read(person).await.seen_by(person))
}

/// What was observed outside the browser.
struct Around {
    record: Record,
    settings: Settings,
    audit: Vec<Value>,
}

impl Around {
    async fn read(person: &Person<'_>) -> Self {
        let stack = person.stack;
        let record = person.record();
        let mut settings = settings(person, record.shared).await;
        settings.signed_in = signed_in(stack, &record.hops).await;
        // The entries of the audit log do not name a browser.
        let audit = if record.shared { vec![] } else { audit(stack, person.began_ms).await };
        Self { record, settings, audit }
    }

    fn seen_by<'s>(&'s self, person: &'s Person<'_>) -> Observed<'s> {
        Observed {
            record: &self.record,
            steps: &person.steps,
            settings: &self.settings,
            audit: &self.audit,
            missed: &person.missed,
        }
    }
}

async fn read(stack: &Stack, path: &str) -> Value {
    match stack.management().get(path).await {
        Ok(answer) => answer.body,
        Err(error) => {
            tracing::debug!("could not be read for the findings: {error}");
            Value::Null
        }
    }
}

/// The configuration of the parties. If walks share the stack, a failed handshake may belong to any of them.
async fn settings(person: &Person<'_>, shared: bool) -> Settings {
    let stack = person.stack;
    let connections = stack.huggingface_connections();
    let failed = connections.failed_handshakes > person.failed_handshakes && !shared;
    let known = stack.known();
    let connectors = read(stack, "connectors").await;
    let connectors = connectors.as_array().cloned().unwrap_or_default();
    let own =
        connectors.iter().find(|one| one.get("id").and_then(Value::as_str) == Some(&known.connector_id));
    let target = own.and_then(|own| own.get("target")?.as_str()).unwrap_or("huggingface").to_owned();
    let oauth_app =
        stack.huggingface().apps().into_iter().find(|app| app.client_id == known.huggingface_client_id);
    Settings {
        connectors,
        connector_id: known.connector_id.clone(),
        target,
        application: read(stack, &format!("applications/{}", known.app_id)).await,
        app_secrets: app_secrets(&read(stack, &format!("applications/{}/secrets", known.app_id)).await),
        sign_in_experience: read(stack, "sign-in-exp").await,
        users: read(stack, "users?page=1&page_size=100").await.as_array().cloned().unwrap_or_default(),
        oauth_app,
        app: stack.app_config(),
        endpoint: Some(stack.endpoints().logto_endpoint.clone()),
        cookie_keys: read(stack, "configs/oidc/cookie-keys").await,
        failed_handshake: connections.last_failure.filter(|_| failed),
        signed_in: vec![],
        told: told(stack),
        app_output: stack.app_output().await.filter(|_| !shared).unwrap_or_default(),
        clock_ahead: stack.own_app().map_or(0, |_| {
            let here = kit::Clock::system().now();
            stack.time().at_logto().duration_since(here).as_secs()
        }),
        looks: person.looks.clone(),
    }
}

fn app_secrets(listed: &Value) -> Vec<String> {
    let secrets = listed.as_array().into_iter().flatten();
    secrets.filter_map(|secret| Some(secret.get("value")?.as_str()?.to_owned())).collect()
}

/// The variables of an app of your own that are addresses of the web.
fn told(stack: &Stack) -> Vec<(String, Url)> {
    let Some(_) = stack.own_app() else { return vec![] };
    let variables = stack.app_variables().unwrap_or_default().into_iter();
    let address = |value: &str| Url::parse(value).ok().filter(|url| url.scheme().starts_with("http"));
    variables.filter_map(|(name, value)| Some((name, address(&value)?))).collect()
}

/// The accounts that the app's session checks named.
async fn signed_in(stack: &Stack, hops: &[Hop]) -> Vec<(String, SeenUser)> {
    let subject = |hop: &Hop| {
        (hop.request.url.path() == "/api/session")
            .then(|| Some(hop.json()?.pointer("/claims/sub")?.as_str()?.to_owned()))
            .flatten()
    };
    let named: BTreeSet<String> = hops.iter().filter_map(subject).collect();
    let mut users = Vec::new();
    for id in named {
        let asked = stack.management().ask(http::Method::GET, &format!("users/{id}"), None).await;
        let seen = match asked {
            Ok((404, _)) => SeenUser::Gone,
            Ok((200, body)) => {
                let user: Value = serde_json::from_str(&body).unwrap_or_default();
                let suspended = user.get("isSuspended").and_then(Value::as_bool) == Some(true);
                if suspended { SeenUser::Suspended } else { SeenUser::Welcome }
            }
            _ => continue,
        };
        users.push((id, seen));
    }
    users
}

/// The audit log entries since the walk began, oldest first.
async fn audit(stack: &Stack, since_ms: i64) -> Vec<Value> {
    let lines = read(stack, &format!("logs?page=1&page_size={AUDIT_LINES}")).await;
    let mut lines: Vec<Value> = lines.as_array().cloned().unwrap_or_default();
    lines.retain(|line| line.get("createdAt").and_then(Value::as_i64).is_none_or(|at| at >= since_ms));
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests;
