//! What stands between the parties.

use super::see;
use crate::findings::cause::causes;

causes! {
    /// What stands between the parties.
    "network" Network {
        NoAnswer "no-answer" {
            cause: "A party did not answer the browser at all.",
            place: LogtoDeployment,
            fix: "Check that it runs, and that its address is the one that was asked.",
            see: see::DEPLOYMENT,
        }
    }
}
