//! Requests that no correct client sends. Each is sent completely; it must get
//! at most one answer for each request that it contains.

/// A request, and how many requests a careful reader may find in it.
pub(super) struct Shape {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) requests: usize,
    /// Whether success would be wrong (RFC 9112 §3.2 and §6, RFC 9110 §9.3.6).
    pub(super) refused: bool,
}

impl Shape {
    fn refused(self) -> Self {
        Self { refused: true, ..self }
    }
}

/// Text that a parser must not take for the next request.
const HIDDEN: &str = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Every shape, for a `path` that the listener knows.
pub(super) fn all(path: &str) -> Vec<Shape> {
    let mut all = lines(path);
    all.extend(headers(path));
    all.extend(bodies(path));
    all.extend(noise());
    all
}

fn shape(name: &'static str, bytes: impl Into<Vec<u8>>) -> Shape {
    Shape { name, bytes: bytes.into(), requests: 1, refused: false }
}

/// Request lines.
fn lines(path: &str) -> Vec<Shape> {
    let line = |name, line: &str| shape(name, format!("{line}\r\nHost: localhost\r\n\r\n"));
    vec![
        line("HTTP/1.0", &format!("GET {path} HTTP/1.0")),
        shape("HTTP/0.9", format!("GET {path}\r\n")),
        line("HTTP/2.0 in words", &format!("GET {path} HTTP/2.0")),
        line("HTTP/9.9", &format!("GET {path} HTTP/9.9")),
        line("lower-case version", &format!("GET {path} http/1.1")),
        line("no version", &format!("GET {path} ")),
        line("no method", &format!(" {path} HTTP/1.1")),
        line("two spaces", &format!("GET  {path}  HTTP/1.1")),
        line("tabs", &format!("GET\t{path}\tHTTP/1.1")),
        line("lower-case method", &format!("get {path} HTTP/1.1")),
        line("made-up method", &format!("BREW {path} HTTP/1.1")),
        line("method of 10,000 letters", &format!("{} {path} HTTP/1.1", "A".repeat(10_000))),
        line("method with a NUL", &format!("G\0T {path} HTTP/1.1")),
        line("OPTIONS *", "OPTIONS * HTTP/1.1"),
        line("TRACE", &format!("TRACE {path} HTTP/1.1")),
        line("CONNECT", "CONNECT localhost:80 HTTP/1.1").refused(),
        line("CONNECT with a path", &format!("CONNECT {path} HTTP/1.1")).refused(),
        line("absolute form", &format!("GET http://localhost{path} HTTP/1.1")),
        line("absolute form of another host", "GET http://evil.example/ HTTP/1.1"),
        line("target without a slash", "GET nothing HTTP/1.1"),
        line("empty target", "GET  HTTP/1.1"),
        line("target with a fragment", &format!("GET {path}#part HTTP/1.1")),
        line("target of 100,000 letters", &format!("GET {path}?{} HTTP/1.1", "a".repeat(100_000))),
        line("target with %00", &format!("GET {path}%00?a=%00 HTTP/1.1")),
        line("target with a broken escape", &format!("GET {path}?a=%zz%f HTTP/1.1")),
        line("path upwards", "GET /../../../../etc/passwd HTTP/1.1"),
        line("path upwards, escaped", "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1"),
        shape("empty lines first", format!("\r\n\r\n\r\nGET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")),
        shape("bare line feeds", format!("GET {path} HTTP/1.1\nHost: localhost\n\n")),
        shape("bare carriage returns", format!("GET {path} HTTP/1.1\rHost: localhost\r\r")),
    ]
}

