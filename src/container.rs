//! A real Logto in containers: Postgres and the official image, started through
//! `testcontainers`, seeded, booted, and gone afterwards whatever ended the run.
//!
//! Both containers share one network namespace, which the Postgres container
//! holds: it publishes Logto's ports on loopback. So the published URLs are known
//! before Logto's container exists, and can be its `ENDPOINT` without guessing
//! a port; the database is at `127.0.0.1` for Logto, and there is no network to
//! leave behind.
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
//! What a start makes is labelled `logto-testkit.run=RUN`. [`RunningContainer::stop`]
//! removes it; when the process ends in another way, a guard of its own does, which
//! is the command `logto-testkit` where that is built, and Docker's command elsewhere.

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
