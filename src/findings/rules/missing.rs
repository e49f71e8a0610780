//! Rules about a sign-in that succeeded, and that left something out that the app, or a step of the scenario, looks
//! for.

use kit::{Entry, Note, Party};
use serde_json::Value;

use crate::findings::causes::{App, Connector, HuggingFace};
use crate::findings::endpoints::logto::TOKEN;
use crate::findings::finding::Finding;
use crate::findings::observed::{Missed, Observed, SeenVerb, answered, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{account, app_note, authorization_request, field, profiles, text};
use crate::findings::shown::quoted;
use crate::findings::success::last_look;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::vocabulary::is_user_scope;
use crate::walker::Hop;

pub(super) const EXPLAIN: &[Explain] = rules![required_claim];
pub(super) const WATCH: &[Watch] =
    rules![looked_for_claim, unknown_to_logto, not_synced, overwritten, permissions, another_account];

/// The scope that provides a claim (contract §1.6).
fn scope_of(claim: &str) -> Option<&'static str> {
    Some(match claim {
        "email" | "email_verified" => "email",
        "phone_number" | "phone_number_verified" => "phone",
        "address" => "address",
        "roles" => "roles",
        "name" | "picture" | "username" | "created_at" | "updated_at" => "profile",
        _ => return None,
    })
}

/// The scope at Hugging Face without which Logto cannot know a claim, and the finding for it.
fn provider_scope_of(claim: &str) -> Option<(&'static str, Connector)> {
    Some(match claim {
        "email" | "email_verified" => ("email", Connector::EmailScopeMissing),
        "name" | "picture" => ("profile", Connector::ProfileScopeMissing),
        _ => return None,
    })
}

fn has(scope: &str, wanted: &str) -> bool {
    scope.split(' ').any(|one| one == wanted)
}

/// The app needs a claim whose scope it did not ask Logto for.
fn not_asked(seen: &Observed<'_>, claim: &str, hop: usize) -> Option<Finding> {
    let asked = authorization_request(seen, hop)?;
    let scope = query(&asked.request.url, "scope").unwrap_or_default();
    let needed = scope_of(claim)?;
    (!has(&scope, needed)).then(|| {
        Finding::new(App::ScopeNotAsked)
            .hop(asked.number, format!("scope is {}; `{claim}` comes with `{needed}`", quoted(&scope)))
    })
}

/// The app needs a claim that Logto does not know, because the connector did not ask Hugging Face for it.
fn not_provided(seen: &Observed<'_>, claim: &str, hop: usize) -> Option<Finding> {
    let (needed, cause) = provider_scope_of(claim)?;
    let asked = seen.authorized(hop)?;
    let scope = query(&asked.request.url, "scope").unwrap_or_default();
    let (verified, profile) = profiles(seen).into_iter().rfind(|(verified, _)| verified.number < hop)?;
    let told = profile.get(claim).is_some_and(|told| !told.is_null());
    (!has(&scope, needed) && !told && asked.number < verified.number).then(|| {
        Finding::new(cause)
            .hop(asked.number, format!("Logto asks Hugging Face for {}, without `{needed}`", quoted(&scope)))
            .setting("connector.config.scope", quoted(seen.connector_scope().unwrap_or_default()))
    })
}

/// A claim without which the app does not sign a person in, as it says at its callback.
fn required<'s>(seen: &'s Observed<'_>, hop: usize) -> Option<(&'s str, &'s Note)> {
    let note = app_note(seen, hop, "app/claim-missing")?;
    Some((note.fact("claim")?, note))
}

fn required_claim(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let (claim, note) = required(seen, symptom.hop)?;
    let finding = not_asked(seen, claim, symptom.hop).or_else(|| not_provided(seen, claim, symptom.hop))?;
    Some(finding.symptom(symptom).journal(Party::APP, note))
}

/// The claims that a step looked for: name, expected value, and what the app has.
fn claims<'s>(seen: &'s Observed<'_>) -> impl Iterator<Item = (&'s str, &'s Value, &'s Value)> {
    seen.missed.iter().filter_map(|missed| match missed {
        Missed::Claim { name, expected, got } => Some((name.as_str(), expected, got)),
        Missed::Text(_) => None,
    })
}

/// The claims that the app does not have: those that a step looked for, and those that the app required.
fn absent<'s>(seen: &'s Observed<'_>) -> Vec<(&'s str, usize, String)> {
    let look = last_look(seen).map_or(0, |look| look.number);
    let looked_for = claims(seen).filter(|(_, _, got)| got.is_null());
    let looked_for = looked_for.map(|(claim, ..)| (claim, look, format!("the app has no `{claim}`")));
    let required = seen.hops().iter().filter_map(|hop| {
        let (claim, note) = required(seen, hop.number)?;
        Some((claim, hop.number, note.to_string()))
    });
    looked_for.chain(required).collect()
}

/// A step looked for a claim that the app did not ask for.
fn looked_for_claim(seen: &Observed<'_>) -> Option<Finding> {
    let found = |(claim, hop, says)| Some(not_asked(seen, claim, hop)?.hop(hop, says).at(hop));
    absent(seen).into_iter().find_map(found)
}

/// A step, or the app, looked for a claim that the connector did not ask Hugging Face for.
fn unknown_to_logto(seen: &Observed<'_>) -> Option<Finding> {
    let found = |(claim, hop, says)| Some(not_provided(seen, claim, hop)?.hop(hop, says).at(hop));
    absent(seen).into_iter().find_map(found)
}

