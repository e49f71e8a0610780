//! `/api/experience` and the settings of the sign-in page (contract §2, §3).

mod audit;
mod blocklist;
mod codes;
mod consent;
mod identification;
mod interaction;
mod password;
mod password_policy;
mod profile;
mod requirements;
mod routes;
mod settings;
mod social;
mod social_identity;
mod state;
mod submit;

pub(crate) use interaction::interaction_uid;
pub(super) use interaction::{Call, Started};
pub(crate) use profile::is_username;
pub(crate) use routes::{router, routes};
pub(crate) use settings::{rendered, settings};
pub(super) use state::logged;
