//! What the browser did.

use super::see;
use crate::findings::text::causes;

causes! {
    /// What the browser did.
    #[expect(clippy::enum_variant_names, reason = "they are named as their identifiers are")]
    "browser" Browser {
        AnotherTabFinished "another-tab-finished" {
            cause: "Two tabs shared one sign-in; one of them finished it, and nothing is left for the other.",
            place: Person,
            fix: "Begin the sign-in once more in the tab that stayed behind; an app should send people who come back signed in to its home page.",
            see: see::AUTH_STATUS,
        }
        CallbackOpenedAgain "callback-opened-again" {
            cause: "The address of a callback was opened once more; what it brings serves once.",
            place: Person,
            fix: "Begin the sign-in once more. An app can spare people this page by sending those who are signed in to its home page.",
            see: see::AUTH_STATUS,
        }
        AnotherBrowser "another-browser" {
            cause: "The sign-in was begun in one browser and came back in another, which knows nothing of it.",
            place: Person,
            fix: "Finish the sign-in in the browser in which it began; where an in-app browser opens links elsewhere, begin it there.",
            see: see::AUTH_STATUS,
        }
        AnotherAttempt "another-attempt" {
            cause: "The social button was pressed a second time, and then the first attempt was finished; only the last one counts.",
            place: Person,
            fix: "Go on with the attempt that was begun last, or press the button once more.",
            see: see::AUTH_STATUS,
        }
        CookiesRefused "cookies-refused" {
            cause: "The browser came back without the cookies that the sign-in had set.",
            place: Person,
            fix: "Allow cookies for app and Logto, and finish the sign-in in the browser in which it began.",
            see: see::COOKIES,
        }
    }
}
