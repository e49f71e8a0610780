//! The app's code and configuration.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The app's code or configuration.
    #[expect(clippy::enum_variant_names, reason = "they are named as their identifiers are")]
    "app" App, place: AppCode, see: see::GO_GUIDE {
        AppIdUnknown "app-id-unknown" {
            cause: "Logto has no application with the ID that the app sends.",
            place: AppConfiguration,
            fix: "Copy the app ID from the application's page in the Logto console; the IDs of another tenant do not work here.",
        }
        AppSecretWrong "app-secret-wrong" {
            cause: "The app's secret does not match the application's secret in Logto.",
            place: AppConfiguration,
            fix: "Copy the app secret from the application's page in the Logto console.",
        }
        LogtoEndpointInternal "logto-endpoint-internal" {
            cause: "The app reaches Logto under a name that browsers cannot reach, and Logto redirects browsers to that name.",
            place: AppConfiguration,
            fix: "Give the app the address that browsers use for Logto (its ENDPOINT), and make that address reachable from the app's machine or container too.",
            see: see::DEPLOYMENT,
        }
        ClockDiffers "clock-differs" {
            cause: "The clocks of app and Logto differ by more than the app tolerates, so it refuses the ID token.",
            place: AppConfiguration,
            fix: "Synchronize both clocks with a time server (NTP); in containers and virtual machines that means the clock of the host.",
        }
        KeepsOldKeys "keeps-old-keys" {
            cause: "Logto signs with a key that the app does not know: the app still uses the key set that it read before Logto's keys were rotated.",
            fix: "Fetch the key set again when a token names an unknown key, as JWKS libraries do; until then restart the app, and rotate keys with a grace period.",
            see: see::SIGNING_KEYS,
        }
        SecureCookieOverHttp "secure-cookie-over-http" {
            cause: "The app's session cookie is marked Secure, but the app is opened over plain http, so the browser does not keep it.",
            place: AppConfiguration,
            fix: "Serve the app over https, or omit Secure where there is no TLS, as in development.",
            see: see::COOKIES,
        }
        AppSecretPercentEncoded "app-secret-percent-encoded" {
            cause: "The app's secret was saved percent-encoded.",
            place: AppConfiguration,
            fix: "Copy the app secret from the application's page in the Logto console, as it is shown there; a library encodes it where that is necessary.",
        }
        AppIdAndSecretSwapped "app-id-and-secret-swapped" {
            cause: "The app has its ID and its secret in each other's place.",
            place: AppConfiguration,
            fix: "Swap the two. As the secret was part of a URL, delete it on the application's page in the Logto console, and create another one.",
        }
        AppIdHasWhitespace "app-id-has-whitespace" {
            cause: "The app's ID has white space around it or in it, which may be invisible.",
            place: AppConfiguration,
            fix: "Copy the app ID from the application's page in the Logto console again, without a space, line break or invisible character.",
        }
        NonceWithoutOpenid "nonce-without-openid" {
            cause: "The app sends a nonce without requesting the scope `openid`, which Logto refuses.",
            fix: "Request the scope `openid`, first in the list: a nonce belongs into an ID token, and only this scope gives one.",
            see: see::OPENID,
        }
        OpenidScopeMissing "openid-scope-missing" {
            cause: "The app does not request the scope `openid`, without which Logto gives it no ID token.",
            fix: "Request the scope `openid`, first in the list; Logto's SDKs do so by themselves.",
            see: see::OPENID,
        }
        AppSecretHasWhitespace "app-secret-has-whitespace" {
            cause: "The app's secret was copied with white space around it or in it.",
            place: AppConfiguration,
            fix: "Copy the app secret again from the application's page in the Logto console, without the line break.",
        }
        AppSecretNotEncoded "app-secret-not-encoded" {
            cause: "The app's secret contains characters that must be escaped in Basic authentication, and the app sends them unescaped.",
            fix: "Form-encode ID and secret before joining them (RFC 6749 §2.3.1), or send them in the body (client_secret_post).",
        }
        EndpointTrailingSlash "endpoint-trailing-slash" {
            cause: "The app appends paths to a Logto endpoint that already ends in a slash, and so requests `//oidc/…`.",
            place: AppConfiguration,
            fix: "Write Logto's endpoint without a trailing slash.",
        }
        EndpointPathWrong "endpoint-path-wrong" {
            cause: "The app looks for Logto's endpoints at another path than theirs, because of the path in its setting.",
            place: AppConfiguration,
            fix: "An endpoint of Logto's SDKs is the address without a path, as they append `/oidc` themselves; an issuer, as other libraries take it, ends in `/oidc` once.",
        }
        RequestNotEncoded "request-not-encoded" {
            cause: "The app does not escape the parameters of its authorization request, so an `&` within the redirect URI cuts it in two.",
            fix: "Encode every parameter of the authorization request, or use a redirect URI with at most one parameter in its query.",
        }
        PostRedirectedWith307 "post-redirected-with-307" {
            cause: "The app answers a form POST with 307, so the browser posts the form to Logto, which then looks for the parameters in the body.",
            fix: "Answer a POST with 303 See Other, or start sign-in and sign-out with a link.",
        }
        IdentifierMisspelt "identifier-misspelt" {
            cause: "The app sends the parameter `identifiers`, which Logto ignores: the name is `identifier`.",
            fix: "Send `identifier`, with the kinds separated by spaces; some versions of the Go SDK misspell it, and need it as an extra parameter.",
            see: see::AUTH_STATUS,
        }
        ResourceUnknown "resource-unknown" {
            cause: "The app requests an API resource that Logto does not know.",
            place: AppConfiguration,
            fix: "Register the resource under API resources in the Logto console with exactly the identifier that the app sends (in a scenario: `given.resources`), or do not request it.",
            see: see::RESOURCES,
        }
        SilentSignInNotHandled "silent-sign-in-not-handled" {
            cause: "The app asks Logto to sign in without showing anything (`prompt=none`), and treats the answer that this is not possible as a failure.",
            fix: "On `login_required`, `consent_required` and `interaction_required`, start the sign-in again without `prompt=none`.",
            see: see::AUTH_STATUS,
        }
        CallbackPathAssumed "callback-path-assumed" {
            cause: "The app assumes that its callback is at another path than the one it registered and was called at.",
            fix: "Pass the full URL of the request to the SDK, or move the callback to the path that the SDK assumes (`/callback`).",
        }
        CallbackNotHandled "callback-not-handled" {
            cause: "The app did not recognize its callback, showed a page, and left the code unused.",
            fix: "Compare the callback's address with the redirect URI without the query, or use a redirect URI without query and trailing slash.",
        }
        LogtoNotAsked "logto-not-asked" {
            cause: "The app took a code at its callback, and no request of the app to redeem it reached Logto.",
            fix: "Read the app's log of this hop: it refused the callback itself (a lost session cookie, another state, a path that it does not handle), or it cannot reach Logto at the address that it uses.",
        }
        CallbackHandledTwice "callback-handled-twice" {
            cause: "The app handled one callback twice; the second time, the sign-in was already used up.",
            fix: "Handle the callback once, outside of effects that run twice, and ignore a second call if the person is already signed in.",
        }
        CodeRedeemedAgain "code-redeemed-again" {
            cause: "The app redeemed one code twice, and Logto therefore revoked every token issued for it.",
            fix: "Discard state and verifier with the first callback, so that the app refuses a second one before it asks Logto.",
        }
        SessionsLost "sessions-lost" {
            cause: "The browser sent the app's session cookie, and the app no longer knows the session: it is in the memory of another process, or of one that has ended.",
            fix: "Keep sessions in a store that survives a restart and that all replicas share (Redis, a database).",
        }
        SessionSecretChanged "session-secret-changed" {
            cause: "The browser sent the session that the app had sealed into a cookie, and the app cannot open it any more: its cookie secret has changed.",
            place: AppConfiguration,
            fix: "Set one cookie secret, the same on every replica and after every restart; changing it signs everyone out.",
        }
        StorageShared "storage-shared" {
            cause: "The app uses one storage for all browsers, so one person's sign-in applies to everyone.",
            fix: "Give each browser's session its own storage; a default argument that is evaluated once is shared by all.",
        }
        SignInPrefetched "sign-in-prefetched" {
            cause: "The browser prefetched the sign-in link, which started another sign-in and replaced the one in progress.",
            fix: "Disable prefetching for sign-in and sign-out links, or start both with a POST answered with 303.",
        }
        AlgorithmNotTaken "algorithm-not-taken" {
            cause: "Logto signs ID tokens with ES384, and the app accepts only another algorithm.",
            place: AppConfiguration,
            fix: "Let the app's OpenID Connect client accept ES384, best from `id_token_signing_alg_values_supported` of the discovery document; or rotate Logto's signing key to RSA.",
        }
        ScopeNotAsked "scope-not-asked" {
            cause: "The app needs a claim but does not request the scope that provides it.",
            place: AppConfiguration,
            fix: "Add the scope (`email` for the e-mail address) to those that the app requests from Logto; the connector's scope is a separate setting.",
        }
        NoRefreshToken "no-refresh-token" {
            cause: "The app requests `offline_access` without `prompt=consent`, so Logto issues no refresh token and the session ends with the access token.",
            place: AppConfiguration,
            fix: "Send `prompt=consent` (it can be combined with others, as in `login consent`), or enable “Always issue refresh token” for the application.",
        }
        RefreshTokenReused "refresh-token-reused" {
            cause: "The app used a refresh token that Logto had already exchanged for another, and Logto therefore revoked every token of that grant.",
            fix: "Store the refresh token of every response before the next request, and let only one refresh run at a time.",
        }
        AccessTokenOpaque "access-token-opaque" {
            cause: "The app expects the access token to be a JWT, but requested one without a resource, which is opaque.",
            fix: "Name the API resource when requesting the token, or ask `/oidc/me` what an opaque token stands for.",
            see: see::RESOURCES,
        }
        SessionOutlivesAccount "session-outlives-account" {
            cause: "The app treats a person as signed in whose account in Logto is deleted or suspended.",
            fix: "Check with Logto from time to time, by refreshing or at `/oidc/me`, and end the session when Logto refuses.",
            see: see::USERS,
        }
        SignOutPrefetched "sign-out-prefetched" {
            cause: "The browser prefetched the sign-out link, and the app ended the session.",
            fix: "Sign out on POST only, and disable prefetching for the link.",
            see: see::SIGN_OUT,
        }
        SignOutLocalOnly "sign-out-local-only" {
            cause: "The app ends only its own session and leaves that of Logto, so the next sign-in asks nothing.",
            fix: "After ending its own session, send the browser to Logto's `end_session_endpoint`.",
            see: see::SIGN_OUT,
        }
        SignOutWithoutClientId "sign-out-without-client-id" {
            cause: "The sign-out request names a URI to return to, but not the application, so Logto ignores the URI.",
            fix: "Send `client_id` (or an `id_token_hint`) along with `post_logout_redirect_uri`.",
            see: see::SIGN_OUT,
        }
        IdTokenHintRefused "id-token-hint-refused" {
            cause: "The sign-out request carries an ID token as a hint that Logto does not accept.",
            fix: "Send the whole token that Logto issued to this application, or omit it and send `client_id`, as Logto's SDKs do.",
            see: see::SIGN_OUT,
        }
        RefreshTokenNotRevoked "refresh-token-not-revoked" {
            cause: "The app revokes its refresh token without authenticating, which Logto refuses, so the token stays valid after the sign-out.",
            fix: "Authenticate at the revocation endpoint as at the token endpoint, and check its answer.",
            see: see::SIGN_OUT,
        }
        LandingPageProtected "landing-page-protected" {
            cause: "The page to which people return after sign-out starts a sign-in at once.",
            fix: "Return to a page that does not require a sign-in.",
            see: see::SIGN_OUT,
        }
        SessionCookieStrict "session-cookie-strict" {
            cause: "The app's session cookie is SameSite=Strict, and browsers do not send it when another site, such as Logto here, leads to the callback.",
            fix: "Set the session cookie with SameSite=Lax.",
            see: see::COOKIES,
        }
        SessionCookieTooLarge "session-cookie-too-large" {
            cause: "The app keeps its session in a cookie that is larger than browsers accept, so the browser dropped it.",
            fix: "Keep sessions on the server, in memory or a store, and only their id in the cookie.",
        }
        DirectSignInUnknown "direct-sign-in-unknown" {
            cause: "The app requests a direct sign-in with a target that Logto does not have, so people get the ordinary page.",
            fix: "Use `social:huggingface`, or the connector's target if it differs; Logto reports no error for an unknown target.",
            see: see::SOCIAL,
        }
        SessionCookieAttributes "session-cookie-attributes" {
            cause: "Because of its attributes, browsers do not store the app's session cookie, or do not send it to the callback.",
            place: AppConfiguration,
            fix: "Set the cookie with Path=/, without Domain (or with the app's own), with SameSite=Lax, and with a lifetime that lasts; SameSite=None needs Secure.",
            see: see::COOKIES,
        }
        PkceMissing "pkce-missing" {
            cause: "The app sends no PKCE challenge, which Logto requires of an application without a secret.",
            fix: "Send `code_challenge` with `code_challenge_method=S256`, and `code_verifier` with the code; or create an application of type Traditional web and use its secret.",
        }
        IssuerOfItsOwn "issuer-of-its-own" {
            cause: "The app compares the issuer in Logto's answer (`iss`, RFC 9207) with one that is not Logto's.",
            place: AppConfiguration,
            fix: "Set the issuer of the provider to Logto's endpoint followed by `/oidc`, or let the app read it from the discovery document.",
        }
        SessionCookieOverwritten "session-cookie-overwritten" {
            cause: "Another party on the same host sets a cookie with the name of the app's session cookie, so the browser sends the app that one: cookies do not depend on the port.",
            place: AppConfiguration,
            fix: "Give the app's session cookie a name that no other app on the host uses, or give each app a host name of its own.",
            see: see::COOKIES,
        }
        OpenedUnderAnotherHost "opened-under-another-host" {
            cause: "The sign-in began under one host name of the app, and its callback came to another, to which the browser does not send the app's cookies.",
            place: AppConfiguration,
            fix: "Let people open the app under the host name of its redirect URI: redirect the other names (`127.0.0.1`, `www.`) to it, or register and send a redirect URI for each.",
            see: see::COOKIES,
        }
        RedirectLoop "redirect-loop" {
            cause: "The app and Logto send the browser back and forth: the app starts a sign-in, takes the callback, and does not know the person on the next page, because its session cookie does not come back.",
            fix: "Set the session cookie with Path=/, for the host of the app, with a lifetime that lasts; and show a page instead of starting a sign-in on one that follows a callback.",
            see: see::COOKIES,
        }
        ApiPermissionsMissing "api-permissions-missing" {
            cause: "The app asks for a permission of an API resource, and the token comes without it: Logto leaves out, without an error, whatever the person's roles do not grant.",
            place: LogtoUsers,
            fix: "Give the person a role that has the permission (in a scenario: `given.resources` and `given.roles`), and sign in again; the permission must exist on the resource, spelled as the app asks for it.",
            see: see::RESOURCES,
        }
        PromptUnknown "prompt-unknown" {
            cause: "The app sends a prompt that Logto does not know.",
            place: AppConfiguration,
            fix: "Send `consent`, `login` or `none` as prompt, or omit it.",
        }
    }
}
