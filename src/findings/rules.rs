//! The rules, in the order in which they are asked.
//!
//! A rule proves its cause from the evidence, or gives `None`. It never guesses:
//! where two causes would look the same, neither rule may answer.

/// A list of rules by the names of their functions.
macro_rules! rules {
    ($($rule:ident),+ $(,)?) => {
        &[$($crate::findings::rules::Rule {
            name: concat!(module_path!(), "::", stringify!($rule)),
            ask: $rule,
        }),+]
    };
}

mod access;
mod account;
mod app;
mod application;
mod browser;
mod callback;
mod connector;
mod cookie;
mod discovered;
mod experience;
mod generic;
mod huggingface;
mod logto;
mod management;
mod network;
mod person;
mod provider;
mod request;
mod session;
mod sign_out;
mod tokens;

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

/// Rules that explain symptoms; the first that can wins.
pub(super) const EXPLAIN: &[&[Explain]] = &[
    person::EXPLAIN,
    network::EXPLAIN,
    management::EXPLAIN,
    huggingface::EXPLAIN,
    provider::EXPLAIN,
    connector::EXPLAIN,
    generic::EXPLAIN,
    experience::EXPLAIN,
    account::EXPLAIN,
    request::EXPLAIN,
    application::EXPLAIN,
    session::EXPLAIN,
    callback::EXPLAIN,
    access::EXPLAIN,
    sign_out::EXPLAIN,
    cookie::EXPLAIN,
    browser::EXPLAIN,
    app::EXPLAIN,
    tokens::EXPLAIN,
    logto::EXPLAIN,
    provider::LAST,
    network::EXPLAIN_LAST,
];

/// Rules that see faults without a symptom.
pub(super) const WATCH: &[&[Watch]] = &[
    huggingface::WATCH,
    provider::WATCH,
    connector::WATCH,
    generic::WATCH,
    experience::WATCH,
    account::WATCH,
    application::WATCH,
    app::WATCH,
    request::WATCH,
    session::WATCH,
    callback::WATCH,
    access::WATCH,
    sign_out::WATCH,
    cookie::WATCH,
    logto::WATCH,
    network::WATCH,
    browser::WATCH,
];
