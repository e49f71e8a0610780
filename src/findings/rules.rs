//! The rules, in the order in which they are applied.
//!
//! A rule proves its cause from the evidence, or returns `None`. It never guesses: where two causes
//! would look the same, neither rule may answer.

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
mod input;
mod logto;
mod management;
mod missing;
mod network;
mod person;
mod provider;
mod redirect_loop;
mod request;
mod session;
mod sign_out;
mod tokens;

use super::rule::{Explain, Watch};

/// Rules that explain symptoms; the first one that can do so wins.
pub(super) const EXPLAIN: &[&[Explain]] = &[
    person::EXPLAIN,
    network::EXPLAIN,
    management::EXPLAIN,
    huggingface::EXPLAIN,
    provider::EXPLAIN,
    connector::EXPLAIN,
    generic::EXPLAIN,
    input::EXPLAIN,
    experience::EXPLAIN,
    account::EXPLAIN,
    request::EXPLAIN,
    application::EXPLAIN,
    session::EXPLAIN,
    callback::EXPLAIN,
    missing::EXPLAIN,
    access::EXPLAIN,
    sign_out::EXPLAIN,
    cookie::EXPLAIN,
    redirect_loop::EXPLAIN,
    browser::EXPLAIN,
    app::EXPLAIN,
    tokens::EXPLAIN,
    logto::EXPLAIN,
    provider::LAST,
    callback::LAST,
    network::EXPLAIN_LAST,
];

/// Rules that find faults without a symptom.
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
    missing::WATCH,
];
