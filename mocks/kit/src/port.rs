//! Who holds a port that is taken.

/// Names the process that listens on a TCP port of this machine, e.g. `node (process 4711)`.
///
/// Nothing when nobody listens there, when the process is another user's, and
/// on systems without `/proc`.
#[must_use]
pub fn port_holder(port: u16) -> Option<String> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| std::fs::read_to_string(table).unwrap_or_default());
    let sockets: Vec<String> = tables
        .iter()
        .flat_map(|table| table.lines())
        .filter_map(|line| listening(line, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    let holds = |process: &std::fs::DirEntry| {
        let Ok(files) = std::fs::read_dir(process.path().join("fd")) else { return false };
        files
            .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
            .any(|target| sockets.iter().any(|socket| target.as_os_str() == socket.as_str()))
    };
    // Beside the processes there are `self` and its like, which name none.
    let numbered = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().parse::<u32>().is_ok();
    let mut processes = std::fs::read_dir("/proc").ok()?.filter_map(Result::ok).filter(numbered);
    let process = processes.find(holds)?;
    let name = std::fs::read_to_string(process.path().join("comm")).ok()?;
    Some(format!("{} (process {})", name.trim_end(), process.file_name().to_string_lossy()))
}

/// The inode of a line of the table that is a listener on `port`: fields are
/// number, local address, remote address, state (`0A` listens), …, inode tenth.
fn listening(line: &str, port: u16) -> Option<&str> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let local = fields.get(1)?.rsplit_once(':')?.1;
    let matches = u16::from_str_radix(local, 16) == Ok(port) && *fields.get(3)? == "0A";
    if matches { fields.get(9).copied() } else { None }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[tokio::test]
    async fn names_the_process_that_listens() {
        let bound = crate::Bound::loopback().await.unwrap();
        let holder = super::port_holder(bound.port()).unwrap();
        assert!(holder.ends_with(&format!("(process {})", std::process::id())), "{holder}");
        let port = bound.port();
        drop(bound);
        assert_eq!(super::port_holder(port), None);
    }
}
