//! The app's code and configuration.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The app's code or configuration.
    #[expect(clippy::enum_variant_names, reason = "they are named as their identifiers are")]
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
        AppSecretHasWhitespace "app-secret-has-whitespace" {
            cause: "The app's secret was copied with white space at an end.",
            place: AppConfiguration,
            fix: "Copy the app secret once more from the application's page in the Logto console, without the line break.",
            see: see::GO_GUIDE,
        }
        AppSecretNotEncoded "app-secret-not-encoded" {
            cause: "The app's secret has characters that must be escaped in Basic authentication, and the app sends them as they are.",
            place: AppCode,
            fix: "Form-encode id and secret before joining them (RFC 6749 §2.3.1), or send them in the body (client_secret_post).",
            see: see::GO_GUIDE,
        }
        EndpointTrailingSlash "endpoint-trailing-slash" {
            cause: "The app puts paths behind an address of Logto that ends in a slash, and asks for `//oidc/…`.",
            place: AppConfiguration,
            fix: "Write Logto's endpoint without a slash at its end.",
            see: see::GO_GUIDE,
        }
        RequestNotEncoded "request-not-encoded" {
            cause: "The app writes its authorization request without escapes, so that `&` within the redirect URI cuts it in two.",
            place: AppCode,
            fix: "Encode every parameter of the authorization request, or use a redirect URI with at most one parameter in its query.",
            see: see::GO_GUIDE,
        }
        PostRedirectedWith307 "post-redirected-with-307" {
            cause: "The app answers a posted form with 307, so the browser posts the form to Logto, which then looks for the parameters in the body.",
            place: AppCode,
            fix: "Answer a POST with 303 See Other, or begin sign-in and sign-out with a link.",
            see: see::GO_GUIDE,
        }
        IdentifierMisspelt "identifier-misspelt" {
            cause: "The app sends the parameter `identifiers`, which Logto does not read: it is called `identifier`.",
            place: AppCode,
            fix: "Send `identifier`, with the kinds separated by spaces; some versions of the Go SDK write it wrong, and need it as an extra parameter.",
            see: see::AUTH_STATUS,
        }
        ResourceUnknown "resource-unknown" {
            cause: "The app asks for an API resource that Logto does not know.",
            place: AppConfiguration,
            fix: "Register the resource under API resources in the Logto console with the very identifier that the app sends, or do not ask for it.",
            see: see::RESOURCES,
        }
        SilentSignInNotHandled "silent-sign-in-not-handled" {
            cause: "The app asks Logto to sign in without showing anything (`prompt=none`), and takes the answer that this is not possible for a failure.",
            place: AppCode,
            fix: "On `login_required`, `consent_required` and `interaction_required` begin again without `prompt=none`.",
            see: see::AUTH_STATUS,
        }
        CallbackPathAssumed "callback-path-assumed" {
            cause: "The app takes its callback to be at another path than the one it registered and was called at.",
            place: AppCode,
            fix: "Hand the SDK the whole address of the request, or move the callback to the path that the SDK assumes (`/callback`).",
            see: see::GO_GUIDE,
        }
        CallbackNotHandled "callback-not-handled" {
            cause: "The app did not recognise its callback, showed a page, and left the code unused.",
            place: AppCode,
            fix: "Compare the callback's address with the redirect URI without the query, or use a redirect URI without query and trailing slash.",
            see: see::GO_GUIDE,
        }
        CallbackHandledTwice "callback-handled-twice" {
            cause: "The app handled one callback twice; the second time nothing was left of the sign-in.",
            place: AppCode,
            fix: "Handle the callback once, outside of effects that run twice, and treat a second call of somebody who is signed in as done.",
            see: see::GO_GUIDE,
        }
        CodeRedeemedAgain "code-redeemed-again" {
            cause: "The app redeemed one code twice, for which Logto revokes all that came of it.",
            place: AppCode,
            fix: "Forget state and verifier with the first callback, so that a second one is refused before Logto is asked.",
            see: see::GO_GUIDE,
        }
        SessionsLost "sessions-lost" {
            cause: "The browser brought the app's session cookie, and the app no longer knows the session: it is in the memory of another process, or of one that has ended.",
            place: AppCode,
            fix: "Keep sessions in a store that outlives a restart and that all replicas share (Redis, a database).",
            see: see::GO_GUIDE,
        }
        SessionSecretChanged "session-secret-changed" {
            cause: "The browser brought the session that the app had sealed into a cookie, and the app cannot open it any more: its cookie secret is another one.",
            place: AppConfiguration,
            fix: "Set one cookie secret, the same on every replica and after every restart; changing it signs everybody out.",
            see: see::GO_GUIDE,
        }
        StorageShared "storage-shared" {
            cause: "The app keeps one storage for all browsers, so that one person's sign-in is everybody's.",
            place: AppCode,
            fix: "Give each browser's session a storage of its own; a default argument that is made once is shared by all.",
            see: see::GO_GUIDE,
        }
        SignInPrefetched "sign-in-prefetched" {
            cause: "The browser loaded the sign-in link in the background, which began another sign-in in place of the one under way.",
            place: AppCode,
            fix: "Switch prefetching off for sign-in and sign-out links, or begin both with a POST answered with 303.",
            see: see::GO_GUIDE,
        }
        AlgorithmNotTaken "algorithm-not-taken" {
            cause: "Logto signs ID tokens with ES384, and the app takes another algorithm only.",
            place: AppConfiguration,
            fix: "Let the app's OpenID Connect client take ES384, best from `id_token_signing_alg_values_supported` of the discovery document; or rotate Logto's signing key to RSA.",
            see: see::GO_GUIDE,
        }
        ScopeNotAsked "scope-not-asked" {
            cause: "The app needs a claim for whose scope it does not ask.",
            place: AppConfiguration,
            fix: "Add the scope (`email` for the e-mail address) to those that the app asks Logto for; the connector's scope is another matter.",
            see: see::GO_GUIDE,
        }
        NoRefreshToken "no-refresh-token" {
            cause: "The app asks for `offline_access` without `prompt=consent`, so Logto gives no refresh token and the session is over with the access token.",
            place: AppConfiguration,
            fix: "Send `prompt=consent` (it may stand beside others, as `login consent`), or switch on “Always issue refresh token” for the application.",
            see: see::GO_GUIDE,
        }
        RefreshTokenReused "refresh-token-reused" {
            cause: "The app used a refresh token that Logto had exchanged for another, for which Logto revokes all that came of it.",
            place: AppCode,
            fix: "Keep the refresh token of every answer before the next request, and let only one refresh run at a time.",
            see: see::GO_GUIDE,
        }
        AccessTokenOpaque "access-token-opaque" {
            cause: "The app expects the access token to be a JWT, and asked for one without a resource, which is opaque.",
            place: AppCode,
            fix: "Name the API resource when asking for the token, or ask `/oidc/me` what an opaque token stands for.",
            see: see::RESOURCES,
        }
        SessionOutlivesAccount "session-outlives-account" {
            cause: "The app takes somebody for signed in whose account in Logto is deleted or suspended.",
            place: AppCode,
            fix: "Ask Logto again from time to time, by refreshing or at `/oidc/me`, and end the session when it refuses.",
            see: see::USERS,
        }
        SignOutPrefetched "sign-out-prefetched" {
            cause: "The browser loaded the sign-out link in the background, and the app ended the session for it.",
            place: AppCode,
            fix: "Sign out on a POST only, and switch prefetching off for the link.",
            see: see::SIGN_OUT,
        }
        SignOutLocalOnly "sign-out-local-only" {
            cause: "The app ends its own session only and leaves that of Logto, so the next sign-in asks nothing.",
            place: AppCode,
            fix: "After ending its own session, send the browser to Logto's `end_session_endpoint`.",
            see: see::SIGN_OUT,
        }
        SignOutWithoutClientId "sign-out-without-client-id" {
            cause: "The sign-out request names an address to return to, but not the application, so Logto disregards the address.",
            place: AppCode,
            fix: "Send `client_id` (or an `id_token_hint`) beside `post_logout_redirect_uri`.",
            see: see::SIGN_OUT,
        }
        IdTokenHintRefused "id-token-hint-refused" {
            cause: "The sign-out request carries an ID token as a hint that Logto does not accept.",
            place: AppCode,
            fix: "Send the whole token that Logto gave to this very application, or none at all and `client_id`, as Logto's SDKs do.",
            see: see::SIGN_OUT,
        }
        RefreshTokenNotRevoked "refresh-token-not-revoked" {
            cause: "The app revokes its refresh token without authenticating, which Logto refuses, so the token lives on after the sign-out.",
            place: AppCode,
            fix: "Authenticate at the revocation endpoint as at the token endpoint, and look at its answer.",
            see: see::SIGN_OUT,
        }
        LandingPageProtected "landing-page-protected" {
            cause: "The page to which people return after the sign-out begins a sign-in at once.",
            place: AppCode,
            fix: "Return to a page that everybody may see.",
            see: see::SIGN_OUT,
        }
        SessionCookieStrict "session-cookie-strict" {
            cause: "The app's session cookie is SameSite=Strict, and browsers keep it back when another site, as Logto is here, leads to the callback.",
            place: AppCode,
            fix: "Set the session cookie with SameSite=Lax.",
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
