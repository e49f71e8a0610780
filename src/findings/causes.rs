//! The causes, area by area.

mod account;
mod app;
mod application;
mod browser;
mod connector;
mod experience;
mod huggingface;
mod logto;
mod machine;
mod network;
mod person;
mod see;
mod warning;

pub(crate) use account::Account;
pub(crate) use app::App;
pub(crate) use application::Application;
pub(crate) use browser::Browser;
pub(crate) use connector::Connector;
pub(crate) use experience::Experience;
pub(crate) use huggingface::HuggingFace;
pub(crate) use logto::Logto;
pub(crate) use machine::Machine;
pub(crate) use network::Network;
pub(crate) use person::Person;
pub(crate) use warning::Warning;
