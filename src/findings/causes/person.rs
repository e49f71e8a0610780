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
    }
}
