//! Forms for a username and a password.

use crate::sign_in_page::story::Step::{At, Calls, Click, Fill, Holds, Not, Open, Picture, See, SignIn};
use crate::sign_in_page::story::Story;

pub(super) const STORIES: &[Story] = &[
    Story {
        about: "registration on two pages, with the password twice, and a sign-in",
        given: "sign_in_experience: { sign_up: { identifiers: [username], password: true }, sign_in: { methods: [{ identifier: username, password: true, verification_code: false, is_password_primary: true }] } }",
        steps: &[
            SignIn,
            Picture("with-form"),
            Click("Create account"),
            Fill("identifier", "alan"),
            Click("Create account"),
            At("[LOGTO]/register/password?app_id=[APP_ID]"),
            Calls(&["PUT /api/experience 204", "POST /api/experience/profile 204"]),
            Fill("newPassword", "short"),
            Fill("confirmPassword", "short"),
            Click("Save password"),
            See("Minimum length is 8."),
            Fill("newPassword", "enigma-and-bombe-41"),
            Click("Save password"),
            See("The passwords are not the same."),
            Picture("password"),
            Calls(&[]),
            Fill("confirmPassword", "enigma-and-bombe-41"),
            Click("Save password"),
            At("[APP]/"),
            Calls(&[
                "POST /api/experience/profile 204",
                "POST /api/experience/identification 201",
                "POST /api/experience/submit 200",
            ]),
            Click("Sign Out"),
            Open("[APP]/sign-in"),
            Fill("identifier", "alan"),
            Fill("password", "wrong"),
            Click("Sign in"),
            See("Incorrect account or password"),
            Calls(&["PUT /api/experience 204", "POST /api/experience/verification/password 422"]),
            Fill("password", "enigma-and-bombe-41"),
            Click("Sign in"),
            At("[APP]/"),
            Calls(&[
                "PUT /api/experience 204",
                "POST /api/experience/verification/password 200",
                "POST /api/experience/identification 204",
                "POST /api/experience/submit 200",
            ]),
        ],
    },
    Story {
        about: "a username that is taken: no password is asked for",
        given: "users: [{ username: alan, password: enigma-and-bombe-41 }]\nsign_in_experience: { sign_up: { identifiers: [username], password: true } }",
        steps: &[
            SignIn,
            Click("Create account"),
            Fill("identifier", "alan"),
            Click("Create account"),
            See("This username is already in use."),
            At("[LOGTO]/register?app_id=[APP_ID]"),
        ],
    },
    Story {
        about: "`login_hint` fills the field in, `identifier:sign_in` shows no social button",
        given: "app: { first_screen: \"identifier:sign_in\", extra_parameters: { login_hint: alan } }\nsign_in_experience: { sign_in: { methods: [{ identifier: username, password: true, verification_code: false, is_password_primary: true }] } }",
        steps: &[
            SignIn,
            See("All sign-in options"),
            Holds(
                "location.pathname === '/identifier-sign-in' && document.getElementsByName('identifier')[0].value === 'alan'",
            ),
            Not("Continue with"),
            Picture("identifier"),
            Click("All sign-in options"),
            At("[LOGTO]/sign-in?app_id=[APP_ID]"),
            See("Continue with Hugging Face"),
        ],
    },
    Story {
        about: "sign-in only, and an app that wants a registration",
        given: "app: { first_screen: register }\nsign_in_experience: { sign_in_mode: SignIn }",
        steps: &[
            SignIn,
            At("[LOGTO]/sign-in"),
            See("Sign in to your account"),
            Click("Continue with Hugging Face"),
            See("Ada Lovelace (ada)"),
        ],
    },
];
