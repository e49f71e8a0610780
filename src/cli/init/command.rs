//! The command of an app.

/// How an app is started.
#[derive(Debug, Default)]
pub(super) struct Start {
    pub(super) command: String,
    /// Why, if no file says it.
    pub(super) assumed: Option<String>,
    /// Whether the command, or a variable that it reads, passes the port.
    pub(super) takes_port: bool,
    /// A port in the command itself.
    pub(super) fixed: Option<u16>,
    pub(super) timeout: Option<&'static str>,
    pub(super) variables: &'static [(&'static str, &'static str)],
    /// What has to be done once before a run.
    pub(super) before: Option<String>,
}
