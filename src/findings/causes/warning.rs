//! Values that cannot be right, or rarely are. They are seen in the settings alone; no walk proves them.

use super::see;
use crate::findings::text::causes;

causes! {
    /// Values of the settings that cannot be right, or rarely are.
    "warning" Warning, place: Settings, see: see::CONNECTOR {
        Placeholder "placeholder" {
            cause: "A value looks like the placeholder of a template.",
            fix: "Replace the placeholder with the real value, or ignore this if the file was changed to hide it.",
        }
        VariableNotExpanded "variable-not-expanded" {
            cause: "A value contains the name of a variable instead of what the variable holds.",
            fix: "Check that the program that fills in the variable ran before the value was saved; Logto and Hugging Face store such a text as it is.",
        }
        MaskedValue "masked-value" {
            cause: "A value was copied from a masked field.",
            fix: "Copy the value where it is shown in full, or ignore this if the file was changed to hide it.",
        }
        AccessTokenAsSecret "access-token-as-secret" {
            cause: "An access token is in the place of a client secret.",
            fix: "Copy the secret from the settings page of the OAuth app at Hugging Face: it begins with `oauth_app_secret_`. If the token was stored or sent, invalidate it.",
        }
        ClientIdAsSecret "client-id-as-secret" {
            cause: "A client ID is in the place of a client secret.",
            fix: "Copy the secret from the settings page of the OAuth app at Hugging Face: it begins with `oauth_app_secret_`.",
        }
        SecretHasPrefix "secret-has-prefix" {
            cause: "A secret begins with what was copied along with it, such as the scheme of a header or the name of a variable.",
            fix: "Remove everything before the secret itself.",
        }
        SecretIncomplete "secret-incomplete" {
            cause: "A secret ends too early.",
            fix: "Copy the whole secret again; a double click often stops at a character that is not a letter.",
        }
        InnerWhitespace "inner-whitespace" {
            cause: "A value contains a line break, a space or an invisible character.",
            fix: "Copy the value again from where it was issued, as one line.",
        }
        LookAlikeCharacter "look-alike-character" {
            cause: "A value contains a character that only looks like one that belongs there.",
            fix: "Copy the value again from where it was issued, not from a document or a chat that changes dashes, quotation marks or letters.",
        }
        ValuesSwapped "values-swapped" {
            cause: "An ID and a secret seem to be in each other's place.",
            fix: "Exchange the two. An ID is part of addresses: if a secret was used as one, issue another secret.",
        }
        MemberUnknown "member-unknown" {
            cause: "A member has a name that Logto does not know, close to one that it knows.",
            fix: "Correct the name: Logto ignores a member that it does not know.",
        }
        SecretExpiresSoon "secret-expires-soon" {
            cause: "The app's secret expires within 14 days.",
            place: LogtoApplication,
            fix: "Create another secret, give it to the app, and then delete the old one.",
            see: see::APPLICATION,
        }
        EndpointOverHttp "endpoint-over-http" {
            cause: "An endpoint of Hugging Face is given with http, and Hugging Face answers only https.",
            place: LogtoConnector,
            fix: "Write https:// instead of http://.",
            see: see::HF_OAUTH,
        }
        ClientIdNotAnId "client-id-not-an-id" {
            cause: "Something else stands in the place of an ID, such as an address or a token.",
            fix: "Copy the ID itself: Hugging Face shows the client ID on the settings page of the OAuth app, the Logto console the app ID on the page of the application.",
        }
    }
}
