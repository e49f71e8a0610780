//! What the browser did.

use super::see;
use crate::findings::cause::causes;

causes! {
    /// What the browser did.
    "browser" Browser {
        AnotherTabFinished "another-tab-finished" {
            cause: "Two tabs shared one sign-in; one of them finished it, and nothing is left for the other.",
            place: Person,
            fix: "Begin the sign-in once more in the tab that stayed behind; an app should send people who come back signed in to its home page.",
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
