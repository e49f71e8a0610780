//! The token exchange (RFC 8693), of which the site knows two: an address of a
//! member of the app's organization, and the OIDC token of a CI.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use oauth::{Params, Scopes};
use serde_json::{Map, Value};

use super::client::Client;
use super::refusal::Refusal;
use crate::config::{App, TrustedPublisher};
use crate::store::{Authorization, Store};
use crate::tokens::{Issue, Kind};

/// What CI tokens may do; which scopes the real ones have is a guess.
const CI_SCOPES: &str = "contribute-repos";

pub(super) fn redeem(
    store: &Store,
    params: &Params,
    client: &Client,
    now: i64,
    session_id: String,
    origin: &str,
) -> Result<Issue, Refusal> {
    let subject = params.first("subject_token").ok_or(Refusal::NoSubjectToken)?;
    match params.first("subject_token_type").unwrap_or_default() {
        "urn:huggingface:token-type:user-email" => address(store, params, client, subject, now, session_id),
        "urn:ietf:params:oauth:token-type:id_token" => ci(store, params, subject, now, session_id, origin),
        other => Err(Refusal::SubjectTokenType(other.to_owned())),
    }
}

/// The app of an organization acts for one of its members.
fn address(
    store: &Store,
    params: &Params,
    client: &Client,
    address: &str,
    now: i64,
    session_id: String,
) -> Result<Issue, Refusal> {
    if !client.is_proven() {
        return Err(Refusal::ExchangeUnproven);
    }
    let app = client.id().and_then(|id| store.app(id)).ok_or(Refusal::AppGone)?.clone();
    let organisation =
        app.exchanges_for.clone().ok_or_else(|| Refusal::ExchangeNotAllowed(app.name.clone()))?;
    let member = store.users.iter().find(|user| {
        let is_member = user.orgs.iter().any(|member| member.org == organisation);
        is_member && user.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(address))
    });
    let user = member.ok_or_else(|| Refusal::NoSuchMember(address.to_owned()))?.clone();
    let asked = Scopes::parse(params.first("scope").unwrap_or_default());
    if let Some(scope) = asked.minus(&app.scopes).iter().next() {
        return Err(Refusal::ExchangeScope(scope.to_owned()));
    }
    let authorization = Authorization {
        client_id: app.client_id.clone(),
        sub: user.sub.clone(),
        scopes: if asked.is_empty() { app.scopes.clone() } else { asked },
        orgs: store.organisation_named(&organisation).map(|org| org.sub.clone()).into_iter().collect(),
        session_id,
        auth_time: now,
    };
    let kind = Kind::Exchanged { prefix: "hf_oauth_" };
    Ok(Issue { authorization, user, app, nonce: None, with_refresh_token: false, kind })
}

/// A CI proves by its own OIDC token that it runs for a repository or a user.
fn ci(
    store: &Store,
    params: &Params,
    token: &str,
    now: i64,
    session_id: String,
    origin: &str,
) -> Result<Issue, Refusal> {
    let resource = params.first("resource").ok_or(Refusal::NoResource)?;
    let refused = |why: &str| Refusal::CiToken(why.to_owned());
    let mut why = refused("no trusted publisher is set up for this resource");
    let trusted = store.publishers.iter().filter(|publisher| publisher.resource == resource);
    for publisher in trusted {
        match check(publisher, token, now, origin) {
            Ok(()) => return for_publisher(store, publisher, session_id, now),
            Err(reason) => why = refused(reason),
        }
    }
    Err(why)
}

/// Signature, issuer, audience, subject and lifetime, in this order.
fn check(publisher: &TrustedPublisher, token: &str, now: i64, origin: &str) -> Result<(), &'static str> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| "it is no JWT")?;
    let key = match &header.kid {
        Some(kid) => publisher.jwks.find(kid),
        None => publisher.jwks.keys.first(),
    };
    let key = DecodingKey::from_jwk(key.ok_or("its key is not one of the issuer")?);
    let asymmetric = !matches!(header.alg, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512);
    let mut validation = Validation::new(header.alg);
    // Times run on the stack's clock, below.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    validation.set_audience(&[origin]);
    validation.set_issuer(&[&publisher.issuer]);
    if !asymmetric {
        return Err("it is signed with a shared secret");
    }
    let key = key.map_err(|_| "the issuer's key cannot be used")?;
    let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &key, &validation);
    let claims = decoded.map_err(|_| "its signature, issuer or audience is wrong")?.claims;
    if let Some(subject) = &publisher.subject
        && claims.get("sub").and_then(Value::as_str) != Some(subject)
    {
        return Err("its subject is not the publisher's");
    }
    // All of them are there, or nobody checked them.
    for name in ["iss", "aud"] {
        claims.get(name).ok_or("its issuer or audience is missing")?;
    }
    let until = claims.get("exp").and_then(Value::as_i64).ok_or("it has no end")?;
    if until <= now { Err("it has expired") } else { Ok(()) }
}

fn for_publisher(
    store: &Store,
    publisher: &TrustedPublisher,
    session_id: String,
    now: i64,
) -> Result<Issue, Refusal> {
    let user = store.user_named(publisher.owner()).ok_or(Refusal::UserGone)?.clone();
    let app = App {
        client_id: publisher.issuer.clone(),
        name: "Trusted Publisher".to_owned(),
        token_duration_minutes: 60,
        ..App::default()
    };
    let authorization = Authorization {
        client_id: app.client_id.clone(),
        sub: user.sub.clone(),
        scopes: Scopes::parse(CI_SCOPES),
        orgs: vec![],
        session_id,
        auth_time: now,
    };
    let prefix = if publisher.is_repository() { "hf_jwt_" } else { "hf_oauth_" };
    Ok(Issue {
        authorization,
        user,
        app,
        nonce: None,
        with_refresh_token: false,
        kind: Kind::Exchanged { prefix },
    })
}
