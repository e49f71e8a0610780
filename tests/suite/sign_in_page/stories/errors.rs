//! What a person sees of an error, and where.

use super::{BEGIN, VERIFY};
use crate::sign_in_page::story::Step::{
    AsAda, At, Before, Calls, Click, Deny, Experience, Holds, Not, Open, Picture, Reload, Script, See,
    SignIn, Suspend,
};
use crate::sign_in_page::story::Story;

pub(super) const STORIES: &[Story] = &[
    Story {
        about: "denied at Hugging Face: the message alone, over a first screen that works, for three seconds",
        given: "",
        steps: &[
            SignIn,
            Click("Continue with Hugging Face"),
            Deny,
            See("The user's authorization process is unsuccessful."),
            Not("connector."),
            Picture("toast"),
            At("[LOGTO]/sign-in?app_id=[APP_ID]"),
            Holds("document.getElementById('toast').textContent === ''"),
            Reload,
            Click("Continue with Hugging Face"),
            Click("Authorize"),
            At("[APP]/"),
        ],
    },
    Story {
        about: "an error at the button: the button stays",
        given: "",
        steps: &[
            SignIn,
            See("Continue with Hugging Face"),
            Experience("{\"signInMode\": \"SignInAndRegister\"}"),
            Before(""),
            Script(
                "fetch_ = window.fetch; window.fetch = () => Promise.resolve(new Response('{\"code\":\"session.not_found\",\"message\":\"Session not found. Please go back and sign in again.\"}', { status: 400 }))",
            ),
            Click("Continue with Hugging Face"),
            See("Session not found. Please go back and sign in again."),
            See("Continue with Hugging Face"),
            Script("window.fetch = fetch_"),
            Click("Continue with Hugging Face"),
            See("Ada Lovelace (ada)"),
        ],
    },
    Story {
        about: "`PUT` is sent three times, and `POST` once",
        given: "",
        steps: &[
            Before(
                "const own = window.fetch; let left = 2; window.sent = []; window.fetch = (path, init) => { sent.push(init.method); \
                    return init.method === 'PUT' && left-- > 0 ? Promise.resolve(new Response('', { status: 503 })) : \
                    init.method === 'POST' ? Promise.resolve(new Response('busy', { status: 503 })) : own(path, init); }",
            ),
            SignIn,
            Click("Continue with Hugging Face"),
            See("Unknown error."),
            Holds("sent.join() === 'PUT,PUT,PUT,POST'"),
            See("Continue with Hugging Face"),
        ],
    },
    Story {
        about: "an answer that is not JSON after the return: an empty page",
        given: "",
        steps: &[
            Before(
                "const own = window.fetch; window.fetch = (path, init) => path.endsWith('/verify') ? \
                    Promise.resolve(new Response('<h1>Bad Gateway</h1>', { status: 502 })) : own(path, init)",
            ),
            SignIn,
            Click("Continue with Hugging Face"),
            AsAda,
            See("Unknown error."),
            Not("Gateway"),
            At("[LOGTO]/callback/social/hf"),
            Holds("document.querySelector('main').childElementCount === 0"),
        ],
    },
    Story {
        about: "an answer that does not come within ten seconds",
        given: "",
        steps: &[
            // A second is a tenth of one here.
            Before(
                "const own = window.fetch, later = window.setTimeout; window.setTimeout = (act, time) => later(act, time > 3000 ? time / 10 : time); \
                    window.fetch = (path, init) => path.endsWith('/verify') ? \
                    new Promise((_, reject) => init.signal.addEventListener('abort', () => reject(init.signal.reason))) : own(path, init)",
            ),
            SignIn,
            Click("Continue with Hugging Face"),
            AsAda,
            See("Request timeout."),
            At("[LOGTO]/callback/social/hf"),
        ],
    },
    Story {
        about: "a suspended account has a page of its own",
        given: "",
        steps: &[
            SignIn,
            Click("Continue with Hugging Face"),
            AsAda,
            At("[APP]/"),
            Suspend,
            Open("[APP]/sign-in"),
            Click("Continue with Hugging Face"),
            At("[LOGTO]/account-suspended?app_id=[APP_ID]"),
            See("Account suspended"),
            Picture("suspended"),
            Click("Back to sign in"),
            At("[LOGTO]/sign-in?app_id=[APP_ID]"),
        ],
    },
    Story {
        about: "sign-in only, and a person whom no one knows",
        given: "sign_in_experience: { sign_in_mode: SignIn }",
        steps: &[
            SignIn,
            Click("Continue with Hugging Face"),
            Calls(BEGIN),
            AsAda,
            See("The social account has not been registered yet."),
            At("[LOGTO]/sign-in?app_id=[APP_ID]"),
            Calls(&[VERIFY, "POST /api/experience/identification 404"]),
        ],
    },
    Story {
        about: "registration only: the first screen is another, and so is the error",
        given: "sign_in_experience: { sign_in_mode: Register }",
        steps: &[
            SignIn,
            At("[LOGTO]/register"),
            See("Create your account"),
            Click("Continue with Hugging Face"),
            Calls(BEGIN),
            AsAda,
            See("Forbidden."),
            At("[LOGTO]/register"),
            Calls(&[VERIFY, "POST /api/experience/identification 403"]),
        ],
    },
];
