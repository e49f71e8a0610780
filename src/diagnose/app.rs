//! The app of a diagnosis: the sample app, or your own.

use crate::project::Project;

/// The app that people sign in to.
#[derive(Debug, Clone, Default)]
pub enum App {
    /// The sample app of Logto's guide, configured by [`super::AppCase`].
    #[default]
    Sample,
    /// An app of your own, as its project says.
    Own(Box<Project>),
}
