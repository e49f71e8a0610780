//! Rules about authorization requests that an app formats differently than Logto expects.

use std::borrow::Cow;

use http::Method;
use kit::Party;
use url::Url;

use crate::findings::causes::App;
use crate::findings::endpoints::logto::TOKEN;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, body, path_of, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{application_type, authorization_request, is_authorization, led_by_app};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::vocabulary::LOGTO_URN;
use crate::walker::{Hop, WhyHop};

pub(super) const EXPLAIN: &[Explain] =
    rules![trailing_slash, endpoint_path, posted, not_encoded, resource, silent, pkce, nonce, openid];
pub(super) const WATCH: &[Watch] = rules![identifier];

/// The app requested `//oidc/…` from Logto, and could not use the answer.
fn trailing_slash(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let asked = seen.app_sent(symptom.hop).find(|entry| path_of(&entry.request.url).starts_with("//"))?;
    let answer = status(asked).map_or_else(|| "nothing".to_owned(), |status| status.to_string());
    Some(
        Finding::new(App::EndpointTrailingSlash)
            .symptom(symptom)
            .journal(Party::APP, format!("{} was answered {answer}", path_of(&asked.request.url))),
    )
}

/// The app, or a browser that the app sent, asked Logto for one of its endpoints at another path.
fn endpoint_path(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let path = match &symptom.kind {
        SymptomKind::OidcError { path, .. } => Some(path.clone()).filter(|path| is_misplaced(path)),
        // The page with the error may follow.
        SymptomKind::AppFailed { .. } | SymptomKind::NoResponse(_) => {
            led_by_app(seen, seen.hop(symptom.hop)?).find_map(|hop| {
                let asked = seen.app_sent(hop.number).filter(|entry| status(entry) != Some(200));
                asked.map(|entry| path_of(&entry.request.url)).find(|path| is_misplaced(path))
            })
        }
        _ => None,
    }?;
    Some(
        Finding::new(App::EndpointPathWrong)
            .symptom(symptom)
            .journal(Party::APP, format!("Logto was asked for {path}, which it does not have")),
    )
}

/// Whether a path ends as one of Logto's, with something before that.
fn is_misplaced(path: &str) -> bool {
    const PATHS: [&str; 3] = ["/oidc/.well-known/openid-configuration", "/oidc/auth", TOKEN];
    let added = |known: &&str| path.strip_suffix(*known).is_some_and(|more| !more.is_empty() && more != "/");
    PATHS.iter().any(added) || path == "/.well-known/openid-configuration"
}

/// The app made the browser send a POST to Logto.
fn posted(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::OidcError { path, .. } = &symptom.kind else { return None };
    let (hop, earlier) = seen.hop_and_earlier(symptom.hop)?;
    let before = earlier.last()?;
    let meant = query(&hop.request.url, "client_id").is_some();
    let kept = matches!(before.response.status, 307 | 308) && before.request.method == Method::POST;
    let endpoint = matches!(path.as_str(), "/oidc/auth" | "/oidc/session/end");
    (endpoint && meant && kept && hop.why == WhyHop::Redirect && hop.request.method == Method::POST).then(
        || {
            let answered = format!("the app answered a POST with {}", before.response.status);
            Finding::new(App::PostRedirectedWith307)
                .hop(before.number, answered)
                .symptom(symptom)
                .hop(symptom.hop, "the parameters are in the URL of a POST")
        },
    )
}

/// What was cut off a registered redirect URI appears as separate parameters.
fn not_encoded(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::OidcError { error, .. } = &symptom.kind else { return None };
    (error == "invalid_redirect_uri").then_some(())?;
    let url = &seen.hop(symptom.hop)?.request.url;
    let sent = query(url, "redirect_uri")?;
    let beside = |rest: &str| {
        let mut pairs = form_urlencoded::parse(rest.as_bytes());
        pairs.all(|(name, value)| query(url, &name).is_some_and(|there| there == value))
    };
    let registered = seen.application_uris("redirectUris")?;
    let whole = registered.into_iter().find(|registered| {
        registered.strip_prefix(&*sent).and_then(|rest| rest.strip_prefix('&')).is_some_and(beside)
    })?;
    Some(
        Finding::new(App::RequestNotEncoded)
            .symptom(symptom)
            .hop(
                symptom.hop,
                format!("redirect_uri is {}, and its rest appears as separate parameters", quoted(&sent)),
            )
            .setting("application.oidcClientMetadata.redirectUris", quoted(whole)),
    )
}

/// The error with which Logto sent the browser back to the app, if it is one of `errors`.
fn told<'s>(symptom: &'s Symptom, errors: &[&str]) -> Option<&'s str> {
    match &symptom.kind {
        SymptomKind::AppGotError { error, .. } | SymptomKind::OidcError { error, .. } => {
            errors.contains(&error.as_str()).then_some(error.as_str())
        }
        _ => None,
    }
}

