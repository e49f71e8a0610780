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
        RedirectUriTrailingSlash "redirect-uri-trailing-slash" {
            cause: "The redirect URI that the app sends and the one registered in Logto differ by a trailing slash.",
            fix: "Make the two equal: add the app's callback to Redirect URIs exactly as the app sends it (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`), or change it in the app.",
        }
        RedirectUriOtherScheme "redirect-uri-other-scheme" {
            cause: "The redirect URI that the app sends and the one registered in Logto differ in their scheme, such as http and https.",
            fix: "Register the URI that the app sends (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`). If people open the app over https and it sends http, tell the app its public address, or let it trust the headers of its proxy.",
        }
        RedirectUriOtherHost "redirect-uri-other-host" {
            cause: "The redirect URI that the app sends and the one registered in Logto differ in their host or port.",
            fix: "Register the URI with the host and port that the app sends (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`); if the app should send another address, correct its base URL.",
        }
        RedirectUriLetterCase "redirect-uri-letter-case" {
            cause: "The redirect URI that the app sends and the one registered in Logto differ in upper and lower case.",
            fix: "Make the two equal (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`): Logto distinguishes upper and lower case, except in the host.",
        }
        RedirectUriOtherPath "redirect-uri-other-path" {
            cause: "The redirect URI that the app sends and the one registered in Logto differ in their path.",
            fix: "Register the path that the app sends (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`), or set the callback path in the app; many SDKs and frameworks have their own default.",
        }
        RedirectUriOtherQuery "redirect-uri-other-query" {
            cause: "The redirect URI that the app sends and the one registered in Logto differ in their query.",
            fix: "Register the URI with the query that the app sends (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`), or let the app send it without one: what it has to remember belongs into its session.",
        }
        RedirectUriPercentEncoded "redirect-uri-percent-encoded" {
            cause: "The redirect URI that the app sends and the one registered in Logto differ in their percent-encoding.",
            fix: "Write both in the same way (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`): Logto does not decode a path before it compares it.",
        }
        RedirectUriHasWhitespace "redirect-uri-has-whitespace" {
            cause: "The redirect URI that the app sends and the one registered in Logto differ by white space, which may be invisible.",
            fix: "Enter the URI again, without the space or the invisible character that was pasted with it (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`).",
        }
        RedirectUriIncomplete "redirect-uri-incomplete" {
            cause: "The redirect URI that the app sends, or the one registered in Logto, is not an absolute URI: its scheme is missing.",
            fix: "Write the whole URI on both sides, beginning with `https://` or `http://` (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`).",
        }
        RedirectUriWildcard "redirect-uri-wildcard" {
            cause: "A redirect URI registered in Logto has a `*` that does not match the one that the app sends.",
            fix: "Register the URI that the app sends (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`). A `*` stands for one or more characters within one label of a host, never in its last two labels, or for anything in a path.",
        }
        RedirectUriPlaceholder "redirect-uri-placeholder" {
            cause: "The redirect URI that the app sends, or the one registered in Logto, still has a placeholder in it.",
            fix: "Put the real value in place of the placeholder that the evidence shows (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`).",
        }
        RedirectUriDoubled "redirect-uri-doubled" {
            cause: "The redirect URI that the app sends, or the one registered in Logto, has an address twice, as in https://a/https://a/callback.",
            place: AppConfiguration,
            fix: "Correct the one that the evidence shows, and do not register a doubled URI: if the app sends it, its setting for the callback wants a path, such as `/callback`, and was given a whole URL; else correct it in Logto (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`).",
        }
        RedirectUriLookAlike "redirect-uri-look-alike" {
            cause: "The redirect URI that the app sends and the one registered in Logto look the same, but have a letter of another alphabet in one place.",
            fix: "Type the URI again, on the side where the evidence shows a letter that is not Latin (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`).",
        }
        RedirectUriOfLogto "redirect-uri-of-logto" {
            cause: "Logto's own callback, where Hugging Face returns to, was taken for the app's redirect URI.",
            fix: "Register the app's callback in Logto, a URI of the app (in a scenario: `given.application.redirect_uris`; in logto-testkit.toml: `[application] redirect_uris`), and let the app send it; `/callback/<connector id>` at Logto belongs only into the OAuth app at Hugging Face.",
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
