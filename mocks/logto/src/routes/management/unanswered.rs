//! Answers what the double does not support: 501, with the reason in the journal.

use oauth::params::Params;

use crate::wire::{Answer, NotImplemented};

/// Refuses a list with a query parameter that begins with one of these; `list` names the list.
pub(super) fn query(params: &Params, beginnings: &[&str], list: &str) -> Answer<()> {
    let is_given = |start: &&&str| params.iter().any(|(name, _)| name.starts_with(**start));
    let not_done =
        |name| NotImplemented.response(format!("this double does not support `{name}` in lists of {list}"));
    beginnings.iter().find(is_given).map_or(Ok(()), |name| Err(not_done(name).into()))
}