fn resource(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    told(symptom, &["invalid_target"])?;
    let asked = authorization_request(seen, symptom.hop)?;
    let pairs = asked.request.url.query_pairs().filter(|(name, _)| name == "resource");
    // What Logto reserves for itself cannot be registered.
    let resources: Vec<String> =
        pairs.filter(|(_, value)| !value.starts_with(LOGTO_URN)).map(|(_, value)| quoted(&value)).collect();
    let says = match resources.as_slice() {
        [] => return None,
        [one] => format!("resource is {one}"),
        several => format!("resource is one of {}", several.join(", ")),
    };
    Some(Finding::new(App::ResourceUnknown).symptom(symptom).hop(asked.number, says))
}

fn silent(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    told(symptom, &["login_required", "consent_required", "interaction_required"])?;
    let asked = authorization_request(seen, symptom.hop)?;
    (query(&asked.request.url, "prompt")? == "none").then_some(())?;
    let at = seen.hops().iter().position(|hop| hop.number == symptom.hop)?;
    let app =
        seen.hops().get(at + 1).filter(|next| seen.is_at(next, Party::APP) && next.response.status >= 400)?;
    Some(
        Finding::new(App::SilentSignInNotHandled)
            .hop(asked.number, "prompt is “none”")
            .symptom(symptom)
            .hop(app.number, format!("the app answers {}", app.response.status)),
    )
}

/// Logto requires PKCE of applications that have no secret (contract §1.3).
fn pkce(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    told(symptom, &["invalid_request"])?;
    let asked = authorization_request(seen, symptom.hop)?;
    let without = query(&asked.request.url, "code_challenge").is_none();
    let kind = application_type(seen);
    (without && matches!(kind, "SPA" | "Native")).then(|| {
        Finding::new(App::PkceMissing)
            .symptom(symptom)
            .hop(asked.number, "the request has no code_challenge")
            .setting("application.type", kind)
    })
}

/// The scopes of the authorization request, if `openid` is not among them.
fn without_openid<'s>(seen: &'s Observed<'_>, symptom: &Symptom) -> Option<(&'s Hop, String)> {
    let asked = authorization_request(seen, symptom.hop)?;
    let scope = query(&asked.request.url, "scope").unwrap_or_default().into_owned();
    (!scope.split(' ').any(|scope| scope == "openid")).then_some((asked, scope))
}

/// Logto takes a nonce only together with `openid` (contract §1.3).
fn nonce(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppGotError { error, description } = &symptom.kind else { return None };
    (error == "invalid_request" && description.starts_with("openid scope must be requested")).then_some(())?;
    let (asked, scope) = without_openid(seen, symptom)?;
    query(&asked.request.url, "nonce")?;
    Some(
        Finding::new(App::NonceWithoutOpenid)
            .symptom(symptom)
            .hop(asked.number, format!("the request has a nonce, and scope is {}", quoted(&scope))),
    )
}

/// Without `openid`, Logto gives no ID token; without any scope it denies access at the end, and does not
/// say why (contract §1.3).
fn openid(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let finding = Finding::new(App::OpenidScopeMissing).symptom(symptom);
    let finding = match &symptom.kind {
        SymptomKind::AppGotError { error, description } => {
            let refused =
                error == "invalid_request" && description.starts_with("openid scope must be requested");
            let denied = error == "access_denied" && description.is_empty();
            (refused || denied).then_some(finding)?
        }
        SymptomKind::AppFailed { .. } => {
            let tokens = seen.app_asked(symptom.hop, TOKEN).find(|entry| status(entry) == Some(200))?;
            let body = body(tokens)?;
            (body.get("access_token").is_some() && body.get("id_token").is_none()).then_some(())?;
            finding.journal(Party::APP, "the token response has no id_token")
        }
        _ => return None,
    };
    let (asked, scope) = without_openid(seen, symptom)?;
    Some(finding.hop(asked.number, format!("scope is {}", quoted(&scope))))
}

/// A parameter that Logto ignores (contract §1.3). It breaks no sign-in, so it is at no hop, and comes after what does.
fn identifier(seen: &Observed<'_>) -> Option<Finding> {
    fn sent(url: &Url) -> Option<Cow<'_, str>> {
        query(url, "identifiers").filter(|_| query(url, "identifier").is_none())
    }
    let hop =
        seen.hops().iter().find(|hop| is_authorization(seen, hop) && sent(&hop.request.url).is_some())?;
    let value = sent(&hop.request.url)?;
    Some(Finding::new(App::IdentifierMisspelt).hop(hop.number, format!("identifiers is {}", quoted(&value))))
}
