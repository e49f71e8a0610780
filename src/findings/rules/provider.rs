//! Rules about what Hugging Face itself did wrong, after the person had consented: at its token,
//! userinfo and key-set endpoints, and in sending the browser back.
//!
//! Logto says almost nothing about it: `connector.general {"message":"{}"}`, or a bare 500. What
//! Hugging Face answered is in its journal.

use kit::{Entry, Outcome, Party};
use serde_json::Value;

use crate::findings::causes::HuggingFace;
use crate::findings::endpoints::huggingface::{AUTHORIZE, TOKEN, USERINFO};
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, answered, body, id_token_claims, path_of, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{because, header, is_verify, previous, profile, profiles};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind, not_authorized};
use crate::signin_page::Refusal;
use crate::walker::Hop;

pub(super) const EXPLAIN: &[Explain] = rules![
    email_not_verified,
    too_slow,
    connection_broken,
    state_changed,
    callback_without_code,
    code_expired,
    token_endpoint,
    userinfo,
    key_set,
    nonce,
];
/// True whenever the token endpoint refuses; applied after all rules that know the reason.
pub(super) const LAST: &[Explain] = rules![token_refused];
pub(super) const WATCH: &[Watch] = rules![empty_sub];

/// How long Logto's page waits for an answer of Logto, in seconds.
const PAGE_WAITS: i64 = 10;
/// Path of the key set.
const JWKS: &str = "/oauth/jwks";
/// The code of a journal's fault for a request whose client hung up.
const CANCELLED: &str = "kit/cancelled";
/// ID of the connector for Hugging Face.
const OWN: &str = "huggingface-universal";

/// Hugging Face does not let people through whose e-mail address is not verified.
fn email_not_verified(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (_, notes) = not_authorized(seen, symptom, "hf/email-not-verified")?;
    Some(Finding::new(HuggingFace::EmailNotVerified).symptom(symptom).notes(notes))
}

/// A refusal of the call in which Logto sends its requests to Hugging Face.
fn verifying<'s>(seen: &'s Observed<'_>, symptom: &'s Symptom) -> Option<(&'s Hop, &'s Refusal)> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    let hop = seen.hop(symptom.hop)?;
    is_verify(hop).then_some((hop, refusal))
}

/// The last request that Logto sent in a hop, and its time limit in seconds (contract §6, §13).
fn last_call<'s>(seen: &'s Observed<'_>, hop: &Hop) -> Option<(&'s Entry, i64)> {
    let entries = seen.during(hop.number).filter(|entry| entry.party == Party::HUGGINGFACE);
    let calls = entries.filter_map(|entry| match path_of(&entry.request.url).as_str() {
        TOKEN => Some((entry, 10)),
        USERINFO | JWKS => Some((entry, 5)),
        _ => None,
    });
    calls.last().filter(|_| seen.is_complete(hop.number))
}

fn called(entry: &Entry) -> String {
    format!("{} {}", entry.request.method, path_of(&entry.request.url))
}

/// Logto hung up before it got an answer.
fn too_slow(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, refusal) = verifying(seen, symptom)?;
    let (entry, limit) = last_call(seen, hop)?;
    let hung_up = match &entry.outcome {
        Outcome::Fault(fault) => fault.code == CANCELLED,
        Outcome::Pending => true,
        Outcome::Response(_) => false,
    };
    let waited = |entry: &Entry| hop.at.duration_since(entry.at).as_secs();
    // One second of tolerance for clocks that round.
    let told = if hung_up && matches!(refusal.status, 500 | 0) && waited(entry) + 1 >= limit {
        format!("{} had no answer yet when Logto gave up; it waits {limit} s", called(entry))
    } else {
        // All that Logto asked was answered, too late for its page.
        let first = seen.during(hop.number).find(|entry| entry.party == Party::HUGGINGFACE)?;
        (refusal.status == 0 && waited(first) + 1 >= PAGE_WAITS).then(|| {
            format!(
                "Logto had all answers {} s after its first request; its page waits {PAGE_WAITS} s",
                waited(first)
            )
        })?
    };
    Some(Finding::new(HuggingFace::TooSlow).symptom(symptom).journal(Party::HUGGINGFACE, told))
}

/// The connection ended without an answer, or in the middle of one.
fn connection_broken(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, _) = verifying(seen, symptom)?;
    let (entry, _) = last_call(seen, hop)?;
    let told = match &entry.outcome {
        Outcome::Fault(fault) if fault.code != CANCELLED => fault,
        Outcome::Response(_) => because(&entry.notes, "kit/breaks-off")?,
        _ => return None,
    };
    Some(
        Finding::new(HuggingFace::ConnectionBroken)
            .symptom(symptom)
            .journal(Party::HUGGINGFACE, format!("{}: {told}", called(entry))),
    )
}

