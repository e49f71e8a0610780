//! Causes in the sign-in experience in Logto.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The sign-in experience in Logto.
    "experience" Experience, place: LogtoSignInExperience, see: see::SIGN_UP {
        ConnectorNotEnabled "connector-not-enabled" {
            cause: "The connector is configured, but not enabled in the sign-in experience, so its button is missing.",
            fix: "Under Sign-up and sign-in → Social sign-in, add Hugging Face, and save.",
            see: see::SOCIAL,
        }
        SignUpIdentifierRequired "sign-up-identifier-required" {
            cause: "The tenant requires an identifier of new people that Hugging Face does not provide.",
            fix: "Set the sign-up identifier to None, or let social sign-in skip required identifiers; otherwise new people have to type it in. Hugging Face provides an e-mail address (scope `email`), but neither a username nor a phone number.",
        }
        EmailConnectorMissing "email-connector-missing" {
            cause: "Logto has to send a code to the person's e-mail address, and the tenant has no connector that sends mail.",
            place: LogtoMessageConnectors,
            fix: "Add an e-mail connector, or remove the e-mail address from the sign-up identifiers.",
            see: see::MESSAGES,
        }
        RegistrationOff "registration-off" {
            cause: "The tenant does not accept new people, and this person has no account yet.",
            fix: "Allow people to register (sign-in mode `SignInAndRegister`), or create the person's account first.",
        }
        SignInOff "sign-in-off" {
            cause: "The tenant accepts only new people, and Logto's page starts every social sign-in as one of an existing user.",
            fix: "Set the sign-in mode to `SignInAndRegister`.",
        }
        MfaRequired "mfa-required" {
            cause: "The tenant requires a second factor of everyone, and the person has not set one up yet, or has to use it.",
            place: LogtoMfa,
            fix: "The person sets the factor up on the page that follows. If people from Hugging Face should not have to, make the factor optional.",
            see: see::MFA,
        }
        TermsToAgree "terms-to-agree" {
            cause: "The tenant's terms have to be accepted manually, and the person did not accept them.",
            fix: "The person presses Agree; an automated walk has to do so, too. To skip the question, set the policy to Automatic.",
            see: see::TERMS,
        }
        EmailBlocked "email-blocked" {
            cause: "The e-mail address from Hugging Face is on the tenant's blocklist.",
            place: LogtoSecurity,
            fix: "Remove the address or its domain from the blocklist, or have the person use another address at Hugging Face.",
            see: see::BLOCKLIST,
        }
        SingleSignOnOnly "single-sign-on-only" {
            cause: "The domain of the e-mail address belongs to an enterprise connector, and Logto lets its people sign in only through that connector.",
            fix: "The person signs in with enterprise single sign-on; or remove the domain from the enterprise connector.",
            see: see::SSO,
        }
    }
}
