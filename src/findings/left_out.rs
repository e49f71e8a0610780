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
        entry: "A10",
        what: "Linking in Logto's account center is refused by Hugging Face, although the sign-in works: it comes back to another address, which the console does not show.",
        because: "The account center is a page of its own over the Account API, which neither the walker nor the embedded Logto plays.",
    },
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
        entry: "B29",
        what: "Logto's account center says that a connector is not enabled which signs people in.",
        because: "The account center is a page of its own over the Account API, which neither the walker nor the embedded Logto plays.",
    },
    LeftOut {
        entry: "B30",
        what: "The button is there in a browser and missing in an app's web view, or the reverse.",
        because: "It takes the bridge that a native app puts into the page, and a connector for one platform only; that for Hugging Face is for all.",
    },
    LeftOut {
        entry: "C4",
        what: "Calls of the Management API fail with 500, and Logto's log says `fetch failed`: it cannot reach its own public address.",
        because: "Logto 1.42 reads the keys of its admin tenant from the database and asks nobody. The like from the app's side is bugs/deployment/logto-out-of-reach.",
    },
    LeftOut {
        entry: "C6",
        what: "Browser SDKs and the console say that Crypto.subtle is unavailable, on plain http under a name that is not localhost.",
        because: "It is the browser's own rule about scripts, and the walker runs none.",
    },
    LeftOut {
        entry: "C8",
        what: "Two apps in one browser take up each other's sign-in.",
        because: "It was so before Logto 1.34; since then its cookie has an interaction for each app.",
    },
    LeftOut {
        entry: "C9",
        what: "The sign-in page in an iframe of another site finds no session.",
        because: "The walker has no frames; in a browser the SameSite=Lax cookies stay behind there.",
    },
    LeftOut {
        entry: "C15",
        what: "Logto ends at start, since its database does not answer.",
        because: "The database is Logto's own and no party of a walk; the container backend tells of such a start in its own error.",
    },
    LeftOut {
        entry: "C16",
        what: "Any request ends in 500 once the database is lost or its connections are used up.",
        because: "The database is Logto's own and no party of a walk; nothing public makes it fail.",
    },
    LeftOut {
        entry: "C17",
        what: "A newer Logto does not start on the database of an older one.",
        because: "It takes two versions of Logto and a database; no sign-in is walked at all.",
    },
    LeftOut {
        entry: "C18",
        what: "Internal server errors everywhere after a clean start: the database role lacks rights.",
        because: "Roles are given in the database; nothing public changes them.",
    },
    LeftOut {
        entry: "C20",
        what: "A browser app's own call to Logto is refused: its origin is none of the application's redirect URIs, nor among the allowed ones.",
        because: "The call comes from a script of the app's page, and the walker runs none; the Bookstore calls Logto from its server, where no origin counts.",
    },
    LeftOut {
        entry: "C21",
        what: "A button does nothing, and the browser's console speaks of form-action.",
        because: "A content security policy is enforced by browsers alone, and differently by each; the walker does not.",
    },
    LeftOut {
        entry: "C22",
        what: "Account centre and demo app are refused with invalid_redirect_uri on a custom domain.",
        because: "It was fixed in Logto, and custom domains are a matter of its cloud.",
    },
    LeftOut {
        entry: "D35",
        what: "The callback answers 500 in production only: `crypto` or `Buffer` is not defined, or a page was made beforehand.",
        because: "It is the runtime of somebody's SDK (an edge runtime, server-side rendering) that fails, before any of these parties is asked.",
    },
    LeftOut {
        entry: "D36",
        what: "The Go SDK cannot read a key set whose keys have members that are lists (`x5c`, `key_ops`).",
        because: "Logto's own key set has none, so nobody meets it with Logto; the fault is in the SDK's types.",
    },
    LeftOut {
        entry: "D37",
        what: "Nothing: a callback at `/callback-anything` passes for one at `/callback`.",
        because: "Nobody sees anything go wrong; it is a matter of how strict an SDK compares addresses.",
    },
    LeftOut {
        entry: "E13",
        what: "The page that signs out of Logto stays blank: a Content-Security-Policy forbids its form.",
        because: "Only a browser that obeys the policy shows it; the walker sends forms whatever a policy says.",
    },
    LeftOut {
        entry: "F14",
        what: "The profile has no name, picture or e-mail address.",
        because: "Logto takes such a profile, so nothing breaks: provider/bare-profile shows it. What a missing address leads to is B12.",
    },
    LeftOut {
        entry: "F25",
        what: "The provider posts its answer to Logto's callback, and something on the way takes no POST.",
        because: "Logto answers the POST itself, as provider/form-post shows. A proxy that refuses every POST stops the sign-in page before that.",
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
