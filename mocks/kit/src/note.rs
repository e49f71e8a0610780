//! Why a party answered as it did.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::SendError;

/// Values of a note by name, in the form in which the control API returns the journal.
pub type Facts = BTreeMap<&'static str, Value>;

/// Why a party answered as it did, above all why it refused, or why there was no answer. For the
/// journal, and never on the wire.
///
/// Programs distinguish notes by their code and read their facts. The text is for people: it may be
/// reworded at any time, and nothing may depend on it.
///
/// ```
/// let note = kit::Note::new("app/missing-claim", "the ID token has no `email`").with("claim", "email");
/// assert_eq!(note.fact::<String>("claim").as_deref(), Some("email"));
/// assert_eq!(
///     serde_json::to_value(&note)?,
///     serde_json::json!({
///         "code": "app/missing-claim",
///         "text": "the ID token has no `email`",
///         "facts": { "claim": "email" },
///     }),
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct Note {
    /// Identifies the reason: the part that gives it and a name, as in `hf/scope-not-enabled`; for
    /// Logto, its own code, as in `session.not_found`. It stays the same when the text changes.
    pub code: &'static str,
    /// The reason in words.
    pub text: Prose,
    /// Details of the reason: what was expected, what was found.
    pub facts: Facts,
}

impl Note {
    /// A note without facts.
    #[must_use]
    pub fn new(code: &'static str, text: impl Into<Prose>) -> Self {
        Self { code, text: text.into(), facts: Facts::new() }
    }

    /// Adds a fact. A value that cannot be written as JSON becomes null.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        self.facts.insert(name, serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// A fact as the type it was created from; `None` if there is none with this name and type.
    #[must_use]
    pub fn fact<'n, T: Deserialize<'n>>(&'n self, name: &str) -> Option<T> {
        T::deserialize(self.facts.get(name)?).ok()
    }

    /// Approximate size in memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let facts = self.facts.iter().map(|(name, value)| name.len() + value.to_string().len());
        size_of::<Self>() + self.text.0.len() + facts.sum::<usize>()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// An error that is also the reason for an answer: its text becomes the note's text.
pub trait Reason: fmt::Display {
    /// The code of the note.
    fn code(&self) -> &'static str;

    /// The facts of the note.
    fn facts(&self) -> Facts {
        Facts::new()
    }
}

/// Declares an error that is a [`Reason`]: behind each variant is the code of its note, or
/// `code of FIELD` if that field is the actual reason. [`Reason::facts`] may follow the enum.
#[macro_export]
macro_rules! reasons {
    (@code $code:literal) => { $code };
    (@code of $reason:ident $field:tt) => { $crate::Reason::code($reason) };
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $(
                $(#[$told:meta])*
                $variant:ident $(($($tuple:tt)*))? $({ $($named:tt)* })? =>
                    $($code:literal)? $(code of $field:tt)?,
            )+
        }
        $($facts:tt)*
    ) => {
        $(#[$meta])*
        $vis enum $name {
            $($(#[$told])* $variant $(($($tuple)*))? $({ $($named)* })?,)+
        }

        impl $crate::Reason for $name {
            fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { $($field: reason,)? .. } => {
                        $crate::reasons!(@code $($code)? $(of reason $field)?)
                    })+
                }
            }

            $($facts)*
        }
    };
}

impl<R: Reason + ?Sized> From<&R> for Note {
    fn from(reason: &R) -> Self {
        Self { code: reason.code(), text: reason.to_string().into(), facts: reason.facts() }
    }
}

impl Reason for SendError {
    fn code(&self) -> &'static str {
        match self {
            Self::HostOutsideStack { .. } => "kit/host-outside-stack",
            Self::Url { .. } => "kit/invalid-url",
            Self::Connect { .. } => "kit/no-connection",
            Self::Incomplete { .. } => "kit/incomplete-answer",
            Self::TooManyRedirects { .. } => "kit/too-many-redirects",
            Self::BodyTooLarge { .. } => "kit/body-too-large",
        }
    }
}

/// A text of ours for people. It can be displayed and serialized, but not compared, searched or
/// taken apart, so that no program depends on the wording of a sentence.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Prose(String);

impl<T: Into<String>> From<T> for Prose {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
