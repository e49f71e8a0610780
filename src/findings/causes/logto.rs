//! Causes in how Logto is deployed.

use super::see;
use crate::findings::text::causes;

causes! {
    /// How Logto is deployed.
    "logto" Logto, place: LogtoDeployment, see: see::DEPLOYMENT {
        EndpointMismatch "endpoint-mismatch" {
            cause: "Logto is reached at an address that is not the ENDPOINT it was started with.",
            fix: "Start Logto with ENDPOINT set to the address that browsers use for it, and give the app that same address.",
        }
        ForwardedProtoMissing "forwarded-proto-missing" {
            cause: "TLS ends at a proxy in front of Logto, and Logto treats the requests as plain HTTP: the URLs it returns begin with http://.",
            place: Proxy,
            fix: "Let the proxy send `X-Forwarded-Proto: https`, and start Logto with TRUST_PROXY_HEADER=1, without which it ignores the header.",
        }
        SignInExpired "sign-in-expired" {
            cause: "The sign-in took longer than an hour, and Logto discards an unfinished one after that.",
            place: Person,
            fix: "Start the sign-in again from the app; people who are still signed in at Hugging Face get through at once.",
            see: see::AUTH_STATUS,
        }
        CookieKeysChanged "cookie-keys-changed" {
            cause: "The keys that sign Logto's cookies were replaced while the sign-in was in progress, so its cookies are no longer valid.",
            fix: "Start the sign-in again. When rotating cookie keys, keep the previous one for a day before deleting it, and restore databases with their keys.",
            see: see::SIGNING_KEYS,
        }
        SignInPageOpenedCold "sign-in-page-opened-cold" {
            cause: "Logto's sign-in page was opened directly, without a sign-in started by an app.",
            place: AppConfiguration,
            fix: "Link to the app's sign-in route instead of Logto's page; the sign-in experience has a setting for the URI of unknown sessions.",
        }
    }
}