/// Header fields.
fn headers(path: &str) -> Vec<Shape> {
    let with = |name, fields: &str| {
        shape(name, format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n\r\n"))
    };
    let bare = |name, fields: &str| shape(name, format!("GET {path} HTTP/1.1\r\n{fields}\r\n\r\n"));
    let many: String = (0..500).map(|number| format!("X-{number}: {number}\r\n")).collect();
    let mut raw = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nX: ").into_bytes();
    raw.extend([0xff, 0xfe, 0x80, b'\r', b'\n', b'\r', b'\n']);
    vec![
        bare("no Host", "X: y").refused(),
        bare("empty Host", "Host:").refused(),
        bare("two Hosts", "Host: localhost\r\nHost: evil.example").refused(),
        bare("the same Host twice", "Host: localhost\r\nHost: localhost").refused(),
        bare("Host with a path", "Host: localhost/evil").refused(),
        bare("Host with a user", "Host: a@localhost").refused(),
        bare("Host with a space", "Host: local host").refused(),
        with("folded field", "X: one\r\n two"),
        with("field that begins with a space", " X: one"),
        with("space before the colon", "X : one"),
        with("no colon", "nonsense"),
        with("empty name", ": one"),
        with("NUL in a value", "X: a\0b"),
        with("carriage return in a value", "X: a\rb"),
        shape("bytes that are not UTF-8", raw),
        with("64 kB field", &format!("X: {}", "a".repeat(64 * 1024))),
        with("1 MB field", &format!("X: {}", "a".repeat(1024 * 1024))),
        with("500 fields", many.trim_end()),
        with("Expect", "Expect: 100-continue"),
        with("Expect something else", "Expect: 200-ok"),
        with(
            "Upgrade to h2c",
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA",
        ),
        with(
            "Upgrade to websocket",
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13",
        ),
    ]
}

/// Lengths and codings of bodies. None of them may let `HIDDEN` through as a request.
fn bodies(path: &str) -> Vec<Shape> {
    let post = |name, fields: &str, body: &str| {
        let form = "Content-Type: application/x-www-form-urlencoded";
        shape(name, format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{form}\r\n{fields}\r\n\r\n{body}"))
    };
    let length = HIDDEN.len();
    let chunked = format!("{length:x}\r\n{HIDDEN}\r\n0\r\n\r\n");
    let trailers: String = (0..1000).map(|number| format!("T{number}: x\r\n")).collect();
    vec![
        post(
            "length and chunked",
            &format!("Content-Length: {length}\r\nTransfer-Encoding: chunked"),
            &chunked,
        ),
        post("chunked and a length of 4", "Transfer-Encoding: chunked\r\nContent-Length: 4", &chunked),
        post("chunked and a length of 0", "Transfer-Encoding: chunked\r\nContent-Length: 0", &chunked),
        post("chunked by another name", "Transfer-Encoding: xchunked", &chunked),
        post("chunked, identity", "Transfer-Encoding: chunked, identity", &chunked),
        post("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", &chunked),
        post("chunked with a vertical tab", "Transfer-Encoding: \x0bchunked", &chunked),
        post("Transfer-Encoding with a space", "Transfer-Encoding : chunked", &chunked),
        post("two lengths", &format!("Content-Length: 0\r\nContent-Length: {length}"), HIDDEN),
        post("two lengths in one field", &format!("Content-Length: 0, {length}"), HIDDEN),
        post(
            "the same length twice",
            &format!("Content-Length: {length}\r\nContent-Length: {length}"),
            HIDDEN,
        ),
        post("negative length", "Content-Length: -1", HIDDEN),
        post("length with a plus", &format!("Content-Length: +{length}"), HIDDEN),
        post("hexadecimal length", "Content-Length: 0x2a", HIDDEN),
        post("length beyond 64 bits", "Content-Length: 99999999999999999999999", HIDDEN),
        post("huge length", "Content-Length: 9223372036854775807", HIDDEN),
        post("length that is too long", "Content-Length: 4096", HIDDEN),
        post("no length at all", "X: y", ""),
        post(
            "chunk size beyond 64 bits",
            "Transfer-Encoding: chunked",
            &format!("ffffffffffffffffff\r\n{HIDDEN}"),
        ),
        post("negative chunk size", "Transfer-Encoding: chunked", &format!("-1\r\n{HIDDEN}\r\n0\r\n\r\n")),
        post("chunk that is not a number", "Transfer-Encoding: chunked", &format!("xyz\r\n{HIDDEN}")),
        post(
            "chunk without its end",
            "Transfer-Encoding: chunked",
            &format!("3\r\nabcdef\r\n0\r\n\r\n{HIDDEN}"),
        ),
        post(
            "chunk extension of 64 kB",
            "Transfer-Encoding: chunked",
            &format!("1;{}\r\na\r\n0\r\n\r\n", "e".repeat(65_536)),
        ),
        post("chunk extension with a line feed", "Transfer-Encoding: chunked", "1;a\nb\r\na\r\n0\r\n\r\n"),
        post("1000 trailers", "Transfer-Encoding: chunked", &format!("1\r\na\r\n0\r\n{trailers}\r\n")),
        post("chunked, not ended", "Transfer-Encoding: chunked", "5\r\nab"),
        Shape {
            requests: 50,
            ..shape("50 at once", format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(50))
        },
        Shape {
            requests: 2,
            ..shape(
                "a body behind a GET",
                format!(
                    "GET {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabcGET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                ),
            )
        },
    ]
}

/// Input that is not HTTP/1.
fn noise() -> Vec<Shape> {
    let hello: &[u8] = &[0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03];
    vec![
        shape("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
        shape("TLS bytes", hello),
        shape("a mail", "HELO localhost\r\nMAIL FROM:<a@b>\r\n"),
        shape("an SSH greeting", "SSH-2.0-OpenSSH_9.6\r\n"),
        shape("zeros", vec![0; 4096]),
        shape("line ends", "\r\n".repeat(5000)),
        shape("random bytes", random(2048, 8628)),
        shape("other random bytes", random(2048, 14)),
        shape("half a request", "GET / HTTP/1.1\r\nHost: loc"),
        shape("nothing", ""),
    ]
}

/// The same bytes in every run.
fn random(count: usize, seed: u64) -> Vec<u8> {
    let random = kit::Random::seeded(seed);
    std::iter::repeat_with(|| random.bytes::<16>()).flatten().take(count).collect()
}
