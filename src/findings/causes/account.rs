//! Accounts and identities in Logto.

use super::see;
use crate::findings::text::causes;

causes! {
    /// Accounts and identities in Logto.
    "account" Account, place: LogtoUsers, see: see::LINKING {
        EmailBelongsToAnother "email-belongs-to-another" {
            cause: "An account with the e-mail address from Hugging Face already exists, and Logto asks whether to link to it.",
            place: LogtoSignInExperience,
            fix: "Let the person choose, or enable automatic account linking under Social sign-in.",
        }
        Suspended "suspended" {
            cause: "The person's account in Logto is suspended.",
            fix: "Reactivate the account on its page, if the person should be able to sign in.",
            see: see::USERS,
        }
        IdentityAlreadyInUse "identity-already-in-use" {
            cause: "This Hugging Face account is already linked to another account in Logto.",
            fix: "Sign in to that account; or remove the social connection from it on its page, and link it to the right account.",
        }
        UnverifiedEmailTrusted "unverified-email-trusted" {
            cause: "Hugging Face says that the person's e-mail address is not verified, and Logto treated it as verified.",
            place: LogtoConnector,
            fix: "This lets anyone claim another person's address: remove `email` from the connector's scope, or use the generic OpenID Connect connector, which drops addresses that are not verified.",
        }
        IdentityUnderAnotherTarget "identity-under-another-target" {
            cause: "The person has an account under the target of an earlier connector, and got a second account under the target of this one.",
            place: LogtoConnector,
            fix: "Give the connector its previous target, if its kind lets you; otherwise move the identities of all accounts to the new target with `PUT /api/users/:id/identities/:target`, and delete the second accounts.",
        }
        EmailNotSynced "email-not-synced" {
            cause: "The person's e-mail address at Hugging Face has changed, and Logto keeps the one of the first sign-in.",
            fix: "Change the address on the account's page or through the Management API: Logto copies name and avatar if the connector syncs profiles, but never the address.",
            see: see::USERS,
        }
        NoSignInMethodLeft "no-sign-in-method-left" {
            cause: "The account can no longer be signed in to: its last social connection was removed, and it has neither a password nor an e-mail address.",
            fix: "Restore the account's social connection, or set a password; otherwise the next sign-in with Hugging Face creates a new account.",
            see: see::USERS,
        }
    }
}
