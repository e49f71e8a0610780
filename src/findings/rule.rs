//! Rules: functions with a name.

use super::finding::Finding;
use super::observed::Observed;
use super::symptom::Symptom;

/// A rule with its name.
pub(super) struct Rule<Ask> {
    pub(super) name: &'static str,
    pub(super) ask: Ask,
}

/// A rule that explains a symptom.
pub(super) type Explain = Rule<fn(&Observed<'_>, &Symptom) -> Option<Finding>>;
/// A rule that finds a fault without a symptom.
pub(super) type Watch = Rule<fn(&Observed<'_>) -> Option<Finding>>;

/// Builds a list of rules, named after their functions.
macro_rules! rules {
    ($($rule:ident),+ $(,)?) => {
        &[$($crate::findings::rule::Rule {
            name: concat!(module_path!(), "::", stringify!($rule)),
            ask: $rule,
        }),+]
    };
}
pub(super) use rules;
