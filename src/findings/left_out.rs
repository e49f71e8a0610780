//! Faults that people hit, and that no walk of these parties can show.

/// An entry of the catalog of real faults that has no scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Its number in the catalog, e.g. `B12`.
    pub entry: &'static str,
    /// What people see, in one sentence.
    pub what: &'static str,
    /// Why no scenario shows it, in one sentence.
    pub because: &'static str,
}

/// All of them, in the order of the catalog.
pub const LEFT_OUT: &[LeftOut] = &[
    LeftOut {
        entry: "A10",
        what: "Linking in Logto's account center is refused by Hugging Face, although the sign-in works: it returns to another address, which the console does not show.",
        because: "The account center is a separate page built on the Account API, which neither the walker nor the embedded Logto implements.",
    },
    LeftOut {
        entry: "A15",
        what: "A person whom GitHub has let in gets no further: the second request for the profile is refused, because a GitHub App was created instead of an OAuth app.",
        because: "It concerns GitHub's own endpoints. The mock stands for Hugging Face, which returns the whole profile in one answer.",
    },
    LeftOut {
        entry: "A17",
        what: "The provider does not accept redirect URIs with http, or on localhost, so nothing works on a developer's machine.",
        because: "Hugging Face documents that it accepts both. A rule of another provider would only be imitated.",
    },
    LeftOut {
        entry: "A18",
        what: "People on phones are stuck at a confirmation in the provider's own app.",
        because: "Hugging Face has no such option, and no party here leaves a page unanswered forever.",
    },
    LeftOut {
        entry: "B4",
        what: "A direct sign-in starts twice, and the first answer is refused with “The authorization is invalid”.",
        because: "A fault of an earlier Logto's page, since fixed. The walker reproduces the current page.",
    },
    LeftOut {
        entry: "B17",
        what: "The list of connectors itself fails, and with it the console's page.",
        because: "It requires two rows that only SQL can write.",
    },
    LeftOut {
        entry: "B29",
        what: "Logto's account center says that a connector is not enabled, although people sign in with it.",
        because: "The account center is a separate page built on the Account API, which neither the walker nor the embedded Logto implements.",
    },
    LeftOut {
        entry: "B30",
        what: "The button is present in a browser and missing in an app's web view, or the reverse.",
        because: "It requires the bridge that a native app injects into the page, and a connector for one platform only; the one for Hugging Face is for all.",
    },
    LeftOut {
        entry: "C4",
        what: "Calls of the Management API fail with 500, and Logto's log says `fetch failed`: it cannot reach its own public address.",
        because: "Logto 1.42 reads the keys of its admin tenant from the database, without a request. The counterpart on the app's side is bugs/deployment/logto-out-of-reach.",
    },
    LeftOut {
        entry: "C6",
        what: "Browser SDKs and the console say that Crypto.subtle is unavailable, over plain http on a name other than localhost.",
        because: "It is the browser's own rule for scripts, and the walker does not run any.",
    },
    LeftOut {
        entry: "C8",
        what: "Two apps in one browser resume each other's sign-in.",
        because: "This was the case before Logto 1.34; since then its cookie has an interaction for each app.",
    },
    LeftOut {
        entry: "C9",
        what: "The sign-in page in an iframe of another site finds no session.",
        because: "The walker does not support frames; a browser does not send the SameSite=Lax cookies there.",
    },
    LeftOut {
        entry: "C15",
        what: "Logto exits at start-up because its database does not answer.",
        because: "The database belongs to Logto and is not a party of a walk; the container backend reports such a failed start as an error of its own.",
    },
    LeftOut {
        entry: "C16",
        what: "Every request ends in 500 once the database is lost or its connections are used up.",
        because: "The database belongs to Logto and is not a party of a walk; no public interface can make it fail.",
    },
    LeftOut {
        entry: "C17",
        what: "A newer Logto does not start on the database of an older one.",
        because: "It requires two versions of Logto and a database, and does not involve a sign-in.",
    },
    LeftOut {
        entry: "C18",
        what: "Internal server errors everywhere after a clean start: the database role lacks rights.",
        because: "Roles are granted in the database; no public interface changes them.",
    },
    LeftOut {
        entry: "C20",
        what: "A browser app's own call to Logto is refused: its origin does not belong to any of the application's redirect URIs, and is not on the list of allowed origins.",
        because: "The call comes from a script of the app's page, and the walker does not run any; the Bookstore calls Logto from its server, where the origin does not matter.",
    },
    LeftOut {
        entry: "C21",
        what: "A button does nothing, and the browser's console mentions form-action.",
        because: "Only browsers enforce a content security policy, and each does so differently; the walker does not.",
    },
    LeftOut {
        entry: "C22",
        what: "Account center and demo app are refused with invalid_redirect_uri on a custom domain.",
        because: "It was fixed in Logto, and only its cloud has custom domains.",
    },
    LeftOut {
        entry: "D35",
        what: "The callback answers 500 in production only: `crypto` or `Buffer` is not defined, or a page was prerendered.",
        because: "The runtime of the app's SDK (an edge runtime, server-side rendering) fails, before any of these parties receives a request.",
    },
    LeftOut {
        entry: "D36",
        what: "The Go SDK cannot read a key set whose keys have list members (`x5c`, `key_ops`).",
        because: "Logto's own key set has none, so it does not happen with Logto; the fault is in the SDK's types.",
    },
    LeftOut {
        entry: "D37",
        what: "Nothing: a callback at `/callback-anything` is accepted as one at `/callback`.",
        because: "Nothing visibly goes wrong; it depends on how strictly an SDK compares URLs.",
    },
    LeftOut {
        entry: "E13",
        what: "The page that signs out of Logto stays blank: a Content-Security-Policy forbids its form.",
        because: "Only a browser that obeys the policy shows it; the walker submits forms regardless of policies.",
    },
    LeftOut {
        entry: "F14",
        what: "The profile has no name, picture or e-mail address.",
        because: "Logto accepts such a profile, so nothing breaks: provider/bare-profile shows it. For the effects of a missing address see B12.",
    },
    LeftOut {
        entry: "F25",
        what: "The provider posts its answer to Logto's callback, and something on the way rejects POST requests.",
        because: "Logto answers the POST itself, as provider/form-post shows. A proxy that rejects every POST stops the sign-in page before that.",
    },
    LeftOut {
        entry: "F26",
        what: "The sign-in fails because a second endpoint of the provider, such as GitHub's list of e-mail addresses, refuses the request.",
        because: "Logto's connector for Hugging Face sends only one request for the profile; those that send two have their providers' URLs built in.",
    },
    LeftOut {
        entry: "G2",
        what: "A person enters the e-mail address that the provider did not provide, it belongs to an account, and the social identity is not linked to it.",
        because: "It is fixed in the version of Logto that is reproduced here, and entering an address requires a connector that sends mail.",
    },
];
