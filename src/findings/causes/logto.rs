//! How Logto is deployed.

use super::see;
use crate::findings::text::causes;

causes! {
    /// How Logto is deployed.
    "logto" Logto {
        EndpointMismatch "endpoint-mismatch" {
            cause: "Logto is asked at an address that is not the ENDPOINT it was started with.",
            place: LogtoDeployment,
            fix: "Start Logto with ENDPOINT set to the address that browsers use for it, and give the app that same address.",
            see: see::DEPLOYMENT,
        }
        ForwardedProtoMissing "forwarded-proto-missing" {
            cause: "TLS ends at a proxy in front of Logto, and Logto takes the requests for plain HTTP: it gives out addresses with http://.",
            place: Proxy,
            fix: "Let the proxy send `X-Forwarded-Proto: https`, and start Logto with TRUST_PROXY_HEADER=1, without which it believes no such header.",
            see: see::DEPLOYMENT,
        }
        SignInExpired "sign-in-expired" {
            cause: "The sign-in took longer than an hour, and Logto keeps an unfinished one no longer.",
            place: Person,
            fix: "Begin the sign-in once more from the app; whoever is still signed in at Hugging Face is through at once.",
            see: see::AUTH_STATUS,
        }
        CookieKeysChanged "cookie-keys-changed" {
            cause: "The keys that sign Logto's cookies were replaced while the sign-in was under way, so its cookies count no more.",
            place: LogtoDeployment,
            fix: "Begin the sign-in once more. When rotating cookie keys, keep the previous one for a day before it is deleted, and restore databases with their keys.",
            see: see::SIGNING_KEYS,
        }
        SignInPageOpenedCold "sign-in-page-opened-cold" {
            cause: "Logto's sign-in page was opened directly, without an app having begun a sign-in.",
            place: AppConfiguration,
            fix: "Link to the app's sign-in route in place of Logto's page; a URI for unknown sessions can be set in the sign-in experience.",
            see: see::DEPLOYMENT,
        }
    }
}
