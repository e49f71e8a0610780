//! What the permission form says.

use oauth::Params;

use super::refusal::Refusal;

/// A user's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    Authorize {
        /// Ids of the organisations that were ticked; `None` when the form was
        /// not filled in at all, and what was preselected stands.
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
