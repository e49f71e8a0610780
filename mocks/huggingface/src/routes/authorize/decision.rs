//! The user's decision in the permission form.

use oauth::Params;

use super::refusal::Refusal;

/// A user's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    Authorize {
        /// Ids of the selected organizations; `None` if the form was not filled in at all, so that
        /// the preselection applies.
        orgs: Option<Vec<String>>,
    },
    Deny,
}

impl Decision {
    pub(super) fn read(form: &Params) -> Result<Decision, Refusal> {
        match form.first("action") {
            Some("deny") => Ok(Decision::Deny),
            None if form.is_empty() => Ok(Decision::Authorize { orgs: None }),
            None | Some("authorize") => {
                let orgs = form.all("orgIds").map(ToOwned::to_owned).collect();
                Ok(Decision::Authorize { orgs: Some(orgs) })
            }
            Some(other) => Err(Refusal::UnknownAction(other.to_owned())),
        }
    }
}
