//! A browser that is scripted: it keeps cookies as a browser does, records
//! every hop, and follows nothing by itself.
//!
//! A [`Hop`] is one request and its response, with the cookies that were sent,
//! withheld, stored and dropped, each with the reason. The
//! [`cookie_store`](https://docs.rs/cookie_store) crate stores and matches
//! cookies; the rules it does not know are in the cookie jar of this module.

mod browser;
mod click;
mod hop;
mod jar;
mod page;
mod rules;
mod site;
mod tab;
mod violation;

pub use browser::{WalkError, Walker};
pub use hop::{
    CookieFate, Hop, HopRequest, HopResponse, SetCookie, WhyDropped, WhyHop, WhyWithheld, Withheld,
};
pub use jar::{CookieRequest, Jar, SameSite};
pub use page::{Field, Form, Link, Page, Submit};

pub use site::Site;
pub use tab::TabId;
pub use violation::{Rule, Violation};
