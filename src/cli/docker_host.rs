//! Handles an empty DOCKER_HOST.

/// Docker treats an empty `DOCKER_HOST`, as in some CI files, as unset; the library that starts
/// containers treats it as an address, and a program cannot safely change its own environment. So
/// this process starts again without the variable.
pub(super) fn unset_if_empty() {
    if std::env::var_os("DOCKER_HOST").is_none_or(|host| !host.is_empty()) {
        return;
    }
    #[cfg(unix)]
    if let Ok(this) = std::env::current_exe() {
        use std::os::unix::process::CommandExt as _;
        let mut again = std::process::Command::new(this);
        again.args(std::env::args_os().skip(1)).env_remove("DOCKER_HOST");
        // Returns only on failure; then the code that needs Docker reports what to do.
        let error = again.exec();
        tracing::debug!("not started without DOCKER_HOST: {error}");
    }
}
