//! The text of a cause, and how the causes of an area are declared.

/// Where to apply a fix.
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
    /// The machine that runs `logto-testkit`.
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
            Self::LogtoDeployment => "where Logto runs: environment, network",
            Self::AppCode => "in the app's code",
            Self::AppConfiguration => "in the app's configuration",
            Self::Proxy => "in the reverse proxy",
            Self::Person => "in the browser",
            Self::Machine => "on the machine that runs logto-testkit",
            Self::Provider => "at Hugging Face itself",
        })
    }
}

/// The name, cause and fix of a [`Cause`](super::Cause), for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// The cause's name, `area/what`.
    pub id: &'static str,
    /// What went wrong, in one sentence.
    pub cause: &'static str,
    /// Where to apply the fix.
    pub place: Place,
    /// What to do, in the imperative.
    pub fix: &'static str,
    /// URL of a page for further reading.
    pub see: &'static str,
}

/// Declares an area: its enum, the list of its causes, and their texts. `place` and `see` of the
/// area are those of every cause that does not have its own.
macro_rules! causes {
    (@own $area:expr) => { $area };
    (@own $area:expr, $cause:expr) => { $cause };
    (
        $(#[$meta:meta])*
        $area:literal $name:ident, place: $area_place:ident, see: $area_see:path {
            $($variant:ident $id:literal {
                cause: $cause:literal, $(place: $place:ident,)? fix: $fix:literal, $(see: $see:path,)?
            })*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = $cause] $variant,)*
        }

        impl $name {
            /// All causes of this area, in the order of `docs/findings.md`.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub(in crate::findings) const fn text(self) -> $crate::findings::text::Text {
                match self {
                    $(Self::$variant => $crate::findings::text::Text {
                        id: concat!($area, "/", $id),
                        cause: $cause,
                        place: {
                            use $crate::findings::text::Place;
                            causes!(@own Place::$area_place $(, Place::$place)?)
                        },
                        fix: $fix,
                        see: causes!(@own $area_see $(, $see)?),
                    },)*
                }
            }
        }
    };
}
pub(super) use causes;
