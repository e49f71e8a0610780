//! The app's code and configuration.

use super::see;
use crate::findings::cause::causes;

causes! {
    /// The app's code or configuration.
    "app" App {
        AppIdUnknown "app-id-unknown" {
            cause: "Logto has no application with the id that the app sends.",
            place: AppConfiguration,
            fix: "Copy the app ID from the application's page in the Logto console; another tenant has other ids.",
            see: see::GO_GUIDE,
        }
        AppSecretWrong "app-secret-wrong" {
            cause: "The app's secret is not that of the application in Logto.",
            place: AppConfiguration,
            fix: "Copy the app secret from the application's page in the Logto console.",
            see: see::GO_GUIDE,
        }
        SessionCookieTooLarge "session-cookie-too-large" {
            cause: "The app keeps its session in a cookie that is larger than browsers take, so the browser dropped it.",
            place: AppCode,
            fix: "Keep sessions on the server, in memory or a store, and only their id in the cookie.",
            see: see::GO_GUIDE,
        }
        DirectSignInUnknown "direct-sign-in-unknown" {
            cause: "The app asks for a direct sign-in with a target that Logto does not have, so that people get the ordinary page.",
            place: AppCode,
            fix: "Ask for `social:huggingface`, or whatever target the connector has; Logto gives no error for one that it does not know.",
            see: see::SOCIAL,
        }
        SessionCookieAttributes "session-cookie-attributes" {
            cause: "The attributes of the app's session cookie keep browsers from keeping it, or from sending it to the callback.",
            place: AppConfiguration,
            fix: "Set the cookie with Path=/, without Domain (or with the app's own), with SameSite=Lax, and with a lifetime that lasts; SameSite=None needs Secure.",
            see: see::COOKIES,
        }
        PromptUnknown "prompt-unknown" {
            cause: "The app asks for a prompt that Logto does not know.",
            place: AppConfiguration,
            fix: "Send `consent`, `login` or `none` as prompt, or leave it out.",
            see: see::GO_GUIDE,
        }
    }
}
