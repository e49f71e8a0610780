//! Which page an address is.

use crate::sign_in_page::story::Step::{
    AsAda, At, Before, Calls, Click, Holds, Not, Open, Picture, Script, See, SignIn,
};
use crate::sign_in_page::story::Story;

pub(super) const STORIES: &[Story] = &[
    Story {
        about: "no sign-in under way: an error page without a button, whose way back is the history's",
        given: "",
        steps: &[
            Open("[APP]/"),
            Open("[LOGTO]/sign-in"),
            At("[LOGTO]/unknown-session"),
            See("404 Not Found"),
            See("Session not found. Please go back and sign in again."),
            Not("Continue with"),
            Picture("unknown-session"),
            Click("‹ Back"),
            At("[APP]/"),
            Calls(&[]),
        ],
    },
    Story {
        about: "a sign-in under way makes no first screen of the error page",
        given: "",
        steps: &[
            SignIn,
            See("Continue with Hugging Face"),
            Open("[LOGTO]/unknown-session"),
            See("404 Not Found"),
            Not("Continue with"),
            Open("[LOGTO]/nonsense"),
            See("404 Not Found"),
            Not("Continue with"),
            Open("[LOGTO]/social/link/hf"),
            See("404 Not Found"),
            Open("[LOGTO]/continue/username"),
            See("Session not found. Please go back and sign in again."),
            Not("Continue with"),
            Open("[LOGTO]/callback/nosuch?code=x&state=y"),
            At("[LOGTO]/sign-in"),
            See("Continue with Hugging Face"),
            Not("invalid"),
            Calls(&[]),
        ],
    },
    Story {
        about: "settings, names and messages are text, whatever they contain",
        given: "connector: { id: hf, factory: oauth2, scope: openid profile email }\nsign_in_experience: { members: { termsOfUseUrl: \"javascript:hit()\", agreeToTermsPolicy: Manual, customCss: \"</script><script>hit()</script>\" } }",
        steps: &[
            Before("window.hits = 0; window.hit = () => { hits += 1 }"),
            SignIn,
            See("I have read and agree to the Terms of Use"),
            Holds("document.querySelectorAll('a').length === 0"),
            Script(
                "const own = window.fetch; window.fetch = () => Promise.resolve(new Response(JSON.stringify({ code: 'constructor', message: '<img src=x onerror=hit()>' }), { status: 400 }))",
            ),
            Click("termsAgreement"),
            Holds("[...document.querySelectorAll('main button')].length === 1"),
            Script("document.querySelector('main button').click()"),
            See("<img src=x onerror=hit()>"),
            Holds("hits === 0"),
        ],
    },
    Story {
        about: "the same on the consent page",
        given: "application: { is_third_party: true, display_name: \"<img src=x onerror=hit()>\", user_scopes: [profile] }",
        steps: &[
            Before("window.hits = 0; window.hit = () => { hits += 1 }"),
            SignIn,
            Click("Continue with Hugging Face"),
            AsAda,
            See("Authorize <img src=x onerror=hit()>"),
            Holds("document.images.length === 0 && hits === 0"),
        ],
    },
];
