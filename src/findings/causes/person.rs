//! What a person chose: no fault of anybody's.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The person's own choice: no fault.
    "person" Person {
        DeniedConsent "denied-consent" {
            cause: "The person chose Deny at Hugging Face.",
            place: Person,
            fix: "Nothing is broken: Logto's page says so, and the button can be pressed again.",
            see: see::AUTH_STATUS,
        }
    }
}
