//! `openidconnect`, which shares no code with the sample app, judges every ID token that the app
//! received during a walk, and must reach the app's verdict. The app's own tests do the same.

use kit::{Direction, Entry, Outcome, Party};
use logto_testkit::{Scenario, Stack};
use sample_app::{ClientAuth, Variant};
use serde_json::Value;
use url::Url;

use expected::Expected;

#[path = "../../mocks/sample-app/src/judge/expected.rs"]
mod expected;
#[path = "../../mocks/sample-app/src/judge/second.rs"]
mod second;

/// The app's notes that are a verdict on an ID token, or on the keys for it.
const REFUSED: [&str; 4] =
    ["app/id-token-algorithm", "app/id-token-malformed", "app/id-token-refused", "app/key-set-malformed"];

/// How many ID tokens both judges judged.
///
/// # Errors
/// The token on which they differ.
pub(crate) fn judges_agree(stack: &Stack, scenario: &Scenario) -> Result<usize, String> {
    let Some(config) = stack.app_config() else { return Ok(0) };
    let off = scenario.given.clocks.app.0;
    let entries = stack.journal().entries();
    let mut judged = 0;
    for (at, asked) in entries.iter().enumerate() {
        let Some(token) = token_of_a_code(asked) else { continue };
        let Some(callback) = entries[..at].iter().rev().find(|entry| is_answered_at(entry, asked)) else {
            continue;
        };
        let Some(sent) = entries[..at].iter().rev().find(|entry| is_request_of(entry, callback)) else {
            continue;
        };
        let Some(provider) = latest(&entries[..at], "/oidc/.well-known/openid-configuration") else {
            continue;
        };
        // Keys are requested after the token, again if the key is unknown, and otherwise kept from before.
        let next = entries[at + 1..].iter().position(|entry| token_of_a_code(entry).is_some());
        let until = next.map_or(entries.len(), |next| at + 1 + next);
        let Some(keys) = latest(&entries[..until], "/oidc/jwks") else { continue };
        let (provider, nonce): (Value, _) = (
            serde_json::from_str(provider).map_err(|error| error.to_string())?,
            parameter(&sent.request.url, "nonce"),
        );
        let algorithms = if config.options.variants.contains(&Variant::ExpectsRs256) {
            vec!["RS256".to_owned()]
        } else {
            serde_json::from_value(provider["id_token_signing_alg_values_supported"].clone())
                .unwrap_or_default()
        };
        // The second app's code is sent to another origin.
        let at_second = |uri: &str| {
            stack
                .endpoints()
                .others
                .iter()
                .any(|other| other.name == "SECOND_APP" && uri.starts_with(other.origin.as_str()))
        };
        let second_app = stack.known().second_app.as_ref().filter(|_| at_second(&callback.request.url));
        let (app_id, app_secret) = second_app
            .map_or((&config.app_id, &config.app_secret), |second| (&second.app_id, &second.app_secret));
        let expected = Expected {
            issuer: provider["issuer"].as_str().unwrap_or_default(),
            algorithms: &algorithms,
            app_id,
            app_secret: (config.options.client_auth != ClientAuth::None).then_some(app_secret.as_str()),
            nonce: nonce.as_deref(),
            now: asked.at.checked_add(off).map_err(|error| error.to_string())?.as_second(),
        };
        let refused = callback.notes.iter().any(|note| REFUSED.contains(&note.code));
        let second = second::judge(&token, keys, &expected);
        if second.is_ok() == refused {
            return Err(format!(
                "the app {} the ID token, the second judge says {second:?}: {token}",
                if refused { "refuses" } else { "believes" }
            ));
        }
        judged += 1;
    }
    Ok(judged)
}

/// The ID token that the app received for a code.
fn token_of_a_code(entry: &Entry) -> Option<String> {
    let sent = entry.party == Party::APP && entry.direction == Direction::Sent;
    let body = answer(entry).filter(|_| sent && parameter(&form(entry), "code").is_some())?;
    Some(serde_json::from_str::<Value>(body).ok()?["id_token"].as_str()?.to_owned())
}

/// Whether the app received the code here that it redeems in `asked`.
fn is_answered_at(entry: &Entry, asked: &Entry) -> bool {
    entry.party == Party::APP
        && entry.direction == Direction::Received
        && parameter(&entry.request.url, "code")
            .is_some_and(|code| parameter(&form(asked), "code") == Some(code))
}

/// Whether Logto received the authorization request here that `callback` answers.
fn is_request_of(entry: &Entry, callback: &Entry) -> bool {
    entry.party == Party::LOGTO
        && entry.request.url.contains("/oidc/auth?")
        && parameter(&entry.request.url, "state") == parameter(&callback.request.url, "state")
}

/// The last document that the app received from this path.
fn latest<'e>(entries: &'e [Entry], path: &str) -> Option<&'e str> {
    let is = |entry: &&Entry| entry.party == Party::APP && entry.request.url.ends_with(path);
    entries.iter().rev().filter(is).find_map(answer)
}

fn answer(entry: &Entry) -> Option<&str> {
    match &entry.outcome {
        Outcome::Response(response) if response.status == 200 => Some(&response.body),
        Outcome::Response(_) | Outcome::Pending | Outcome::Fault(_) => None,
    }
}

/// A form as the query of an address, so that both are parsed alike.
fn form(entry: &Entry) -> String {
    format!("http://form/?{}", entry.request.body)
}

fn parameter(address: &str, name: &str) -> Option<String> {
    let address = Url::parse(address).ok()?;
    address.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}
