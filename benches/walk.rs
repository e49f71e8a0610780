//! What a stack and a walk cost, against the targets of `docs/design.md` §9.
//!
//! `cargo bench --bench walk`, `-- --quick` for a short run. Everything is
//! measured in one run on one machine: stack start, a walk on a kept stack, and
//! the floor, which is the same exchanges over the same kinds of connections
//! with empty handlers, and the same signatures.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kit::{Bound, Ca, Client, Clock, Direction, Entry, Outcome, Party, Running};
use logto_testkit::{Scenario, Stack, stack_for, walk};
use serde_json::json;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    // Under `cargo test --benches` there is nothing to measure.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    runtime()?.block_on(measure(if quick { 20 } else { 200 }))
}

/// One thread, as a test has: a walk is a chain of exchanges, and every wake-up
/// of another thread would only be waited for.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the machine's clock")]
fn now() -> Instant {
    Instant::now()
}

async fn measure(rounds: usize) -> Result<(), Failure> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/sign-in/first-visit.yaml");
    let scenario = Scenario::load(path.as_ref())?;

    // The first stack pays for what is made once per process.
    drop(stack_for(&scenario)?.start().await?);
    let mut starts = Vec::new();
    for _ in 0..rounds {
        let began = now();
        let stack = stack_for(&scenario)?.start().await?;
        starts.push(began.elapsed());
        stack.stop().await?;
    }

    let stack = stack_for(&scenario)?.start().await?;
    let floor = Floor::recorded(&stack, &scenario).await?;
    let (mut walks, mut floors) = (Vec::new(), Vec::new());
    // In turn, so that a drift of the machine's speed meets both.
    for _ in 0..rounds {
        let began = now();
        one(&stack, &scenario).await?;
        walks.push(began.elapsed());
        let began = now();
        floor.run().await?;
        floors.push(began.elapsed());
    }
    stack.stop().await?;

    let kept = in_parallel(rounds, Kept::Yes, &scenario)?;
    let fresh = in_parallel(rounds, Kept::No, &scenario)?;

    let (start, walk, floor_time) = (median(&mut starts), median(&mut walks), median(&mut floors));
    println!("{:<38} {:>10}   target", "", "measured");
    row("stack start, provisioned and probed", start, "8 ms");
    row("walk on a kept stack", walk, "7 ms");
    row(&format!("floor of the walk ({} exchanges)", floor.exchanges.len()), floor_time, "");
    println!("{:<38} {:>10.2}   1.6", "walk / floor", walk.as_secs_f64() / floor_time.as_secs_f64());
    println!("{:<38} {:>10.0}   500", "walks per second, kept stacks", kept);
    println!("{:<38} {:>10.0}   300", "walks per second, a fresh stack each", fresh);
    if let Some(peak) = peak_memory() {
        println!("{:<38} {:>7.0} MB   60 MB for one stack", "peak memory of this whole run", peak);
    }
    Ok(())
}

fn row(what: &str, time: Duration, target: &str) {
    println!("{what:<38} {:>7.2} ms   {target}", time.as_secs_f64() * 1000.0);
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

async fn one(stack: &Stack, scenario: &Scenario) -> Result<(), Failure> {
    let report = walk(stack, scenario).await?;
    if report.passed() { Ok(()) } else { Err(format!("{}\n{:?}", report.transcript, report.failures).into()) }
}

#[derive(Clone, Copy, PartialEq)]
enum Kept {
    Yes,
    No,
}

/// Walks per second with a thread per core, each with a runtime of its own, as
/// tests run.
fn in_parallel(rounds: usize, kept: Kept, scenario: &Scenario) -> Result<f64, Failure> {
    let threads = std::thread::available_parallelism()?.get();
    let began = now();
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let scenario = scenario.clone();
            std::thread::spawn(move || runtime()?.block_on(some(rounds, kept, &scenario)))
        })
        .collect();
    for worker in workers {
        worker.join().map_err(|_| "a worker panicked")??;
    }
    let walks = u32::try_from(threads * rounds)?;
    Ok(f64::from(walks) / began.elapsed().as_secs_f64())
}

async fn some(rounds: usize, kept: Kept, scenario: &Scenario) -> Result<(), Failure> {
    let mut stack = stack_for(scenario)?.start().await?;
    for _ in 0..rounds {
        if kept == Kept::No {
            stack = stack_for(scenario)?.start().await?;
        }
        one(&stack, scenario).await?;
    }
    Ok(())
}

/// The exchanges of a walk with empty handlers, and its signatures.
struct Floor {
    exchanges: Vec<Entry>,
    clients: [Client; 3],
    servers: [Running; 2],
    signatures: Signatures,
}

