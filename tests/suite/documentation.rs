//! The documentation says what the code does.

use logto_testkit::Scenario;
use logto_testkit::scenario::{self, Verb};

use crate::support::root;

/// Compares a file with what the code generates, or writes it if `UPDATE_DOCS` is set.
fn held(document: &str, current: impl FnOnce(&str) -> String) {
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
