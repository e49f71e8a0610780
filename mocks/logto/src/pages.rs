//! The pages (contract §2.3): which of them require a running interaction, and our own small
//! sign-in page, which makes the same calls as Logto's.

mod callback;
mod html;
mod routes;

pub(crate) use html::{SIGNED_OUT, sign_out, submitting};
pub(crate) use routes::{DEVICE, DEVICE_SUCCESS, device, fallback, page, routes, unknown_session};