impl Floor {
    async fn recorded(stack: &Stack, scenario: &Scenario) -> Result<Self, Failure> {
        let start = stack.journal().last_number();
        one(stack, scenario).await?;
        let received = |entry: &Entry| entry.direction == Direction::Received;
        let exchanges: Vec<Entry> = stack.journal().since(start).into_iter().filter(received).collect();
        // Shared: a handler is cloned for every request.
        let answers = std::sync::Arc::new(exchanges.clone());
        let answer = move |request: axum::extract::Request| {
            let number =
                request.headers().get("floor").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
            let entry = number.and_then(|number| answers.get(number)).cloned();
            async move {
                // Handlers read the body, as the real ones do.
                let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await;
                entry.map_or_else(Response::default, |entry| respond(&entry))
            }
        };
        let router = axum::Router::new().fallback(answer);
        let clock = Clock::system();
        let ca = Ca::create(&clock, &["huggingface.co"])?;
        let plain = Bound::loopback().await?.serve(router.clone());
        let tls = Bound::loopback().await?.serve_tls(router, ca.server_config("huggingface.co")?);
        let client = || {
            Client::builder()
                .trust(&ca)
                .host("huggingface.co", tls.addr())
                .host("plain.test", plain.addr())
                .build()
        };
        let clients = [client()?, client()?, client()?];
        Ok(Self { exchanges, clients, servers: [plain, tls], signatures: Signatures::new()? })
    }

    async fn run(&self) -> Result<(), Failure> {
        for (number, entry) in self.exchanges.iter().enumerate() {
            // Browser, app and connector keep connections of their own.
            let agent = entry.request.header("user-agent").unwrap_or_default();
            let client = match agent {
                "node" => &self.clients[0],
                agent if agent.contains("logto-testkit") => &self.clients[1],
                _ => &self.clients[2],
            };
            let origin = if entry.party == Party::HUGGINGFACE {
                "https://huggingface.co"
            } else {
                "http://plain.test"
            };
            let path = entry.request.url.splitn(4, '/').nth(3).unwrap_or_default();
            let mut request = http::Request::builder()
                .method(entry.request.method.as_str())
                .uri(format!("{origin}/{path}"))
                .header("floor", number);
            for (name, value) in &entry.request.headers {
                if !["host", "content-length"].contains(&name.as_str()) {
                    request = request.header(name, value);
                }
            }
            client.send(request.body(Bytes::from(entry.request.body.clone()))?).await?;
        }
        debug_assert_eq!(self.servers.len(), 2);
        self.signatures.make()
    }
}

fn respond(entry: &Entry) -> Response {
    let Outcome::Response(recorded) = &entry.outcome else { return Response::default() };
    let mut response = http::Response::builder().status(recorded.status);
    for (name, value) in &recorded.headers {
        if name != "content-length" {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(recorded.body.clone())).unwrap_or_default()
}

/// What is signed and verified in one walk: ID token of Logto (ES384), ID token
/// (RS256) and access token (EdDSA) of Hugging Face.
struct Signatures {
    pairs: Vec<(Algorithm, EncodingKey, DecodingKey, bool)>,
}

impl Signatures {
    fn new() -> Result<Self, Failure> {
        use aws_lc_rs::encoding::AsDer as _;
        use aws_lc_rs::signature::{
            ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        };
        use base64::Engine as _;
        let ec = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)?;
        let ec_der = ec.to_pkcs8v1()?;
        let ed = Ed25519KeyPair::generate()?;
        let ed_der = ed.to_pkcs8v1()?;
        let rsa = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048)?;
        let rsa_der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = rsa.as_der()?;
        let rsa_pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            base64::engine::general_purpose::STANDARD.encode(rsa_der.as_ref())
        );
        Ok(Self {
            pairs: vec![
                (
                    Algorithm::ES384,
                    EncodingKey::from_ec_der(ec_der.as_ref()),
                    DecodingKey::from_ec_der(ec.public_key().as_ref()),
                    true,
                ),
                (
                    Algorithm::EdDSA,
                    EncodingKey::from_ed_der(ed_der.as_ref()),
                    DecodingKey::from_ed_der(ed.public_key().as_ref()),
                    false,
                ),
                (
                    Algorithm::RS256,
                    EncodingKey::from_rsa_pem(rsa_pem.as_bytes())?,
                    DecodingKey::from_rsa_der(rsa.public_key().as_ref()),
                    false,
                ),
            ],
        })
    }

    fn make(&self) -> Result<(), Failure> {
        for (algorithm, encoding, decoding, verified) in &self.pairs {
            let token = jsonwebtoken::encode(&Header::new(*algorithm), &json!({ "sub": "u" }), encoding)?;
            if *verified {
                let mut validation = Validation::new(*algorithm);
                validation.required_spec_claims.clear();
                validation.validate_exp = false;
                jsonwebtoken::decode::<serde_json::Value>(&token, decoding, &validation)?;
            }
        }
        Ok(())
    }
}

/// `VmHWM` of this process, in megabytes; Linux only.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}
