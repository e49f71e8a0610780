//! What people hit, and no walk of these parties can show.

/// An entry of the catalogue of real faults that has no scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Its number in the catalogue.
    pub entry: &'static str,
    /// What people see.
    pub what: &'static str,
    /// Why no scenario shows it.
    pub because: &'static str,
}

/// All of them, in the order of the catalogue.
pub const LEFT_OUT: &[LeftOut] = &[];
