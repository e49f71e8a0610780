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
        LogtoEndpointInternal "logto-endpoint-internal" {
            cause: "The app asks Logto under a name that browsers cannot reach, and Logto sends browsers to the name under which it was asked.",
            place: AppConfiguration,
            fix: "Give the app the address that browsers use for Logto (its ENDPOINT), and make that address reachable from the app's machine or container too.",
            see: see::DEPLOYMENT,
        }
        ClockDiffers "clock-differs" {
            cause: "The clocks of app and Logto differ by more than the app accepts, so it refuses the ID token.",
            place: AppConfiguration,
            fix: "Set both clocks by a time server (NTP); in containers and virtual machines that means the clock of the host.",
            see: see::GO_GUIDE,
        }
        KeepsOldKeys "keeps-old-keys" {
            cause: "Logto signs with a key that the app does not know: the app keeps the key set it read before Logto's keys were rotated.",
            place: AppCode,
            fix: "Read the key set again when a token names an unknown key, as JWKS libraries do; until then restart the app, and rotate with a grace period.",
            see: see::SIGNING_KEYS,
        }
        SecureCookieOverHttp "secure-cookie-over-http" {
            cause: "The app's session cookie is marked Secure, but the app is opened over plain http, so the browser does not keep it.",
            place: AppConfiguration,
            fix: "Serve the app over https, or leave Secure out where there is no TLS, as in development.",
            see: see::COOKIES,
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
