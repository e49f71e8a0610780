//! Stands in for stubs without the feature `stubs`: types without values, so that the code of a stack
//! reads the same with the feature and without it.

use std::convert::Infallible;

/// Stubs were not called as often as they expect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StubError {}

/// The server that holds the stubs.
#[derive(Debug)]
pub(super) struct Stubs(Infallible);

impl Stubs {
    pub(super) async fn verify(self) -> Result<(), StubError> {
        match self.0 {}
    }
}
