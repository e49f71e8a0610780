//! Integration-test harness and mock identity stack for sign-in through
//! **Logto** with the **Hugging Face** connector.
//!
//! It starts all three parties on one machine (a mock Hugging Face served as
//! `https://huggingface.co`, a Logto, and an app), walks through the sign-in as a browser would,
//! and records every hop.
//!
//! # A stack and a visitor
//!
//! [`Stack`] starts, provisions and probes the parties; by default it is the healthy set-up of
//! Logto's guide. [`Visitor`] is a person in front of it, with a fresh browser.
//!
//! ```
//! use logto_testkit::{Stack, Visitor};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let stack = Stack::builder().start().await?;
//! let mut visitor = Visitor::new(&stack);
//! visitor.visit("/").await?;
//! visitor.click("Sign In").await?;
//! visitor.continue_with("huggingface").await?;
//! visitor.sign_in_as("ada").await?;
//! assert!(visitor.page()?.text.contains("You are logged in to this website! :)"));
//! stack.stop().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What happened
//!
//! [`Visitor::hops`] returns every request of the browser with its response, and the cookies that
//! were sent, withheld, stored and dropped, each with the reason. [`Visitor::transcript`] is the
//! same by role, without random values, ready for a snapshot:
//! `insta::assert_snapshot!(visitor.transcript())`. [`Stack::journal`] returns what every party
//! received and sent, and why it refused.
//!
//! ```
//! # use logto_testkit::{Stack, Visitor, setup::Connector};
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! // A secret that was copied with the newline at its end.
//! let connector = Connector {
//!     client_secret: Some("[HF_CLIENT_SECRET]\n".to_owned()),
//!     ..Connector::default()
//! };
//! let stack = Stack::builder().connector(connector).start().await?;
//! let mut visitor = Visitor::new(&stack);
//! visitor.visit("/sign-in").await?;
//! visitor.continue_with("huggingface").await?;
//! let refused = visitor.sign_in_as("ada").await.unwrap_err().to_string();
//! assert!(refused.contains("400 connector.general"), "{refused}");
//! let transcript = visitor.transcript().to_string();
//! assert!(transcript.contains("journal: secret differs from the registered one only by trailing whitespace"), "{transcript}");
//! # stack.stop().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A provider that misbehaves
//!
//! [`StackBuilder::answer`](stack::StackBuilder::answer) scripts Hugging Face: other answers,
//! changed ones, late ones, and connections that break. With the feature `stubs`, [`Stack::stub`] puts a
//! [`wiremock::Mock`] in front of it; [`Stack::stop`] verifies how often it was called.
//!
//! # Your own app
//!
//! [`StackBuilder::app_at`](stack::StackBuilder::app_at) sets its URL,
//! [`Stack::environment`] returns the variables it needs, [`Stack::app_is_up`] waits for it. Or
//! [`StackBuilder::own_app`](stack::StackBuilder::own_app) takes a command, [`Stack::start_app`] starts it,
//! and it ends with the stack.
//!
//! # A scenario file
//!
//! [`Scenario`] is the same, written in a file. [`stack_for`] builds the stack it describes,
//! [`walk`] plays it, and [`compare_snapshot`] compares the transcript with the reviewed one next
//! to the file. The reference is `docs/scenarios.md`.
//!
//! ```
//! use logto_testkit::{Scenario, SnapshotResult, compare_snapshot, stack_for, walk};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let scenario = Scenario::load("scenarios/sign-in/first-visit.yaml".as_ref())?;
//! let stack = stack_for(&scenario).start().await?;
//! let report = walk(&stack, &scenario).await;
//! assert!(report.passed(), "{}\n{:?}", report.transcript, report.failures);
//! assert_eq!(compare_snapshot(&scenario, &report.transcript.to_string())?, SnapshotResult::Same);
//! stack.stop().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A sign-in that does not work
//!
//! `diagnose::diagnose` (with the feature `diagnose`, which the default features include) takes the
//! settings of a connector, of an app's record and so on, walks their twin, and reports what is wrong;
//! `diagnose::capsule` turns them into a scenario without secrets.
//!
//! # Another Logto
//!
//! [`Logto`](stack::Logto) selects the Logto behind a stack: our double in this process, the
//! official image in a container, or a running one by URL. The same walk gives the same transcript
//! on each.
//!
//! ```no_run
//! use logto_testkit::{Stack, Visitor, stack::Logto};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // Needs Docker. Starts Postgres and Logto; `stop`, or the end of this process, removes them.
//! let stack = Stack::builder().logto(Logto::container("1.42")).start().await?;
//! let mut visitor = Visitor::new(&stack);
//! visitor.visit("/sign-in").await?;
//! visitor.continue_with("huggingface").await?;
//! visitor.sign_in_as("ada").await?;
//! stack.stop().await?;
//! # Ok(())
//! # }
//! ```
//!
//! A start takes about ten seconds, so several stacks should share one. They take turns, and each
//! one finds the tenant untouched:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use logto_testkit::{Scenario, container::Container, stack::Logto, stack_for, walk};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let container = Container::new("1.42");
//! if let Err(missing) = container.ready().await {
//!     eprintln!("skipped: {missing}");
//!     return Ok(());
//! }
//! let logto = Arc::new(container.start().await?);
//! for file in ["scenarios/sign-in/first-visit.yaml", "scenarios/sign-in/consent-denied.yaml"] {
//!     let scenario = Scenario::load(file.as_ref())?;
//!     let stack = stack_for(&scenario).logto(Logto::Running(logto.clone())).start().await?;
//!     assert!(walk(&stack, &scenario).await.passed());
//!     stack.stop().await?;
//! }
//! if let Some(logto) = Arc::into_inner(logto) {
//!     logto.stop().await;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`container`] has more: other images, and containers that are kept or reused.
//!
//! # What a walk is made of
//!
//! [`findings`] names what went wrong; [`walker`] has a browser's hops, cookies and pages;
//! [`journal`] has what the parties received and sent. For `cargo add --git` and the features see
//! the README.

