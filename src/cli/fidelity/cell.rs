//! The result of one story or scenario on both sides.

/// A row of the report.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) double: Cell,
    pub(super) logto: Cell,
}

/// The result on one side.
#[derive(Debug)]
pub(super) enum Cell {
    /// As recorded, or as reviewed.
    Same,
    /// Differs for a known reason: each difference with its reason.
    Explained(Vec<(String, String)>),
    /// Differs: each difference in full.
    Different(Vec<String>),
    /// Could not be run to its end, with the reason.
    CannotRun(String),
}

impl Row {
    pub(super) fn is_unexplained(&self) -> bool {
        self.double.is_unexplained() || self.logto.is_unexplained()
    }
}

impl Cell {
    fn is_unexplained(&self) -> bool {
        matches!(self, Self::Different(_))
    }

    /// The result as a word for the table.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Same => "same".to_owned(),
            Self::Explained(all) => format!("same but for {} explained", all.len()),
            Self::Different(all) => format!("**different** ({})", all.len()),
            Self::CannotRun(_) => "cannot run".to_owned(),
        }
    }
}
