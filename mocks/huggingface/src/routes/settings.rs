//! The pages under `/settings`: one's own apps, and the apps one gave access to.

pub(super) mod applications;
pub(super) mod connected;
mod guard;
#[cfg(test)]
mod tests;
