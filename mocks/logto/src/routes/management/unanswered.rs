//! What the double does not do says so: 501, with the reason in the journal.

use oauth::params::Params;

use crate::wire::{self, Answer};

/// The refusal of a list that is narrowed by a parameter with one of these
/// beginnings; `list` names it.
pub(super) fn query(params: &Params, beginnings: &[&str], list: &str) -> Answer<()> {
    let is_given = |start: &&&str| params.iter().any(|(name, _)| name.starts_with(**start));
    let not_done = |name| wire::not_implemented(format!("this double lists {list} without `{name}`"));
    beginnings.iter().find(is_given).map_or(Ok(()), |name| Err(not_done(name).into()))
}
