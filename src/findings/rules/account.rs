//! What accounts and identities that are there already lead to.

use super::{Explain, Watch};
use crate::findings::causes::Account;
use crate::findings::derive::shows;
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = &[linking, suspended];
pub(super) const WATCH: &[Watch] = &[];

/// Logto asks whose account this is.
fn linking(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AsksToLink { .. } = &symptom.kind else { return None };
    let linking = seen.settings.sign_in_experience.get("socialSignIn").cloned().unwrap_or_default();
    Some(
        Finding::new(Account::EmailBelongsToAnother)
            .hop(symptom.hop, shows(symptom))
            .setting("signInExperience.socialSignIn", linking),
    )
}

fn suspended(_: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    (refusal.code.as_deref() == Some("user.suspended"))
        .then(|| Finding::new(Account::Suspended).hop(symptom.hop, shows(symptom)))
}
