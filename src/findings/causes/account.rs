//! Accounts and identities in Logto.

use super::see;
use crate::findings::cause::causes;

causes! {
    /// Accounts and identities in Logto.
    "account" Account {
        EmailBelongsToAnother "email-belongs-to-another" {
            cause: "An account with the e-mail address from Hugging Face is there already, and Logto asks whether to link to it.",
            place: LogtoSignInExperience,
            fix: "Let the person choose, or switch automatic account linking on under Social sign-in.",
            see: see::LINKING,
        }
        Suspended "suspended" {
            cause: "The person's account in Logto is suspended.",
            place: LogtoUsers,
            fix: "Reactivate the account on its page, if it should sign in.",
            see: see::USERS,
        }
    }
}
