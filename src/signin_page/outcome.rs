//! The result of a visit to the sign-in page.

use std::fmt;

use indexmap::IndexMap;

use crate::walker::WalkError;

/// The result of a step on the sign-in page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// The tab has moved on.
    Moved,
    /// Logto refused a call, or did not answer it in time; the page shows a message.
    Refused(Refusal),
    /// `state` is not the one that this tab sent, or this tab did not start a sign-in: the sign-in page
    /// says “The authorization is invalid”.
    StateMismatch,
    /// `state` is right, and the tab no longer has what belongs to it: the sign-in page says “Session not
    /// found. Please go back and sign in again.”
    SessionNotFound,
    /// The provider sent the person back, and the page does not know the connector: the person is on
    /// the sign-in page, without a word.
    SentBack,
    /// A form does not accept what was typed, and makes no call.
    NotAccepted {
        /// `username` or `password`.
        field: &'static str,
        /// What the form says.
        message: String,
    },
    /// The e-mail address belongs to a local user: the page asks whether to link, or to create a
    /// new account (contract §2.1).
    LinkOrRegister {
        /// Kind of the identifier, e.g. `email`.
        kind: String,
        /// The identifier itself.
        value: String,
        /// Whether the page also offers to create an account.
        may_register: bool,
    },
    /// The tenant requires more of the person (contract §2.1), e.g. `username`.
    MissingProfile(Vec<String>),
    /// The page asks the person to agree to the tenant's terms before it continues.
    AsksToAgree,
    /// The page asks the person to authorize a third-party application (contract §1.5).
    AsksToAuthorize(Consent),
}

impl fmt::Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moved => f.write_str("Logto's page moved on"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::StateMismatch => f.write_str(
                "Logto's page shows an error: the `state` that came back is not the one this tab sent",
            ),
            Self::SessionNotFound => {
                f.write_str("Logto's page shows an error: Session not found. Please go back and sign in again.")
            }
            Self::SentBack => f.write_str(
                "Logto's page sends the person back to the sign-in page without a word: it does not show the connector",
            ),
            Self::NotAccepted { field, message } => {
                write!(f, "Logto's page does not accept the {field}: {message}")
            }
            Self::LinkOrRegister { kind, value, .. } => {
                write!(f, "Logto's page asks whether to link to the account with the {kind} {value}")
            }
            Self::MissingProfile(asked) => write!(f, "Logto's page asks for {}", asked.join(", ")),
            Self::AsksToAgree => f.write_str("Logto's page asks the person to agree to the terms"),
            Self::AsksToAuthorize(consent) => {
                write!(f, "Logto's page asks the person to authorize {consent}")
            }
        }
    }
}

/// What the page asks the person to authorize.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consent {
    /// The application, by the name that the page shows.
    pub application: String,
    /// Scopes about the person, e.g. `email`.
    pub user_scopes: Vec<String>,
    /// Scopes of API resources, by the resource's indicator.
    pub resource_scopes: IndexMap<String, Vec<String>>,
    /// Names of the organizations among which the person chooses.
    pub organizations: Vec<String>,
}

impl fmt::Display for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”", self.application)?;
        let mut parts = Vec::new();
        if !self.user_scopes.is_empty() {
            parts.push(self.user_scopes.join(", "));
        }
        parts.extend(
            self.resource_scopes
                .iter()
                .map(|(resource, scopes)| format!("{} of {resource}", scopes.join(", "))),
        );
        if !self.organizations.is_empty() {
            parts.push(format!("access to an organization ({})", self.organizations.join(", ")));
        }
        if parts.is_empty() { Ok(()) } else { write!(f, ", which requests {}", parts.join("; ")) }
    }
}

/// An error answer of the Experience API, and what the person sees of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The number of the call's hop.
    pub hop: usize,
    /// The HTTP status; 0 if the page did not wait for the answer.
    pub status: u16,
    /// Logto's error code, absent for errors that have none (contract §0).
    pub code: Option<String>,
    /// Logto's error message.
    pub message: String,
    /// The text that the person reads: Logto's message, or the page's own where Logto gave none.
    pub shown: String,
    /// The path of the page on which the person then is.
    pub at: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.status == 0 {
            return write!(f, "hop {}: the page at {} says “{}”", self.hop, self.at, self.shown);
        }
        let code = self.code.as_deref().unwrap_or("without a code");
        write!(f, "hop {}: Logto answered {} {code}: {}", self.hop, self.status, self.message)?;
        match self.at.as_str() {
            "/account-suspended" => f.write_str(" (the page says that the account is suspended)"),
            at => write!(f, " (the page at {at} says “{}”)", self.shown),
        }
    }
}

/// Why the page could not do what was requested.
#[derive(Debug, thiserror::Error)]
pub enum SigninPageError {
    /// The walker got no response.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The tab does not show Logto's sign-in page.
    #[error("the tab is at {at}, not on Logto's sign-in page")]
    Elsewhere {
        /// The URL that the tab shows.
        at: String,
    },
    /// The page shows no such button: a person could not click it.
    #[error("Logto's sign-in page shows no button for `{target}`; it shows {shown}")]
    NotShown {
        /// The requested target.
        target: String,
        /// The buttons that the page shows instead.
        shown: String,
    },
    /// Logto refused the data without which the page cannot be shown.
    #[error("{0}")]
    Refused(Refusal),
    /// The page has no such form, or no such button on a question.
    #[error("Logto's page does not offer {what}")]
    NotOffered {
        /// What the person looked for.
        what: &'static str,
    },
    /// The page did not ask this question in this tab.
    #[error("the page did not ask that")]
    NotAsked,
    /// An answer does not have the form that the contract defines.
    #[error("hop {hop}: the answer has no `{member}`")]
    Unexpected {
        /// The number of the call's hop.
        hop: usize,
        /// The missing member.
        member: &'static str,
    },
}
