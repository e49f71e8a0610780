//! Why a hop could not be made.

use kit::{DeadlineExceeded, SendError};
use url::Url;

use super::tab::TabId;

/// Redirects in a row after which browsers give up (Fetch standard).
pub(super) const REDIRECT_LIMIT: usize = 20;

/// A hop could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// The request got no response.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The response did not arrive in time.
    #[error(transparent)]
    Deadline(#[from] DeadlineExceeded),
    /// The page's script stopped waiting for an answer.
    #[error("the page canceled its call after {after:?} without an answer")]
    GivenUp {
        /// Number of the hop.
        hop: usize,
        /// How long it waited.
        after: std::time::Duration,
    },
    /// The tab shows nothing yet.
    #[error("tab {} has not loaded a page yet; begin with `visit`", .0.number())]
    NoPage(TabId),
    /// The page does not show a link or button with this text.
    #[error("{page} does not show a link or button “{text}”; it shows {there}")]
    NothingToClick {
        /// The text looked for.
        text: String,
        /// The URL of the page.
        page: String,
        /// What could be clicked, the most similar first.
        there: String,
    },
    /// The page has several links or buttons with this text.
    #[error("“{text}” is not unique on {page}: {there}. Visit the address that is meant instead")]
    Ambiguous {
        /// The text looked for.
        text: String,
        /// The URL of the page.
        page: String,
        /// What each of them does.
        there: String,
    },
    /// A person cannot see the link or button with this text.
    #[error("the link or button “{text}” on {page} is hidden: a person cannot click it")]
    Hidden {
        /// The text looked for.
        text: String,
        /// The URL of the page.
        page: String,
    },
    /// The button with this text does nothing without JavaScript.
    #[error(
        "the button “{text}” on {page} has no form: it needs JavaScript, which this browser does not run. Visit the address \
         that starts the action instead, or click through with a real browser and `logto-testkit up`"
    )]
    NeedsScript {
        /// The text looked for.
        text: String,
        /// The URL of the page.
        page: String,
    },
    /// A redirect with an invalid `Location`.
    #[error("hop {hop}: `Location: {location}` is not a valid URL")]
    BadLocation {
        /// Number of the hop that redirects.
        hop: usize,
        /// The value of `Location`.
        location: String,
    },
    /// The tab has no page to go back to.
    #[error("tab {} has no page before this one", .0.number())]
    NoHistory(TabId),
    /// A URL that is invalid, or not http or https.
    #[error("`{0}` is not an http or https URL")]
    BadAddress(String),
    /// Too many redirects in a row.
    #[error("hop {hop}: more than {REDIRECT_LIMIT} redirects in a row; the last leads to {url}")]
    TooManyRedirects {
        /// Number of the hop that redirects.
        hop: usize,
        /// The target of the last redirect.
        url: Url,
    },
}
