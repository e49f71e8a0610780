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
        AnotherSignInBegun "another-sign-in-begun" {
            cause: "A second tab began another sign-in, which replaced the one in this tab: Logto keeps one for each app and browser.",
            fix: "Finish the sign-in that was begun last, or start again in this tab.",
        }
        CallbackStale "callback-stale" {
            cause: "The callback of an earlier sign-in was opened, after the browser had begun another one.",
            fix: "Start the sign-in again at the app; a callback's address cannot be kept as a bookmark or from the history.",
        }
        CallbackMadeUp "callback-made-up" {
            cause: "A callback was opened with a state that was not issued, so it does not belong to any sign-in of this browser.",
            fix: "Start the sign-in at the app. If the address came from a link or an e-mail, do not trust it: that is how a login is forged, and the check of the state prevented it.",
        }
        CallbackWithoutState "callback-without-state" {
            cause: "A callback was opened without a state, so it does not belong to any sign-in.",
            fix: "Start the sign-in at the app; an app can send people who open its callback by hand to its home page.",
        }
        CookiesRefused "cookies-refused" {
            cause: "The browser came back without the cookies that were set during the sign-in.",
            fix: "Allow cookies for the app and Logto, and finish the sign-in in the browser in which it started.",
            see: see::COOKIES,
        }
    }
}
