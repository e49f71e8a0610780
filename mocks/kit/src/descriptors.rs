//! The number of files, including sockets, that this process may have open.

/// No more is needed here, and the limit is inherited by every program that this one starts: some
/// close each number below it, one by one.
#[cfg(unix)]
const ENOUGH: u64 = 65_536;
/// Limits to try in turn. If the hard limit is infinite, macOS refuses more than
/// `kern.maxfilesperproc` or, before macOS 10.15, `OPEN_MAX`, which is 10,240.
#[cfg(unix)]
const STEPS: [u64; 5] = [ENOUGH, 24_576, 10_240, 4096, 1024];

/// Raises the soft limit of open files towards the hard limit, up to 65,536, and returns the limit
/// in effect: `None` if there is none. It never lowers the limit.
#[cfg(unix)]
pub fn raise_descriptor_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let before = getrlimit(Resource::Nofile);
    let soft = before.current?;
    let allowed = before.maximum.unwrap_or(u64::MAX);
    // The hard limit itself may be lower than the next step.
    let steps = STEPS.into_iter().map(|step| step.min(allowed)).take_while(|step| *step > soft);
    for step in steps {
        if setrlimit(Resource::Nofile, Rlimit { current: Some(step), ..before }).is_ok() {
            return Some(step);
        }
    }
    Some(soft)
}

/// This system has no such limit.
#[cfg(not(unix))]
pub fn raise_descriptor_limit() -> Option<u64> {
    None
}

/// Number of open descriptors; `None` if the system does not report it.
#[must_use]
pub fn open_descriptors() -> Option<u64> {
    // On Linux a link to `/proc/self/fd`. The listing itself is one of them.
    let open = std::fs::read_dir("/dev/fd").ok()?.count();
    Some((open as u64).saturating_sub(1))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_once_and_stays() {
        let raised = raise_descriptor_limit();
        assert_eq!(raise_descriptor_limit(), raised);
        let hard = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
        assert!(
            raised.is_none_or(|raised| raised >= hard.unwrap_or(ENOUGH).min(1024)),
            "{raised:?} of {hard:?}"
        );
    }

    #[test]
    fn what_is_open_is_counted() {
        let before = open_descriptors().unwrap();
        let files: Vec<_> = (0..50).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
        // Other tests of this process open and close files in the meantime.
        let open = open_descriptors().unwrap();
        assert!(open + 25 > before + 50, "{before}, then {open} with {} more", files.len());
    }
}
