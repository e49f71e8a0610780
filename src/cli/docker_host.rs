//! An empty DOCKER_HOST.

/// Docker takes an empty `DOCKER_HOST` for one that is not set, as CI files have it; the library that starts
/// containers takes it for an address, and a program cannot safely change its own environment. So it
/// starts once more without the variable.
pub(super) fn unset_if_empty() {
    if std::env::var_os("DOCKER_HOST").is_none_or(|host| !host.is_empty()) {
        return;
    }
    #[cfg(unix)]
    if let Ok(this) = std::env::current_exe() {
        use std::os::unix::process::CommandExt as _;
        let mut again = std::process::Command::new(this);
        again.args(std::env::args_os().skip(1)).env_remove("DOCKER_HOST");
        // Comes back only when it fails; then whoever needs Docker says what to do.
        let error = again.exec();
        tracing::debug!("not started without DOCKER_HOST: {error}");
    }
}
