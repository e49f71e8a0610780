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
    }
}
