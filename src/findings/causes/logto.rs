//! How Logto is deployed.

use super::see;
use crate::findings::cause::causes;

causes! {
    /// How Logto is deployed.
    "logto" Logto {
        SignInPageOpenedCold "sign-in-page-opened-cold" {
            cause: "Logto's sign-in page was opened directly, without an app having begun a sign-in.",
            place: AppConfiguration,
            fix: "Link to the app's sign-in route in place of Logto's page; a URI for unknown sessions can be set in the sign-in experience.",
            see: see::DEPLOYMENT,
        }
    }
}
