//! The pages (contract §2.3): which of them require a running interaction, and our own sign-in
//! application, which makes the same calls as Logto's.

mod assets;
mod callback;
mod document;
mod html;
mod phrases;
mod routes;

pub(crate) use document::without_settings;
pub(crate) use html::{SIGNED_OUT, sign_out, submitting};
pub(crate) use routes::{DEVICE, DEVICE_SUCCESS, device, fallback, routes, unknown_session};
