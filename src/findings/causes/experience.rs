//! The sign-in experience in Logto.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The sign-in experience in Logto.
    "experience" Experience {
        ConnectorNotEnabled "connector-not-enabled" {
            cause: "The connector is configured, but its button is not switched on in the sign-in experience.",
            place: LogtoSignInExperience,
            fix: "Under Sign-up and sign-in → Social sign-in, add Hugging Face, and save.",
            see: see::SOCIAL,
        }
        SignUpIdentifierRequired "sign-up-identifier-required" {
            cause: "The tenant demands an identifier of new people that Hugging Face does not give.",
            place: LogtoSignInExperience,
            fix: "Set the sign-up identifier to None, or ask Hugging Face for it (scope `email`); otherwise people have to type it in.",
            see: see::SIGN_UP,
        }
        EmailConnectorMissing "email-connector-missing" {
            cause: "Logto has to send a code to the person's e-mail address, and the tenant has nothing to send mail with.",
            place: LogtoMessageConnectors,
            fix: "Add an e-mail connector, or take the e-mail address out of the sign-up identifiers.",
            see: see::MESSAGES,
        }
        RegistrationOff "registration-off" {
            cause: "The tenant takes no new people, and this one has no account yet.",
            place: LogtoSignInExperience,
            fix: "Switch on that people can register (sign-in mode `SignInAndRegister`), or create the person's account first.",
            see: see::SIGN_UP,
        }
        SignInOff "sign-in-off" {
            cause: "The tenant takes new people only, and Logto's page begins every social sign-in as that of somebody known.",
            place: LogtoSignInExperience,
            fix: "Set the sign-in mode to `SignInAndRegister`.",
            see: see::SIGN_UP,
        }
        MfaRequired "mfa-required" {
            cause: "The tenant wants a second factor of everybody, and the person has none yet, or has to show it.",
            place: LogtoMfa,
            fix: "The person sets the factor up on the page that follows. Where people of Hugging Face should not have to, make the factor optional.",
            see: see::MFA,
        }
        TermsToAgree "terms-to-agree" {
            cause: "The tenant's terms have to be agreed to by hand, and nobody did.",
            place: LogtoSignInExperience,
            fix: "A person presses Agree; an automated walk has to do so, too. To ask nobody, set the policy to Automatic.",
            see: see::TERMS,
        }
        EmailBlocked "email-blocked" {
            cause: "The tenant's blocklist has the e-mail address that Hugging Face told.",
            place: LogtoSecurity,
            fix: "Take the address or its domain off the blocklist, or have the person use another address at Hugging Face.",
            see: see::BLOCKLIST,
        }
        SingleSignOnOnly "single-sign-on-only" {
            cause: "The domain of the e-mail address belongs to an enterprise connector, and Logto lets its people in through that one only.",
            place: LogtoSignInExperience,
            fix: "The person signs in with enterprise single sign-on; or take the domain out of the enterprise connector.",
            see: see::SSO,
        }
    }
}
