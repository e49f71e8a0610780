//! What several rules examine: why parties answered as they did, the call in which Logto queries
//! Hugging Face, the profile that it gets, accounts in Logto, what the app sends, and the hops
//! by which a browser reaches Logto.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kit::{Direction, Entry, Note, Party};
use serde_json::Value;

use super::endpoints::logto::TOKEN;
use super::observed::{Observed, body, id_token_claims, is, query, status};
pub(super) use crate::transcript::jwt::header;
use crate::walker::{Hop, WhyHop};

/// The code of the app's note that it no longer finds its sign-in.
pub(super) const NO_SIGN_IN: &str = "app/no-sign-in";

/// Why Hugging Face answered as it did at a hop.
pub(super) fn notes<'s>(seen: &'s Observed<'_>, hop: usize, path: &str) -> Vec<&'s Note> {
    seen.provider(hop, path).flat_map(|entry| &entry.notes).collect()
}

/// The note with this code among those of the app during the hop: why it answered the browser as it did.
pub(super) fn app_note<'s>(seen: &'s Observed<'_>, hop: usize, code: &str) -> Option<&'s Note> {
    because(seen.during(hop).filter(|entry| entry.party == Party::APP).flat_map(|entry| &entry.notes), code)
}

/// The note with this code. Codes are the only way to tell notes apart: their texts are for people.
pub(super) fn because<'n>(notes: impl IntoIterator<Item = &'n Note>, code: &str) -> Option<&'n Note> {
    notes.into_iter().find(|note| note.code == code)
}

/// Whether Logto called Hugging Face in this hop (contract §2.1 step 4).
pub(super) fn is_verify(hop: &Hop) -> bool {
    let path = hop.request.url.path();
    path.contains("/verification/social/") && path.ends_with("/verify")
}

/// The targets of all connectors.
pub(super) fn targets(seen: &Observed<'_>) -> Vec<String> {
    let connectors = seen.settings.connectors.iter();
    connectors.filter_map(|connector| Some(connector.get("target")?.as_str()?.to_owned())).collect()
}

/// What Hugging Face said about the person in a hop: at its userinfo endpoint, or in the
/// ID token for the generic OpenID Connect connector.
pub(super) fn profile(seen: &Observed<'_>, hop: &Hop) -> Option<Value> {
    let good = |entry: &&Entry| status(entry).is_some_and(|code| (200..300).contains(&code));
    if seen.factory() == Some("oidc") {
        return id_token_claims(seen.provider(hop.number, "/oauth/token").filter(good).last()?);
    }
    seen.provider(hop.number, "/oauth/userinfo").filter(good).last().and_then(body)
}

/// The profiles that Logto accepted, each with its hop.
pub(super) fn profiles<'s>(seen: &'s Observed<'_>) -> Vec<(&'s Hop, Value)> {
    let accepted = seen.hops().iter().filter(|hop| is_verify(hop) && hop.response.status == 200);
    accepted.filter_map(|hop| Some((hop, profile(seen, hop)?))).collect()
}

/// A string member of a JSON object.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member)?.as_str()
}

/// The id that an account of Logto has at the provider with this target.
pub(super) fn identity<'v>(user: &'v Value, target: &str) -> Option<&'v str> {
    user.get("identities")?.get(target)?.get("userId")?.as_str()
}

/// The account with this id at the target of the connector under test.
pub(super) fn account<'s>(seen: &'s Observed<'_>, sub: &str) -> Option<&'s Value> {
    let target = seen.settings.target.as_str();
    seen.settings.users.iter().find(|user| identity(user, target) == Some(sub))
}

/// Type of the application; empty if its record is not known.
pub(super) fn application_type<'s>(seen: &'s Observed<'_>) -> &'s str {
    seen.settings.application.get("type").and_then(Value::as_str).unwrap_or_default()
}