/// The `state` that came back is not the one that Logto had sent.
fn state_changed(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::StateMismatch = symptom.kind else { return None };
    let (callback, earlier) = seen.hop_and_earlier(symptom.hop)?;
    let asked = earlier.iter().rev().find(|hop| {
        hop.tab == callback.tab && hop.request.url.path() == AUTHORIZE && seen.is_at(hop, Party::HUGGINGFACE)
    })?;
    // Only Hugging Face's own redirect stands between the two.
    let led = asked.redirect()?.ok()?;
    (led == callback.request.url).then_some(())?;
    let sent = query(&asked.request.url, "state")?.into_owned();
    let came: Vec<String> = callback
        .request
        .url
        .query_pairs()
        .filter(|(name, _)| name == "state")
        .map(|(_, value)| value.into_owned())
        .collect();
    (came != [sent.clone()]).then(|| {
        let told = match came.as_slice() {
            [] => "no state at all".to_owned(),
            several => several.iter().map(|state| quoted(state)).collect::<Vec<_>>().join(" and "),
        };
        Finding::new(HuggingFace::StateChanged)
            .hop(asked.number, format!("state is {}", quoted(&sent)))
            .hop(callback.number, format!("what came back is {told}"))
            .at(callback.number)
    })
}

/// Neither a code nor an error came back.
fn callback_without_code(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, _) = verifying(seen, symptom)?;
    let callback = previous(seen, hop)?;
    let url = &callback.request.url;
    let bare = query(url, "code").is_none() && query(url, "error").is_none();
    (bare && url.path().starts_with("/callback/")).then(|| {
        Finding::new(HuggingFace::CallbackWithoutCode)
            .hop(callback.number, "the browser came back with neither `code` nor `error`")
            .symptom(symptom)
            .at(hop.number)
    })
}

/// The code had expired.
fn code_expired(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, _) = verifying(seen, symptom)?;
    let entry = seen.provider(hop.number, TOKEN).last()?;
    because(&entry.notes, "hf/code-expired")?;
    Some(Finding::new(HuggingFace::CodeExpired).symptom(symptom).notes(&entry.notes))
}

/// Status and error of an answer, in words.
fn answer(entry: &Entry) -> String {
    let code = status(entry).unwrap_or_default();
    let error = answered(entry, "error");
    let retry = match &entry.outcome {
        Outcome::Response(response) => {
            response.header("retry-after").map(|after| format!(" (Retry-After: {after})"))
        }
        _ => None,
    };
    let error = error.map(|error| format!(" {error}")).unwrap_or_default();
    format!("{} answered {code}{error}{}", called(entry), retry.unwrap_or_default())
}

fn because_of_status(symptom: &Symptom, entry: &Entry, tries: usize) -> Option<Finding> {
    let cause = match status(entry)? {
        429 => HuggingFace::RateLimited,
        408 | 500..=599 => HuggingFace::ServerError,
        _ => return None,
    };
    let tried = if tries == 1 { String::new() } else { format!(", {tries} times") };
    let told = format!("{}{tried}", answer(entry));
    Some(Finding::new(cause).symptom(symptom).journal(Party::HUGGINGFACE, told))
}

/// Faults of the token endpoint, except a refusal with a reason.
fn token_endpoint(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, _) = verifying(seen, symptom)?;
    let entry = seen.provider(hop.number, TOKEN).last()?;
    if !(200..300).contains(&status(entry)?) {
        return because_of_status(symptom, entry, 1);
    }
    // It must be the last call: what follows it was answered.
    (last_call(seen, hop)?.0.number == entry.number).then_some(())?;
    let answered = body(entry);
    if let Some(error) = answered.as_ref().and_then(|body| error_within(body, "access_token")) {
        return Some(error_in_success(symptom, entry, &error));
    }
    if !expects_json(seen) {
        return None;
    }
    let Some(body) = answered else { return Some(not_json(symptom, entry)) };
    let mut defects = defects(&body, token_members(seen.factory()?), false);
    if seen.factory() != Some("oidc") && body.get("access_token").and_then(Value::as_str) == Some("") {
        defects = vec!["access_token is empty".to_owned()];
    }
    let cause = match defects.as_slice() {
        [] => return None,
        [only] if only == "token_type is missing" => HuggingFace::TokenTypeMissing,
        _ => HuggingFace::TokenAnswerIncomplete,
    };
    let told = format!("{}: {}", answer(entry), defects.join(", "));
    Some(Finding::new(cause).symptom(symptom).journal(Party::HUGGINGFACE, told))
}

