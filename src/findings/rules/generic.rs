//! Rules about Logto's generic connectors, `oauth2` and `oidc`, which must be configured with every
//! detail of the provider.

use kit::{Entry, Party};
use serde_json::Value;

use crate::findings::causes::Connector;
use crate::findings::endpoints::huggingface::{TOKEN, USERINFO};
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, body, id_token_claims, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::hf_tokens;
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] =
    rules![token_response_type, profile_map, string_booleans, issuer, unverified_email];
pub(super) const WATCH: &[Watch] = rules![unverified_email_unnoticed, renamed_parameter];

/// The successful answer of Hugging Face at a path during the hop of a refusal.
fn good<'a>(seen: &'a Observed<'_>, hop: usize, path: &'a str) -> Option<&'a Entry> {
    seen.provider(hop, path).find(|entry| status(entry) == Some(200))
}

fn made_of(seen: &Observed<'_>, factory: &str) -> Option<()> {
    (seen.factory() == Some(factory)).then_some(())
}

fn refused_as(symptom: &Symptom, code: Option<&str>) -> Option<()> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    (refusal.code.as_deref() == code).then_some(())
}

/// Whether zod reports a problem with a member of this name.
fn complains_of(seen: &Observed<'_>, hop: usize, member: &str) -> bool {
    let body = seen.hop(hop).and_then(crate::walker::Hop::json).unwrap_or_default();
    let issues = body.pointer("/data/issues").and_then(Value::as_array);
    issues.into_iter().flatten().any(|issue| issue.pointer("/path/0").and_then(Value::as_str) == Some(member))
}

/// The connector parsed JSON as a query string.
fn token_response_type(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    made_of(seen, "oauth2")?;
    refused_as(symptom, Some("connector.invalid_response"))?;
    let answer = body(good(seen, symptom.hop, TOKEN)?)?;
    answer.get("access_token")?;
    let kind = seen.connector_config("tokenEndpointResponseType");
    (kind.is_none_or(|kind| kind == "query-string") && complains_of(seen, symptom.hop, "access_token")).then(
        || {
            let shown = kind.map_or_else(|| "missing, which means query-string".to_owned(), quoted);
            Finding::new(Connector::TokenResponseType)
                .symptom(symptom)
                .journal(Party::HUGGINGFACE, "the token endpoint answered 200 with an access token in JSON")
                .setting("connector.config.tokenEndpointResponseType", shown)
        },
    )
}

/// The ID is not where the connector looks for it.
fn profile_map(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    made_of(seen, "oauth2")?;
    refused_as(symptom, Some("connector.invalid_response"))?;
    complains_of(seen, symptom.hop, "id").then_some(())?;
    let info = body(good(seen, symptom.hop, USERINFO)?)?;
    let map = seen.connector()?.get("config")?.get("profileMap").cloned().unwrap_or_default();
    let name = map.get("id").and_then(Value::as_str).unwrap_or("id");
    let pointer = format!("/{}", name.replace('.', "/"));
    info.pointer(&pointer).is_none_or(Value::is_null).then(|| {
        let members: Vec<&str> =
            info.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let shown = if map.is_null() { "missing, which means “id”".to_owned() } else { quoted(name) };
        Finding::new(Connector::ProfileMapMismatch)
            .symptom(symptom)
            .journal(Party::HUGGINGFACE, format!("userinfo answered 200 with {}", members.join(", ")))
            .setting("connector.config.profileMap.id", shown)
    })
}

/// The provider sends `"true"` where `true` is required.
fn string_booleans(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    made_of(seen, "oidc")?;
    refused_as(symptom, Some("connector.social_invalid_id_token"))?;
    let claims = id_token_claims(good(seen, symptom.hop, TOKEN)?)?;
    let claim = ["email_verified", "phone_verified"].into_iter().find(|claim| {
        claims.get(claim).is_some_and(Value::is_string) && complains_of(seen, symptom.hop, claim)
    })?;
    Some(
        Finding::new(Connector::StringTypedBooleans)
            .symptom(symptom)
            .journal(Party::HUGGINGFACE, format!("the ID token has {claim} as the text {}", claims[claim]))
            .setting(
                "connector.config.acceptStringTypedBooleanClaims",
                flag(seen, "acceptStringTypedBooleanClaims"),
            ),
    )
}

