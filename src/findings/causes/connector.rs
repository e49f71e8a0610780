//! Causes in the connector in Logto.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The connector in Logto.
    "connector" Connector, place: LogtoConnector, see: see::CONNECTOR {
        ClientIdUnknown "client-id-unknown" {
            cause: "The connector's client ID is not that of the OAuth app at Hugging Face.",
            fix: "Copy the client ID from the OAuth app's settings page at Hugging Face into the connector; if it belongs to another of your OAuth apps, use that app's secret and redirect URIs with it.",
        }
        ClientIdHasWhitespace "client-id-has-whitespace" {
            cause: "The connector's client ID has white space around it or in it, which may be invisible.",
            fix: "Copy the client ID from the OAuth app's settings page again, without a space, line break or invisible character.",
        }
        ClientIdInQuotationMarks "client-id-in-quotation-marks" {
            cause: "The connector's client ID was saved with quotation marks around it.",
            fix: "Paste the client ID without the quotation marks; in a script, look for quoting in addition to the JSON's own.",
        }
        ClientIdLookAlike "client-id-look-alike" {
            cause: "The connector's client ID looks like the OAuth app's, but has another character in one place: a letter of another alphabet, or a dash instead of a hyphen.",
            fix: "Copy the client ID from the OAuth app's settings page again, not from a document or a message, which may replace characters.",
        }
        ClientIdNotAnId "client-id-not-an-id" {
            cause: "The connector has something else in place of the client ID: an address, a placeholder, a variable that was not filled in, or a token.",
            fix: "Copy the client ID from the OAuth app's settings page at Hugging Face; it looks like a UUID.",
        }
        SecretWrong "secret-wrong" {
            cause: "The connector's client secret does not match that of the OAuth app at Hugging Face.",
            fix: "Copy the secret of the same app whose client ID the connector has; if it is lost, refresh it on the app's settings page.",
        }
        SecretHasTrailingWhitespace "secret-has-trailing-whitespace" {
            cause: "The connector's client secret has white space before or after it.",
            fix: "Paste the secret again without the space or line break at its end; Logto stores and sends it as it is.",
        }
        SecretIsClientId "secret-is-client-id" {
            cause: "The connector has the client ID in place of the client secret.",
            fix: "Copy the secret, which begins with `oauth_app_secret_`, into the secret's field.",
        }
        ClientIdIsSecret "client-id-is-secret" {
            cause: "The connector has a client secret in place of the client ID.",
            fix: "Swap the two: the client ID looks like a UUID, the secret begins with `oauth_app_secret_`. As the secret was part of a URL, refresh it at Hugging Face.",
        }
        ClientIdLetterCase "client-id-letter-case" {
            cause: "The connector's client ID differs from the OAuth app's in upper and lower case.",
            fix: "Copy the client ID again instead of typing it: it is case-sensitive.",
        }
        ClientIdOfAnotherApp "client-id-of-another-app" {
            cause: "The connector has the client ID of a different OAuth app at Hugging Face than the one that was set up for it.",
            fix: "Copy client ID and secret from the same OAuth app, the one that lists this Logto's callback URI.",
        }
        SecretInQuotationMarks "secret-in-quotation-marks" {
            cause: "The connector's client secret was saved with quotation marks around it.",
            fix: "Paste the secret without the quotation marks; in a script, look for quoting in addition to the JSON's own.",
        }
        SecretHasInnerWhitespace "secret-has-inner-whitespace" {
            cause: "The connector's client secret has white space in it, which may be invisible.",
            fix: "Copy the secret from the OAuth app's settings page again, in one piece; mails and documents break long lines, and add characters that are not visible.",
        }
        SecretLookAlike "secret-look-alike" {
            cause: "The connector's client secret looks like the OAuth app's, but has another character in one place: a letter of another alphabet, or a dash instead of a hyphen.",
            fix: "Copy the secret from where it was first shown, not from a document or a message, which may replace characters; if it is lost, refresh it on the app's settings page.",
        }
        SecretPercentEncoded "secret-percent-encoded" {
            cause: "The connector's client secret was saved percent-encoded.",
            fix: "Paste the secret as Hugging Face shows it: Logto encodes it where necessary.",
        }
        SecretLetterCase "secret-letter-case" {
            cause: "The connector's client secret differs from the OAuth app's in upper and lower case.",
            fix: "Copy the secret again; something changed its upper and lower case on the way.",
        }
        SecretTruncated "secret-truncated" {
            cause: "The connector's client secret is truncated.",
            fix: "Copy the whole secret; a double click often stops at the first character that is not a letter.",
        }
        SecretHasMore "secret-has-more" {
            cause: "The connector's client secret has something added to it.",
            fix: "Remove what was copied along with the secret, such as the name of a variable or a comment.",
        }
        ConfigIncomplete "config-incomplete" {
            cause: "The connector was saved without a required value.",
            fix: "Fill in the values that the evidence names. Logto accepts empty values when a connector is saved, drops them, and reports the problem only at the next sign-in; in a script, look for a variable that is not set.",
        }
        ConfigRefused "config-refused" {
            cause: "Logto refused to save the connector, because a value of its configuration is missing or of the wrong type.",
            fix: "Send every value that the answer names; omit an optional one instead of sending null.",
        }
        JwksUriMissing "jwks-uri-missing" {
            cause: "The OIDC connector does not have the address of the provider's keys where Logto looks for it.",
            fix: "Put `jwksUri` directly into `idTokenVerificationConfig`, next to `issuer`; the provider's discovery document contains it.",
            see: see::OIDC_CONNECTOR,
        }
        Gone "gone" {
            cause: "The connector was deleted, or recreated under another ID, while a person was signing in with it.",
            fix: "Sign in again. Change a connector instead of recreating it; where that is impossible, give the new one the old ID, with which the callback URI ends.",
        }
        NoneForTarget "none-for-target" {
            cause: "Logto has no connector with this target.",
            fix: "Add the Hugging Face connector under Social connectors, then switch it on in the sign-in experience.",
        }
        ScopeHasCommas "scope-has-commas" {
            cause: "The scopes of the connector are not separated by spaces.",
            fix: "Separate the scopes with one space each, not with a comma, semicolon, plus sign or `%20`: `openid profile email`. Logto sends the text unchanged.",
        }
        ScopeInQuotationMarks "scope-in-quotation-marks" {
            cause: "The scopes of the connector were saved with quotation marks.",
            fix: "Remove the quotation marks, and separate the scopes with spaces: `openid profile email`.",
        }
        ScopeUnknown "scope-unknown" {
            cause: "The connector asks for a scope that Hugging Face does not have.",
            fix: "Remove the scope from the connector, or correct its spelling; the OAuth app's settings page lists the valid ones. Hugging Face does not have `offline_access`.",
            see: see::HF_OAUTH,
        }
        EmailScopeMissing "email-scope-missing" {
            cause: "The tenant or the app needs the person's e-mail address, and the connector does not request it from Hugging Face.",
            fix: "Add `email` to the connector's scope, and tick it on the OAuth app at Hugging Face.",
        }
        ProfileScopeMissing "profile-scope-missing" {
            cause: "The app needs the person's name or picture, and the connector does not request the profile from Hugging Face.",
            fix: "Add `profile` to the connector's scope, and tick it on the OAuth app at Hugging Face.",
        }
        ProfileNotSynced "profile-not-synced" {
            cause: "The person's name or picture at Hugging Face has changed, and Logto keeps that of the first sign-in.",
            fix: "Set the connector to sync the profile at each sign-in (“Always sync at each sign-in”); the e-mail address is never copied again.",
        }
        ProfileOverwritten "profile-overwritten" {
            cause: "The name or picture that was changed in Logto was replaced by that of Hugging Face at the next sign-in.",
            fix: "Set the connector to sync the profile only at the registration, if changes in Logto should last.",
        }
        AuthenticationNotAccepted "authentication-not-accepted" {
            cause: "The connector authenticates at the token endpoint in a way that Hugging Face does not support.",
            fix: "Set `tokenEndpointAuthMethod` to `client_secret_basic` or `client_secret_post`.",
            see: see::OAUTH_CONNECTOR,
        }
        TokenResponseType "token-response-type" {
            cause: "The OAuth 2.0 connector parses the token response as a query string, and the provider answers in JSON.",
            fix: "Set `tokenEndpointResponseType` to `json`; Logto's default is `query-string`.",
            see: see::OAUTH_CONNECTOR,
        }
        ProfileMapMismatch "profile-map-mismatch" {
            cause: "The OAuth 2.0 connector looks for the person's ID under a name that the provider's answer does not have.",
            fix: "Set `profileMap`: for Hugging Face, and wherever userinfo follows OpenID Connect, `{ \"id\": \"sub\" }`.",
            see: see::OAUTH_CONNECTOR,
        }
        StringTypedBooleans "string-typed-booleans" {
            cause: "The provider sends a boolean claim as a string, and the OIDC connector refuses the ID token.",
            fix: "Set `acceptStringTypedBooleanClaims` to true.",
            see: see::OIDC_CONNECTOR,
        }
        EmailNotTrusted "email-not-trusted" {
            cause: "The provider sends the e-mail address, but does not say that it is verified, and the OIDC connector drops it.",
            fix: "If the claim `email_verified` is missing and this provider does verify addresses, set `trustUnverifiedEmail` to true.",
            see: see::OIDC_CONNECTOR,
        }
        EmailUnverified "email-unverified" {
            cause: "The provider says that the e-mail address is not verified, and the OIDC connector drops it; `trustUnverifiedEmail` does not change that.",
            place: HuggingFaceAccount,
            fix: "The person must verify the address at the provider, and sign in again.",
            see: see::OIDC_CONNECTOR,
        }
        IssuerWrong "issuer-wrong" {
            cause: "The issuer in the OIDC connector's configuration differs from the one in the provider's ID tokens.",
            fix: "Copy `issuer` from the provider's discovery document into `idTokenVerificationConfig` exactly: a trailing slash counts.",
            see: see::OIDC_CONNECTOR,
        }
        JwksUriWrong "jwks-uri-wrong" {
            cause: "The OIDC connector looks for the provider's keys at the wrong address.",
            fix: "Copy `jwks_uri` from the provider's discovery document into `idTokenVerificationConfig.jwksUri`.",
            see: see::OIDC_CONNECTOR,
        }
        AuthorizationEndpointWrong "authorization-endpoint-wrong" {
            cause: "The connector sends people to another address than the provider's authorization endpoint.",
            fix: "Copy `authorization_endpoint` from the provider's discovery document (`/.well-known/openid-configuration`) into `authorizationEndpoint`; every character counts.",
            see: see::OAUTH_CONNECTOR,
        }
        TokenEndpointWrong "token-endpoint-wrong" {
            cause: "The connector asks for tokens at another address than the provider's token endpoint.",
            fix: "Copy `token_endpoint` from the provider's discovery document (`/.well-known/openid-configuration`) into `tokenEndpoint`; every character counts.",
            see: see::OAUTH_CONNECTOR,
        }
        UserinfoEndpointWrong "userinfo-endpoint-wrong" {
            cause: "The connector asks for the profile at another address than the provider's userinfo endpoint.",
            fix: "Copy `userinfo_endpoint` from the provider's discovery document (`/.well-known/openid-configuration`) into `userInfoEndpoint`; every character counts.",
            see: see::OAUTH_CONNECTOR,
        }
        EndpointOverHttp "endpoint-over-http" {
            cause: "The connector's configuration has an address of the provider with http, and the provider's own is https.",
            fix: "Write `https://` in the address that the evidence names. Even where the provider redirects, the secret would travel unencrypted before.",
            see: see::OAUTH_CONNECTOR,
        }
        EndpointPlaceholder "endpoint-placeholder" {
            cause: "What the connector's configuration has as an address of the provider is not a URL, but a placeholder or a part of one.",
            fix: "Copy the whole address from the provider's discovery document (`/.well-known/openid-configuration`) into the member that the evidence names.",
            see: see::OAUTH_CONNECTOR,
        }
        CustomParameterRenamed "custom-parameter-renamed" {
            cause: "Logto sends a custom parameter of the connector under another name, in snake case, and Hugging Face ignores it.",
            fix: "Remove the parameter: a connector cannot send a name that has capital letters. People choose the organization on Hugging Face's permission page.",
            see: see::OAUTH_CONNECTOR,
        }
        PromptNone "prompt-none" {
            cause: "The connector's custom parameters forbid Hugging Face to show a page, so people can neither log in nor consent.",
            fix: "Remove `prompt` from the connector's custom parameters.",
            see: see::OAUTH_CONNECTOR,
        }
        SecondInstance "second-instance" {
            cause: "Logto already has a connector of this kind, and does not accept a second one.",
            fix: "Change the existing one (`PATCH /api/connectors/<id>`) instead of adding another.",
            see: see::MANAGEMENT,
        }
        TargetTaken "target-taken" {
            cause: "Another connector of the tenant already has this target.",
            fix: "Give the new connector its own target, or delete the other one first. People's identities are stored under the target: they do not move to another.",
            see: see::MANAGEMENT,
        }
        TargetMissing "target-missing" {
            cause: "A connector of a generic kind was added without saying which provider it is for.",
            fix: "Send `metadata.target` (the name of the provider, in lower case) and `metadata.name`.",
            see: see::MANAGEMENT,
        }
        MetadataFixed "metadata-fixed" {
            cause: "Name and target were sent for a connector that defines its own.",
            fix: "Omit `metadata`: only the generic connectors (`oauth2`, `oidc`, `saml`) accept it.",
            see: see::MANAGEMENT,
        }
        TargetFixed "target-fixed" {
            cause: "A request tried to change the target of a connector, which Logto does not support.",
            fix: "Send the connector's current target, and change only the rest of `metadata`; for another target, add another connector.",
            see: see::MANAGEMENT,
        }
        FactoryUnknown "factory-unknown" {
            cause: "This Logto does not have the requested kind of connector.",
            fix: "Look the kind up in `GET /api/connector-factories` (Hugging Face's is `huggingface-universal`); if it is missing, install the connector's package and restart Logto.",
            see: see::MANAGEMENT,
        }
        TokenStorageUnavailable "token-storage-unavailable" {
            cause: "A request asked to store the provider's tokens, which this Logto, or this connector, cannot do.",
            place: LogtoDeployment,
            fix: "Omit `enableTokenStorage`; storing tokens requires `SECRET_VAULT_KEK` in Logto's environment, and a connector that supports it.",
            see: see::MANAGEMENT,
        }
        LinkingNeedsSession "linking-needs-session" {
            cause: "The Management API was asked for a social sign-in that needs a browser's session.",
            place: AppCode,
            fix: "Link Hugging Face accounts through the Account API or the sign-in page. `POST /api/users/:id/identities` works for connectors without a session; a known ID can be set with `PUT /api/users/:id/identities/huggingface`.",
            see: see::MANAGEMENT,
        }
    }
}
