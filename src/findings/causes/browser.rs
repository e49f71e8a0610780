//! Causes in what the browser did.

use super::see;
use crate::findings::text::causes;

causes! {
    /// What the browser did.
    #[expect(clippy::enum_variant_names, reason = "they are named as their identifiers are")]
    "browser" Browser, place: Person, see: see::AUTH_STATUS {
        AnotherTabFinished "another-tab-finished" {
            cause: "Two tabs shared one sign-in; one of them finished it, so the other cannot continue.",
            fix: "Start the sign-in again in the tab that was left behind; an app should send people who return already signed in to its home page.",
        }
        CallbackOpenedAgain "callback-opened-again" {
            cause: "A callback URL was opened again; its code works only once.",
            fix: "Start the sign-in again. An app can spare people this page by sending those who are signed in to its home page.",
        }
        AnotherBrowser "another-browser" {
            cause: "The sign-in was started in one browser and came back in another, which has no record of it.",
            fix: "Finish the sign-in in the browser in which it started; where an in-app browser opens links elsewhere, start it there.",
        }
        AnotherAttempt "another-attempt" {
            cause: "The social button was pressed a second time, and then the first attempt was finished; only the last attempt counts.",
            fix: "Continue the most recent attempt, or press the button again.",
        }
        CookiesRefused "cookies-refused" {
            cause: "The browser came back without the cookies that were set during the sign-in.",
            fix: "Allow cookies for the app and Logto, and finish the sign-in in the browser in which it started.",
            see: see::COOKIES,
        }
    }
}
