//! The rules, in the order in which they are applied.
//!
//! A rule proves its cause from the evidence, or returns `None`. It never guesses: where two causes
//! would look the same, neither rule may answer.

mod access;
mod account;
mod app;
mod app_credentials;
mod application;
mod browser;
mod callback;
mod connector;
mod cookie;
mod discovered;
mod endpoint;
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
mod redirect_uri;
mod request;
mod session;
mod sign_out;
mod tokens;

use super::rule::{Explain, Watch};

/// Rules that explain symptoms; the first one that can do so wins.
pub(super) const EXPLAIN: &[&[Explain]] = &[
    person::EXPLAIN,
    endpoint::EXPLAIN,
    network::EXPLAIN,
    management::EXPLAIN,
    redirect_uri::EXPLAIN,
    huggingface::EXPLAIN,
    provider::EXPLAIN,
    connector::EXPLAIN,
    generic::EXPLAIN,
    input::EXPLAIN,
    experience::EXPLAIN,
    account::EXPLAIN,
    request::EXPLAIN,
    application::FIRST,
    redirect_uri::IN_LOGTO,
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
    redirect_uri::WATCH,
    huggingface::WATCH,
    provider::WATCH,
    connector::WATCH,
    endpoint::WATCH,
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
