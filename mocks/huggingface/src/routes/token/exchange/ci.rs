//! A CI job presents the id_token of its provider and gets a token for one repository, or for
//! reading in a user's name (hub-docs, `trusted-publishers.md`). No client authentication.

use std::time::Duration;

use bytes::Bytes;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use kit::Elapsed;
use oauth::Params;
use serde_json::{Map, Value};

use super::super::refusal::Refusal;
use crate::HuggingFace;
use crate::config::TrustedPublisher;
use crate::store::{Authorization, Store};
use crate::tokens::{self, TokenReply};

/// Time limit for the provider's documents. The real site gave up after 10 s.
const TIME_LIMIT: Duration = Duration::from_secs(10);

type Claims = Map<String, Value>;

/// Runs the checks, in order, and issues the token. The public text never says which check failed.
pub(super) async fn redeem(
    mock: &HuggingFace,
    params: &Params,
    subject: &str,
) -> Result<TokenReply, Refusal> {
    let resource = params.one("resource")?.filter(|text| !text.is_empty()).ok_or(Refusal::NoResource)?;
    check_resource(resource)?;
    let issuer = issuer_of(subject)?;
    let publishers = publishers(&mock.store(), resource, &issuer)?;
    let keys = keys(mock, &publishers, &issuer).await?;
    let claims = check_signature(subject, &keys)?;
    check_audience(&claims, mock.origin())?;
    check_times(&claims, mock.clock().seconds())?;
    check_claims(&claims, &publishers)?;
    let authorization = {
        let store = mock.store();
        // A resource without a slash is a user.
        store.user_named(resource).map(|user| Authorization {
            client_id: issuer.clone(),
            sub: user.sub.clone(),
            scopes: oauth::Scopes::parse("gated-repos"),
            orgs: Vec::new(),
            session_id: mock.random().hex(12),
            auth_time: mock.clock().seconds(),
        })
    };
    Ok(tokens::issue_for_ci(mock, authorization, resource)?)
}

/// `namespace/name`, optionally with the prefix `datasets/`, `spaces/` or `kernels/`, or a
/// username.
fn check_resource(resource: &str) -> Result<(), Refusal> {
    let parts: Vec<_> = resource.split('/').collect();
    let good = match parts.as_slice() {
        [_] | [_, _] => true,
        [kind, _, _] => matches!(*kind, "datasets" | "spaces" | "kernels"),
        _ => false,
    };
    let all_named = parts.iter().all(|part| !part.is_empty());
    if good && all_named { Ok(()) } else { Err(Refusal::Resource(resource.to_owned())) }
}

/// `iss`, read before the signature is verified: it determines which keys to use.
fn issuer_of(token: &str) -> Result<String, Refusal> {
    let unreadable = |reason: String| Refusal::CiToken(format!("cannot be read: {reason}"));
    let claims: Claims = jsonwebtoken::dangerous::insecure_decode(token)
        .map_err(|error| unreadable(error.to_string()))?
        .claims;
    let issuer = claims.get("iss").and_then(Value::as_str);
    issuer.map(ToOwned::to_owned).ok_or_else(|| Refusal::CiToken("has no iss".to_owned()))
}

/// The publishers that trust this issuer for this resource.
fn publishers(store: &Store, resource: &str, issuer: &str) -> Result<Vec<TrustedPublisher>, Refusal> {
    let of_resource = || store.trusted_publishers.iter().filter(|own| own.resource == resource);
    if of_resource().next().is_none() {
        return Err(Refusal::NoPublisher(resource.to_owned()));
    }
    let found: Vec<_> = of_resource().filter(|own| own.issuer == issuer).cloned().collect();
    if found.is_empty() {
        return Err(Refusal::OtherIssuer { resource: resource.to_owned(), issuer: issuer.to_owned() });
    }
    Ok(found)
}

