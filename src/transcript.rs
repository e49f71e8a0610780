//! The transcript of a walk: every hop of the browser, every request that the mock
//! Hugging Face received, under the hop that was waiting for it, and the calls of the
//! app to Logto, as far as they are seen.
//!
//! Random values are shown as roles, identified by knowledge and not by pattern: the
//! stack names the values that it knows beforehand ([`Roles::know`]), and `policy.rs`
//! says where new values appear, what else is not shown as it is, and why. The same
//! value has the same role everywhere, so reuse and mix-ups stay visible. Times are
//! shown as distances from now.
//!
//! [`Transcript`] implements `Display` for text and `serde::Serialize` for JSON.

mod anew;
mod body;
mod build;
mod cookies;
mod generated;
pub(crate) mod jwt;
mod masks;
mod model;
mod places;
pub(crate) mod policy;
mod roles;
pub(crate) mod text;
pub(crate) mod times;
mod versions;
mod wire;

pub use model::Transcript;
pub(crate) use roles::Roles;
pub(crate) use versions::Terms;
pub(crate) use wire::Wire;
