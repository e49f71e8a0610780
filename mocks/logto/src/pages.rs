//! The pages (contract §2.3): which need a running interaction, and a small
//! sign-in page of ours that makes the same calls as Logto's.

mod html;
mod routes;

pub(crate) use html::{SIGNED_OUT, sign_out, submitting};
pub(crate) use routes::{DEVICE, DEVICE_SUCCESS, device, fallback, page, routes, unknown_session};
