//! The app's record in Logto.

use super::see;
use crate::findings::cause::causes;

causes! {
    /// The app's record in Logto.
    "application" Application {
        RedirectUriNotRegistered "redirect-uri-not-registered" {
            cause: "The redirect URI that the app sends is not registered in Logto.",
            place: LogtoApplication,
            fix: "Add the app's callback, letter for letter as the app sends it, to Redirect URIs.",
            see: see::APPLICATION,
        }
        PostSignOutUriNotRegistered "post-sign-out-uri-not-registered" {
            cause: "The address to return to after sign-out is not registered in Logto.",
            place: LogtoApplication,
            fix: "Add the address, letter for letter as the app sends it, to Post sign-out redirect URIs.",
            see: see::SIGN_OUT,
        }
    }
}
