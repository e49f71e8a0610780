//! The connector in Logto.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The connector in Logto.
    "connector" Connector {
        ClientIdUnknown "client-id-unknown" {
            cause: "The connector's client id is not that of any OAuth app at Hugging Face.",
            place: LogtoConnector,
            fix: "Copy the client id from the OAuth app's settings page at Hugging Face into the connector.",
            see: see::CONNECTOR,
        }
        ClientIdHasWhitespace "client-id-has-whitespace" {
            cause: "The connector's client id has white space before or after it.",
            place: LogtoConnector,
            fix: "Type the client id again without the space or line break that came with the paste.",
            see: see::CONNECTOR,
        }
        SecretWrong "secret-wrong" {
            cause: "The connector's client secret is not that of the OAuth app at Hugging Face.",
            place: LogtoConnector,
            fix: "Copy the secret of the very app whose client id the connector has; if it is lost, refresh it on the app's settings page.",
            see: see::CONNECTOR,
        }
        SecretHasTrailingWhitespace "secret-has-trailing-whitespace" {
            cause: "The connector's client secret has white space before or after it.",
            place: LogtoConnector,
            fix: "Paste the secret again without the space or line break at its end; Logto stores and sends it as it is.",
            see: see::CONNECTOR,
        }
        SecretIsClientId "secret-is-client-id" {
            cause: "The connector has the client id in the place of the client secret.",
            place: LogtoConnector,
            fix: "Copy the secret, which begins with `oauth_app_secret_`, into the field of the secret.",
            see: see::CONNECTOR,
        }
        ClientIdIsSecret "client-id-is-secret" {
            cause: "The connector has a client secret in the place of the client id.",
            place: LogtoConnector,
            fix: "Swap the two: the client id looks like a UUID, the secret begins with `oauth_app_secret_`. As the secret stood in an address, refresh it at Hugging Face.",
            see: see::CONNECTOR,
        }
        ClientIdLetterCase "client-id-letter-case" {
            cause: "The connector's client id differs from the OAuth app's in upper and lower case.",
            place: LogtoConnector,
            fix: "Copy the client id once more instead of typing it: capital and small letters count.",
            see: see::CONNECTOR,
        }
        ClientIdOfAnotherApp "client-id-of-another-app" {
            cause: "The connector has the client id of another OAuth app at Hugging Face than the one that was set up for it.",
            place: LogtoConnector,
            fix: "Copy client id and secret of one and the same OAuth app, the one that lists this Logto's callback URI.",
            see: see::CONNECTOR,
        }
        SecretInQuotationMarks "secret-in-quotation-marks" {
            cause: "The connector's client secret was saved with quotation marks around it.",
            place: LogtoConnector,
            fix: "Paste the secret without the quotation marks; in a script, look for quoting on top of the JSON's own.",
            see: see::CONNECTOR,
        }
        SecretPercentEncoded "secret-percent-encoded" {
            cause: "The connector's client secret was saved percent-encoded.",
            place: LogtoConnector,
            fix: "Paste the secret as Hugging Face shows it: Logto encodes what has to be encoded itself.",
            see: see::CONNECTOR,
        }
        SecretLetterCase "secret-letter-case" {
            cause: "The connector's client secret differs from the OAuth app's in upper and lower case.",
            place: LogtoConnector,
            fix: "Copy the secret once more; something on its way changed capital and small letters.",
            see: see::CONNECTOR,
        }
        SecretTruncated "secret-truncated" {
            cause: "The connector's client secret is cut short.",
            place: LogtoConnector,
            fix: "Copy the whole secret; a double click often stops at the first character that is no letter.",
            see: see::CONNECTOR,
        }
        SecretHasMore "secret-has-more" {
            cause: "The connector's client secret has something added to it.",
            place: LogtoConnector,
            fix: "Take away what came along with the secret, such as the name of a variable or a comment.",
            see: see::CONNECTOR,
        }
        ConfigIncomplete "config-incomplete" {
            cause: "The connector was saved without a value that it needs.",
            place: LogtoConnector,
            fix: "Fill in client id and client secret. Logto accepts empty values when a connector is saved, drops them, and complains only when somebody signs in; in a script, look for a variable that is not set.",
            see: see::CONNECTOR,
        }
        ConfigRefused "config-refused" {
            cause: "Logto refused to save the connector, because a value of its configuration is missing or of the wrong type.",
            place: LogtoConnector,
            fix: "Send every value that the answer names; leave an optional one out in place of null.",
            see: see::CONNECTOR,
        }
        JwksUriMissing "jwks-uri-missing" {
            cause: "The OIDC connector has no address of the provider's keys in the place where Logto looks for it.",
            place: LogtoConnector,
            fix: "Put `jwksUri` right into `idTokenVerificationConfig`, beside `issuer`; the provider's discovery document tells it.",
            see: see::OIDC_CONNECTOR,
        }
        Gone "gone" {
            cause: "The connector was deleted, or made anew under another id, while somebody was signing in with it.",
            place: LogtoConnector,
            fix: "Sign in once more. Change a connector in place of making it anew; where that cannot be, give the new one the old id, which the callback URI ends with.",
            see: see::CONNECTOR,
        }
        NoneForTarget "none-for-target" {
            cause: "There is no connector with this target in Logto.",
            place: LogtoConnector,
            fix: "Add the Hugging Face connector under Social connectors, then switch it on in the sign-in experience.",
            see: see::CONNECTOR,
        }
        ScopeHasCommas "scope-has-commas" {
            cause: "The scopes of the connector are separated by something other than spaces.",
            place: LogtoConnector,
            fix: "Write the scopes with one space between them: `openid profile email`. Logto sends the text as it is.",
            see: see::CONNECTOR,
        }
        ScopeUnknown "scope-unknown" {
            cause: "The connector asks for a scope that Hugging Face does not have.",
            place: LogtoConnector,
            fix: "Take it out of the connector's scope, or correct its spelling; what there is stands on the OAuth app's settings page. `offline_access` is none of Hugging Face's.",
            see: see::HF_OAUTH,
        }
        EmailScopeMissing "email-scope-missing" {
            cause: "The tenant demands an e-mail address of new people, and the connector does not ask Hugging Face for it.",
            place: LogtoConnector,
            fix: "Add `email` to the connector's scope, and tick it on the OAuth app at Hugging Face.",
            see: see::CONNECTOR,
        }
        AuthenticationNotAccepted "authentication-not-accepted" {
            cause: "The connector proves itself at the token endpoint in a way that Hugging Face does not take.",
            place: LogtoConnector,
            fix: "Set `tokenEndpointAuthMethod` to `client_secret_basic` or `client_secret_post`.",
            see: see::OAUTH_CONNECTOR,
        }
        TokenResponseType "token-response-type" {
            cause: "The OAuth 2.0 connector reads the token answer as a query string, and the provider answers in JSON.",
            place: LogtoConnector,
            fix: "Set `tokenEndpointResponseType` to `json`; Logto's default is `query-string`.",
            see: see::OAUTH_CONNECTOR,
        }
        ProfileMapMismatch "profile-map-mismatch" {
            cause: "The OAuth 2.0 connector looks for the person's id under a name that the provider's answer does not have.",
            place: LogtoConnector,
            fix: "Set `profileMap`: for Hugging Face, and wherever userinfo is that of OpenID Connect, `{ \"id\": \"sub\" }`.",
            see: see::OAUTH_CONNECTOR,
        }
        StringTypedBooleans "string-typed-booleans" {
            cause: "The provider writes a claim that must be true or false as a text, and the OIDC connector refuses the ID token.",
            place: LogtoConnector,
            fix: "Set `acceptStringTypedBooleanClaims` to true.",
            see: see::OIDC_CONNECTOR,
        }
        EmailNotTrusted "email-not-trusted" {
            cause: "The provider tells the e-mail address, but not that it is verified, and the OIDC connector drops it.",
            place: LogtoConnector,
            fix: "Where the claim `email_verified` is missing, set `trustUnverifiedEmail` to true, if this provider does verify addresses.",
            see: see::OIDC_CONNECTOR,
        }
        EmailUnverified "email-unverified" {
            cause: "The provider says that the e-mail address is not verified, and the OIDC connector drops it; `trustUnverifiedEmail` does not change that.",
            place: HuggingFaceAccount,
            fix: "The person has to verify the address at the provider, and to sign in again.",
            see: see::OIDC_CONNECTOR,
        }
        IssuerWrong "issuer-wrong" {
            cause: "The issuer in the OIDC connector's configuration is not the one that the provider's ID tokens have.",
            place: LogtoConnector,
            fix: "Copy `issuer` from the provider's discovery document into `idTokenVerificationConfig`, letter for letter: a slash at the end counts.",
            see: see::OIDC_CONNECTOR,
        }
        JwksUriWrong "jwks-uri-wrong" {
            cause: "The OIDC connector looks for the provider's keys at an address where they are not.",
            place: LogtoConnector,
            fix: "Copy `jwks_uri` from the provider's discovery document into `idTokenVerificationConfig.jwksUri`.",
            see: see::OIDC_CONNECTOR,
        }
        PromptNone "prompt-none" {
            cause: "The connector's own parameters forbid Hugging Face to show a page, so that nobody can log in or allow.",
            place: LogtoConnector,
            fix: "Take `prompt` out of the connector's custom parameters.",
            see: see::OAUTH_CONNECTOR,
        }
        SecondInstance "second-instance" {
            cause: "Logto has a connector of this kind already, and takes no second one.",
            place: LogtoConnector,
            fix: "Change the one that there is (`PATCH /api/connectors/<id>`) in place of adding another.",
            see: see::MANAGEMENT,
        }
        TargetTaken "target-taken" {
            cause: "Another connector of the tenant has this target already.",
            place: LogtoConnector,
            fix: "Give the new connector a target of its own, or delete the other one first. The target is what people's identities are kept under: they do not follow to another.",
            see: see::MANAGEMENT,
        }
        TargetMissing "target-missing" {
            cause: "A connector of a generic kind was to be added without saying which provider it is for.",
            place: LogtoConnector,
            fix: "Send `metadata.target` (the name of the provider, in small letters) and `metadata.name`.",
            see: see::MANAGEMENT,
        }
        MetadataFixed "metadata-fixed" {
            cause: "Name and target were given for a connector that brings its own.",
            place: LogtoConnector,
            fix: "Leave `metadata` out: only the generic connectors (`oauth2`, `oidc`, `saml`) take it.",
            see: see::MANAGEMENT,
        }
        TargetFixed "target-fixed" {
            cause: "The target of a connector was to be changed, which Logto does not do.",
            place: LogtoConnector,
            fix: "Send the target that the connector has, and change only the rest of `metadata`; for another target, add another connector.",
            see: see::MANAGEMENT,
        }
        FactoryUnknown "factory-unknown" {
            cause: "This Logto has no connector of the kind that was asked for.",
            place: LogtoConnector,
            fix: "Look the kind up in `GET /api/connector-factories` (Hugging Face's is `huggingface-universal`); where it is missing, install the connector's package and start Logto anew.",
            see: see::MANAGEMENT,
        }
        TokenStorageUnavailable "token-storage-unavailable" {
            cause: "Tokens of the provider were to be kept, which this Logto, or this connector, cannot do.",
            place: LogtoDeployment,
            fix: "Leave `enableTokenStorage` out; keeping tokens needs `SECRET_VAULT_KEK` in Logto's environment, and a connector that supports it.",
            see: see::MANAGEMENT,
        }
        LinkingNeedsSession "linking-needs-session" {
            cause: "The Management API was asked to do a social sign-in that needs a browser's session.",
            place: AppCode,
            fix: "Link accounts of Hugging Face through the Account API or the sign-in page. `POST /api/users/:id/identities` works for connectors without a session; a known id can be set with `PUT /api/users/:id/identities/huggingface`.",
            see: see::MANAGEMENT,
        }
    }
}
