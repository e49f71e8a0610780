//! Rules about people's own choices.

use http::Method;
use kit::Party;

use crate::findings::causes::Person;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, query};
use crate::findings::rule::{Explain, rules};
use crate::findings::seen::previous;
use crate::findings::symptom::{Symptom, SymptomKind, not_authorized};
use crate::walker::WhyHop;

pub(super) const EXPLAIN: &[Explain] = rules![denied, canceled];

/// Hugging Face answered `access_denied`, and its journal says that the person pressed Deny.
fn denied(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::ProviderError { error, .. } = &symptom.kind else { return None };
    (error == "access_denied").then_some(())?;
    let (_, notes) = not_authorized(seen, symptom, "hf/consent-denied")?;
    Some(Finding::new(Person::DeniedConsent).symptom(symptom).notes(notes))
}

/// The browser came from Logto's consent page to the app, without what an answer of Logto has
/// (contract §1.5).
fn canceled(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let hop = seen.hop(symptom.hop)?;
    let answer = ["code", "error"].iter().any(|name| query(&hop.request.url, name).is_some());
    let asked = previous(seen, hop)?;
    let at_page = seen.is_at(asked, Party::LOGTO)
        && asked.request.url.path() == "/api/interaction/consent"
        && asked.request.method == Method::GET;
    (at_page && !answer && hop.why == WhyHop::Script).then(|| {
        Finding::new(Person::CanceledConsent)
            .hop(asked.number, "Logto's page asked the person to authorize the application")
            .hop(symptom.hop, "the page sent the browser back without a code or an error")
            .symptom(symptom)
    })
}
