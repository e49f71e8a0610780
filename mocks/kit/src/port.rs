//! Who holds a port, and which ports are free.

use std::net::{Ipv4Addr, TcpListener};

use crate::Random;

/// Names the process that listens on a TCP port of this machine, e.g. `node (process 4711)`.
///
/// `None` if no process listens there, if the process belongs to another user, and on systems
/// without `/proc`.
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
    // There are also `self` and similar entries, which are not processes.
    let numbered = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().parse::<u32>().is_ok();
    let mut processes = std::fs::read_dir("/proc").ok()?.filter_map(Result::ok).filter(numbered);
    let process = processes.find(holds)?;
    let name = std::fs::read_to_string(process.path().join("comm")).ok()?;
    Some(format!("{} (process {})", name.trim_end(), process.file_name().to_string_lossy()))
}

/// A free loopback port, for another program that will bind it itself. It is below the range from
/// which systems assign ports (RFC 6335 §6, and Linux from 32768 on), so that a listener on an
/// arbitrary port does not get it in the meantime.
///
/// # Errors
/// The last error after a hundred attempts to find a free port.
pub fn spare_port(random: &Random) -> std::io::Result<u16> {
    let mut last = std::io::Error::from(std::io::ErrorKind::AddrInUse);
    for _ in 0..100 {
        let port = 20_000 + u16::from_le_bytes(random.bytes()) % 12_000;
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The inode from a line of the table, if it is a listener on `port`: fields are number, local
/// address, remote address, state (`0A` listens), …, inode tenth.
fn listening(line: &str, port: u16) -> Option<&str> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let local = fields.get(1)?.rsplit_once(':')?.1;
    let matches = u16::from_str_radix(local, 16) == Ok(port) && *fields.get(3)? == "0A";
    if matches { fields.get(9).copied() } else { None }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn a_spare_port_can_be_bound_and_is_none_of_those_handed_out() {
        let port = super::spare_port(&crate::Random::seeded(1)).unwrap();
        assert!((20_000..32_000).contains(&port), "{port}");
        let held = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
        assert_ne!(super::spare_port(&crate::Random::seeded(1)).unwrap(), port, "it is held");
        drop(held);
    }

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