/// The issuer's keys: the configured ones, or those that its discovery document refers to.
async fn keys(mock: &HuggingFace, publishers: &[TrustedPublisher], issuer: &str) -> Result<JwkSet, Refusal> {
    let unusable = |reason: String| Refusal::CiKeys { issuer: issuer.to_owned(), reason };
    let value = match publishers.iter().find_map(|own| own.jwks.clone()) {
        Some(keys) => keys,
        None => {
            let discovery = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
            let document = fetch(mock, &discovery).await.map_err(unusable)?;
            let address = document["jwks_uri"].as_str().unwrap_or_default().to_owned();
            fetch(mock, &address).await.map_err(unusable)?
        }
    };
    serde_json::from_value(value).map_err(|error| unusable(error.to_string()))
}

async fn fetch(mock: &HuggingFace, address: &str) -> Result<Value, String> {
    let request = http::Request::get(address).body(Bytes::new()).map_err(|error| error.to_string())?;
    let sent = mock.context().client.send(request);
    let response = mock
        .clock()
        .timeout(&format!("the answer of {address}"), TIME_LIMIT, sent)
        .await
        .map_err(|elapsed| match elapsed {
            Elapsed::Limit { after } => format!("no answer from {address} within {} s", after.as_secs()),
            Elapsed::Harness(_) => elapsed.to_string(),
        })?
        .map_err(|error| error.to_string())?;
    if response.status() != http::StatusCode::OK {
        return Err(format!("{address} answered {}", response.status().as_u16()));
    }
    serde_json::from_slice(response.body()).map_err(|error| format!("{address}: {error}"))
}

fn check_signature(token: &str, keys: &JwkSet) -> Result<Claims, Refusal> {
    let bad = |reason: String| Refusal::CiToken(reason);
    let header = decode_header(token).map_err(|error| bad(format!("has a bad header: {error}")))?;
    let by_id = |key: &&Jwk| header.kid.is_none() || key.common.key_id == header.kid;
    let key = keys.keys.iter().find(by_id);
    let key = key.ok_or_else(|| bad("is signed with a key that its issuer does not publish".to_owned()))?;
    let key = DecodingKey::from_jwk(key).map_err(|error| bad(format!("has an unusable key: {error}")))?;
    // Times are checked against the stack's clock, and the audience separately for its own note.
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decoded = decode::<Claims>(token, &key, &validation);
    Ok(decoded.map_err(|error| bad(format!("is not signed by its issuer: {error}")))?.claims)
}

/// "Its `aud` claim must be https://huggingface.co", which is this site.
fn check_audience(claims: &Claims, origin: &str) -> Result<(), Refusal> {
    let own = match claims.get("aud") {
        Some(Value::String(audience)) => audience == origin,
        Some(Value::Array(all)) => all.iter().any(|audience| audience == origin),
        _ => false,
    };
    if own {
        return Ok(());
    }
    let given = claims.get("aud").map_or_else(|| "none".to_owned(), ToString::to_string);
    Err(Refusal::CiToken(format!("is for the audience {given}, not for {origin}")))
}

fn check_times(claims: &Claims, now: i64) -> Result<(), Refusal> {
    let bad = |reason: String| Err(Refusal::CiToken(reason));
    let time = |name| claims.get(name).and_then(Value::as_i64);
    match (time("exp"), time("nbf")) {
        (None, _) => bad("has no exp".to_owned()),
        (Some(end), _) if end <= now => bad(format!("expired {} s ago", now - end)),
        (_, Some(start)) if start > now => bad(format!("is not valid for another {} s", start - now)),
        _ => Ok(()),
    }
}

/// All claims of one publisher are present with exactly these values: no patterns, no prefixes.
fn check_claims(claims: &Claims, publishers: &[TrustedPublisher]) -> Result<(), Refusal> {
    let missing = |own: &TrustedPublisher| {
        own.claims
            .iter()
            .find(|(name, value)| claims.get(*name).and_then(Value::as_str) != Some(value))
            .map(|(name, value)| (name.clone(), value.clone()))
    };
    let mut first = None;
    for publisher in publishers {
        match missing(publisher) {
            None => return Ok(()),
            Some(difference) => first = first.or(Some(difference)),
        }
    }
    let (name, wanted) = first.unwrap_or_default();
    let given = claims.get(&name).map_or_else(|| "absent".to_owned(), ToString::to_string);
    Err(Refusal::CiToken(format!("has the claim `{name}` {given}, but {wanted:?} is trusted")))
}
