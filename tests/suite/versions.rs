//! Versions of Logto: the double set to each says what a real one of that version was seen to say, and all
//! scenarios pass on each with one set of reviewed transcripts.

mod observe;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use logto_testkit::stack::Credentials;
use logto_testkit::{Scenario, SnapshotResult, compare_walk, scenario, snapshot_path, stack_for, walk};
use mock_logto::{FACTS, KNOWN, MASTER, Version};
use serde_json::{Map, Value};

use crate::documentation::held;
use crate::support::root;
use observe::Observed;

/// Diffs of reviewed transcripts may have this many lines.
const LINES: usize = 15;
/// Of a hundred walks, so many may have one.
const PERCENT: usize = 5;

/// The versions of which a real one has to be recorded. The build of the main branch has the stories in `tests/golden`.
const RELEASES: &[Version] = KNOWN.split_at(KNOWN.len() - 1).0;

fn recorded() -> BTreeMap<String, Observed> {
    let text = std::fs::read_to_string(root().join("tests/versions.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn on_the_double(version: Version) -> Observed {
    let (bound, admin) = (kit::Bound::loopback().await.unwrap(), kit::Bound::loopback().await.unwrap());
    let url = |port: u16| format!("http://localhost:{port}").parse().unwrap();
    let (endpoint, admin_endpoint) = (url(bound.port()), url(admin.port()));
    let logto = mock_logto::Logto::new(mock_logto::Context {
        endpoint: url(bound.port()),
        admin_endpoint: url(admin.port()),
        trust_proxy_header: false,
        ssrf_protection_disabled: false,
        clock: kit::Clock::system(),
        random: kit::Random::from_os(),
        journal: kit::Journal::new(),
        client: kit::Client::builder().build().unwrap(),
        authorization_origin: None,
        fixed: mock_logto::Fixed::default(),
        version,
    });
    let (id, secret) = logto.m2m_credentials();
    let _servers = (bound.serve(logto.router()), admin.serve(logto.router()));
    observe::all(&endpoint, &admin_endpoint, &Credentials { id, secret }).await
}

#[tokio::test]
async fn each_version_says_what_a_real_one_said() {
    let recorded = recorded();
    assert!(RELEASES.iter().all(|version| recorded.contains_key(&version.to_string())));
    for (name, real) in &recorded {
        let version: Version = name.parse().unwrap();
        let double = on_the_double(version).await;
        for (what, said) in real {
            assert_eq!(double.get(what), Some(said), "{version}: {what}");
        }
        assert_eq!(double.len(), real.len(), "{version}");
    }
}

/// The recording is of no use for a fact if the versions on both sides say the same everywhere.
#[test]
fn versions_with_different_facts_were_seen_to_differ() {
    let recorded = recorded();
    for pair in RELEASES.windows(2) {
        let differ = FACTS.iter().filter(|row| pair[0].has(row.fact) != pair[1].has(row.fact)).count();
        let seen = |version: Version| &recorded[&version.to_string()];
        assert!(differ > 0, "{} and {} are the same", pair[0], pair[1]);
        assert_ne!(seen(pair[0]), seen(pair[1]), "{} and {}", pair[0], pair[1]);
    }
}

/// Writes down what a real Logto says: `LOGTO_TESTKIT_OBSERVE="1.37.1 ENDPOINT ADMIN_ENDPOINT ID:SECRET"`.
#[tokio::test]
#[ignore = "needs a real Logto of the version"]
async fn observe_a_real_one() {
    let Ok(asked) = std::env::var("LOGTO_TESTKIT_OBSERVE") else {
        println!("skipped: LOGTO_TESTKIT_OBSERVE does not say where a real Logto is");
        return;
    };
    let parts: Vec<&str> = asked.split(' ').collect();
    let [version, endpoint, admin, credentials] = parts.as_slice() else { panic!("four parts") };
    let version: Version = version.parse().unwrap();
    let (id, secret) = credentials.split_once(':').unwrap();
    let credentials = Credentials { id: id.to_owned(), secret: secret.to_owned() };
    let said = observe::all(&endpoint.parse().unwrap(), &admin.parse().unwrap(), &credentials).await;
    let path = root().join("tests/versions.json");
    let known = std::fs::read_to_string(&path).unwrap_or_else(|_| "{}".to_owned());
    let mut all: Map<String, Value> = serde_json::from_str(&known).unwrap();
    all.insert(version.to_string(), serde_json::to_value(said).unwrap());
    all.sort_keys();
    std::fs::write(path, format!("{:#}\n", Value::Object(all))).unwrap();
}

/// Walks them on the embedded Logto of each version; what is said of the first that differs.
async fn walked(scenarios: &[Scenario]) -> usize {
    let mut passed = 0;
    for scenario in scenarios {
        for version in KNOWN {
            let embedded = scenario::BackendKind::Embedded;
            if scenario.skipped_on(embedded).or_else(|| scenario.skipped_in(version)).is_some() {
                continue;
            }
            let stack = stack_for(scenario).logto_version(version).start().await.unwrap();
            let report = walk(&stack, scenario).await;
            stack.stop().await.unwrap();
            assert!(report.passed(), "{} on {version}: {:?}", scenario.name(), report.failures);
            let compared = compare_walk(scenario, &report).unwrap();
            assert_eq!(compared, SnapshotResult::Same, "{} on {version}", scenario.name());
            passed += 1;
        }
    }
    passed
}

fn all_scenarios() -> Vec<Scenario> {
    let files = scenario::find(&[root().join("scenarios")]).unwrap();
    files.iter().flat_map(|file| Scenario::load_all(file).unwrap()).collect()
}

#[tokio::test]
async fn some_scenarios_pass_on_every_version() {
    // One for each kind of difference, and all that have a variant.
    let names = [
        "sign-in/first-visit",
        "account/username-required",
        "provider/form-post",
        "resources/scopes-of-roles",
    ];
    let chosen =
        |scenario: &Scenario| names.contains(&scenario.name().as_str()) || !variants_of(scenario).is_empty();
    let chosen: Vec<Scenario> = all_scenarios().into_iter().filter(chosen).collect();
    assert!(chosen.len() >= names.len() + 3);
    assert!(walked(&chosen).await > 4 * chosen.len());
}

#[tokio::test]
#[ignore = "walks every scenario five times"]
async fn all_scenarios_pass_on_every_version() {
    let all = all_scenarios();
    assert!(walked(&all).await > 4 * all.len());
}

fn diffs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(diffs(&path));
        } else if path.extension().is_some_and(|extension| extension == "diff") {
            found.push(path);
        }
    }
    found
}

