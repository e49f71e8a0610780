//! What the sign-in experience does not let through.

use serde_json::Value;

use super::{Explain, Watch};
use crate::findings::causes::Experience;
use crate::findings::derive::shows;
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = &[not_enabled, asks_for];
pub(super) const WATCH: &[Watch] = &[];

/// A member of the sign-in experience, as JSON.
pub(super) fn member(seen: &Observed<'_>, name: &str) -> Value {
    seen.settings.sign_in_experience.get(name).cloned().unwrap_or_default()
}

/// The connector is there, and its target is not listed.
fn not_enabled(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::NoButton { target, .. } = &symptom.kind else { return None };
    let connector = seen.connector()?;
    let same = connector.get("target").and_then(Value::as_str) == Some(target);
    let targets = member(seen, "socialSignInConnectorTargets");
    let listed = targets.as_array()?.iter().any(|listed| listed.as_str() == Some(target));
    (same && !listed).then(|| {
        Finding::new(Experience::ConnectorNotEnabled)
            .hop(symptom.hop, shows(symptom))
            .setting("signInExperience.socialSignInConnectorTargets", targets)
            .setting("connector.target", target)
    })
}

/// The tenant demands what Hugging Face did not give.
fn asks_for(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AsksFor(_) = &symptom.kind else { return None };
    Some(
        Finding::new(Experience::SignUpIdentifierRequired)
            .hop(symptom.hop, shows(symptom))
            .setting("signInExperience.signUp", member(seen, "signUp")),
    )
}
