//! Causes in the app's record in Logto.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The app's record in Logto.
    "application" Application, place: LogtoApplication, see: see::APPLICATION {
        RedirectUriNotRegistered "redirect-uri-not-registered" {
            cause: "The redirect URI that the app sends is not registered in Logto.",
            fix: "Add the app's callback, exactly as the app sends it, to Redirect URIs (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`).",
        }
        TypeHasNoSecret "type-has-no-secret" {
            cause: "The app sends a secret, and the application in Logto is of a type that has no secret.",
            fix: "Create an application of type Traditional web and use its ID and secret, or let the app authenticate as a public client; the type cannot be changed.",
        }
        TypeNeedsSecret "type-needs-secret" {
            cause: "The app sends no secret, and the application in Logto is of a type that requires one.",
            fix: "Give the app the secret, or create an application of type Single page app or Native and use its ID; the type cannot be changed.",
        }
        MachineToMachine "machine-to-machine" {
            cause: "The application in Logto is a machine-to-machine one, through which people cannot sign in.",
            fix: "Create an application of type Traditional web, Single page app or Native, and use its ID.",
        }
        SecretExpired "secret-expired" {
            cause: "The secret that the app uses has expired.",
            fix: "Create a new secret on the application's page, and give it to the app.",
        }
        RefreshTokenExpired "refresh-token-expired" {
            cause: "The app's refresh token has expired: it lasts as long as the application in Logto says, and for a single-page app that counts from the sign-in.",
            fix: "Let the app start a new sign-in when a refresh is refused with `invalid_grant`; to have it later, raise the refresh token's lifetime (`refreshTokenTtlInDays`, at most 180).",
        }
        GrantExpired "grant-expired" {
            cause: "What the person granted to the app has ended: it lasts 180 days in Logto, however often tokens are refreshed.",
            place: AppCode,
            fix: "Let the app start a new sign-in when a refresh is refused with `invalid_grant`; the lifetime of a grant cannot be changed.",
        }
        ScopeNotPermitted "scope-not-permitted" {
            cause: "The app requests a scope that the third-party application is not permitted.",
            fix: "Add the scope to the permissions of the application in the Logto console (in a scenario: `given.application.user_scopes`), or do not request it.",
            see: see::THIRD_PARTY,
        }
        AsksToAuthorize "asks-to-authorize" {
            cause: "The application in Logto is a third-party one, so Logto asks each person to authorize it, and the person did not.",
            fix: "The person presses Authorize; an automated walk has to do so, too (`choose: authorize`). If the app is your own, create an application that is not third-party, and use its ID; this cannot be changed.",
            see: see::THIRD_PARTY,
        }
        NoBackChannelLogout "no-back-channel-logout" {
            cause: "The person signed out of Logto through another application, and this app, which was not notified, keeps its session.",
            fix: "Set a back-channel logout URI for the application, and let the app end the sessions that Logto reports there.",
            see: see::SIGN_OUT,
        }
        PostSignOutUriNotRegistered "post-sign-out-uri-not-registered" {
            cause: "The URI to return to after sign-out is not registered in Logto.",
            fix: "Add the URI, exactly as the app sends it, to Post sign-out redirect URIs (in a scenario: `given.application.post_logout_redirect_uris`; in logto-testkit.toml: `[application] post_logout_redirect_uris`).",
            see: see::SIGN_OUT,
        }
    }
}
