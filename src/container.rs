//! A real Logto in containers: Postgres and the official image, started through `testcontainers`,
//! seeded, booted, and removed afterwards however the run ended.
//!
//! Both containers share one network namespace, which the Postgres container owns: it publishes
//! Logto's ports on loopback. The published URLs are therefore known before Logto's container
//! exists, and can be its `ENDPOINT` without guessing a port; Logto reaches the database at
//! `127.0.0.1`, and no network is left behind.
//!
//! ```no_run
//! use logto_testkit::container::{Container, Event};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let logto = Container::new("1.42")
//!     .image("ghcr.io/logto-io/logto")
//!     .on_progress(|event| {
//!         if let Event::Begins { phase, what } = event {
//!             eprintln!("{phase}: {what}");
//!         }
//!     })
//!     .start()
//!     .await?;
//! println!("Logto {} at {}, mock at {}", logto.version(), logto.endpoint(), logto.reach());
//! logto.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Everything that a start creates is labeled `logto-testkit.run=RUN`. [`RunningContainer::stop`]
//! removes it; if the process ends in another way, a guard process does: the command
//! `logto-testkit` if it is built, and Docker's command otherwise.

mod boot;
mod engine;
mod error;
mod kept;
mod labels;
mod log;
mod progress;
mod pull;
mod reach;
mod reaper;
mod request;
mod reuse;
mod running;
mod settings;
mod site;
mod sweep;
mod version;

pub use error::ContainerError;
pub(crate) use error::EngineError;
pub use progress::{Event, Phase};
pub(crate) use reaper::reap;
pub use running::RunningContainer;
pub use settings::{Container, DEFAULT_TAG};
pub(crate) use settings::{DEFAULT_IMAGE, DEFAULT_POSTGRES};
pub(crate) use sweep::{CleanScope, clean};
pub use version::Version;
