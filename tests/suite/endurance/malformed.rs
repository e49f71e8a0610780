//! Malformed HTTP against every listener that a command opens: one orderly
//! answer, or an orderly end of the connection in good time, and valid requests
//! are served afterwards.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};

use super::served::{Served, connect, status_of, until};
use super::shapes::{self, Shape};
use crate::support::command_in;

/// A listener, and a path that it answers with success.
struct Listener {
    name: &'static str,
    address: SocketAddr,
    path: &'static str,
    tls: Option<Arc<rustls::ClientConfig>>,
}

/// How long a listener may take to finish after the client has stopped sending.
const END: Duration = Duration::from_secs(10);
/// After this long without data, the listener is taken to have sent everything.
const SILENCE: Duration = Duration::from_millis(200);

/// A connection, plain or in TLS.
enum Wire {
    Plain(TcpStream),
    Tls(Box<rustls::StreamOwned<rustls::ClientConnection, TcpStream>>),
}

impl Wire {
    fn open(listener: &Listener) -> Self {
        let stream = connect(listener.address);
        match &listener.tls {
            None => Self::Plain(stream),
            Some(config) => {
                let name = ServerName::try_from("huggingface.co").unwrap();
                let client = rustls::ClientConnection::new(config.clone(), name).unwrap();
                Self::Tls(Box::new(rustls::StreamOwned::new(client, stream)))
            }
        }
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        }
    }

    /// Writes as much as the other side accepts.
    fn write(&mut self, bytes: &[u8]) {
        let written = match self {
            Self::Plain(stream) => stream.write_all(bytes),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        };
        // It may hang up in the middle of a request that it refuses.
        if let Err(error) = written {
            let hung_up = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted];
            assert!(hung_up.contains(&error.kind()), "{error}");
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }

    /// Closes the writing side.
    fn end(&mut self) {
        if let Self::Tls(stream) = self {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        // It may be closed already.
        let _ = self.socket().shutdown(Shutdown::Write);
    }
}

/// All that comes back, until the other side ends the connection.
fn exchange(listener: &Listener, bytes: &[u8]) -> Result<String, String> {
    let mut wire = Wire::open(listener);
    wire.write(bytes);
    let (mut answer, mut buffer) = (Vec::new(), [0; 16_384]);
    wire.socket().set_read_timeout(Some(SILENCE)).unwrap();
    let mut ended = false;
    loop {
        match wire.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if ended {
                    return Err(format!("still open {END:?} after the client's end"));
                }
                ended = true;
                wire.end();
                wire.socket().set_read_timeout(Some(END)).unwrap();
            }
            // In TLS, an end without `close_notify` is reported as an error.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof) => {
                break;
            }
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// What is wrong with the answer to this shape, if anything.
fn judge(shape: &Shape, answer: &str) -> Option<String> {
    if answer.is_empty() {
        return None;
    }
    if !answer.starts_with("HTTP/1.") {
        return Some(format!("no HTTP: {:?}", answer.chars().take(60).collect::<String>()));
    }
    let statuses = answer.split("HTTP/1.").skip(1).filter_map(|rest| {
        let status = rest.get(2..5)?.parse::<u16>().ok()?;
        // Interim responses (RFC 9110 §15.2) do not count as answers.
        (status >= 200).then_some(status)
    });
    let statuses: Vec<u16> = statuses.collect();
    if statuses.len() > shape.requests {
        return Some(format!("{} answers: {statuses:?}", statuses.len()));
    }
    if shape.refused && statuses.iter().any(|status| *status < 400) {
        return Some(format!("{statuses:?}, and should be refused"));
    }
    None
}

