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
        entry: "A15",
        what: "Somebody whom GitHub has let in does not come further: the profile's second request is refused, because a GitHub App was made in place of an OAuth app.",
        because: "It is about GitHub's own endpoints. The mock stands for Hugging Face, which tells the whole profile in one answer.",
    },
    LeftOut {
        entry: "A17",
        what: "The provider takes no return address with http, or on localhost, so that nothing works on a developer's machine.",
        because: "Hugging Face documents that it takes both. A rule of another provider would only be imitated.",
    },
    LeftOut {
        entry: "A18",
        what: "People on phones are stuck at a confirmation in the provider's own app.",
        because: "Hugging Face has no such option; a page that is never answered is no behaviour of any party here.",
    },
    LeftOut {
        entry: "B4",
        what: "A direct sign-in starts twice, and the first answer is refused with “The authorization is invalid”.",
        because: "A fault of an earlier Logto's page, mended since. The walker stands for the page of today.",
    },
    LeftOut {
        entry: "B17",
        what: "The list of connectors itself fails, and the console's page with it.",
        because: "It takes two rows that only SQL can write.",
    },
    LeftOut {
        entry: "B30",
        what: "The button is there in a browser and missing in an app's web view, or the reverse.",
        because: "It takes the bridge that a native app puts into the page, and a connector for one platform only; that for Hugging Face is for all.",
    },
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
