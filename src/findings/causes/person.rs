//! Causes in a person's own choice: not a fault.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The person's own choice: not a fault.
    "person" Person, place: Person, see: see::AUTH_STATUS {
        DeniedConsent "denied-consent" {
            cause: "The person chose Deny at Hugging Face.",
            fix: "Nothing is broken: Logto's page says so, and the person can press the button again.",
        }
        UsernameTaken "username-taken" {
            cause: "The person entered a username that another account already has.",
            fix: "Nothing is broken: the person chooses another one. If the account is their own, they sign in to it and link Hugging Face there.",
        }
        UsernameRefused "username-refused" {
            cause: "The person entered a username that Logto does not accept.",
            fix: "Nothing is broken: the person chooses one of letters, digits and underscores that does not begin with a digit, and is not too long; a username policy of the tenant may ask for more.",
        }
        CanceledConsent "canceled-consent" {
            cause: "The person chose Cancel on Logto's page that asks to authorize the third-party application, which then opens the app's callback without a code or an error.",
            fix: "Nothing is broken: let the app treat a callback without parameters as a canceled sign-in, and show its home page.",
        }
    }
}
