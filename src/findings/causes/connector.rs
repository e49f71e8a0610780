//! The connector in Logto.

use super::see;
use crate::findings::cause::causes;

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
    }
}
