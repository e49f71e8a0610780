//! Stands in for containers without the feature `container`: types without values, so that the code
//! of a stack reads the same with the feature and without it.

use std::convert::Infallible;
use std::sync::Arc;

use kit::{Bound, Ca};
use serde_json::Value;
use url::Url;

/// An image and how to start it.
#[derive(Debug, Clone)]
pub struct Container(Infallible);

/// Postgres and Logto in containers.
#[derive(Debug)]
pub struct RunningContainer(Infallible);

/// Why Logto could not be started in a container.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {}

impl Container {
    pub(crate) fn ca(self, _: Arc<Ca>) -> Self {
        self
    }

    pub(crate) async fn start(self) -> Result<RunningContainer, ContainerError> {
        match self.0 {}
    }
}

impl RunningContainer {
    pub(crate) fn endpoint(&self) -> &Url {
        match self.0 {}
    }

    pub(crate) fn admin_endpoint(&self) -> &Url {
        match self.0 {}
    }

    pub(crate) fn version(&self) -> mock_logto::Version {
        match self.0 {}
    }

    pub(crate) fn credentials(&self) -> (&str, &str) {
        match self.0 {}
    }

    pub(crate) fn ca(&self) -> &Arc<Ca> {
        match self.0 {}
    }

    pub(crate) async fn gone(&self) -> Option<ContainerError> {
        match self.0 {}
    }

    pub(crate) fn listener(&self) -> Result<Bound, kit::BindError> {
        match self.0 {}
    }

    pub(crate) async fn turn(&self) -> tokio::sync::OwnedMutexGuard<()> {
        match self.0 {}
    }

    pub(crate) fn untouched(&self) -> Option<&Value> {
        match self.0 {}
    }

    pub(crate) async fn remember(&self, _: Value) {
        match self.0 {}
    }

    pub(crate) fn is_reused(&self) -> bool {
        match self.0 {}
    }

    pub(crate) async fn stop_and_tell(self) {
        match self.0 {}
    }
}
