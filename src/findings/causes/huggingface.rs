//! The OAuth app at Hugging Face, and Hugging Face itself.

use super::see;
use crate::findings::cause::causes;

causes! {
    /// The OAuth app at Hugging Face, or Hugging Face itself.
    "huggingface" HuggingFace {
        RedirectUriNotRegistered "redirect-uri-not-registered" {
            cause: "The OAuth app at Hugging Face does not list the redirect URI that Logto sends.",
            place: HuggingFaceApp,
            fix: "Add Logto's callback URI, as the connector's page in the Logto console shows it, to the app's redirect URIs.",
            see: see::HF_OAUTH,
        }
        AppCallbackRegistered "app-callback-registered" {
            cause: "The OAuth app at Hugging Face lists the app's own callback in place of Logto's.",
            place: HuggingFaceApp,
            fix: "Replace the app's callback by Logto's, `<Logto>/callback/<connector id>`: Hugging Face answers to Logto, and Logto to your app.",
            see: see::HF_OAUTH,
        }
        RedirectUriTrailingSlash "redirect-uri-trailing-slash" {
            cause: "The redirect URI at Hugging Face differs from the one that Logto sends by a slash at its end.",
            place: HuggingFaceApp,
            fix: "Copy the callback URI from the connector's page in the Logto console once more, without adding or removing a slash.",
            see: see::HF_OAUTH,
        }
        RedirectUriOtherScheme "redirect-uri-other-scheme" {
            cause: "The redirect URI at Hugging Face has the other scheme: http in place of https, or the reverse.",
            place: HuggingFaceApp,
            fix: "Register the URI with the scheme under which people open Logto's sign-in page; behind TLS that is https.",
            see: see::HF_OAUTH,
        }
        RedirectUriOtherHost "redirect-uri-other-host" {
            cause: "The redirect URI at Hugging Face has another host or port than the one under which Logto's sign-in page was opened.",
            place: HuggingFaceApp,
            fix: "Register the callback URI with the host and port that people see in the address bar on Logto's sign-in page.",
            see: see::HF_OAUTH,
        }
        SessionSurvives "session-survives-sign-out" {
            cause: "The app asks for a fresh login, and Hugging Face, where the person is still signed in, asks nothing.",
            place: Person,
            fix: "Sign out at huggingface.co as well, or use a private window: neither sign-out nor `prompt=login` reaches beyond Logto.",
            see: see::SIGN_OUT,
        }
        ScopeNotEnabled "scope-not-enabled" {
            cause: "The connector asks for a scope that is not ticked on the OAuth app at Hugging Face.",
            place: HuggingFaceApp,
            fix: "Tick the scope on the app's settings page, or take it out of the connector's scope.",
            see: see::HF_OAUTH,
        }
        RedirectUriLetterCase "redirect-uri-letter-case" {
            cause: "The redirect URI at Hugging Face differs from the one that Logto sends in upper and lower case.",
            place: HuggingFaceApp,
            fix: "Copy the callback URI from the connector's page in the Logto console once more; capital and small letters count.",
            see: see::HF_OAUTH,
        }
        RedirectUriOfAnotherConnector "redirect-uri-of-another-connector" {
            cause: "The redirect URI at Hugging Face ends with the id of another connector.",
            place: HuggingFaceApp,
            fix: "Replace it by the callback URI that the connector's page in the Logto console shows now: a connector that was made anew has another id.",
            see: see::HF_OAUTH,
        }
        AccountCenterCallbackMissing "account-center-callback-missing" {
            cause: "Linking in Logto's account center comes back to another address than the sign-in, and the OAuth app at Hugging Face does not list it.",
            place: HuggingFaceApp,
            fix: "Add the account center's callback, `<Logto>/account/callback/social/<connector id>`, beside that of the sign-in.",
            see: see::HF_OAUTH,
        }
        ScopeNotGranted "scope-not-granted" {
            cause: "Hugging Face granted less than the connector asked for.",
            place: HuggingFaceApp,
            fix: "Ask the person to sign in again and to grant all of it (revoke the app under Connected Apps first); Logto does not notice the difference, so do not demand what may be withheld.",
            see: see::HF_OAUTH,
        }
        AppIsPublic "app-is-public" {
            cause: "The OAuth app at Hugging Face has no secret, and Logto's connector works with one only.",
            place: HuggingFaceApp,
            fix: "Create a secret on the app's settings page, and copy it into the connector.",
            see: see::HF_OAUTH,
        }
        AppDeleted "app-deleted" {
            cause: "The OAuth app at Hugging Face was deleted while somebody was signing in.",
            place: HuggingFaceApp,
            fix: "Create an OAuth app with Logto's callback URI, and copy its client id and secret into the connector.",
            see: see::HF_OAUTH,
        }
        OutsideAudience "outside-audience" {
            cause: "The OAuth app at Hugging Face is for members of certain organizations only, and the person is in none of them.",
            place: HuggingFaceApp,
            fix: "Take the person into the organization, or open the app to everybody.",
            see: see::HF_OAUTH,
        }
    }
}
