//! The closed set of causes.

use super::causes::{
    Account, App, Application, Browser, Connector, Experience, HuggingFace, Logto, Machine, Network, Person,
    Warning,
};
use super::text::{Place, Text};

/// What went wrong, by name. Each variant is the area that the cause belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// The OAuth app at Hugging Face, or Hugging Face itself.
    HuggingFace(HuggingFace),
    /// The connector in Logto.
    Connector(Connector),
    /// The sign-in experience in Logto.
    Experience(Experience),
    /// Accounts and identities in Logto.
    Account(Account),
    /// The app's record in Logto.
    Application(Application),
    /// The app's code or configuration.
    App(App),
    /// How Logto is deployed.
    Logto(Logto),
    /// What stands between the parties.
    Network(Network),
    /// What the browser did.
    Browser(Browser),
    /// The machine on which the walk was made.
    Machine(Machine),
    /// The person's own choice: no fault.
    Person(Person),
    /// A value in the settings that cannot be right, or rarely is: seen without a walk.
    Warning(Warning),
    /// Something broke, and nothing that was seen proves why.
    Unknown,
}

/// Lists the areas, in the order of `docs/findings.md`: a cause of an area is a [`Cause`], and has the area's text.
macro_rules! areas {
    ($($name:ident),+ $(,)?) => {
        $(impl From<$name> for Cause {
            fn from(cause: $name) -> Self {
                Self::$name(cause)
            }
        })+

        impl Cause {
            /// The text of this cause: its sentence, and how to fix it.
            #[must_use]
            pub const fn text(self) -> Text {
                match self {
                    $(Self::$name(cause) => cause.text(),)+
                    Self::Unknown => UNKNOWN,
                }
            }

            /// All causes, in the order of `docs/findings.md`.
            #[must_use]
            pub fn all() -> Vec<Self> {
                let mut all = Vec::new();
                $(all.extend($name::ALL.iter().copied().map(Self::$name));)+
                all.push(Self::Unknown);
                all
            }
        }
    };
}
areas!(
    HuggingFace,
    Connector,
    Experience,
    Account,
    Application,
    App,
    Logto,
    Network,
    Browser,
    Machine,
    Person,
    Warning,
);

/// The text of [`Cause::Unknown`].
const UNKNOWN: Text = Text {
    id: "unknown/first-bad-hop",
    cause: "Something broke here, and the evidence does not prove why.",
    place: Place::Unknown,
    fix: "If the step asks for what the page does not have, correct the scenario. Otherwise read the transcript from \
          this hop on (`run` prints it for a failed walk, `diagnose` with `--transcript`); what each party answered, and why, is listed under it. If the cause turns out to be a setting, please report it with a capsule (`logto-testkit capsule`), so that it can get a name.",
    see: "https://docs.logto.io/integrate-logto/integrate-logto-into-your-application",
};

impl Cause {
    /// The name of this cause, e.g. `connector/secret-has-trailing-whitespace`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.text().id
    }

    /// Whether this is a person's own choice and not a fault.
    #[must_use]
    pub const fn is_own_choice(self) -> bool {
        matches!(self, Self::Person(_))
    }

    /// The cause with this name, if there is one.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::all().into_iter().find(|cause| cause.id() == id)
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_speak_plainly() {
        let mut seen = BTreeSet::new();
        for cause in Cause::all() {
            let Text { id, cause: sentence, fix, see, .. } = cause.text();
            assert!(seen.insert(id), "{id} twice");
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '/';
            assert!(id.chars().all(plain) && id.matches('/').count() == 1, "{id}");
            assert!(sentence.ends_with('.') && !sentence.contains("  "), "{id}: one sentence: {sentence}");
            assert!(fix.ends_with('.') && fix.len() > 20, "{id}: {fix}");
            assert!(see.starts_with("https://"), "{id}: {see}");
            assert_eq!(Cause::by_id(id), Some(cause));
        }
    }
}
