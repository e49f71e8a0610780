//! What went wrong: a closed set of named causes, each with evidence and a fix.
//!
//! A walk leaves what was seen at every vantage point (`Observed`): the browser's hops, what
//! Hugging Face received and why it refused, what the app asked of Logto, Logto's audit log, and
//! the configuration of all three. From that alone this module derives what broke first and what
//! else is wrong; it does not know which scenario was run.
//!
//! Findings are derived in three stages:
//!
//! 1. A pass over the hops lists symptoms (`SymptomKind`): what a person or an operator would call
//!    broken, such as a provider's error page, a call that Logto refused, or an app that answers
//!    500. If the sign-in succeeded afterwards, an earlier symptom counts as overcome and is
//!    dropped.
//! 2. The rules in `rules/` examine each symptom, in order. The first rule that can *prove* a cause
//!    from the evidence names it. A symptom that no rule can explain becomes [`Cause::Unknown`]:
//!    naming no cause is better than naming a wrong one.
//! 3. Watching rules look for faults without a symptom: a sign-in that works but should not, or
//!    that will soon stop working.
//!
//! `docs/findings.md` is generated from the causes.

mod cause;
mod causes;
mod derive;
mod endpoints;
mod finding;
mod left_out;
mod observed;
mod reference;
mod rule;
mod rules;
mod seen;
mod shown;
mod success;
mod symptom;
mod text;
mod unknown;

#[doc(hidden)]
pub use cause::Cause;
pub(crate) use causes::{App, Warning};
pub(crate) use derive::findings;
#[cfg(test)]
pub(crate) use derive::{by_rules, rule_names};
pub use finding::{Evidence, Finding};
#[doc(hidden)]
pub use left_out::LEFT_OUT;
pub(crate) use observed::{AdminAnswer, Ending, Missed, Observed, SeenStep, SeenUser, SeenVerb, Settings};
#[doc(hidden)]
pub use reference::reference;
pub(crate) use shown::shown_secret;
