//! What stands between the parties.

use super::{Explain, Watch};
use crate::findings::causes::Network;
use crate::findings::derive::shows;
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = &[no_answer];
pub(super) const WATCH: &[Watch] = &[];

fn no_answer(_: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::NoResponse(_) = &symptom.kind else { return None };
    Some(Finding::new(Network::NoAnswer).hop(symptom.hop, shows(symptom)))
}
