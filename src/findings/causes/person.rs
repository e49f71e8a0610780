//! Causes in a person's own choice: not a fault.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The person's own choice: not a fault.
    "person" Person {
        DeniedConsent "denied-consent" {
            cause: "The person chose Deny at Hugging Face.",
            place: Person,
            fix: "Nothing is broken: Logto's page says so, and the person can press the button again.",
            see: see::AUTH_STATUS,
        }
    }
}
