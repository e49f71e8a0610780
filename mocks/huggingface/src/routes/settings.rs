//! The pages under `/settings`: the OAuth apps, and the apps that the user permitted.

pub(super) mod applications;
pub(super) mod connected;
mod guard;
#[cfg(test)]
mod tests;