/// `NAME.FACT.diff` for each fact.
fn variants_of(scenario: &Scenario) -> Vec<PathBuf> {
    let snapshot = snapshot_path(scenario);
    let name = |fact: mock_logto::Fact| snapshot.with_extension(format!("{}.diff", fact.name()));
    FACTS.iter().map(|row| name(row.fact)).filter(|path| path.is_file()).collect()
}

#[test]
fn variants_are_few_short_and_of_a_scenario() {
    let all = all_scenarios();
    let known: Vec<PathBuf> = all.iter().flat_map(variants_of).collect();
    let found = diffs(&root().join("scenarios"));
    for path in &found {
        assert!(known.contains(path), "{}: of no scenario and fact", path.display());
        let lines = std::fs::read_to_string(path).unwrap().lines().count();
        assert!(lines <= LINES, "{}: {lines} lines", path.display());
    }
    let varied = all.iter().filter(|scenario| !variants_of(scenario).is_empty()).count();
    assert!(varied > 0 && varied * 100 <= all.len() * PERCENT, "{varied} of {}", all.len());
}

/// The page's table, as the facts have it.
fn table() -> String {
    let mut table = "| since | what | before | since then | source |\n|---|---|---|---|---|\n".to_owned();
    for row in FACTS {
        let since = if row.since == MASTER { "after 1.42.0".to_owned() } else { row.since.to_string() };
        let recorded = row.recording.map(|story| format!("; recorded in `{story}`")).unwrap_or_default();
        table +=
            &format!("| {since} | {} | {} | {} | {}{recorded} |\n", row.of, row.before, row.now, row.source);
    }
    table
}

#[test]
fn the_page_has_the_table_of_facts() {
    held("docs/logto-versions.md", |page| {
        const BEGIN: &str = "`mocks/logto/src/version/facts.rs`. -->\n";
        let (before, rest) = page.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once("<!-- end of facts -->").unwrap();
        format!("{before}{BEGIN}\n{}\n<!-- end of facts -->{after}", table())
    });
}
