//! What is told of a cause, and how the causes of an area are declared.

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

            pub(in crate::findings) const fn text(self) -> $crate::findings::text::Text {
                match self {
                    $(Self::$variant => $crate::findings::text::Text {
                        id: concat!($area, "/", $id),
                        cause: $cause,
                        place: $crate::findings::text::Place::$place,
                        fix: $fix,
                        see: $see,
                    },)*
                }
            }
        }
    };
}
pub(super) use causes;
