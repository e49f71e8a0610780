//! The closed set of causes.

use super::causes::{
    Account, App, Application, Browser, Connector, Experience, HuggingFace, Logto, Machine, Network, Person,
};

/// What went wrong, by name. The areas say whose thing it is.
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
    /// Something broke, and nothing that was seen proves why.
    Unknown,
}

/// Where a fix is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Hugging Face: Settings → Connected Apps → the OAuth app.
    HuggingFaceApp,
    /// Hugging Face: the person's account.
    HuggingFaceAccount,
    /// Logto console: Connectors → Social connectors → Hugging Face.
    LogtoConnector,
    /// Logto console: Connectors → Email and SMS connectors.
    LogtoMessageConnectors,
    /// Logto console: Multi-factor auth.
    LogtoMfa,
    /// Logto console: Security.
    LogtoSecurity,
    /// Logto console: Sign-in experience.
    LogtoSignInExperience,
    /// Logto console: Applications → the app.
    LogtoApplication,
    /// Logto console: User management.
    LogtoUsers,
    /// The environment in which Logto runs.
    LogtoDeployment,
    /// The app's code.
    AppCode,
    /// The app's configuration.
    AppConfiguration,
    /// The reverse proxy.
    Proxy,
    /// The person at the browser.
    Person,
    /// The machine that runs this tool.
    Machine,
    /// Nowhere: wait, and try again.
    Provider,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::HuggingFaceApp => "Hugging Face: Settings → Connected Apps → your OAuth app",
            Self::HuggingFaceAccount => "Hugging Face: the person's account settings",
            Self::LogtoConnector => "Logto console: Connectors → Social connectors → Hugging Face",
            Self::LogtoMessageConnectors => "Logto console: Connectors → Email and SMS connectors",
            Self::LogtoMfa => "Logto console: Multi-factor auth",
            Self::LogtoSecurity => "Logto console: Security → General",
            Self::LogtoSignInExperience => "Logto console: Sign-in experience",
            Self::LogtoApplication => "Logto console: Applications → your app",
            Self::LogtoUsers => "Logto console: User management",
            Self::LogtoDeployment => "where Logto runs (environment, network)",
            Self::AppCode => "the app's code",
            Self::AppConfiguration => "the app's configuration",
            Self::Proxy => "the reverse proxy",
            Self::Person => "the person at the browser",
            Self::Machine => "the machine that runs logto-testkit",
            Self::Provider => "Hugging Face itself",
        })
    }
}

/// What is told of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Its name, `area/what`.
    pub id: &'static str,
    /// One sentence.
    pub cause: &'static str,
    /// Where the fix is done.
    pub place: Place,
    /// The fix, as an instruction.
    pub fix: &'static str,
    /// A page to read.
    pub see: &'static str,
}

/// Declares an area: the enum, the list of its causes, and their texts.
macro_rules! causes {
    (
        $(#[$meta:meta])*
        $area:literal $name:ident {
            $($variant:ident $id:literal {
                cause: $cause:literal, place: $place:ident, fix: $fix:literal, see: $see:expr $(,)?
            })*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = $cause] $variant,)*
        }

        impl $name {
            /// All of this area, in the order of `docs/findings.md`.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub(in crate::findings) const fn text(self) -> $crate::findings::cause::Text {
                match self {
                    $(Self::$variant => $crate::findings::cause::Text {
                        id: concat!($area, "/", $id),
                        cause: $cause,
                        place: $crate::findings::cause::Place::$place,
                        fix: $fix,
                        see: $see,
                    },)*
                }
            }
        }

        impl From<$name> for $crate::findings::cause::Cause {
            fn from(cause: $name) -> Self {
                Self::$name(cause)
            }
        }
    };
}
pub(super) use causes;

/// Of [`Cause::Unknown`].
const UNKNOWN: Text = Text {
    id: "unknown/first-bad-hop",
    cause: "Something broke here, and nothing that was seen proves why.",
    place: Place::AppCode,
    fix: "Read the transcript from this hop on; what each party answered, and why, stands under it. If the cause \
          turns out to be a configuration, please report it with a capsule (`logto-testkit capsule`), so that it gets a name.",
    see: "https://docs.logto.io/integrate-logto/integrate-logto-into-your-application",
};

impl Cause {
    /// What is told of it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::HuggingFace(cause) => cause.text(),
            Self::Connector(cause) => cause.text(),
            Self::Experience(cause) => cause.text(),
            Self::Account(cause) => cause.text(),
            Self::Application(cause) => cause.text(),
            Self::App(cause) => cause.text(),
            Self::Logto(cause) => cause.text(),
            Self::Network(cause) => cause.text(),
            Self::Browser(cause) => cause.text(),
            Self::Machine(cause) => cause.text(),
            Self::Person(cause) => cause.text(),
            Self::Unknown => UNKNOWN,
        }
    }

    /// Its name, e.g. `connector/secret-has-trailing-whitespace`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.text().id
    }

    /// Whether it is nobody's fault, but a person's own choice.
    #[must_use]
    pub const fn is_own_choice(self) -> bool {
        matches!(self, Self::Person(_))
    }

    /// Every cause there is, in the order of `docs/findings.md`.
    #[must_use]
    pub fn all() -> Vec<Self> {
        fn of<T: Copy + Into<Cause>>(area: &[T]) -> impl Iterator<Item = Cause> + '_ {
            area.iter().map(|cause| (*cause).into())
        }
        of(HuggingFace::ALL)
            .chain(of(Connector::ALL))
            .chain(of(Experience::ALL))
            .chain(of(Account::ALL))
            .chain(of(Application::ALL))
            .chain(of(App::ALL))
            .chain(of(Logto::ALL))
            .chain(of(Network::ALL))
            .chain(of(Browser::ALL))
            .chain(of(Machine::ALL))
            .chain(of(Person::ALL))
            .chain([Self::Unknown])
            .collect()
    }

    /// The cause with this name.
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
