//! Why an action failed, which ends the walk.

use crate::signin_page::{Arrival, SigninPageError};
use crate::stack::UnknownName;
use crate::walker::WalkError;

/// An action of the person failed.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// No response arrived, or the page has no such link, button or form.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// Logto's sign-in page does not offer the action.
    #[error(transparent)]
    SigninPage(#[from] SigninPageError),
    /// A text contains an unknown name, e.g. `[APPP]`.
    #[error(transparent)]
    Name(#[from] UnknownName),
    /// Logto's page does not move on: it shows an error or asks a question.
    #[error("{0}")]
    Stays(Arrival),
    /// The page does not belong to Hugging Face.
    #[error("the page at {at} is not a login or permission page of Hugging Face: {shows}")]
    NotAtHuggingFace {
        /// The URL of the page.
        at: String,
        /// Its title, or the beginning of its text.
        shows: String,
    },
    /// The person has already come back from Hugging Face, which still knew them.
    #[error(
        "Hugging Face still knows the person in this browser, so it sent them straight back, to {at}. Remove this step; or \
         let another person sign in with `browser: 2`, or after `lose_cookies`"
    )]
    KnownAtHuggingFace {
        /// The URL of the page at which they arrived.
        at: String,
    },
    /// The app has no session check, so it is not the sample app.
    #[error(
        "`session` needs `GET /api/session` with JSON, which this app does not answer with (it sent {sent})"
    )]
    NoSession {
        /// The media type of what it sent.
        sent: String,
    },
    /// The page that shows whether the person is signed in does not show it.
    #[error("{path} does not show whether the person is signed in: it answers with {answer}")]
    NotShown {
        /// The path that was requested.
        path: String,
        /// What came instead.
        answer: &'static str,
    },
    /// Hugging Face has no account with this username.
    #[error("Hugging Face's login page has no account `{0}`")]
    Stranger(String),
    /// The text is not a method and a path below `/api/`.
    #[error("`{0}` is not a call of the Management API")]
    NoCall(String),
    /// The Management API did not answer, or the state to restore could not be saved.
    #[error(transparent)]
    Administer(#[from] crate::stack::StepError),
    /// The app cannot be restarted.
    #[error(transparent)]
    App(#[from] crate::stack::AppError),
    /// The clock of an app of your own did not move with that of the stack.
    #[error(
        "the app's clock {shows}, while the stack's clock and the browser's moved to {stack}: the app would judge tokens and \
         cookies by another time. Start it with libfaketime and `[CLOCK_FILE]` (docs/testing-your-app.md), or remove this step"
    )]
    AppClock {
        /// What the app's `Date` header shows.
        shows: String,
        /// The time of the stack.
        stack: jiff::Timestamp,
    },
    /// Hugging Face has nothing of that name to change.
    #[error("Hugging Face has no {what} `{name}`")]
    NotAtSite {
        /// The kind of thing, e.g. `OAuth app`.
        what: &'static str,
        /// The name looked for.
        name: String,
    },
    /// Hugging Face cannot switch to a new signing key.
    #[error("Hugging Face has no new key: {0}")]
    NoKey(#[from] mock_huggingface::NoKey),
    /// The text is not a URL.
    #[error("`{0}` is not a valid URL")]
    Address(String),
    /// The browser does not have the cookie that it should lose.
    #[error("the browser has no cookie `{0}` to lose")]
    NoCookie(String),
    /// A value that a later step needs could not be captured.
    #[error("[{name}] could not be captured: {what}")]
    NotCaptured {
        /// The name that the scenario gives to the value.
        name: String,
        /// What is missing.
        what: String,
    },
    /// The pages keep redirecting or submitting forms.
    #[error("{0} pages in a row moved on by themselves")]
    Circle(usize),
}

impl ActionError {
    /// Whether the scenario asks for what cannot be done, however healthy the parties are.
    pub(super) fn is_of_scenario(&self) -> bool {
        matches!(
            self,
            Self::KnownAtHuggingFace { .. }
                | Self::AppClock { .. }
                | Self::Walk(
                    WalkError::Ambiguous { .. } | WalkError::Hidden { .. } | WalkError::NeedsScript { .. }
                )
        )
    }
}
