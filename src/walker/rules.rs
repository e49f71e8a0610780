//! Rules that apply to every hop of every walk. A violation is recorded on the hop; a walk with a
//! violation does not pass. Opting out is explicit ([`Walker::without`](super::Walker::without)).

use url::Url;

use super::hop::Hop;
use super::violation::{Rule, Violation};

/// A hop, and where it sends the browser.
struct Seen<'a> {
    hop: &'a Hop,
    redirect: Option<Url>,
    /// Whether the redirect is an authorization response.
    responds: bool,
}

type Check = fn(&Rules, &Seen<'_>, &[Hop]) -> Option<String>;

/// The checks, in order; each returns what was seen if its rule is broken.
const CHECKS: [(Rule, Check); 6] = [
    (Rule::NoSecretInAddress, no_secret_in_address),
    (Rule::CodesAreNotCached, codes_are_not_cached),
    (Rule::TokensAreNotCached, tokens_are_not_cached),
    (Rule::CookiesAreNotCached, cookies_are_not_cached),
    (Rule::StateIsReturned, state_is_returned),
    (Rule::IssuerIsNamed, issuer_is_named),
];

/// Parameters that must never appear in a URL.
const SECRET_PARAMETERS: [&str; 5] =
    ["access_token", "refresh_token", "id_token", "client_secret", "code_verifier"];

/// The rules of one walk.
#[derive(Debug, Default)]
pub(super) struct Rules {
    off: Vec<Rule>,
    /// The issuers that servers must name, each with the origin of its authorization endpoint.
    issuers: Vec<(url::Origin, Url)>,
}

impl Rules {
    pub(super) fn switch_off(&mut self, rule: Rule) {
        self.off.push(rule);
    }

    pub(super) fn expect_issuer(&mut self, at: &Url, issuer: Url) {
        self.issuers.push((at.origin(), issuer));
    }

    /// Checks a hop against all rules. `earlier` are the hops before it.
    pub(super) fn check(&self, hop: &Hop, earlier: &[Hop]) -> Vec<Violation> {
        let redirect = hop.redirect().and_then(Result::ok);
        let responds = redirect.as_ref().is_some_and(|target| {
            parameter(target, "code").is_some() || parameter(target, "error").is_some()
        });
        let seen = Seen { hop, redirect, responds };
        CHECKS
            .iter()
            .filter(|(rule, _)| !self.off.contains(rule))
            .filter_map(|(rule, check)| Some(Violation { rule: *rule, what: check(self, &seen, earlier)? }))
            .collect()
    }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

impl Seen<'_> {
    /// The URL to which a hop sends the browser with an authorization response.
    fn authorization_response(&self) -> Option<&Url> {
        self.redirect.as_ref().filter(|_| self.responds)
    }
}

/// Whether a shared or long-lived cache may store a response.
fn may_be_cached(hop: &Hop) -> bool {
    let Some(control) = hop.response.header("cache-control") else { return false };
    let directives: Vec<String> = control.split(',').map(|part| part.trim().to_ascii_lowercase()).collect();
    let says = |name: &str| directives.iter().any(|directive| directive == name);
    let lives = |directive: &String| {
        let age = directive.strip_prefix("max-age=").or_else(|| directive.strip_prefix("s-maxage="));
        age.is_some_and(|age| age != "0")
    };
    !says("no-store")
        && !says("private")
        && !says("no-cache")
        && (says("public") || directives.iter().any(lives))
}

fn no_secret_in_address(_: &Rules, seen: &Seen<'_>, _: &[Hop]) -> Option<String> {
    std::iter::once(&seen.hop.request.url).chain(&seen.redirect).find_map(|url| {
        let (name, _) = url.query_pairs().find(|(name, _)| SECRET_PARAMETERS.contains(&&**name))?;
        Some(format!("`{name}` appears in a URL ({})", url.path()))
    })
}

fn codes_are_not_cached(_: &Rules, seen: &Seen<'_>, _: &[Hop]) -> Option<String> {
    let carries = parameter(seen.authorization_response()?, "code").is_some();
    (carries && may_be_cached(seen.hop)).then(|| "a redirect that carries a code may be cached".to_owned())
}

fn tokens_are_not_cached(_: &Rules, seen: &Seen<'_>, _: &[Hop]) -> Option<String> {
    let holds = seen.hop.json()?.get("access_token").is_some();
    let no_store = seen.hop.response.header("cache-control").is_some_and(|value| value.contains("no-store"));
    (holds && !no_store).then(|| "an answer with a token does not say `Cache-Control: no-store`".to_owned())
}

fn cookies_are_not_cached(_: &Rules, seen: &Seen<'_>, _: &[Hop]) -> Option<String> {
    let cookie = seen.hop.response.cookies.iter().find(|cookie| !cookie.value.is_empty())?;
    may_be_cached(seen.hop).then(|| format!("the answer that sets `{}` may be cached", cookie.name))
}

fn state_is_returned(_: &Rules, seen: &Seen<'_>, earlier: &[Hop]) -> Option<String> {
    let response = seen.authorization_response()?;
    let state = parameter(response, "state");
    let asked = || earlier.iter().chain(std::iter::once(seen.hop)).map(|hop| &hop.request.url);
    // The browser never saw the parameters that were pushed (RFC 9126).
    if asked().any(|url| parameter(url, "request_uri").is_some()) {
        return None;
    }
    let here = |url: &&Url| {
        let redirect_uri = parameter(url, "redirect_uri").and_then(|uri| Url::parse(&uri).ok());
        redirect_uri.is_some_and(|uri| uri.origin() == response.origin() && uri.path() == response.path())
    };
    let states: Vec<Option<String>> = asked().filter(here).map(|url| parameter(url, "state")).collect();
    if states.is_empty() {
        // If no request names this redirect URI, at least one request must have had the state.
        let known = |state: &String| asked().any(|url| parameter(url, "state").as_ref() == Some(state));
        let invented = state.filter(|state| !known(state));
        return invented.map(|_| "an authorization response brings a `state` that no request had".to_owned());
    }
    if states.contains(&state) {
        return None;
    }
    let came = if state.is_some() {
        "another `state` than its request had"
    } else {
        "no `state`, and its request had one"
    };
    Some(format!("an authorization response brings {came}"))
}

fn issuer_is_named(rules: &Rules, seen: &Seen<'_>, _: &[Hop]) -> Option<String> {
    let response = seen.authorization_response()?;
    let from = seen.hop.request.url.origin();
    if response.origin() == from {
        // It only forwards what it received: Logto's answer to a form post (contract §2.1 step 3).
        return None;
    }
    let expected = rules.issuers.iter().find(|(at, _)| *at == from).map(|(_, issuer)| issuer);
    match (parameter(response, "iss"), expected) {
        (None, None) => None,
        (None, Some(_)) => Some("an authorization response lacks `iss`".to_owned()),
        (Some(named), Some(expected)) if named == expected.as_str() => None,
        (Some(named), Some(_)) => Some(format!("an authorization response names the issuer {named}")),
        (Some(named), None) => {
            let own = Url::parse(&named).is_ok_and(|issuer| issuer.origin() == from);
            (!own).then(|| format!("an authorization response names the issuer {named}, of another origin"))
        }
    }
}

#[cfg(test)]
mod tests;
