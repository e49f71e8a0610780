//! Logto's sign-in page and the page that asks to authorize an application, without a screen.
//!
//! A browser gets a single page application from Logto, and its script talks to
//! the Experience API. This driver makes the same calls in the same order
//! (contract §2.1), keeps the same state in the tab's `sessionStorage`, and
//! checks `state` itself, as the page does: the server never sees it again.

mod api;
mod consent;
mod driver;
mod fallback;
mod outcome;
mod password;

pub(crate) use driver::SigninPage;
pub(crate) use outcome::SigninPageError;
pub use outcome::{Arrival, Consent, Refusal};