#![cfg_attr(
    not(feature = "cli"),
    expect(
        dead_code,
        unused_imports,
        reason = "code that only the command uses is kept with the module it belongs to"
    )
)]

#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "container")]
pub mod container;
#[cfg(not(feature = "container"))]
#[path = "container/absent.rs"]
mod container;
mod counted;
#[cfg(feature = "diagnose")]
pub mod diagnose;
mod document;
pub mod findings;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod golden;
mod named;
mod placeholder;
mod process;
pub mod project;
mod record;
mod run;
#[doc(hidden)]
pub mod scenario;
pub mod setup;
mod signin_page;
pub mod stack;
mod transcript;
mod vocabulary;
pub mod walker;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub use cli::main;
#[doc(hidden)]
pub use run::update_snapshot;
pub use run::{ActionError, Failure, SnapshotResult, Visitor, WalkReport, compare_snapshot, stack_for, walk};
#[doc(hidden)]
pub use run::{compare_walk, diagnosed_walk, has_variant, keep_wire, snapshot_path, unreachable_by};
pub use scenario::{Choice, Scenario, ScenarioError};
pub use signin_page::Arrival;
#[doc(hidden)]
pub use signin_page::{Consent, Refusal};
pub use stack::Stack;
pub use transcript::Transcript;

/// What every party received and sent, and why it refused: [`Stack::journal`].
pub mod journal {
    pub use kit::{Direction, Entry, Facts, Journal, Note, Outcome, Party, Prose, Request, Response};
}

/// The mock Hugging Face: its people, its OAuth apps, and switches for behavior of the real one
/// that is not known.
///
/// A switch can be set by its name, as in a configuration file:
///
/// ```
/// use logto_testkit::{huggingface::Switches, setup::HuggingFaceSetup, setup::Setup, Stack};
///
/// let switches: Switches = serde_json::from_str(r#"{ "code_reuse": "revokes_tokens" }"#)?;
/// let huggingface = HuggingFaceSetup { switches, ..HuggingFaceSetup::default() };
/// let stack = Stack::builder().setup(Setup { huggingface, ..Setup::default() });
/// # Ok::<(), serde_json::Error>(())
/// ```
pub mod huggingface {
    pub use kit::{Rule, Script};
    pub use mock_huggingface::{App, ClaimChanges, HuggingFace, Membership, Organization, Switches, User};
}

/// What the sample app can do differently ([`setup::SampleApp`]), and the defects it can have.
pub mod app {
    pub use ::sample_app::{ClientAuth, ExpectedIssuer, SameSite, StorageKind, Variant};
}

/// Stubs in front of the mock Hugging Face: [`Stack::stub`](crate::Stack::stub).
#[cfg(feature = "stubs")]
pub mod stub {
    pub use wiremock::{Mock, ResponseTemplate, matchers};
}

/// The certificate authority that signs the mock's certificate, the clock of a stack, and a fault
/// in its network.
pub use kit::{Ca, Clock, Fault};
