//! Accounts and identities in Logto.

use super::see;
use crate::findings::text::causes;

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
        IdentityAlreadyInUse "identity-already-in-use" {
            cause: "Another account in Logto has this Hugging Face account as its own.",
            place: LogtoUsers,
            fix: "Sign in to that account; or take the social connection away from it on its page, and link it where it belongs.",
            see: see::LINKING,
        }
        UnverifiedEmailTrusted "unverified-email-trusted" {
            cause: "Hugging Face says that it has not verified the person's e-mail address, and Logto took it as verified.",
            place: LogtoConnector,
            fix: "Anybody can claim somebody else's address that way: take `email` out of the connector's scope, or use the generic OpenID Connect connector, which drops addresses that are not verified.",
            see: see::LINKING,
        }
        IdentityUnderAnotherTarget "identity-under-another-target" {
            cause: "The person has an account under the target of an earlier connector, and got a second one under the target of this one.",
            place: LogtoConnector,
            fix: "Give the connector the target it had before, if its kind lets you; otherwise move the identities of all accounts to the new target with `PUT /api/users/:id/identities/:target`, and delete the second accounts.",
            see: see::LINKING,
        }
        EmailNotSynced "email-not-synced" {
            cause: "The person has another e-mail address at Hugging Face now, and Logto keeps the one of the first sign-in.",
            place: LogtoUsers,
            fix: "Change the address on the account's page or through the Management API: Logto copies name and avatar where the connector syncs profiles, the address never.",
            see: see::USERS,
        }
        NoSignInMethodLeft "no-sign-in-method-left" {
            cause: "Nobody can sign in to the account any more: its last social connection was taken away, and it has neither a password nor an e-mail address.",
            place: LogtoUsers,
            fix: "Give the account its social connection back, or a password; otherwise the next sign-in with Hugging Face makes a new account.",
            see: see::USERS,
        }
    }
}
