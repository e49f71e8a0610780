//! Limits the size of a scenario: a few lines of it can expand to gigabytes.

use super::error::ScenarioError;
use crate::document::node::{Kind, Node, Place};

/// How large cases, parameters and includes may make a file: its values, and the bytes of its
/// texts, counted together.
const WRITTEN_LIMIT: usize = 16 * 1024 * 1024;

/// How much may still be added.
#[derive(Debug)]
pub(super) struct Left(usize);

impl Left {
    pub(super) fn new() -> Self {
        Self(WRITTEN_LIMIT)
    }

    /// Subtracts the cost of a text of this length.
    pub(super) fn take(&mut self, length: usize, at: &Place) -> Result<(), ScenarioError> {
        self.0 = self.0.checked_sub(length + 1).ok_or_else(|| {
            let message = "cases, parameters and includes expand this beyond the size limit of a scenario";
            ScenarioError::at(at, message, None)
        })?;
        Ok(())
    }

    /// Subtracts the cost of a copy of this value.
    pub(super) fn take_copy(&mut self, node: &Node, at: &Place) -> Result<(), ScenarioError> {
        match &node.kind {
            Kind::Text(text) => self.take(text.len(), at),
            Kind::List(items) => {
                self.take(0, at)?;
                items.iter().try_for_each(|item| self.take_copy(item, at))
            }
            Kind::Map(members) => {
                self.take(0, at)?;
                members.iter().try_for_each(|(key, value)| {
                    self.take(key.name.len(), at)?;
                    self.take_copy(value, at)
                })
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => self.take(0, at),
        }
    }
}
