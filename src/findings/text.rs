//! The text of a cause, and how the causes of an area are declared.

use crate::named::named;

named! {
    /// Where to apply a fix.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Place {
        /// Hugging Face: Settings → Connected Apps → the OAuth app.
        HuggingFaceApp => "Hugging Face: Settings → Connected Apps → your OAuth app",
        /// Hugging Face: the person's account.
        HuggingFaceAccount => "Hugging Face: the person's account settings",
        /// Logto console: Connectors → Social connectors → Hugging Face.
        LogtoConnector => "Logto console: Connectors → Social connectors → Hugging Face",
        /// Logto console: Connectors → Email and SMS connectors.
        LogtoMessageConnectors => "Logto console: Connectors → Email and SMS connectors",
        /// Logto console: Multi-factor auth.
        LogtoMfa => "Logto console: Multi-factor auth",
        /// Logto console: Security.
        LogtoSecurity => "Logto console: Security → General",
        /// Logto console: Sign-in experience.
        LogtoSignInExperience => "Logto console: Sign-in experience",
        /// Logto console: Applications → the app.
        LogtoApplication => "Logto console: Applications → your app",
        /// Logto console: User management.
        LogtoUsers => "Logto console: User management",
        /// The environment in which Logto runs.
        LogtoDeployment => "where Logto runs: environment, network",
        /// The app's code.
        AppCode => "in the app's code",
        /// The process of the app, and its surroundings.
        AppDeployment => "where the app runs",
        /// The app's configuration.
        AppConfiguration => "in the app's configuration",
        /// The reverse proxy.
        Proxy => "in the reverse proxy",
        /// The person at the browser.
        Person => "in the browser",
        /// The machine that runs `logto-testkit`.
        Machine => "on the machine that runs logto-testkit",
        /// Nowhere: wait, and try again.
        Provider => "at Hugging Face itself",
        /// Not proven: what the app sends to Logto, or its record there.
        AppOrApplication => "in the app's configuration, or in the Logto console: Applications → your app",
        /// Not proven: the connector, or the OAuth app that it uses.
        ConnectorOrOauthApp => "Logto console: Connectors → Social connectors → Hugging Face; or the OAuth app at Hugging Face",
        /// Wherever the value is set, which the evidence names.
        Settings => "where this value is set",
        /// Not proven: the app, a setting, or the scenario itself.
        Unknown => "where the transcript leads",
    }
}

impl Place {
    /// Where a setting is changed, by its name in evidence and repairs, e.g. `connector.config.scope`.
    pub(crate) fn of_setting(name: &str) -> Option<Self> {
        Some(match name.split('.').next()? {
            "connector" | "connectors" => Self::LogtoConnector,
            "huggingface" => Self::HuggingFaceApp,
            "application" => Self::LogtoApplication,
            "signInExperience" => Self::LogtoSignInExperience,
            "app" => Self::AppConfiguration,
            _ => return None,
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
