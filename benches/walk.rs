//! What a stack and a walk cost, against the targets of `docs/design.md` §9.
//!
//! `cargo bench --bench walk` (with `-- --quick` for a short run). Everything
//! is measured in one run on one machine: stack start, a walk on a kept stack,
//! and the floor, which is the same exchanges over the same kinds of
//! connections with empty handlers, and the same signatures. The long run makes
//! 10,000 walks on kept stacks, none of which may fail, and reports whether
//! memory grew.

#![expect(clippy::disallowed_macros, reason = "a benchmark prints its figures")]

use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use kit::{Bound, Ca, Client, Clock, Direction, Entry, Outcome, Party, Running};
use logto_testkit::diagnose::{App, Case, diagnose};
use logto_testkit::{Scenario, Stack, stack_for, walk};

/// The allocator that the command uses.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    // `cargo test --benches` measures nothing.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    runtime()?.block_on(measure(if quick { Rounds::QUICK } else { Rounds::LONG }))
}

/// How often each part runs.
struct Rounds {
    /// Sequential repetitions, for medians.
    alone: usize,
    /// Walks on kept stacks, in all, before and after memory is read for the first time.
    kept: [usize; 2],
    /// Walks with a fresh stack each, in all.
    fresh: usize,
}

impl Rounds {
    const QUICK: Self = Self { alone: 20, kept: [40, 0], fresh: 40 };
    const LONG: Self = Self { alone: 200, kept: [1000, 9000], fresh: 1000 };
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

async fn measure(rounds: Rounds) -> Result<(), Failure> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/sign-in/first-visit.yaml");
    let scenario = Scenario::load(path.as_ref())?;

    // The first stack includes what is created once per process.
    drop(stack_for(&scenario).start().await?);
    let mut starts = Vec::new();
    for _ in 0..rounds.alone {
        let began = now();
        let stack = stack_for(&scenario).start().await?;
        starts.push(began.elapsed());
        stack.stop().await?;
    }

    let stack = stack_for(&scenario).start().await?;
    let floor = Floor::recorded(&stack, &scenario).await?;
    let (mut walks, mut floors) = (Vec::new(), Vec::new());
    // Alternately, so that a drift of the machine's speed affects both.
    for _ in 0..rounds.alone {
        let began = now();
        one(&stack, &scenario).await?;
        walks.push(began.elapsed());
        let began = now();
        floor.run().await?;
        floors.push(began.elapsed());
    }
    stack.stop().await?;

    let healthy = diagnosis(rounds.alone, "oauth_app_secret_abcdefghijklmnop", 0).await?;
    let faulty = diagnosis(rounds.alone, "oauth_app_secret_abcdefghijklmnop\\n", 1).await?;
    let kept = in_parallel(rounds.kept, Kept::Yes, &scenario)?;
    let fresh = in_parallel([rounds.fresh, 0], Kept::No, &scenario)?;

    let (start, walk, floor_time) = (median(&mut starts), median(&mut walks), median(&mut floors));
    println!("{:<38} {:>10}   target", "", "measured");
    row("stack start, provisioned and probed", start, "8 ms");
    row("walk on a kept stack", walk, "7 ms");
    row(&format!("floor of the walk ({} exchanges)", floor.exchanges.len()), floor_time, "");
    println!("{:<38} {:>10.2}   1.6", "walk / floor", walk.as_secs_f64() / floor_time.as_secs_f64());
    row("diagnosis, nothing wrong", healthy, "150 ms");
    row("diagnosis, one fault", faulty, "250 ms");
    println!("{:<38} {:>10.0}   500", "walks per second, kept stacks", kept.per_second);
    println!("{:<38} {:>10.0}   300", "walks per second, a fresh stack each", fresh.per_second);
    let [first, rest] = rounds.kept;
    memory(&format!("memory after {first} walks, kept stacks"), kept.memory[0], "");
    if rest > 0 {
        memory(&format!("memory after {} walks", first + rest), kept.memory[1], "the same");
    }
    memory("peak memory of this whole run", status("VmHWM:"), "60 MB for one stack");
    Ok(())
}

