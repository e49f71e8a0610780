//! Rules about what Logto does not accept of a person: what they typed, or what Hugging Face says about them.

use kit::Party;
use serde_json::Value;

use crate::findings::causes::{HuggingFace, Person};
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::rule::{Explain, rules};
use crate::findings::seen::{profiles, text};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::signin_page::Refusal;
use crate::walker::Hop;

pub(super) const EXPLAIN: &[Explain] = rules![username, too_long];

/// How many characters of a profile's member Logto stores (contract §2, additions; columns of its table of users).
const LIMITS: [(&str, usize); 3] = [("name", 128), ("picture", 2048), ("email", 128)];

fn refused<'s>(seen: &'s Observed<'_>, symptom: &'s Symptom) -> Option<(&'s Refusal, &'s Hop)> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    Some((refusal, seen.hop(symptom.hop)?))
}

/// Logto, or its page, refused the username that the person entered.
fn username(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    if let SymptomKind::NotAccepted { field: "username", .. } = symptom.kind {
        return Some(Finding::new(Person::UsernameRefused).symptom(symptom));
    }
    let (refusal, hop) = refused(seen, symptom)?;
    let sent: Value = serde_json::from_str(&hop.request.body).ok()?;
    let entered = text(&sent, "value").filter(|_| text(&sent, "type") == Some("username"))?;
    hop.request.url.path().ends_with("/experience/profile").then_some(())?;
    let cause = match refusal.code.as_deref()? {
        "user.username_already_in_use" => Person::UsernameTaken,
        "guard.invalid_input" => Person::UsernameRefused,
        code if code.starts_with("user.username_") && code != "user.username_exists_in_profile" => {
            Person::UsernameRefused
        }
        _ => return None,
    };
    Some(Finding::new(cause).symptom(symptom).hop(hop.number, format!("the username is {}", quoted(entered))))
}

/// A member of the profile is longer than what Logto stores.
fn too_long(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (refusal, hop) = refused(seen, symptom)?;
    (refusal.code.as_deref() == Some("entity.value_too_long")).then_some(())?;
    hop.request.url.path().ends_with("/identification").then_some(())?;
    let (_, profile) = profiles(seen).into_iter().rfind(|(accepted, _)| accepted.number < hop.number)?;
    let length = |member: &str| text(&profile, member).map_or(0, |value| value.chars().count());
    let (member, limit) = LIMITS.into_iter().find(|(member, limit)| length(member) > *limit)?;
    Some(Finding::new(HuggingFace::ProfileTooLong).symptom(symptom).journal(
        Party::HUGGINGFACE,
        format!("`{member}` has {} characters; Logto stores {limit}", length(member)),
    ))
}
