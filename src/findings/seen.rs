//! What several rules look at: why parties answered as they did, the call in which Logto asks
//! Hugging Face, the profile that came of it, and accounts in Logto.

use kit::{Entry, Note, Outcome, Party};
use serde_json::Value;

use super::finding::Finding;
use super::observed::{Observed, status};
pub(super) use crate::transcript::jwt::{claims, header};
use crate::walker::Hop;

/// Why Hugging Face answered as it did at a hop.
pub(super) fn notes<'s>(seen: &'s Observed<'_>, hop: usize, path: &str) -> Vec<&'s Note> {
    seen.provider(hop, path).flat_map(|entry| &entry.notes).collect()
}

/// Why the app answered the browser as it did, and what it remarked meanwhile.
pub(super) fn app_notes<'s>(seen: &'s Observed<'_>, hop: usize) -> Vec<&'s Note> {
    seen.during(hop).filter(|entry| entry.party == Party::APP).flat_map(|entry| &entry.notes).collect()
}

/// The note with this code. Codes are the only way to tell notes apart: their texts are for people.
pub(super) fn because<'n>(notes: &[&'n Note], code: &str) -> Option<&'n Note> {
    notes.iter().copied().find(|note| note.code == code)
}

/// Adds what the journal says of why it refused.
pub(super) fn with_notes(finding: Finding, notes: &[&Note]) -> Finding {
    notes.iter().fold(finding, |finding, note| finding.journal(Party::HUGGINGFACE, note))
}

/// Whether Logto asked Hugging Face in this hop (contract §2.1 step 4).
pub(super) fn is_verify(hop: &Hop) -> bool {
    let path = hop.request.url.path();
    path.contains("/verification/social/") && path.ends_with("/verify")
}

/// The factory of the connector under test.
pub(super) fn factory<'s>(seen: &'s Observed<'_>) -> Option<&'s str> {
    seen.connector()?.get("connectorId")?.as_str()
}

/// An answer as JSON, where it is JSON.
pub(super) fn json(entry: &Entry) -> Option<Value> {
    let Outcome::Response(response) = &entry.outcome else { return None };
    serde_json::from_str(&response.body).ok()
}

/// What Hugging Face told of the person in a hop: at userinfo, or to the generic
/// OpenID Connect connector in the id_token.
pub(super) fn profile(seen: &Observed<'_>, hop: &Hop) -> Option<Value> {
    let good = |entry: &&Entry| status(entry).is_some_and(|code| (200..300).contains(&code));
    if factory(seen) == Some("oidc") {
        let token = seen.provider(hop.number, "/oauth/token").filter(good).last().and_then(json)?;
        return claims(token.get("id_token")?.as_str()?);
    }
    seen.provider(hop.number, "/oauth/userinfo").filter(good).last().and_then(json)
}

/// The profiles that Logto accepted, each with its hop.
pub(super) fn profiles<'s>(seen: &'s Observed<'_>) -> Vec<(&'s Hop, Value)> {
    let accepted = seen.hops.iter().filter(|hop| is_verify(hop) && hop.response.status == 200);
    accepted.filter_map(|hop| Some((hop, profile(seen, hop)?))).collect()
}

/// A text of a JSON object.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member)?.as_str()
}

/// The id that an account of Logto has at the provider with this target.
pub(super) fn identity<'v>(user: &'v Value, target: &str) -> Option<&'v str> {
    user.get("identities")?.get(target)?.get("userId")?.as_str()
}

/// The account that has an id under the target of the connector under test.
pub(super) fn account<'s>(seen: &'s Observed<'_>, sub: &str) -> Option<&'s Value> {
    let target = seen.settings.target.as_str();
    seen.settings.users.iter().find(|user| identity(user, target) == Some(sub))
}
