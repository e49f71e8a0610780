//! The app of a diagnosis: the sample app, or the person's own.

use crate::stack;

/// Which app people sign in to.
#[derive(Debug, Clone, Default)]
pub enum App {
    /// The sample app of Logto's guide, as [`super::AppCase`] says.
    #[default]
    Sample,
    /// An app of one's own.
    Own(OwnApp),
}

/// An app of one's own.
#[derive(Debug, Clone)]
pub struct OwnApp {
    /// Where it is, and how it is started.
    pub app: stack::OwnApp,
    /// Path that begins a sign-in.
    pub sign_in_path: String,
    /// Path that ends it.
    pub sign_out_path: String,
}
