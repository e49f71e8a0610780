//! The app of a diagnosis: the sample app, or your own.

use crate::stack;

/// The app that people sign in to.
#[derive(Debug, Clone, Default)]
pub enum App {
    /// The sample app of Logto's guide, configured by [`super::AppCase`].
    #[default]
    Sample,
    /// An app of your own.
    Own(OwnApp),
}

/// An app of your own, and its sign-in paths.
#[derive(Debug, Clone)]
pub struct OwnApp {
    /// Its origin, and how it is started.
    pub app: stack::OwnApp,
    /// Path that starts a sign-in.
    pub sign_in_path: String,
    /// Path that starts a sign-out.
    pub sign_out_path: String,
}