/// The members of a token response that a connector checks (contract §7, §11).
fn token_members(factory: &str) -> &'static [Member] {
    match factory {
        OWN => &[
            ("access_token", Kind::Text, true),
            ("token_type", Kind::Text, true),
            ("scope", Kind::Text, true),
        ],
        "oidc" => &[
            ("id_token", Kind::Text, true),
            ("access_token", Kind::Text, false),
            ("token_type", Kind::Text, false),
            ("expires_in", Kind::Number, false),
            ("refresh_token", Kind::Text, false),
            ("scope", Kind::Text, false),
        ],
        _ => &[
            ("access_token", Kind::Text, true),
            ("token_type", Kind::Text, true),
            ("expires_in", Kind::Number, false),
            ("refresh_token", Kind::Text, false),
            ("scope", Kind::Text, false),
        ],
    }
}

/// The error in a successful answer that lacks a member: `error`, or an envelope that says that the request
/// failed.
fn error_within(body: &Value, lacks: &str) -> Option<String> {
    let there = |name: &str| body.get(name).filter(|value| !value.is_null());
    let inner = there("data").and_then(|data| data.get(lacks));
    if !body.is_object() || there(lacks).is_some() || inner.is_some() {
        return None;
    }
    let code = |name: &str| {
        let value = there(name)?;
        let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
        (!(0..400).contains(&number)).then(|| format!("{name} {number}"))
    };
    let no = |name: &str| there(name).filter(|value| **value == false).map(|_| format!("{name} false"));
    let error = there("error").filter(|value| **value != false).map(|error| match error.as_str() {
        Some(text) => format!("error {}", quoted(text)),
        None => "error".to_owned(),
    });
    let error = error
        .or_else(|| code("code"))
        .or_else(|| code("errcode"))
        .or_else(|| code("status"))
        .or_else(|| no("success"))
        .or_else(|| no("ok"))?;
    let told = ["error_description", "message", "msg", "errmsg"].into_iter().find_map(|name| {
        let text: String = there(name)?.as_str()?.chars().take(80).collect();
        Some(format!(", {name} {}", quoted(&text)))
    });
    Some(error + &told.unwrap_or_default())
}

fn error_in_success(symptom: &Symptom, entry: &Entry, error: &str) -> Finding {
    let told = format!("{} answered {} with {error}", called(entry), status(entry).unwrap_or_default());
    Finding::new(HuggingFace::ErrorInSuccess).symptom(symptom).journal(Party::HUGGINGFACE, told)
}

/// The generic OAuth 2.0 connector parses a query string unless it is configured otherwise.
fn expects_json(seen: &Observed<'_>) -> bool {
    seen.factory() != Some("oauth2") || seen.connector_config("tokenEndpointResponseType") == Some("json")
}

fn not_json(symptom: &Symptom, entry: &Entry) -> Finding {
    let kind = match &entry.outcome {
        Outcome::Response(response) if response.body.is_empty() => "nothing at all".to_owned(),
        Outcome::Response(response) => {
            let begin: String = response.body.chars().take(40).collect();
            let kind = response.header("content-type").unwrap_or("no content type");
            format!("{kind}, beginning with {}", quoted(begin.trim()))
        }
        _ => String::new(),
    };
    Finding::new(HuggingFace::AnswerNotJson)
        .symptom(symptom)
        .journal(Party::HUGGINGFACE, format!("{}, with {kind}", answer(entry)))
}

/// A member of an answer: its name, its type, and whether it must be there.
type Member = (&'static str, Kind, bool);

/// The type of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
}

/// What is wrong with the members of an answer. In a profile, `null` counts as absent.
fn defects(body: &Value, members: &[Member], profile: bool) -> Vec<String> {
    let Some(object) = body.as_object() else { return vec!["the answer is not a JSON object".to_owned()] };
    let defect = |(name, kind, needed): &Member| match (object.get(*name), kind) {
        (Some(Value::String(_)), Kind::Text) | (Some(Value::Number(_)), Kind::Number) => None,
        (None, _) if *needed => Some(format!("{name} is missing")),
        (None, _) => None,
        (Some(Value::Null), _) if !needed && profile => None,
        (Some(other), Kind::Text) => Some(format!("{name} is not a string, but {other}")),
        (Some(other), Kind::Number) => Some(format!("{name} is not a number, but {other}")),
    };
    members.iter().filter_map(defect).collect()
}

