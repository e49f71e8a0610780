//! The documentation says what the code does.

use std::path::{Path, PathBuf};

use logto_testkit::Scenario;
use logto_testkit::scenario::{self, Verb};

use crate::support::root;

/// Compares a file with what the code generates, or writes it if `UPDATE_DOCS` is set.
pub(crate) fn held(document: &str, current: impl FnOnce(&str) -> String) {
    let path = root().join(document);
    let committed = std::fs::read_to_string(&path).unwrap();
    let current = current(&committed);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &current).unwrap();
    } else {
        assert!(
            committed == current,
            "{document} is out of date: run `UPDATE_DOCS=1 cargo test --test suite documentation`"
        );
    }
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    held("scenarios/schema.json", |_| format!("{:#}\n", scenario::schema()));
}

#[test]
fn the_reference_of_verbs_is_their_table() {
    held("docs/scenarios.md", |page| {
        let (before, rest) = page.split_once("`src/scenario/verb.rs`. -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- end of verbs -->").unwrap();
        let table = Verb::reference();
        format!("{before}`src/scenario/verb.rs`. -->\n\n{table}\n<!-- end of verbs -->{after}")
    });
}

/// The blocks of a Markdown file that are fenced as `yaml` and begin with a description.
fn scenarios_in(markdown: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut block: Option<(usize, String)> = None;
    for (at, line) in markdown.lines().enumerate() {
        match (&mut block, line) {
            (None, "```yaml") => block = Some((at + 2, String::new())),
            (Some(_), "```") => found.extend(block.take()),
            (Some((_, text)), line) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, _) => {}
        }
    }
    found.retain(|(_, text)| text.starts_with("description:"));
    found
}

/// Walks every example of a document.
fn examples_run(document: &str, at_least: usize) {
    let path = root().join(document);
    let examples = scenarios_in(&std::fs::read_to_string(&path).unwrap());
    assert!(examples.len() >= at_least, "{document} has {} examples", examples.len());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (line, text) in examples {
        // Includes are resolved as from a folder of `scenarios/`.
        let place = root().join("scenarios/sign-in/example.yaml");
        let scenarios = Scenario::parse_all(&text, &place);
        let scenarios = scenarios.unwrap_or_else(|error| panic!("{document}, line {line}: {error}\n{text}"));
        for scenario in scenarios {
            let failures = runtime.block_on(async {
                let stack = logto_testkit::stack_for(&scenario).start().await.unwrap();
                let report = logto_testkit::walk(&stack, &scenario).await;
                stack.stop().await.unwrap();
                report.failures
            });
            assert!(failures.is_empty(), "{document}, line {line}, {}: {failures:?}", scenario.name());
        }
    }
}

#[test]
fn every_example_of_the_reference_runs() {
    examples_run("docs/scenarios.md", 8);
}

#[test]
fn every_example_of_the_readme_runs() {
    examples_run("README.md", 1);
}

/// Every path that the map names exists.
#[test]
fn every_path_on_the_map_is_there() {
    let map = std::fs::read_to_string(root().join("docs/map.md")).unwrap();
    let paths: Vec<&str> =
        map.split('`').skip(1).step_by(2).filter(|text| text.contains('/') && !text.contains(' ')).collect();
    assert!(paths.len() > 25, "{paths:?}");
    let lost: Vec<&&str> = paths.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(lost.is_empty(), "docs/map.md names paths that do not exist: {lost:?}");
}

/// Turns that read like a translation (`CONTRIBUTING.md`, "English").
const BANNED: [&str; 11] = [
    "is no ",
    "is none",
    "nobody",
    "somebody",
    "whoever",
    "tells of",
    "comes along",
    " at work",
    "unless said",
    " shall ",
    "licence",
];
/// What contains one of them and is ordinary English.
const ORDINARY: [&str; 4] = ["there is no ", "there is none", "is no longer ", "is no more than "];
/// Files in which one is a user's word, not ours.
const QUOTED: [(&str, &str); 6] = [
    ("mocks/huggingface/src/control/tests.rs", "the name of a user who does not exist"),
    ("scenarios/invalid/account-without-name.yaml", "a full name"),
    ("scenarios/invalid/session-nobody.txt", "the value that the file has"),
    ("scenarios/invalid/session-nobody.yaml", "a value that is not valid"),
    ("src/container/pull.rs", "an answer of Docker about an image of this name"),
    ("src/scenario/tests.rs", "a value that is not valid"),
];

/// The text of a line that people read: of a Rust file what is not code.
fn prose(path: &str, line: &str) -> String {
    if !path.ends_with(".rs") {
        return line.to_owned();
    }
    let comment = line.find("//").map_or("", |at| &line[at..]);
    let strings = line.split('"').skip(1).step_by(2).filter(|text| text.contains(' '));
    strings.fold(comment.to_owned(), |all, text| all + " | " + text)
}

#[test]
fn no_prose_reads_like_a_translation() {
    let mut found = Vec::new();
    let listed = std::process::Command::new("git")
        .args([
            "ls-files",
            "README.md",
            "CONTRIBUTING.md",
            "docs",
            "src",
            "mocks",
            "scenarios",
            "docker-compose.yml",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let files = String::from_utf8(listed.stdout).unwrap();
    assert!(files.lines().count() > 500, "the files of the repository");
    // The report of a real run, and what it recorded, is not ours to word.
    for path in files.lines().filter(|path| !path.ends_with("fidelity.md") && !path.ends_with(".snap")) {
        let Ok(text) = std::fs::read_to_string(root().join(path)) else { continue };
        for (at, line) in text.lines().enumerate() {
            let read = prose(path, line).to_lowercase();
            let read = ORDINARY.iter().fold(read, |read, ordinary| read.replace(ordinary, " "));
            let quotes = QUOTED.iter().any(|(file, _)| path == *file) && read.contains("nobody");
            let banned = BANNED.iter().filter(|banned| read.contains(**banned) && !quotes);
            found.extend(banned.map(|banned| format!("{path}:{}: `{banned}`: {}", at + 1, line.trim())));
        }
    }
    assert!(found.is_empty(), "{}\n{}", found.join("\n"), found.len());
}

/// What an app is is decided by what can be seen on the wire, so that the rules hold for any framework.
#[test]
fn no_framework_is_known_by_name() {
    const NAMES: [&str; 20] = [
        "angular",
        "aspnet",
        "auth.js",
        "authjs",
        "django",
        "expressjs",
        "express-session",
        "fastapi",
        "flask",
        "gorilla",
        "itsdangerous",
        "laravel",
        "next.js",
        "nextjs",
        "nuxt",
        "passport",
        "rails",
        "spring",
        "sveltekit",
        "symfony",
    ];
    let mut found = Vec::new();
    // `init` alone looks at an app's files, where names are all that there is.
    let is_init = |file: &Path| {
        file.strip_prefix(root().join("src/cli"))
            .is_ok_and(|file| file.starts_with("init") || file == Path::new("init.rs"))
    };
    for file in sources(&root().join("src")).into_iter().filter(|file| !is_init(file)) {
        let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
        found.extend(
            NAMES
                .iter()
                .filter(|name| text.contains(**name))
                .map(|name| format!("{}: {name}", file.display())),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
