//! Why something could not be done: a walk ends there.

use crate::signin_page::{Arrival, SigninPageError};
use crate::stack::UnknownName;
use crate::walker::WalkError;

/// Something a person wanted to do did not work.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// No response, or nothing of that kind on the page.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// Logto's sign-in page could not do it.
    #[error(transparent)]
    SigninPage(#[from] SigninPageError),
    /// A text names something that nobody knows.
    #[error(transparent)]
    Name(#[from] UnknownName),
    /// Logto's page stays, with an error or a question.
    #[error("{0}")]
    Stays(Arrival),
    /// The page is none of Hugging Face's.
    #[error("the page at {at} is not one of Hugging Face's login or permission pages: {shows}")]
    NotAtHuggingFace {
        /// Its address.
        at: String,
        /// Its title, or the beginning of its text.
        shows: String,
    },
    /// Nobody at Hugging Face has this name.
    #[error("Hugging Face's login page knows nobody called `{0}`")]
    Stranger(String),
    /// Not a call of the Management API.
    #[error("`{0}` is no call of the Management API")]
    NoCall(String),
    /// The Management API did not answer, or what it changes could not be noted for being put back.
    #[error(transparent)]
    Administer(#[from] crate::stack::StepError),
    /// The app cannot be started again like this.
    #[error(transparent)]
    App(#[from] sample_app::ConfigError),
    /// There is nothing of that name at Hugging Face to change.
    #[error("Hugging Face has no {what} `{name}`")]
    NotAtSite {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Hugging Face has no new key.
    #[error("Hugging Face has no new key: {0}")]
    NoKey(#[from] mock_huggingface::NoKey),
    /// Not an address.
    #[error("`{0}` is no address")]
    Address(String),
    /// There is no such cookie to lose.
    #[error("the browser has no cookie `{0}` to lose")]
    NoCookie(String),
    /// A value that a later step needs is not there.
    #[error("[{name}] could not be captured: {what}")]
    NotCaptured {
        /// Its name.
        name: String,
        /// What is missing.
        what: String,
    },
    /// Pages that never come to rest.
    #[error("{0} pages in a row moved on by themselves")]
    Circle(usize),
}
