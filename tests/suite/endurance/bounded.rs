//! What clients send is stored within limits, and shown within limits.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use super::served::{Served, connect};

/// D14: 2,000 bodies of 1 MB made 2.2 GB, and `GET /journal` 7.2 GB without an answer in 60 s.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_journal_of_large_bodies_stays_small_and_is_shown() {
    let served = Served::start("", &["serve", "huggingface"], "users:");
    let (site, control) = (served.address("site:"), served.address("control:"));
    let body = "a".repeat(1_000_000);
    let mut stream = connect(site);
    for number in 0..110 {
        let head = format!("POST /oauth/token?{number} HTTP/1.1\r\nHost: localhost\r\n");
        write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = [0; 4096];
        assert!(stream.read(&mut answer).unwrap() > 0);
    }
    let kept = memory(&served, "VmHWM:");
    assert!(kept < 140, "{kept} MB after 110 bodies of 1 MB");

    let (head, journal) = get(control, "/journal");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let shown = memory(&served, "VmHWM:");
    assert!(shown < kept + 40, "{shown} MB while the journal was shown, {kept} MB before");
    let entries: serde_json::Value = serde_json::from_str(&journal).unwrap();
    let numbers: Vec<u64> =
        entries.as_array().unwrap().iter().map(|entry| entry["number"].as_u64().unwrap()).collect();
    // The newest, without a gap.
    assert_eq!((numbers.last(), numbers.len() < 100), (Some(&110), true), "{numbers:?}");
    assert!(numbers.is_sorted_by(|one, next| one + 1 == *next), "{numbers:?}");

    let (_, some) = get(control, &format!("/journal?since={}&limit=2", numbers[0]));
    let some: serde_json::Value = serde_json::from_str(&some).unwrap();
    assert_eq!(some.as_array().unwrap().len(), 2);
    assert_eq!(some[0]["number"], numbers[1]);
    assert_eq!(some[0]["request"]["body"], body);
}

/// A value of a process in megabytes, e.g. `VmRSS:`.
fn memory(served: &Served, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", served.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// Head and full body of an answer.
fn get(address: SocketAddr, path: &str) -> (String, String) {
    let mut stream = connect(address);
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..at].to_vec()).unwrap();
    let body = &answer[at + 4..];
    let whole = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        dechunked(body)
    } else {
        body.to_vec()
    };
    (head, String::from_utf8(whole).unwrap())
}

/// The data of a chunked body (RFC 9112 §7.1).
fn dechunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 4 + size..];
    }
}
