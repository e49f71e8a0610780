//! The sign-in experience in Logto.

use super::see;
use crate::findings::cause::causes;

causes! {
    /// The sign-in experience in Logto.
    "experience" Experience {
        ConnectorNotEnabled "connector-not-enabled" {
            cause: "The connector is configured, but its button is not switched on in the sign-in experience.",
            place: LogtoSignInExperience,
            fix: "Under Sign-up and sign-in → Social sign-in, add Hugging Face, and save.",
            see: see::SOCIAL,
        }
        SignUpIdentifierRequired "sign-up-identifier-required" {
            cause: "The tenant demands an identifier of new people that Hugging Face does not give.",
            place: LogtoSignInExperience,
            fix: "Set the sign-up identifier to None, or ask Hugging Face for it (scope `email`); otherwise people have to type it in.",
            see: see::SIGN_UP,
        }
    }
}