fn row(what: &str, time: Duration, target: &str) {
    println!("{what:<38} {:>7.2} ms   {target}", time.as_secs_f64() * 1000.0);
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The median duration of diagnoses of a connector with this secret, as text of a JSON document.
async fn diagnosis(rounds: usize, secret: &str, faults: usize) -> Result<Duration, Failure> {
    let mut case = Case::default();
    let connector = format!(
        r#"{{ "clientId": "5fbf7d1c-0f4e", "clientSecret": "{secret}", "scope": "openid profile email" }}"#
    );
    case.read_connector(&connector, "connector.json")?;
    let mut times = Vec::new();
    for _ in 0..rounds {
        let began = now();
        let diagnosis = diagnose(&case, &App::Sample).await?;
        times.push(began.elapsed());
        if diagnosis.found.len() != faults {
            return Err(diagnosis.to_string().into());
        }
    }
    Ok(median(&mut times))
}

async fn one(stack: &Stack, scenario: &Scenario) -> Result<(), Failure> {
    let report = walk(stack, scenario).await;
    if report.passed() { Ok(()) } else { Err(format!("{}\n{:?}", report.transcript, report.failures).into()) }
}

#[derive(Clone, Copy, PartialEq)]
enum Kept {
    Yes,
    No,
}

/// The result of many walks.
struct Parallel {
    per_second: f64,
    /// Memory in use after each part of the walks, in megabytes.
    memory: [Option<f64>; 2],
}

/// Walks with a thread per core, each with a runtime and a stack of its own, as
/// tests run.
fn in_parallel(walks: [usize; 2], kept: Kept, scenario: &Scenario) -> Result<Parallel, Failure> {
    let threads = std::thread::available_parallelism()?.get();
    let (began, arrived) = (now(), Arc::new(Barrier::new(threads + 1)));
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let (scenario, arrived) = (scenario.clone(), arrived.clone());
            std::thread::spawn(move || worker(walks.map(|all| all / threads), kept, &scenario, &arrived))
        })
        .collect();
    let memory = walks.map(|_| {
        arrived.wait();
        let used = status("VmRSS:");
        arrived.wait();
        used
    });
    for worker in workers {
        worker.join().map_err(|_| "a worker panicked")??;
    }
    let all = u32::try_from(walks.iter().map(|all| all / threads * threads).sum::<usize>())?;
    Ok(Parallel { per_second: f64::from(all) / began.elapsed().as_secs_f64(), memory })
}

fn worker(walks: [usize; 2], kept: Kept, scenario: &Scenario, arrived: &Barrier) -> Result<(), Failure> {
    let runtime = runtime()?;
    let mut stack = None;
    let mut failed = None;
    for part in walks {
        if failed.is_none() {
            failed = runtime.block_on(some(&mut stack, part, kept, scenario)).err();
        }
        // Also after a failure, or the others would wait forever.
        arrived.wait();
        arrived.wait();
    }
    failed.map_or(Ok(()), Err)
}

async fn some(
    stack: &mut Option<Stack>,
    walks: usize,
    kept: Kept,
    scenario: &Scenario,
) -> Result<(), Failure> {
    for _ in 0..walks {
        let stack = match stack {
            Some(stack) if kept == Kept::Yes => stack,
            _ => stack.insert(stack_for(scenario).start().await?),
        };
        one(stack, scenario).await?;
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
        let answers = Arc::new(exchanges.clone());
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
            // Browser, app and connector keep their own connections.
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
/// (RS256) and access token (EdDSA) of Hugging Face. The keys are read once.
struct Signatures {
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    rsa: RsaKeyPair,
}

impl Signatures {
    fn new() -> Result<Self, Failure> {
        Ok(Self {
            ec: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)?,
            ed: Ed25519KeyPair::generate()?,
            rsa: RsaKeyPair::generate(KeySize::Rsa2048)?,
        })
    }

    fn make(&self) -> Result<(), Failure> {
        // About as long as the tokens of a walk.
        let (message, random) = ([b'x'; 600], SystemRandom::new());
        let signature = self.ec.sign(&random, &message)?;
        let public = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, self.ec.public_key());
        public.verify(&message, signature.as_ref())?;
        std::hint::black_box(self.ed.sign(&message));
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        Ok(self.rsa.sign(&RSA_PKCS1_SHA256, &random, &message, &mut signature)?)
    }
}

fn memory(what: &str, megabytes: Option<f64>, target: &str) {
    if let Some(megabytes) = megabytes {
        println!("{what:<38} {megabytes:>7.0} MB   {target}");
    }
}

/// A value of this process in megabytes, e.g. `VmRSS:`; Linux only.
fn status(name: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}
