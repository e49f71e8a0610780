//! Language and colors.

use crate::sign_in_page::story::Step::{At, Calls, Click, Dark, Deny, Holds, Picture, See, SignIn, Speak};
use crate::sign_in_page::story::Story;

pub(super) const STORIES: &[Story] = &[
    Story {
        about: "a browser in German",
        given: "",
        steps: &[
            Speak("de-DE,de,en"),
            SignIn,
            See("Melde dich in deinem Konto an"),
            Picture("german"),
            Calls(&[]),
            Click("Mit Hugging Face anmelden"),
            See("Ada Lovelace (ada)"),
        ],
    },
    Story {
        about: "a browser in a language that the double does not have",
        given: "",
        steps: &[Speak("ja"), SignIn, See("Sign in to your account")],
    },
    Story {
        about: "`ui_locales`: two calls more, and forgotten by the return",
        given: "app: { extra_parameters: { ui_locales: de } }",
        steps: &[
            SignIn,
            See("Melde dich in deinem Konto an"),
            At("[LOGTO]/sign-in?app_id=[APP_ID]"),
            Holds(
                "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/')).map(({ name }) => name.replace(location.origin, '')).sort().join(' ') \
                   === '/api/.well-known/phrases?lng=de /api/.well-known/sign-in-exp?appId=[APP_ID]&uiLocales=de'",
            ),
            Click("Mit Hugging Face anmelden"),
            Deny,
            See("Sign in to your account"),
        ],
    },
    Story {
        about: "a dark page, where the tenant has one",
        given: "sign_in_experience: { members: { color: { primaryColor: \"#6139F6\", darkPrimaryColor: \"#8768F8\", isDarkModeEnabled: true } } }",
        steps: &[
            Dark,
            SignIn,
            See("Sign in to your account"),
            Holds("document.documentElement.dataset.theme === 'dark'"),
            Picture("dark"),
        ],
    },
];