/// Faults of the userinfo endpoint, to which Logto sends up to three requests.
fn userinfo(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, refusal) = verifying(seen, symptom)?;
    let tries = seen.provider(hop.number, USERINFO).count();
    let entry = seen.provider(hop.number, USERINFO).last()?;
    let code = status(entry)?;
    if let Some(finding) = because_of_status(symptom, entry, tries) {
        return Some(finding);
    }
    if code >= 400 {
        let finding = Finding::new(HuggingFace::AccessTokenRefused)
            .symptom(symptom)
            .journal(Party::HUGGINGFACE, answer(entry));
        return Some(finding.notes(&entry.notes));
    }
    let Some(body) = body(entry) else { return Some(not_json(symptom, entry)) };
    if let Some(error) = error_within(&body, "sub").filter(|_| refusal.status < 500) {
        return Some(error_in_success(symptom, entry, &error));
    }
    (seen.factory() == Some(OWN)).then_some(())?;
    let members = ["sub", "name", "picture", "email"].map(|name| (name, Kind::Text, name == "sub"));
    let defects = defects(&body, &members, true);
    (!defects.is_empty()).then(|| {
        Finding::new(HuggingFace::ProfileIncomplete)
            .symptom(symptom)
            .journal(Party::HUGGINGFACE, format!("{}: {}", answer(entry), defects.join(", ")))
    })
}

/// The key that signed the ID token is not available.
fn key_set(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, _) = verifying(seen, symptom)?;
    let entry = seen.provider(hop.number, JWKS).last()?;
    let finding = |cause| Finding::new(cause).symptom(symptom);
    let keys = body(entry).and_then(|body| body.get("keys")?.as_array().cloned());
    let Some(keys) = keys.filter(|_| status(entry) == Some(200)) else {
        return Some(finding(HuggingFace::KeySetUnavailable).journal(Party::HUGGINGFACE, answer(entry)));
    };
    let token = answered(seen.provider(hop.number, TOKEN).last()?, "id_token")?;
    let kid = header(&token)?.get("kid")?.as_str()?.to_owned();
    let ids: Vec<&str> = keys.iter().filter_map(|key| key.get("kid")?.as_str()).collect();
    (ids.len() == keys.len() && !ids.contains(&kid.as_str())).then(|| {
        let listed = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
        finding(HuggingFace::SigningKeyUnpublished)
            .journal(Party::HUGGINGFACE, format!("the id_token is signed with the key {kid}"))
            .journal(Party::HUGGINGFACE, format!("{}; its keys: {listed}", answer(entry)))
    })
}

/// The ID token belongs to another request.
fn nonce(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, refusal) = verifying(seen, symptom)?;
    (refusal.code.as_deref() == Some("connector.social_invalid_id_token")).then_some(())?;
    let (_, earlier) = seen.hop_and_earlier(hop.number)?;
    let asked = earlier.iter().rev().find(|other| {
        other.tab == hop.tab
            && other.request.url.path() == AUTHORIZE
            && query(&other.request.url, "nonce").is_some()
    })?;
    let sent = query(&asked.request.url, "nonce")?.into_owned();
    let claims = id_token_claims(seen.provider(hop.number, TOKEN).last()?)?;
    let came = claims.get("nonce")?.as_str()?.to_owned();
    (came != sent).then(|| {
        Finding::new(HuggingFace::NonceMismatch)
            .hop(asked.number, format!("nonce is {}", quoted(&sent)))
            .symptom(symptom)
            .journal(Party::HUGGINGFACE, format!("the id_token has the nonce {}", quoted(&came)))
            .at(hop.number)
    })
}

/// The token endpoint refused, for a reason that no other rule knows.
fn token_refused(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, _) = verifying(seen, symptom)?;
    let entry = seen.provider(hop.number, TOKEN).last()?;
    (400..500).contains(&status(entry)?).then_some(())?;
    let finding =
        Finding::new(HuggingFace::TokenRefused).symptom(symptom).journal(Party::HUGGINGFACE, answer(entry));
    Some(finding.notes(&entry.notes))
}

/// Logto used an empty ID to identify a person.
fn empty_sub(seen: &Observed<'_>) -> Option<Finding> {
    let (hop, _) = profiles(seen)
        .into_iter()
        .find(|(_, profile)| profile.get("sub").and_then(Value::as_str) == Some(""))?;
    let entry = seen.provider(hop.number, USERINFO).last()?;
    profile(seen, hop)?;
    Some(
        Finding::new(HuggingFace::EmptySub)
            .hop(hop.number, "Logto accepts the profile")
            .journal(Party::HUGGINGFACE, format!("{}, with an empty sub", answer(entry)))
            .at(hop.number),
    )
}