fn flag(seen: &Observed<'_>, member: &str) -> String {
    let flag = seen.connector().and_then(|connector| connector.get("config")?.get(member)).cloned();
    flag.map_or_else(|| "missing, which means false".to_owned(), |flag| flag.to_string())
}

fn verification<'a>(seen: &'a Observed<'_>, member: &str) -> Option<&'a Value> {
    seen.connector()?.get("config")?.get("idTokenVerificationConfig")?.get(member)
}

/// The issuer of the ID token differs from the configured one.
fn issuer(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    made_of(seen, "oidc")?;
    refused_as(symptom, None)?;
    let claims = id_token_claims(good(seen, symptom.hop, TOKEN)?)?;
    let (told, configured) = (claims.get("iss")?.as_str()?, verification(seen, "issuer")?);
    let accepted = match configured {
        Value::Array(all) => all.iter().any(|one| one.as_str() == Some(told)),
        one => one.as_str() == Some(told),
    };
    (!accepted).then(|| {
        Finding::new(Connector::IssuerWrong)
            .symptom(symptom)
            .journal(Party::HUGGINGFACE, format!("the ID token has iss {}", quoted(told)))
            .setting("connector.config.idTokenVerificationConfig.issuer", configured)
    })
}

/// Logto asks for an e-mail address that was provided, and was dropped.
fn unverified_email(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AsksFor(asked) = &symptom.kind else { return None };
    asked.iter().any(|one| one.starts_with("email")).then_some(())?;
    Some(dropped_email(seen)?.symptom(symptom))
}

/// Logto does not ask: the account is created without the address.
fn unverified_email_unnoticed(seen: &Observed<'_>) -> Option<Finding> {
    dropped_email(seen)
}

/// The last ID token has an e-mail address that the `oidc` connector drops.
fn dropped_email(seen: &Observed<'_>) -> Option<Finding> {
    made_of(seen, "oidc")?;
    let claims = id_token_claims(hf_tokens(seen)?)?;
    claims.get("email")?.as_str()?;
    let trusts = flag(seen, "trustUnverifiedEmail");
    let (cause, says) = match claims.get("email_verified") {
        None if trusts != "true" => (Connector::EmailNotTrusted, "without email_verified"),
        Some(Value::Bool(false)) => (Connector::EmailUnverified, "with email_verified false"),
        _ => return None,
    };
    Some(
        Finding::new(cause)
            .journal(Party::HUGGINGFACE, format!("the ID token has an e-mail address, {says}"))
            .setting("connector.config.trustUnverifiedEmail", trusts),
    )
}

/// Parameters of Hugging Face whose names have capital letters, and those as which Logto sends them.
const RENAMED: [(&str, &str); 1] = [("orgIds", "org_ids")];

/// Logto writes the names of custom parameters in snake case, and Hugging Face ignored one.
fn renamed_parameter(seen: &Observed<'_>) -> Option<Finding> {
    matches!(seen.factory()?, "oauth2" | "oidc").then_some(())?;
    let custom = seen.connector()?.get("config")?.get("customConfig")?;
    let (name, sent) = RENAMED.into_iter().find(|(name, _)| custom.get(name).is_some())?;
    let hop = seen.authorized(seen.hops().last()?.number)?;
    let url = &hop.request.url;
    (query(url, name).is_none() && query(url, sent).is_some()).then(|| {
        Finding::new(Connector::CustomParameterRenamed)
            .at(hop.number)
            .hop(hop.number, format!("the request has `{sent}`, and no `{name}`"))
            .setting(format!("connector.config.customConfig.{name}"), &custom[name])
    })
}
