//! What people hit, and no walk of these parties can show.

/// An entry of the catalogue of real faults that has no scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Its number in the catalogue.
    pub entry: &'static str,
    /// What people see.
    pub what: &'static str,
    /// Why no scenario shows it.
    pub because: &'static str,
}

/// All of them, in the order of the catalogue.
pub const LEFT_OUT: &[LeftOut] = &[
    LeftOut {
        entry: "F26",
        what: "The sign-in fails because a second endpoint of the provider, such as GitHub's list of e-mail addresses, refuses.",
        because: "Logto's connector for Hugging Face asks one endpoint for the profile; the others that ask two have their providers' addresses built in.",
    },
    LeftOut {
        entry: "G2",
        what: "Somebody types in the e-mail address that the provider did not give, it belongs to an account, and the social identity is not linked to it.",
        because: "It is mended in the version of Logto that is reproduced here, and typing in an address takes a connector that sends mail.",
    },
];
