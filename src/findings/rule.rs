//! What a rule is: a function with a name.

use super::finding::Finding;
use super::observed::Observed;
use super::symptom::Symptom;

/// A rule with its name.
pub(super) struct Rule<Ask> {
    pub(super) name: &'static str,
    pub(super) ask: Ask,
}

/// Explains a symptom.
pub(super) type Explain = Rule<fn(&Observed<'_>, &Symptom) -> Option<Finding>>;
/// Sees a fault that has no symptom.
pub(super) type Watch = Rule<fn(&Observed<'_>) -> Option<Finding>>;

/// A list of rules by the names of their functions.
macro_rules! rules {
    ($($rule:ident),+ $(,)?) => {
        &[$($crate::findings::rule::Rule {
            name: concat!(module_path!(), "::", stringify!($rule)),
            ask: $rule,
        }),+]
    };
}
pub(super) use rules;
