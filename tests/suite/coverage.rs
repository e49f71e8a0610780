//! Every route and every error code of the double is proven by recorded traffic
//! of a real Logto or by a scenario that gives the same transcript on a real
//! Logto. The exceptions are listed in `tests/golden/unproven.yaml`, which may
//! only shrink.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use logto_testkit::golden::{Side, Story, stories};
use logto_testkit::scenario::{BackendKind, Verb};
use logto_testkit::{Scenario, scenario};
use mock_logto::Logto;
use serde::Deserialize;
use url::Url;

use crate::support::root;

/// What is not proven yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unproven {
    /// `GET /api/users/{id}`.
    routes: Vec<String>,
    /// `session.not_found`.
    codes: Vec<String>,
}

/// Requests to a real Logto and its answers.
struct Evidence {
    requests: Vec<(String, String)>,
    text: String,
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Method and path of each route of the double. Preflights have one handler for
/// all routes and are left out.
fn routes() -> BTreeSet<(String, String)> {
    let all = Logto::routes().into_iter().filter(|(method, _)| *method != "OPTIONS");
    all.map(|(method, path)| (method.to_owned(), path.to_owned())).collect()
}

fn evidence() -> Evidence {
    let mut evidence = Evidence { requests: Vec::new(), text: String::new() };
    for (_, file) in stories(&root().join("tests/golden")).unwrap() {
        let story = Story::load(&file).unwrap();
        for exchange in story.exchanges.iter().filter(|exchange| exchange.to == Side::Logto) {
            let url = Url::parse(&exchange.request.url).unwrap();
            evidence.requests.push((exchange.request.method.clone(), url.path().to_owned()));
            evidence.text.push_str(exchange.response.body.as_str().unwrap_or_default());
            evidence.text.push_str(&exchange.response.header("location").unwrap_or_default());
            // Pages that submit themselves carry the code in a field.
            evidence.text.push_str(&exchange.response.body.to_string());
        }
    }
    for snapshot in files(&root().join("scenarios"), "snap") {
        let text = std::fs::read_to_string(snapshot).unwrap();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            while let Some(word) = words.next() {
                if ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&word)
                    && let Some(path) = words.next().and_then(|url| url.strip_prefix("[LOGTO]"))
                {
                    let path = path.split('?').next().unwrap_or_default();
                    evidence.requests.push((word.to_owned(), path.to_owned()));
                }
            }
        }
        evidence.text.push_str(&text);
    }
    // What real Logtos of several versions said, below `tests/suite/versions`.
    evidence.text.push_str(
        &std::fs::read_to_string(root().join("tests/versions.json")).unwrap().replace("\": \"", "\":\""),
    );
    for step in played_by_a_real_logto().into_iter().flat_map(|scenario| scenario.steps) {
        let Verb::Administer(call) = &step.verb else { continue };
        let Some((method, path)) = call.parts() else { continue };
        evidence.requests.push((method.to_string(), format!("/api/{path}")));
        if let Some(code) = step.expect.answered.and_then(|answer| answer.code) {
            evidence.text.push_str(&format!("\"{code}\""));
        }
    }
    evidence
}

/// Snapshots do not show calls of the Management API, but scenarios check them.
fn played_by_a_real_logto() -> Vec<Scenario> {
    let files = scenario::find(&[root().join("scenarios")]).unwrap();
    let all = files.iter().flat_map(|file| Scenario::load_all(file).unwrap());
    all.filter(|scenario| scenario.skipped_on(BackendKind::External).is_none()).collect()
}

impl Evidence {
    fn of_route(&self, (method, pattern): &(String, String)) -> bool {
        self.requests.iter().any(|(asked, path)| asked == method && fits(pattern, path))
    }

    fn of_code(&self, code: &str) -> bool {
        let oauth = code.strip_prefix("oidc.");
        let ways = oauth.map(|error| {
            [format!("\"error\":\"{error}\""), format!("error={error}"), format!("\"value\":\"{error}\"")]
        });
        self.text.contains(&format!("\"{code}\""))
            || ways.into_iter().flatten().any(|way| self.text.contains(&way))
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern.iter().zip(path).all(|(expected, segment)| {
            if expected.starts_with('{') { !segment.is_empty() } else { *expected == segment }
        })
}

/// What is neither proven nor listed, and what is listed needlessly.
fn complaints(what: &str, all: BTreeSet<(String, bool)>, listed: &[String]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, proven) in &all {
        match (proven, listed.contains(name)) {
            (false, false) => complaints.push(format!(
                "{what} `{name}` has neither a recorded story nor a scenario: record one, or list it in tests/golden/unproven.yaml"
            )),
            (true, true) => {
                complaints.push(format!("{what} `{name}` is proven: remove it from tests/golden/unproven.yaml"));
            }
            _ => {}
        }
    }
    let gone = listed.iter().filter(|name| all.iter().all(|(known, _)| known != *name));
    complaints.extend(gone.map(|name| format!("the double has no {what} `{name}`: remove it from the list")));
    complaints
}

#[test]
fn every_route_and_error_code_of_the_double_is_proven_by_a_real_logto() {
    let list = std::fs::read_to_string(root().join("tests/golden/unproven.yaml")).unwrap();
    let list: Unproven = serde_saphyr::from_str(&list).unwrap();
    let evidence = evidence();
    let routes = routes();
    let codes: BTreeSet<String> = Logto::codes().collect();
    let routes = routes
        .into_iter()
        .map(|route| (format!("{} {}", route.0, route.1), evidence.of_route(&route)))
        .collect();
    let codes = codes.into_iter().map(|code| (code.clone(), evidence.of_code(&code))).collect();
    let mut all = complaints("route", routes, &list.routes);
    all.extend(complaints("code", codes, &list.codes));
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn a_route_that_nobody_asked_for_is_missed() {
    let evidence = Evidence {
        requests: vec![("GET".into(), "/api/users/x".into())],
        text: "error=access_denied".into(),
    };
    assert!(evidence.of_route(&("GET".into(), "/api/users/{id}".into())));
    assert!(!evidence.of_route(&("POST".into(), "/api/users/{id}".into())));
    assert!(!evidence.of_route(&("GET".into(), "/api/users/{id}/roles".into())));
    assert!(evidence.of_code("oidc.access_denied") && !evidence.of_code("oidc.invalid_scope"));
}
