//! A scripted browser: it keeps cookies as a browser does, records every hop, and follows nothing
//! by itself.
//!
//! A [`Hop`] is one request and its response, with the cookies that were sent, withheld, stored and
//! dropped, each with the reason. The [`cookie_store`](https://docs.rs/cookie_store) crate stores
//! and matches cookies; the cookie jar of this module adds the rules that the crate does not
//! implement.

mod browser;
mod click;
mod error;
mod hop;
mod jar;
mod page;
mod rules;
mod site;
mod tab;
mod violation;

pub(crate) use browser::{PAGE_TYPES, Walker};
pub use error::WalkError;
pub use hop::{
    CookieFate, Hop, HopRequest, HopResponse, SetCookie, WhyDropped, WhyHop, WhyWithheld, Withheld,
};
pub(crate) use jar::KeptCookie;
pub(crate) use jar::SIZE_LIMIT as COOKIE_LIMIT;
#[doc(hidden)]
pub use jar::SameSite;
#[doc(hidden)]
pub use jar::{CookieRequest, Jar};
pub(crate) use page::Submit;
pub use page::{Field, Form, Link, Page};

#[doc(hidden)]
pub use site::Site;
#[doc(hidden)]
pub use tab::TabId;
pub use violation::{Rule, Violation};
