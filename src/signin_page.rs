//! Logto's sign-in page and the page that asks to authorize an application, without a screen.
//!
//! A browser gets a single page application from Logto, and its script talks to
//! the Experience API. This driver makes the same calls in the same order
//! (contract §2.1), gives the tab the same addresses, keeps the same state in the tab's `sessionStorage`,
//! in `history.state` and in the memory of the document, and checks `state` itself, as the page does: the
//! server never sees it again. It was held against the page of Logto 1fbc5544 in a browser.

mod api;
mod consent;
mod document;
mod driver;
mod failure;
mod fallback;
mod forms;
mod judged;
mod outcome;
mod route;
mod social;

pub(crate) use driver::SigninPage;
pub(crate) use outcome::SigninPageError;
pub use outcome::{Arrival, Consent, Refusal};
