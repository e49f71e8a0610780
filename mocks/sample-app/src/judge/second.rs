//! The second judge: `openidconnect`, an independent implementation of OIDC Core.

use std::str::FromStr as _;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, Nonce};
use serde_json::Value;

use super::expected::Expected;

/// The verdict of `openidconnect`.
pub(super) fn judge(token: &str, keys: &str, expected: &Expected<'_>) -> Result<(), String> {
    let keys: CoreJsonWebKeySet = serde_json::from_str(keys).map_err(|error| error.to_string())?;
    let id = ClientId::new(expected.app_id.to_owned());
    let issuer = IssuerUrl::new(expected.issuer.to_owned()).map_err(|error| error.to_string())?;
    let verifier = match expected.app_secret {
        None => CoreIdTokenVerifier::new_public_client(id, issuer, keys),
        Some(secret) => {
            let secret = ClientSecret::new(secret.to_owned());
            CoreIdTokenVerifier::new_confidential_client(id, secret, issuer, keys)
        }
    };
    let known = |name: &String| serde_json::from_value(Value::String(name.clone())).ok();
    let algorithms: Vec<CoreJwsSigningAlgorithm> = expected.algorithms.iter().filter_map(known).collect();
    let now = DateTime::from_timestamp(expected.now, 0).ok_or("a time outside chrono's range")?;
    let verifier = verifier
        .set_allowed_algs(algorithms)
        .set_issue_time_verifier_fn(move |issued| check_issue_time(issued, now))
        .set_time_fn(move || now);
    let token = CoreIdToken::from_str(token).map_err(|error| error.to_string())?;
    let check_nonce = |found: Option<&Nonce>| match (expected.nonce, found) {
        (Some(expected), Some(found)) if found.secret() == expected => Ok(()),
        (Some(_), _) => Err("the nonce differs".to_owned()),
        (None, _) => Ok(()),
    };
    let claims = token.claims(&verifier, check_nonce);
    claims.map(drop).map_err(|error| format!("{error}: {:?}", std::error::Error::source(&error)))
}

/// OIDC Core leaves the maximum age of a token to the client.
fn check_issue_time(issued: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), String> {
    if (now - issued).abs() > TimeDelta::seconds(60) { Err(format!("of {issued}")) } else { Ok(()) }
}