/// Sends every shape to every listener, several in parallel.
fn withstand(served: &mut Served, listeners: &[Listener]) {
    let mut faults = Vec::new();
    for listener in listeners {
        let shapes = shapes::all(listener.path);
        assert!(shapes.len() >= 85, "{}", shapes.len());
        let told: Vec<String> = std::thread::scope(|scope| {
            let workers: Vec<_> = shapes
                .chunks(6)
                .map(|some| {
                    scope.spawn(move || {
                        let wrong = |shape: &Shape| match exchange(listener, &shape.bytes) {
                            Ok(answer) => judge(shape, &answer).map(|why| format!("{}: {why}", shape.name)),
                            Err(why) => Some(format!("{}: {why}", shape.name)),
                        };
                        some.iter().filter_map(wrong).collect::<Vec<_>>()
                    })
                })
                .collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
        });
        faults.extend(told.into_iter().map(|fault| format!("{}: {fault}", listener.name)));
        let good = format!("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", listener.path);
        let answer = exchange(listener, good.as_bytes()).unwrap();
        if !answer.starts_with("HTTP/1.1 200") {
            faults.push(format!("{}: a valid request afterwards: {answer:?}", listener.name));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(!served.log().contains("panicked"), "{}", served.log());
    // A panic of a handler would show here.
    let (status, _) = served.interrupt(Duration::from_secs(10));
    assert!(status.success(), "{status}: {}", served.log());
}

fn plain(name: &'static str, address: SocketAddr, path: &'static str) -> Listener {
    Listener { name, address, path, tls: None }
}

/// `up --plain` on its own ports. Logto's admin tenant takes the port after Logto's.
pub(super) fn up() -> Served {
    for _ in 0..5 {
        let port = kit::spare_port(&kit::Random::from_os()).unwrap().to_string();
        let arguments = ["up", "--plain", "--app-port", "0", "--logto-port", &port];
        let served = Served::start("", &arguments, "Open ");
        if !served.log().contains("error: ") {
            return served;
        }
    }
    panic!("found no two free ports in a row in five attempts");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn every_listener_of_up_withstands_malformed_http() {
    let mut served = up();
    let listeners = [
        plain("app", served.address("app "), "/"),
        plain("Logto", served.address("Logto "), "/oidc/.well-known/openid-configuration"),
        plain("Logto admin", served.address("Logto admin"), "/oidc/.well-known/openid-configuration"),
        plain("Hugging Face", served.address("Hugging Face"), "/.well-known/openid-configuration"),
    ];
    withstand(&mut served, &listeners);
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn every_listener_of_serve_huggingface_withstands_malformed_http() {
    let mut served = Served::start("", &["serve", "huggingface"], "users:");
    let listeners = [
        plain("site", served.address("site:"), "/.well-known/openid-configuration"),
        plain("control", served.address("control:"), "/users"),
    ];
    withstand(&mut served, &listeners);
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn every_listener_of_serve_huggingface_in_tls_withstands_malformed_http() {
    let directory = tempfile::tempdir().unwrap();
    assert!(command_in(directory.path(), &["ca", "create", "."], &[]).status.success());
    let folder = directory.path().to_str().unwrap();
    let mut served = Served::start("", &["serve", "huggingface", "--tls", "--ca", folder], "users:");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(directory.path().join("ca.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address = served.address("site:");
    // Anything that is not TLS ends without an answer, and delays nothing.
    let noise = plain("site, without TLS", address, "/");
    for shape in shapes::all("/") {
        let answer = exchange(&noise, &shape.bytes).unwrap();
        assert!(!answer.starts_with("HTTP/"), "{}: {answer}", shape.name);
    }
    let path = "/.well-known/openid-configuration";
    withstand(&mut served, &[Listener { name: "site", address, path, tls: Some(Arc::new(config)) }]);
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn every_listener_of_serve_logto_withstands_malformed_http() {
    let arguments = ["serve", "logto", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    let mut served = Served::start("", &arguments, "Management");
    let path = "/oidc/.well-known/openid-configuration";
    let listeners = [
        plain("Logto", served.address("Logto "), path),
        plain("Logto admin", served.address("Logto admin"), path),
    ];
    withstand(&mut served, &listeners);
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn the_listener_of_serve_app_withstands_malformed_http() {
    let logto = ["--logto-endpoint", "http://localhost:1", "--app-id", "a", "--app-secret", "b"];
    let arguments = [&["serve", "app", "--listen", "127.0.0.1:0"], &logto[..]].concat();
    let mut served = Served::start("", &arguments, "  post sign-out");
    let address = served.address("Bookstore:");
    withstand(&mut served, &[plain("app", address, "/")]);
}

/// D18: one half-sent request, and Ctrl-C took 5 s and ended with 70.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn half_sent_requests_do_not_delay_ctrl_c() {
    let mut served = up();
    let halves: [&[u8]; 4] = [
        b"",
        b"GET / HTTP/1.1\r\nHost: loc",
        b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc",
        b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ];
    let labels = ["app ", "Logto ", "Logto admin", "Hugging Face"];
    let mut open = Vec::new();
    for (label, half) in labels.iter().flat_map(|label| halves.iter().map(move |half| (label, half))) {
        let mut stream = connect(served.address(label));
        stream.write_all(half).unwrap();
        open.push(stream);
    }
    // They have been accepted once a request that came after them is answered.
    let serves = || labels.iter().all(|label| status_of(served.address(label), "/").is_some());
    until("the listeners to answer", Duration::from_secs(10), serves);
    let (status, time) = served.interrupt(Duration::from_secs(8));
    assert!(status.success(), "{status} after {time:?}: {}", served.log());
    assert!(time < Duration::from_secs(2), "{time:?}");
    drop(open);
}

/// The same for a client that never finishes a TLS handshake.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn half_a_handshake_does_not_delay_ctrl_c() {
    let mut served = Served::start("", &["serve", "huggingface", "--tls"], "users:");
    let mut half = connect(served.address("site:"));
    half.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00]).unwrap();
    let control = served.address("control:");
    until("the control API", Duration::from_secs(10), || status_of(control, "/users") == Some(200));
    let (status, time) = served.interrupt(Duration::from_secs(8));
    assert!(status.success(), "{status} after {time:?}: {}", served.log());
    assert!(time < Duration::from_secs(2), "{time:?}");
}

/// A provider that is scripted to take a minute does so, and Ctrl-C still works meanwhile.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_answer_that_is_still_delayed_is_dropped_at_ctrl_c() {
    let rule = r#"{"path":"/oauth/userinfo","delay_ms":60000}"#;
    let mut served = Served::start("", &["serve", "huggingface"], "users:");
    let control = served.address("control:");
    let mut stream = connect(control);
    let head = format!("POST /script HTTP/1.1\r\nHost: {control}\r\nContent-Type: application/json");
    stream.write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n{rule}", rule.len()).as_bytes()).unwrap();
    let answer = first_line(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    let mut waiting = connect(served.address("site:"));
    waiting.write_all(b"GET /oauth/userinfo HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    // Its turn came before that of a later one.
    until("the site to answer", Duration::from_secs(10), || {
        status_of(served.address("site:"), "/").is_some()
    });
    let (status, time) = served.interrupt(Duration::from_secs(15));
    assert_eq!(status.code(), Some(0), "after {time:?}: {}", served.log());
    let told = || served.log().contains("drops what it has not answered");
    until("the log to say so", Duration::from_secs(10), told);
    assert!(!served.log().contains("error"), "{}", served.log());
    assert_eq!(first_line(&mut waiting), "");
}

/// Every listener refuses a body that is too large before it has read it.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn bodies_beyond_the_limit_are_refused_unread() {
    let site = Served::start("", &["serve", "huggingface"], "users:");
    let up = up();
    let listeners = [
        ("site", site.address("site:"), "/oauth/token"),
        ("control", site.address("control:"), "/users"),
        ("app", up.address("app "), "/callback"),
        ("Logto", up.address("Logto "), "/oidc/token"),
        ("Logto admin", up.address("Logto admin"), "/oidc/token"),
        ("Hugging Face", up.address("Hugging Face"), "/oauth/token"),
    ];
    let chunk = format!("40000\r\n{}\r\n", "a".repeat(0x40000));
    for (name, address, path) in listeners {
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n");
        // The gigabyte is not sent: its declared length is enough.
        let mut stream = connect(address);
        stream.write_all(format!("{head}Content-Length: 1073741824\r\n\r\n").as_bytes()).unwrap();
        assert!(first_line(&mut stream).contains(" 413 "), "{name}, by its length");
        // In chunks of 256 KiB, until the listener has had enough.
        let mut stream = connect(address);
        stream.write_all(format!("{head}Transfer-Encoding: chunked\r\n\r\n").as_bytes()).unwrap();
        let mut reader = stream.try_clone().unwrap();
        let reading = std::thread::spawn(move || first_line(&mut reader));
        let sent = (0..256).take_while(|_| stream.write_all(chunk.as_bytes()).is_ok()).count();
        assert!(reading.join().unwrap().contains(" 413 "), "{name}, in chunks, after {sent}");
        assert!(sent < 128, "{name} took {sent} chunks of 256 KiB");
    }
}

fn first_line(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 1024];
    while !answer.contains(&b'\n') {
        match stream.read(&mut buffer) {
            Ok(read @ 1..) => answer.extend_from_slice(&buffer[..read]),
            Ok(0) => break,
            Err(error) => return format!("{}{error}", String::from_utf8_lossy(&answer)),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}
