//! What the way Logto is deployed leads to.

use super::{Explain, Watch};
use crate::findings::causes::Logto;
use crate::findings::derive::shows;
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::WhyHop;

pub(super) const EXPLAIN: &[Explain] = &[opened_cold];
pub(super) const WATCH: &[Watch] = &[];

/// The sign-in page was typed in, and no authorization request came before.
fn opened_cold(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::UnknownSession = symptom.kind else { return None };
    let at = seen.hops.iter().position(|hop| hop.number == symptom.hop)?;
    let began = seen.hops[..at].iter().any(|hop| hop.request.url.path() == "/oidc/auth");
    let typed = seen.hops[..=at].iter().rev().find(|hop| hop.why != WhyHop::Redirect)?;
    (!began && typed.why == WhyHop::Typed).then(|| {
        Finding::new(Logto::SignInPageOpenedCold)
            .hop(typed.number, format!("{} was typed in", typed.without_query()))
            .hop(symptom.hop, shows(symptom))
    })
}
