//! All routes, by tenant and area.

pub(crate) mod admin;
mod email;
mod experience;
mod management;
pub(crate) mod oidc;
pub(crate) mod redirect_uri;
mod table;
mod unplayed;

pub(crate) use experience::{interaction_uid, is_username, rendered, settings};
pub(crate) use table::{router, routes};
pub(crate) use unplayed::operations;
