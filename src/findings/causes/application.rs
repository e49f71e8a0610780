//! The app's record in Logto.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The app's record in Logto.
    "application" Application {
        RedirectUriNotRegistered "redirect-uri-not-registered" {
            cause: "The redirect URI that the app sends is not registered in Logto.",
            place: LogtoApplication,
            fix: "Add the app's callback, letter for letter as the app sends it, to Redirect URIs.",
            see: see::APPLICATION,
        }
        TypeHasNoSecret "type-has-no-secret" {
            cause: "The app sends a secret, and the application in Logto is of a type that has none.",
            place: LogtoApplication,
            fix: "Create an application of the type Traditional web and use its id and secret, or let the app authenticate as a public client; a type cannot be changed.",
            see: see::APPLICATION,
        }
        TypeNeedsSecret "type-needs-secret" {
            cause: "The app sends no secret, and the application in Logto is of a type that demands one.",
            place: LogtoApplication,
            fix: "Give the app the secret, or create an application of the type Single page app or Native and use its id; a type cannot be changed.",
            see: see::APPLICATION,
        }
        MachineToMachine "machine-to-machine" {
            cause: "The application in Logto is a machine-to-machine one, through which no person can sign in.",
            place: LogtoApplication,
            fix: "Create an application of the type Traditional web, Single page app or Native, and use its id.",
            see: see::APPLICATION,
        }
        SecretExpired "secret-expired" {
            cause: "The secret that the app uses has expired.",
            place: LogtoApplication,
            fix: "Create another secret on the application's page, and give it to the app.",
            see: see::APPLICATION,
        }
        NoBackChannelLogout "no-back-channel-logout" {
            cause: "The person signed out of Logto through another application, and this app, which nobody tells, keeps its session.",
            place: LogtoApplication,
            fix: "Set a back-channel logout URI for the application, and let the app end the sessions that Logto names there.",
            see: see::SIGN_OUT,
        }
        PostSignOutUriNotRegistered "post-sign-out-uri-not-registered" {
            cause: "The address to return to after sign-out is not registered in Logto.",
            place: LogtoApplication,
            fix: "Add the address, letter for letter as the app sends it, to Post sign-out redirect URIs.",
            see: see::SIGN_OUT,
        }
    }
}
