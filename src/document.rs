//! Files that people write, as trees that keep the position of each value: an error in a value names the line
//! that a person wrote, also after other files were merged into the tree.

pub(crate) mod hint;
pub(crate) mod node;
pub(crate) mod spelling;
pub(crate) mod typed;
