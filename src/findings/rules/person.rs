//! Rules about people's own choices.

use crate::findings::causes::Person;
use crate::findings::endpoints::huggingface::AUTHORIZE;
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::rule::{Explain, rules};
use crate::findings::seen::{because, notes, with_notes};
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = rules![denied];

/// Hugging Face answered `access_denied`, and its journal says that the person pressed Deny.
fn denied(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::ProviderError { error, .. } = &symptom.kind else { return None };
    (error == "access_denied").then_some(())?;
    let notes = notes(seen, symptom.hop, AUTHORIZE);
    because(&notes, "hf/consent-denied")?;
    Some(with_notes(Finding::new(Person::DeniedConsent).hop(symptom.hop, symptom.to_string()), &notes))
}
