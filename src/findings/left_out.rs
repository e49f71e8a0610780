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
        entry: "D2",
        what: "Discovery fails when the Logto endpoint is written with a slash at its end.",
        because: "Logto's Go and JavaScript SDKs join addresses as the sample app does, without doubling it; the fault is in code that glues texts together.",
    },
];
