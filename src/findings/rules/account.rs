//! Rules about accounts and identities that already exist.

use kit::Party;
use serde_json::Value;

use crate::findings::causes::{Account, HuggingFace};
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{account, identity, profiles, text};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::WhyHop;

pub(super) const EXPLAIN: &[Explain] = rules![linking, suspended, in_use];
pub(super) const WATCH: &[Watch] = rules![unverified_email, other_target, email_not_synced, no_method_left];

/// Logto asks whether the person owns an existing account.
fn linking(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AsksToLink { .. } = &symptom.kind else { return None };
    if let Some(finding) = another_account(seen, symptom) {
        return Some(finding);
    }
    let linking = seen.settings.sign_in_experience.get("socialSignIn").cloned().unwrap_or_default();
    Some(
        Finding::new(Account::EmailBelongsToAnother)
            .symptom(symptom)
            .setting("signInExperience.socialSignIn", linking),
    )
}

/// The account with the same address was signed in to with another account of Hugging Face.
fn another_account(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, profile) = profiles(seen).pop()?;
    let (email, sub) = (text(&profile, "email")?, text(&profile, "sub")?);
    let same =
        |user: &&Value| text(user, "primaryEmail").is_some_and(|other| other.eq_ignore_ascii_case(email));
    let user = seen.settings.users.iter().find(same)?;
    let linked = identity(user, &seen.settings.target).filter(|linked| *linked != sub)?;
    Some(
        Finding::new(HuggingFace::AnotherAccount)
            .symptom(symptom)
            .hop(
                hop.number,
                format!("Hugging Face says that this is {}, with {}", quoted(sub), quoted(email)),
            )
            .setting(
                format!("identities.{} of the account with this address", seen.settings.target),
                quoted(linked),
            ),
    )
}

fn suspended(_: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    refused_with(symptom, "user.suspended").then(|| Finding::new(Account::Suspended).symptom(symptom))
}

/// Another account has had this identity since the sign-in began.
fn in_use(_: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    refused_with(symptom, "user.identity_already_in_use")
        .then(|| Finding::new(Account::IdentityAlreadyInUse).symptom(symptom))
}

fn refused_with(symptom: &Symptom, code: &str) -> bool {
    match &symptom.kind {
        SymptomKind::Refused(refusal) => refusal.code.as_deref() == Some(code),
        SymptomKind::ManagementRefused(answer) => text(&answer.answer, "code") == Some(code),
        _ => false,
    }
}

/// An account has an address that Hugging Face calls unverified.
fn unverified_email(seen: &Observed<'_>) -> Option<Finding> {
    profiles(seen).into_iter().find_map(|(hop, profile)| {
        let email = text(&profile, "email")?;
        (profile.get("email_verified") == Some(&Value::Bool(false))).then_some(())?;
        let account = account(seen, text(&profile, "sub")?)?;
        (text(account, "primaryEmail")?.eq_ignore_ascii_case(email)).then_some(())?;
        let linked = seen.hops().iter().find(|later| {
            later.number > hop.number
                && later.request.url.path() == "/api/experience/identification"
                && later.response.status < 300
                && later.request.body.contains(r#""linkSocialIdentity":true"#)
        });
        let finding = Finding::new(Account::UnverifiedEmailTrusted)
            .hop(hop.number, "Logto accepts the profile")
            .journal(Party::HUGGINGFACE, format!("email is {}, and email_verified is false", quoted(email)))
            .setting("the account's primaryEmail", quoted(email))
            .at(hop.number);
        Some(match linked {
            Some(linked) => {
                finding.hop(linked.number, "this person gets into the account that already existed")
            }
            None => finding,
        })
    })
}

/// The same person has an account under a target that no longer has a connector.
fn other_target(seen: &Observed<'_>) -> Option<Finding> {
    let settings = seen.settings;
    let served =
        |target: &str| settings.connectors.iter().any(|connector| text(connector, "target") == Some(target));
    profiles(seen).into_iter().find_map(|(hop, profile)| {
        let sub = text(&profile, "sub").filter(|sub| !sub.is_empty())?;
        let now = account(seen, sub)?;
        let (before, target) = settings.users.iter().find_map(|user| {
            let targets = user.get("identities")?.as_object()?.keys();
            let orphaned = targets
                .filter(|target| **target != settings.target && !served(target))
                .find(|target| identity(user, target) == Some(sub))?;
            Some((user, orphaned))
        })?;
        let (now, before) = (text(now, "id")?, text(before, "id")?);
        (now != before).then(|| {
            Finding::new(Account::IdentityUnderAnotherTarget)
                .hop(hop.number, format!("Hugging Face says that this is {sub}"))
                .setting(format!("identities.{target} of the account {before}"), sub)
                .setting(format!("identities.{} of the account {now}", settings.target), sub)
                .setting("connector.target", settings.target.as_str())
                .at(hop.number)
        })
    })
}

/// The address at Hugging Face has changed since the account was created.
fn email_not_synced(seen: &Observed<'_>) -> Option<Finding> {
    profiles(seen).into_iter().find_map(|(hop, profile)| {
        let now = text(&profile, "email")?;
        let account = account(seen, text(&profile, "sub")?)?;
        let kept = text(account, "primaryEmail")?;
        // Logto got it from Hugging Face: the account was not given an address of its own.
        let details = account.get("identities")?.get(&seen.settings.target)?.get("details")?;
        (text(details, "email")?.eq_ignore_ascii_case(kept) && !kept.eq_ignore_ascii_case(now)).then(|| {
            Finding::new(Account::EmailNotSynced)
                .hop(hop.number, format!("Hugging Face gives the address {}", quoted(now)))
                .setting("the account's primaryEmail", quoted(kept))
                .at(hop.number)
        })
    })
}

/// A person who was signed in can no longer sign in to this account.
fn no_method_left(seen: &Observed<'_>) -> Option<Finding> {
    let methods = seen.settings.sign_in_experience.get("signIn").and_then(|sign_in| sign_in.get("methods"));
    let by_code = methods.and_then(Value::as_array).into_iter().flatten();
    // A code by e-mail or phone requires only the address.
    if by_code.into_iter().any(|method| method.get("verificationCode") == Some(&Value::Bool(true))) {
        return None;
    }
    seen.hops().iter().rev().find_map(|hop| {
        let checked = hop.why == WhyHop::Call && hop.request.url.path() == "/api/session";
        let session = hop.json().filter(|_| checked)?;
        let id = text(session.get("claims")?, "sub")?.to_owned();
        let user = seen.settings.users.iter().find(|user| text(user, "id") == Some(&id))?;
        let none = user.get("identities")?.as_object()?.is_empty()
            && user.get("ssoIdentities").and_then(Value::as_array).is_none_or(Vec::is_empty)
            && user.get("hasPassword") == Some(&Value::Bool(false))
            // Hugging Face's profile could be linked to it by an address.
            && text(user, "primaryEmail").or(text(user, "primaryPhone")).is_none();
        none.then(|| {
            Finding::new(Account::NoSignInMethodLeft)
                .hop(hop.number, format!("the app knows the account {id}"))
                .setting(format!("identities of the account {id}"), "empty")
                .setting(format!("hasPassword of the account {id}"), "false")
                .at(hop.number)
        })
    })
}