/// A field of a form that the app sent.
pub(super) fn field(entry: &Entry, name: &str) -> Option<String> {
    form_urlencoded::parse(entry.request.body.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Whether a request of the app carries a secret.
pub(super) fn sent_secret(entry: &Entry) -> bool {
    let header = entry.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    header || field(entry, "client_secret").is_some()
}

/// The secret that a request of the app carries (RFC 6749 §2.3.1).
pub(super) fn secret(entry: &Entry) -> Option<String> {
    let basic = || {
        let (scheme, credentials) = entry.request.header("authorization")?.split_once(' ')?;
        let decoded =
            STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"));
        let pair = String::from_utf8(decoded?).ok()?;
        Some(pair.split_once(':')?.1.to_owned())
    };
    basic().or_else(|| field(entry, "client_secret"))
}

/// The requests in which the app redeems a code, or tries to.
pub(super) fn redemptions<'s>(seen: &'s Observed<'_>, code: &str) -> impl Iterator<Item = &'s Entry> {
    token_requests(seen).filter(move |entry| field(entry, "code").is_some_and(|sent| sent == code))
}

/// Every token request of the app, in order.
pub(super) fn token_requests<'s>(seen: &'s Observed<'_>) -> impl Iterator<Item = &'s Entry> {
    seen.record.entries().filter(|entry| is(entry, Party::APP, Direction::Sent, TOKEN))
}

/// The last exchange in which Hugging Face issued tokens.
pub(super) fn hf_tokens<'s>(seen: &'s Observed<'_>) -> Option<&'s Entry> {
    let token = |entry: &&Entry| is(entry, Party::HUGGINGFACE, Direction::Received, "/oauth/token");
    seen.record.entries().filter(token).rfind(|entry| status(entry) == Some(200))
}

/// What became of the code that Logto sent to an app of your own: the answers to the requests that carry it.
pub(super) fn redeemed(seen: &Observed<'_>, hop: &Hop) -> Option<Vec<Option<u16>>> {
    let to_app = seen.record.back_channel.is_received() && seen.is_at(hop, Party::APP);
    let code = query(&hop.request.url, "code").filter(|_| to_app && sent_by_logto(seen, hop))?;
    Some(redemptions(seen, &code).map(status).collect())
}

/// Whether Logto refused every request of an app of your own to redeem the code of this hop.
pub(super) fn was_refused(seen: &Observed<'_>, hop: &Hop) -> bool {
    redeemed(seen, hop).is_some_and(|answers| {
        !answers.is_empty() && answers.iter().all(|status| status.is_some_and(|status| status >= 400))
    })
}

/// Whether no request of an app of your own came in to redeem the code of this hop. Other types than
/// `Traditional` redeem it in a page's script, which the walker does not run.
pub(super) fn was_not_asked(seen: &Observed<'_>, hop: &Hop) -> bool {
    let mut later = seen.hops().iter().filter(|later| later.number >= hop.number);
    redeemed(seen, hop).is_some_and(|answers| answers.is_empty())
        && application_type(seen) == "Traditional"
        && later.all(|later| seen.is_complete(later.number))
}

/// Whether Logto sent the browser here.
pub(super) fn sent_by_logto(seen: &Observed<'_>, hop: &Hop) -> bool {
    let before = previous(seen, hop).filter(|_| hop.why == WhyHop::Redirect);
    before.is_some_and(|before| seen.is_at(before, Party::LOGTO))
}

/// The hops by which the app led a browser to one of its own, the latest first, with that one.
pub(super) fn led_by_app<'s>(seen: &'s Observed<'_>, hop: &'s Hop) -> impl Iterator<Item = &'s Hop> {
    let before = |hop: &&'s Hop| previous(seen, hop).filter(|_| hop.why == WhyHop::Redirect);
    std::iter::successors(Some(hop), before).take_while(|hop| seen.is_at(hop, Party::APP))
}

/// The page of the app that the browser shows after a hop: there, or where the app sends it.
pub(super) fn page_shown<'s>(seen: &'s Observed<'_>, hop: &'s Hop) -> &'s Hop {
    let led = |last: &&'s Hop| {
        let mut later = seen.hops().iter().filter(|hop| hop.tab == last.tab && hop.number > last.number);
        let next = later.find(|hop| hop.why != WhyHop::Call)?;
        (next.why == WhyHop::Redirect && seen.is_at(next, Party::APP)).then_some(next)
    };
    std::iter::successors(Some(hop), led).last().unwrap_or(hop)
}

/// The text of a page, or the body of another answer.
pub(super) fn shown_text(hop: &Hop) -> &str {
    if hop.is_html() { hop.page().text.trim() } else { hop.response.body.trim() }
}

/// Whether a hop is an authorization request at Logto.
pub(super) fn is_authorization(seen: &Observed<'_>, hop: &Hop) -> bool {
    seen.is_at(hop, Party::LOGTO) && hop.request.url.path() == "/oidc/auth"
}

/// The last authorization request of this hop's browser, up to it.
pub(super) fn authorization_request<'a>(seen: &'a Observed<'_>, hop: usize) -> Option<&'a Hop> {
    let (hop, earlier) = seen.hop_and_earlier(hop)?;
    earlier.iter().chain([hop]).rev().find(|other| {
        other.tab.browser() == hop.tab.browser()
            && other.why != WhyHop::Prefetch
            && is_authorization(seen, other)
    })
}

/// The previous hop in the same tab.
pub(super) fn previous<'s>(seen: &'s Observed<'_>, hop: &Hop) -> Option<&'s Hop> {
    seen.hops().iter().rev().find(|earlier| earlier.number < hop.number && earlier.tab == hop.tab)
}

/// Whether a call of a page's script was sent from a page of the app.
pub(super) fn is_from_app(seen: &Observed<'_>, call: &Hop) -> bool {
    let shown = |hop: &&Hop| hop.number < call.number && hop.tab == call.tab && hop.why != WhyHop::Call;
    seen.hops().iter().rev().find(shown).is_none_or(|page| seen.is_at(page, Party::APP))
}

/// The hop in which the app sent the browser here.
pub(super) fn sent_by_app(seen: &Observed<'_>, hop: &Hop) -> Option<usize> {
    let before = previous(seen, hop).filter(|_| hop.why == WhyHop::Redirect)?;
    (seen.is_at(before, Party::APP)).then_some(before.number)
}
