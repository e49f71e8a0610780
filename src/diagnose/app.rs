//! The app of a diagnosis: the sample app, or your own.

use url::Url;

use crate::project::Project;
use crate::setup::SignedIn;

/// The app that people sign in to.
#[derive(Debug, Clone, Default)]
pub enum App {
    /// The sample app of Logto's guide, configured by [`super::AppCase`].
    #[default]
    Sample,
    /// An app of your own, as its project says.
    Own(Box<Project>),
}

impl App {
    /// The project of an app of your own, and how a person uses the app.
    pub(super) fn told(&self) -> (Option<&Project>, Story<'_>) {
        match self {
            Self::Sample => (None, Story::SAMPLE),
            Self::Own(project) => {
                let story = Story {
                    sign_in: project.sign_in.path.as_deref().unwrap_or(Story::SAMPLE.sign_in),
                    sign_out: project.sign_out.path.as_deref().unwrap_or(Story::SAMPLE.sign_out),
                    sample: false,
                    started_at: project.app.as_ref().and_then(|app| app.url.as_ref()),
                    signed_in: project.signed_in.as_ref(),
                };
                (Some(project), story)
            }
        }
    }
}

/// How the person signs in to the app, and out of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Story<'a> {
    /// Path of the app that starts a sign-in.
    pub(super) sign_in: &'a str,
    /// Path of the app that ends a session.
    pub(super) sign_out: &'a str,
    /// Whether the app is the sample app, which reports who is signed in.
    pub(super) sample: bool,
    /// Where another app is started, if that is fixed.
    pub(super) started_at: Option<&'a Url>,
    /// How another app shows it.
    pub(super) signed_in: Option<&'a SignedIn>,
}

impl Story<'_> {
    /// The paths of the sample app.
    pub(super) const SAMPLE: Self =
        Self { sign_in: "/sign-in", sign_out: "/sign-out", sample: true, started_at: None, signed_in: None };
}
