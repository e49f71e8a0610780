//! What went wrong: a closed set of named causes, each with evidence and a fix.
//!
//! A walk leaves what was seen at every vantage point (`Observed`): the
//! browser's hops, what Hugging Face received and why it refused, what the app
//! asked of Logto, Logto's audit log, and the configuration of all three. From
//! that alone this module derives what broke first and what else is wrong; which
//! scenario was played it is not told.
//!
//! It goes in three stages:
//!
//! 1. A look over the hops lists symptoms (`SymptomKind`): what a person or an
//!    operator would call broken. A provider's error page, a call that Logto
//!    refused, an app that answers 500. Where the sign-in came through afterwards,
//!    an earlier symptom is overcome and dropped.
//! 2. Each symptom is put to the rules of `rules/`, in order. The first rule that
//!    can *prove* a cause from the evidence names it. A symptom without such a
//!    rule becomes [`Cause::Unknown`]: no cause is better than a wrong one.
//! 3. Rules that watch look for faults without a symptom: a sign-in that works
//!    and should not, or that will not for long.
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
mod symptom;
mod text;

#[doc(hidden)]
pub use cause::Cause;
pub(crate) use derive::findings;
#[cfg(test)]
pub(crate) use derive::{by_rules, rule_names};
pub use finding::{Evidence, Finding};
#[doc(hidden)]
pub use left_out::LEFT_OUT;
pub(crate) use observed::{AdminAnswer, Ending, Observed, SeenStep, SeenUser, SeenVerb, Settings};
#[doc(hidden)]
pub use reference::reference;
