//! Every hand-written test of the harness, in one binary: each further one
//! would cost its own link time.

mod command;
mod external;
mod golden_walk;
mod support;
