//! Helpers that the tests share.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kit::{Bound, Ca, Client, Clock, Journal, Machine, Random, Running};
use logto_testkit::stack::{Credentials, External, Logto, Management, StackBuilder};
use logto_testkit::{Scenario, stack_for};
use url::Url;

/// Whether slow tests run in their long form (`LOGTO_TESTKIT_ENDURANCE=long`).
pub(crate) fn in_the_long_form() -> bool {
    match std::env::var("LOGTO_TESTKIT_ENDURANCE").as_deref() {
        Ok("long") => true,
        Ok(other) => panic!("LOGTO_TESTKIT_ENDURANCE is `{other}`: set it to `long`, or leave it out"),
        Err(_) => false,
    }
}

/// As [`in_the_long_form`]; says why `test` is skipped if they do not.
pub(crate) fn only_in_the_long_form(test: &str) -> bool {
    let long = in_the_long_form();
    if !long {
        // Not through `eprintln!`, whose text the test runner captures when a test passes.
        drop(writeln!(std::io::stderr(), "skipped: {test}: set LOGTO_TESTKIT_ENDURANCE=long to run it"));
    }
    long
}

/// The scenario that every backend runs.
pub(crate) fn first_visit() -> Scenario {
    Scenario::load(&root().join("scenarios/sign-in/first-visit.yaml")).unwrap()
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Our double, running elsewhere as a real Logto would: to the harness it is an
/// external Logto by URL.
pub(crate) struct Elsewhere {
    pub(crate) endpoint: Url,
    pub(crate) admin_endpoint: Url,
    pub(crate) credentials: Credentials,
    pub(crate) huggingface: SocketAddr,
    pub(crate) ca: Arc<Ca>,
    /// What this Logto received.
    pub(crate) journal: Journal,
    _servers: [Running; 2],
    #[cfg_attr(not(unix), expect(dead_code, reason = "keeps the folder; only tests for Unix look into it"))]
    pub(crate) directory: tempfile::TempDir,
    pub(crate) state_file: PathBuf,
}

/// The CA that Logto trusts, and the address at which it finds huggingface.co.
pub(crate) enum Surroundings {
    Right,
    OtherCa,
    OtherPort,
}

impl Elsewhere {
    pub(crate) async fn start(surroundings: Surroundings) -> Self {
        Self::start_with(surroundings, &Machine::real(), |router| router).await
    }

    /// On this machine's clock.
    pub(crate) async fn start_on(surroundings: Surroundings, machine: &Machine) -> Self {
        Self::start_with(surroundings, machine, |router| router).await
    }

    /// Behind middleware that sees every request.
    pub(crate) async fn start_behind(
        surroundings: Surroundings,
        front: impl Fn(axum::Router) -> axum::Router,
    ) -> Self {
        Self::start_with(surroundings, &Machine::real(), front).await
    }

    async fn start_with(
        surroundings: Surroundings,
        machine: &Machine,
        front: impl Fn(axum::Router) -> axum::Router,
    ) -> Self {
        let (clock, journal) = (Clock::system_on(machine), Journal::new());
        let ca = Arc::new(Ca::create(&clock, &["huggingface.co"]).unwrap());
        let stranger = Ca::create(&clock, &["huggingface.co"]).unwrap();
        // A real Logto is told where huggingface.co is before the mock listens
        // there, and so is this one.
        let huggingface = free_address().await;
        let believed = match surroundings {
            Surroundings::OtherPort => free_address().await,
            Surroundings::Right | Surroundings::OtherCa => huggingface,
        };
        let trusted = match surroundings {
            Surroundings::OtherCa => &stranger,
            Surroundings::Right | Surroundings::OtherPort => &ca,
        };
        let (bound, admin) = (Bound::loopback().await.unwrap(), Bound::loopback().await.unwrap());
        let local = |port: u16| Url::parse(&format!("http://localhost:{port}")).unwrap();
        let (endpoint, admin_endpoint) = (local(bound.port()), local(admin.port()));
        let client = Client::builder().trust(trusted).host("huggingface.co", believed).follow_redirects(20);
        let logto = mock_logto::Logto::new(mock_logto::Context {
            endpoint: endpoint.clone(),
            admin_endpoint: admin_endpoint.clone(),
            trust_proxy_header: true,
            ssrf_protection_disabled: false,
            clock,
            random: Random::from_os(),
            journal: journal.clone(),
            client: client.build().unwrap(),
            authorization_origin: None,
            fixed: mock_logto::Fixed::default(),
            version: mock_logto::Version::default(),
        });
        let (id, secret) = logto.m2m_credentials();
        let directory = tempfile::tempdir().unwrap();
        Self {
            endpoint,
            admin_endpoint,
            credentials: Credentials { id, secret },
            huggingface,
            ca,
            journal,
            _servers: [bound.serve(front(logto.router())), admin.serve(front(logto.router()))],
            state_file: directory.path().join("state.json"),
            directory,
        }
    }

    /// A stack on this Logto.
    pub(crate) fn stack(&self, allow_shared_tenant: bool) -> StackBuilder {
        self.stack_for(&first_visit(), allow_shared_tenant)
    }

    /// The stack that a scenario asks for, on this Logto.
    pub(crate) fn stack_for(&self, scenario: &Scenario, allow_shared_tenant: bool) -> StackBuilder {
        let external = External {
            endpoint: self.endpoint.clone(),
            admin_endpoint: self.admin_endpoint.clone(),
            credentials: self.credentials.clone(),
            allow_shared_tenant,
            state_file: self.state_file.clone(),
        };
        stack_for(scenario)
            .logto(Logto::External(Box::new(external)))
            .huggingface_listen(self.huggingface)
            .ca(self.ca.clone())
    }

    pub(crate) async fn management(&self) -> Management {
        let client = Client::builder().build().unwrap();
        Management::open(client, &self.endpoint, &self.admin_endpoint, &self.credentials).await.unwrap()
    }

    pub(crate) fn m2m(&self) -> String {
        format!("{}:{}", self.credentials.id, self.credentials.secret)
    }
}

/// An address without a listener. Its listener is closed before it is used, as
/// for the operator of a real Logto; on Linux each has a loopback address of
/// its own, so that no other test gets the same port meanwhile.
async fn free_address() -> SocketAddr {
    let ip = match Random::from_os().bytes() {
        [a, b, c] if cfg!(target_os = "linux") => Ipv4Addr::new(127, a.max(1), b, c.clamp(1, 254)),
        _ => Ipv4Addr::LOCALHOST,
    };
    Bound::at(SocketAddr::from((ip, 0))).await.unwrap().addr()
}

/// The command, built by Cargo for this test run.
pub(crate) fn command(arguments: &[&str]) -> std::process::Output {
    command_in(&root(), arguments, &[])
}

pub(crate) fn command_in(
    directory: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> std::process::Output {
    std::process::Command::new(binary())
        .current_dir(directory)
        .args(arguments)
        .env_remove("LOGTO_TESTKIT_M2M")
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

/// The command, as built for these tests.
pub(crate) fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_logto-testkit")
}

/// Runs `logto-testkit run` in a folder: the exit code, and what it printed.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = command_in(folder, &[&["run"], arguments].concat(), &[]);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// A port that was free a moment ago, with the one after it.
pub(crate) fn free_port() -> String {
    loop {
        let one = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = one.local_addr().unwrap().port();
        if port < 60_000 && std::net::TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port.to_string();
        }
    }
}
