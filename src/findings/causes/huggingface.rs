//! Causes in the OAuth app at Hugging Face, or in Hugging Face itself.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The OAuth app at Hugging Face, or Hugging Face itself.
    "huggingface" HuggingFace, place: Provider, see: see::HF_OAUTH {
        RedirectUriNotRegistered "redirect-uri-not-registered" {
            cause: "The OAuth app at Hugging Face does not list the redirect URI that Logto sends.",
            place: HuggingFaceApp,
            fix: "Add Logto's callback URI, as the connector's page in the Logto console shows it, to the app's redirect URIs.",
        }
        AppCallbackRegistered "app-callback-registered" {
            cause: "The OAuth app at Hugging Face lists an address of the app instead of Logto's callback.",
            place: HuggingFaceApp,
            fix: "Replace the app's address with Logto's callback, `<Logto>/callback/<connector id>`: Hugging Face answers Logto, and Logto answers your app.",
        }
        RedirectUriTrailingSlash "redirect-uri-trailing-slash" {
            cause: "The redirect URI at Hugging Face differs from the one that Logto sends by a trailing slash.",
            place: HuggingFaceApp,
            fix: "Copy the callback URI from the connector's page in the Logto console again, without adding or removing a slash.",
        }
        RedirectUriOtherScheme "redirect-uri-other-scheme" {
            cause: "The redirect URI at Hugging Face has the wrong scheme: http instead of https, or the reverse.",
            place: HuggingFaceApp,
            fix: "Register the URI with the scheme under which people open Logto's sign-in page; behind TLS that is https.",
        }
        RedirectUriOtherHost "redirect-uri-other-host" {
            cause: "The redirect URI at Hugging Face has a different host or port than the one under which Logto's sign-in page was opened.",
            place: HuggingFaceApp,
            fix: "Register the callback URI with the host and port that people see in the address bar on Logto's sign-in page.",
        }
        RedirectUriOtherPath "redirect-uri-other-path" {
            cause: "The redirect URI at Hugging Face has another path than the one that Logto sends.",
            place: HuggingFaceApp,
            fix: "Copy the callback URI from the connector's page in the Logto console again; it ends with `/callback/<connector id>`, and Hugging Face compares every character.",
        }
        RedirectUriOtherQuery "redirect-uri-other-query" {
            cause: "The redirect URI at Hugging Face has another query than the one that Logto sends.",
            place: HuggingFaceApp,
            fix: "Copy the callback URI from the connector's page in the Logto console again; Logto sends it without a query.",
        }
        RedirectUriPercentEncoded "redirect-uri-percent-encoded" {
            cause: "The redirect URI at Hugging Face is percent-encoded in another way than the one that Logto sends.",
            place: HuggingFaceApp,
            fix: "Copy the callback URI from the connector's page in the Logto console again, and not from an address bar or a log, where it is encoded.",
        }
        RedirectUriHasWhitespace "redirect-uri-has-whitespace" {
            cause: "The redirect URI at Hugging Face has white space around it or in it, which may be invisible.",
            place: HuggingFaceApp,
            fix: "Enter the URI again, without the space, line break or invisible character that was pasted with it.",
        }
        RedirectUriIncomplete "redirect-uri-incomplete" {
            cause: "The redirect URI at Hugging Face is not an absolute URI: its scheme is missing.",
            place: HuggingFaceApp,
            fix: "Copy the callback URI from the connector's page in the Logto console again, with `https://` or `http://` at its beginning.",
        }
        RedirectUriWildcard "redirect-uri-wildcard" {
            cause: "The redirect URI at Hugging Face has a `*`, which does not stand for anything there.",
            place: HuggingFaceApp,
            fix: "Register each callback URI in full: Hugging Face compares every character.",
        }
        RedirectUriPlaceholder "redirect-uri-placeholder" {
            cause: "The redirect URI at Hugging Face still has a placeholder in it.",
            place: HuggingFaceApp,
            fix: "Replace it with the callback URI that the connector's page in the Logto console shows, which has the real host and the connector's ID.",
        }
        RedirectUriDoubled "redirect-uri-doubled" {
            cause: "The redirect URI at Hugging Face has an address twice, as in https://a/https://a/callback.",
            place: HuggingFaceApp,
            fix: "Clear the field, and paste the callback URI from the connector's page in the Logto console once.",
        }
        RedirectUriLookAlike "redirect-uri-look-alike" {
            cause: "The redirect URI at Hugging Face looks like the one that Logto sends, but has a letter of another alphabet in it.",
            place: HuggingFaceApp,
            fix: "Copy the callback URI from the connector's page in the Logto console again instead of typing it or taking it from a document.",
        }
        RedirectUriDefaultPort "redirect-uri-default-port" {
            cause: "The redirect URI at Hugging Face differs from the one that Logto sends only by an explicit default port.",
            place: HuggingFaceApp,
            fix: "Remove `:443` or `:80` from the URI at Hugging Face, which compares every character; browsers and Logto leave it out.",
        }
        RedirectUriInternationalHost "redirect-uri-international-host" {
            cause: "The redirect URI at Hugging Face has the host in another form than Logto sends it: with its letters, or encoded as `xn--`.",
            place: HuggingFaceApp,
            fix: "Register the URI with the encoded host, `xn--…`, as the browser sends it to Hugging Face.",
        }
        SessionSurvives "session-survives-sign-out" {
            cause: "The app requests a fresh login, and Hugging Face, where the person is still signed in, asks nothing.",
            place: Person,
            fix: "Sign out at huggingface.co as well, or use a private window: neither sign-out nor `prompt=login` reaches beyond Logto.",
            see: see::SIGN_OUT,
        }
        ScopeNotEnabled "scope-not-enabled" {
            cause: "The connector requests a scope that is not ticked on the OAuth app at Hugging Face.",
            place: HuggingFaceApp,
            fix: "Tick the scope on the app's settings page, or remove it from the connector's scope.",
        }
        ProfileTooLong "profile-too-long" {
            cause: "Hugging Face gives a name, picture or e-mail address that is longer than what Logto stores, so Logto cannot create the account.",
            place: HuggingFaceAccount,
            fix: "Shorten it at Hugging Face (the name to at most 128 characters), or remove the scope that provides it from the connector.",
        }
        AnotherAccount "another-account" {
            cause: "The person came back from Hugging Face with another account there than at the sign-in before, and to Logto that is another person.",
            place: Person,
            fix: "Sign in at Hugging Face with the account of last time. If that one is gone, remove its identity from the account in Logto, and link the new one.",
            see: see::LINKING,
        }
        RedirectUriLetterCase "redirect-uri-letter-case" {
            cause: "The redirect URI at Hugging Face differs from the one that Logto sends in upper and lower case.",
            place: HuggingFaceApp,
            fix: "Copy the callback URI from the connector's page in the Logto console again; it is case-sensitive.",
        }
        RedirectUriOfAnotherConnector "redirect-uri-of-another-connector" {
            cause: "The redirect URI at Hugging Face ends with an ID that is not the connector's.",
            place: HuggingFaceApp,
            fix: "Replace it with the callback URI that the connector's page in the Logto console shows now: a recreated connector has another ID.",
        }
        ScopeNotGranted "scope-not-granted" {
            cause: "Hugging Face granted less than the connector requested.",
            place: HuggingFaceApp,
            fix: "Ask the person to sign in again and to grant everything (revoke the app under Connected Apps first); Logto does not notice the difference, so do not require what may be withheld.",
        }
        AppIsPublic "app-is-public" {
            cause: "The OAuth app at Hugging Face has no secret, and Logto's connector requires one.",
            place: HuggingFaceApp,
            fix: "Create a secret on the app's settings page, and copy it into the connector.",
        }
        AppDeleted "app-deleted" {
            cause: "The OAuth app at Hugging Face was deleted while a person was signing in.",
            place: HuggingFaceApp,
            fix: "Create an OAuth app with Logto's callback URI, and copy its client ID and secret into the connector.",
        }
        OutsideAudience "outside-audience" {
            cause: "The OAuth app at Hugging Face is restricted to members of certain organizations, and the person does not belong to any of them.",
            place: HuggingFaceApp,
            fix: "Add the person to the organization, or open the app to everyone.",
        }
        EmailNotVerified "email-not-verified" {
            cause: "The person has not verified the e-mail address at Hugging Face, which does not let such people authorize apps.",
            place: HuggingFaceAccount,
            fix: "Open the link in the mail that Hugging Face sent, or have it sent again from the account settings; then sign in again.",
        }
        ServerError "server-error" {
            cause: "Hugging Face could not answer Logto at that moment: it returned a server error, or its own time-out.",
            fix: "Wait, and start the sign-in again with the button; Logto asks the token endpoint only once, and a failed attempt cannot be repeated.",
            see: see::HF_STATUS,
        }
        RateLimited "rate-limited" {
            cause: "Hugging Face refused Logto's request because there were too many of them (429).",
            fix: "Wait as long as its Retry-After says, and start the sign-in again; if it keeps happening, find out what else sends requests to Hugging Face from your Logto's address.",
            see: see::HF_LIMITS,
        }
        TooSlow "too-slow" {
            cause: "Hugging Face took longer to answer than Logto waits (10 seconds for the tokens, 5 seconds for the profile and for the keys), or than Logto's page waits (10 seconds in all).",
            fix: "Wait, and start the sign-in again; if it is slow every time, measure the route from your Logto's machine to huggingface.co.",
            see: see::HF_STATUS,
        }
        ConnectionBroken "connection-broken" {
            cause: "The connection between Logto and Hugging Face broke before the answer was complete.",
            fix: "Start the sign-in again; if it keeps happening, look for a proxy or firewall between Logto and huggingface.co that cuts connections.",
            see: see::HF_STATUS,
        }
        AnswerNotJson "answer-not-json" {
            cause: "Hugging Face answered Logto with something that is not JSON, such as a maintenance page.",
            fix: "Wait until the page is gone, and start the sign-in again; if the page is not from Hugging Face, look for a proxy between Logto and huggingface.co that answers in its place.",
            see: see::HF_STATUS,
        }
        TokenAnswerIncomplete "token-answer-incomplete" {
            cause: "The token response of Hugging Face lacks something that the connector needs, or has it in another type.",
            fix: "Report to Hugging Face what the evidence names. If only `scope` is missing, the generic OAuth 2.0 connector does without it; `access_token` and `token_type` are needed by both.",
            see: see::CONNECTOR,
        }
        TokenTypeMissing "token-type-missing" {
            cause: "The token response of Hugging Face has no `token_type`, which OAuth 2.0 and the connector require.",
            fix: "Report it to Hugging Face. The generic OAuth 2.0 connector requires it, too; the generic OIDC connector, which uses only the id_token, does without it.",
            see: see::OIDC_CONNECTOR,
        }
        ErrorInSuccess "error-in-success" {
            cause: "Hugging Face answered Logto with a success status, and with an error in the body.",
            fix: "Read the error in the evidence: it is the reason, which Logto does not show. If it does not name a setting, start the sign-in again; if it keeps happening, report it to Hugging Face.",
            see: see::HF_STATUS,
        }
        ProfileIncomplete "profile-incomplete" {
            cause: "The profile from Hugging Face has no `sub`, or a member that should be a string has another type.",
            fix: "Report it to Hugging Face; the connector accepts `sub` only as a string, and identifies the person by no other member.",
        }
        EmptySub "empty-sub" {
            cause: "The profile from Hugging Face has an empty `sub`, and Logto used it as the person's ID.",
            fix: "Disable the connector until Hugging Face sends IDs again: everyone who arrives with an empty one gets into the same account. Then delete that account.",
        }
        AccessTokenRefused "access-token-refused" {
            cause: "Hugging Face gave Logto an access token, and then did not return the profile for it.",
            fix: "Start the sign-in again; if the person or an organization revoked the app's access in the meantime, it must be granted again.",
        }
        CodeExpired "code-expired" {
            cause: "The authorization code from Hugging Face had expired by the time Logto exchanged it.",
            place: Person,
            fix: "Start the sign-in again, and do not leave the page while Hugging Face sends the browser back; if it happens at once, compare the clocks.",
        }
        TokenRefused "token-refused" {
            cause: "Hugging Face's token endpoint refused to exchange the code; Logto shows `{}` instead of the reason.",
            place: LogtoConnector,
            fix: "Read the error that Hugging Face gave, in the evidence: `invalid_client` is about client id and secret, `invalid_grant` about code and redirect URI.",
        }
        StateChanged "state-changed" {
            cause: "Hugging Face sent the browser back with a different `state` than the one that Logto had sent.",
            fix: "Start the sign-in again; if it keeps happening, something rewrites URLs on the way: a proxy, a browser extension, or Hugging Face itself.",
        }
        CallbackWithoutCode "callback-without-code" {
            cause: "Hugging Face sent the browser back to Logto with neither a code nor an error.",
            fix: "Start the sign-in again; if it keeps happening, something on the way drops query parameters, or the callback is opened as a bookmark.",
        }
        SigningKeyUnpublished "signing-key-unpublished" {
            cause: "The id_token is signed with a key that is not in Hugging Face's key set.",
            fix: "Wait until the key set has caught up with the key rotation, and start the sign-in again; Logto fetches it anew each time.",
        }
        KeySetUnavailable "key-set-unavailable" {
            cause: "Logto could not get the keys of Hugging Face's id_tokens from the connector's JWKS URI.",
            place: LogtoConnector,
            fix: "Open the connector's JWKS URI: it must answer 200 with a JSON Web Key Set. If the URI is right, wait, and start the sign-in again.",
            see: see::OIDC_CONNECTOR,
        }
        NonceMismatch "nonce-mismatch" {
            cause: "The id_token has a different `nonce` than the one in the request, so it was issued for another sign-in.",
            fix: "Start the sign-in again; if it keeps happening, report it to Hugging Face: the answers of several sign-ins are mixed up.",
            see: see::OIDC_CONNECTOR,
        }
    }
}
