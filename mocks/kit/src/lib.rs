//! The building blocks of every mock of the stack, without any OAuth.
//!
//! * [`Clock`] and [`Random`]: time and randomness are arguments, so that a scenario
//!   can advance time instead of waiting, and a walk can be repeated. [`Machine`]: the
//!   clocks underneath, which a test can step.
//! * [`Bound`] → [`Running`]: bind first, learn the port, build the
//!   configuration, then serve; plain or behind [`Ca`]'s TLS.
//! * [`Journal`]: what a party received and **why it refused**, and what it sent. A [`Note`] says why:
//!   by a code and facts for programs, by a text for people.
//! * [`Script`]: answers and faults that are served instead of the ordinary ones; a
//!   [`Substitute`] is asked before it.
//! * [`Client`]: the only HTTP client of the project. It trusts one CA, and a
//!   host outside the stack is an error that names the host.
//! * [`Network`]: what is broken between two parties; [`Proxy`]: a reverse proxy
//!   between a browser and a party; [`Origins`]: public addresses of parties that listen on loopback.
//! * [`Route`]: a row of the table that a router is made of.
//! * [`steered`]: who may use a control API; [`unframed`]: pages that cannot be shown in frames.
//! * [`files`] and [`document`]: what people keep and provide; [`output`]: what they are shown.
//! * [`within`]: every wait has a deadline and names what it waited for.
//! * [`raise_descriptor_limit`]: many stacks at once need many sockets.

pub mod alphabet;
#[cfg(feature = "cli")]
mod arguments;
mod asker;
mod bounded;
mod change;
mod client;
mod clock;
#[cfg(feature = "cli")]
mod command;
mod deadline;
mod descriptors;
mod disturbance;
pub mod document;
mod endpoint;
mod faulty_body;
pub mod files;
mod guard;
mod journal;
mod log;
mod machine;
mod middleware;
mod network;
mod note;
mod origins;
pub mod output;
mod pinned;
mod port;
mod proxy;
mod random;
mod route;
mod script;
pub mod secret;
mod serve;
mod signals;
mod socket;
mod substitute;
mod tls;
mod walks;

#[cfg(feature = "cli")]
pub use arguments::parse as parse_arguments;
pub use asker::Asker;
pub use bounded::Bounded;
pub use change::{MemberChange, ParameterChange};
pub use client::{Begun, Client, ClientBuilder, ClientError, SendError};
pub use clock::{Clock, Elapsed};
#[cfg(feature = "cli")]
pub use command::run as run_command;
pub use deadline::{DeadlineExceeded, within};
pub use descriptors::{open_descriptors, raise_descriptor_limit};
pub use disturbance::Disturbance;
pub use endpoint::Endpoint;
pub use guard::{is_loopback, refuse_frames, steered, unframed};
pub use journal::{Direction, Entry, Journal, Outcome, Party, Pending, Request, Response};
pub use log::logged;
pub use machine::{Machine, Stopwatch};
pub use middleware::{journaled, note, scripted};
pub use network::{Fault, Network};
pub use note::{Facts, Note, Prose, Reason};
pub use origins::Origins;
pub use port::{port_holder, spare_port};
pub use proxy::{HeaderLimit, HostHeader, Proxy, ProxySettings};
pub use random::Random;
pub use route::Route;
pub use script::{Dribble, Garbage, Rule, RuleError, Script};
pub use secret::Secrets;
pub use serve::{BindError, Bound, Connections, HeldPort, Running, ServeError};
pub use signals::{Stop, survive_file_size_limit};
pub use substitute::{Answering, Substitute};
pub use tls::{Ca, CaError, Leaf};
pub use walks::{ClientEnd, WalkId, Whose};