/// The last profile that Logto accepted, and its value for a claim.
fn told_last<'s>(seen: &'s Observed<'_>, claim: &str) -> Option<(&'s Hop, String, String)> {
    matches!(claim, "name" | "picture").then_some(())?;
    let (hop, profile) = profiles(seen).pop()?;
    Some((hop, text(&profile, claim)?.to_owned(), text(&profile, "sub")?.to_owned()))
}

fn syncs(seen: &Observed<'_>) -> Option<bool> {
    seen.connector()?.get("syncProfile")?.as_bool()
}

/// Hugging Face gives another name or picture than at the first sign-in, and the connector does not copy it.
fn not_synced(seen: &Observed<'_>) -> Option<Finding> {
    (syncs(seen) == Some(false)).then_some(())?;
    let look = last_look(seen)?;
    let earlier = |claim: &str, got: &Value| {
        let got = got.as_str();
        profiles(seen).iter().rev().skip(1).any(|(_, profile)| text(profile, claim) == got)
    };
    claims(seen).find_map(|(claim, _, got)| {
        let (hop, now, _) = told_last(seen, claim)?;
        (got.as_str() != Some(&now) && !got.is_null() && earlier(claim, got)).then(|| {
            Finding::new(Connector::ProfileNotSynced)
                .hop(hop.number, format!("Hugging Face gives the {claim} {}", quoted(&now)))
                .hop(look.number, format!("the app has {}", quoted(got.as_str().unwrap_or_default())))
                .setting("connector.syncProfile", false)
                .at(hop.number)
        })
    })
}

/// An administrator changed what Hugging Face then replaced.
fn overwritten(seen: &Observed<'_>) -> Option<Finding> {
    (syncs(seen) == Some(true)).then_some(())?;
    let look = last_look(seen)?;
    claims(seen).find_map(|(claim, _, got)| {
        let (hop, now, sub) = told_last(seen, claim).filter(|(_, now, _)| got.as_str() == Some(now))?;
        let id = text(account(seen, &sub)?, "id")?.to_owned();
        let member = if claim == "picture" { "avatar" } else { claim };
        let edited = seen.steps.iter().rev().find_map(|step| {
            let SeenVerb::Administered(answer) = &step.verb else { return None };
            let before = seen.hops()[..step.hops.end].last().is_none_or(|last| last.number < hop.number);
            let set = text(&answer.sent, member).filter(|set| *set != now)?;
            // The call names the account by a name of the scenario.
            let ours =
                answer.call.starts_with("PATCH /api/users/") && text(&answer.answer, "id") == Some(&id);
            (ours && before).then(|| set.to_owned())
        })?;
        Some(
            Finding::new(Connector::ProfileOverwritten)
                .management(format!("an administrator set the account's {member} to {}", quoted(&edited)))
                .hop(hop.number, format!("Hugging Face gives {}, and Logto copies it", quoted(&now)))
                .hop(look.number, format!("the app has {}", quoted(&now)))
                .setting("connector.syncProfile", true)
                .at(hop.number),
        )
    })
}

/// The token for an API lacks a permission that the app asked for, and that a step looked for.
fn permissions(seen: &Observed<'_>) -> Option<Finding> {
    let looked = seen.missed.iter().filter_map(|missed| match missed {
        Missed::Text(text) => Some(text.as_str()),
        Missed::Claim { .. } => None,
    });
    let looked: Vec<&str> = looked.collect();
    let issued = |entry: &&Entry| status(entry) == Some(200) && field(entry, "resource").is_some();
    let hop =
        seen.hops().iter().rev().find(|hop| seen.app_asked(hop.number, TOKEN).any(|entry| issued(&entry)))?;
    let entry = seen.app_asked(hop.number, TOKEN).filter(issued).last()?;
    let asked = authorization_request(seen, hop.number)?;
    let scope = query(&asked.request.url, "scope")?;
    let granted = answered(entry, "scope").unwrap_or_default();
    let lacks: Vec<&str> = scope
        .split(' ')
        .filter(|one| !is_user_scope(one) && !has(&granted, one))
        .filter(|one| looked.iter().any(|text| text.contains(one)))
        .collect();
    let resource = field(entry, "resource")?;
    (!lacks.is_empty()).then(|| {
        Finding::new(App::ApiPermissionsMissing)
            .hop(asked.number, format!("the app asks for the scope {}", quoted(&scope)))
            .journal(
                Party::APP,
                format!(
                    "Logto answered 200 to {TOKEN}: the token for {} has the scope {}",
                    quoted(&resource),
                    quoted(&granted)
                ),
            )
            .hop(hop.number, format!("the token lacks {}", lacks.join(", ")))
            .at(hop.number)
    })
}

/// Hugging Face says that this is another account than at the sign-in before, in the same browser.
fn another_account(seen: &Observed<'_>) -> Option<Finding> {
    claims(seen).next()?;
    let all = profiles(seen);
    let [.., (before, was), (now, is)] = all.as_slice() else { return None };
    let (was, is) = (text(was, "sub")?, text(is, "sub")?);
    (was != is && before.tab.browser() == now.tab.browser()).then(|| {
        Finding::new(HuggingFace::AnotherAccount)
            .hop(before.number, format!("Hugging Face says that this is {}", quoted(was)))
            .hop(now.number, format!("Hugging Face says that this is {}", quoted(is)))
            .at(now.number)
    })
}
