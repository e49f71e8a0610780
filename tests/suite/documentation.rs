//! What is written down says what the code does.

use logto_testkit::{Scenario, scenario};

use crate::support::root;

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let committed = std::fs::read_to_string(root().join("scenarios/schema.json")).unwrap();
    let current = format!("{:#}\n", scenario::schema());
    assert!(
        committed == current,
        "scenarios/schema.json is out of date: `cargo run -- check --schema > scenarios/schema.json` renews it"
    );
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

/// Every example of a document is walked.
fn examples_run(document: &str, at_least: usize) {
    let path = root().join(document);
    let examples = scenarios_in(&std::fs::read_to_string(&path).unwrap());
    assert!(examples.len() >= at_least, "{document} has {} examples", examples.len());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (line, text) in examples {
        // Includes are looked for as from a folder of `scenarios/`.
        let place = root().join("scenarios/sign-in/example.yaml");
        let scenarios = Scenario::parse_all(&text, &place);
        let scenarios = scenarios.unwrap_or_else(|error| panic!("{document}, line {line}: {error}\n{text}"));
        for scenario in scenarios {
            let failures = runtime.block_on(async {
                let stack = logto_testkit::stack_for(&scenario).unwrap().start().await.unwrap();
                let report = logto_testkit::walk(&stack, &scenario).await.unwrap();
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
