//! Everything that the discovery documents advertise is served, and every route has a test.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::testing::{Site, form};
use super::{across_origins, pages};

const DOCUMENTS: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

async fn documents(site: &Site) -> Vec<Value> {
    let mut found = Vec::new();
    for path in DOCUMENTS {
        found.push(site.get(path).await.json());
    }
    found
}

#[tokio::test]
async fn every_endpoint_that_discovery_names_is_served() {
    let site = Site::new();
    for document in documents(&site).await {
        let members = document.as_object().unwrap();
        let endpoints: Vec<_> = members
            .iter()
            .filter(|(name, _)| name.ends_with("_endpoint") || name.ends_with("_uri"))
            .map(|(name, address)| (name, address.as_str().unwrap()))
            .collect();
        assert!(endpoints.len() >= 6, "{document}");
        for (name, address) in endpoints {
            let path = address.strip_prefix("http://localhost:4000").unwrap();
            let unserved = |status| status == 404 || status == 405;
            let (get, post) = (site.get(path).await.status, site.form(path, "", None).await.status);
            assert!(!(unserved(get) && unserved(post)), "{name} {path}: GET {get}, POST {post}");
        }
    }
}

#[tokio::test]
async fn every_grant_that_discovery_names_is_served() {
    let site = Site::new();
    let unknown = site.token(&[], &form(&[("grant_type", "password")])).await.json();
    assert_eq!(unknown["error"], "unsupported_grant_type");
    for document in documents(&site).await {
        let grants = document["grant_types_supported"].as_array().unwrap();
        assert!(grants.len() >= 4, "{document}");
        for grant in grants {
            let body = form(&[("grant_type", grant.as_str().unwrap())]);
            let answer = site.token(&[], &body).await;
            assert_ne!(answer.json()["error"], "unsupported_grant_type", "{grant}");
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The test code of a file: all of it in a file of tests, otherwise its module `tests`.
fn tests_of(path: &Path, text: &str) -> Option<String> {
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let whole = name.ends_with("tests")
        || name == "testing"
        || path.components().any(|part| part.as_os_str() == "tests");
    if name == "coverage" {
        None
    } else if whole {
        Some(text.to_owned())
    } else {
        text.split_once("#[cfg(test)]\nmod tests {").map(|(_, tests)| tests.to_owned())
    }
}

/// The parts of a path between its placeholders: `/a/`, `/b` of `/a/{id}/b`.
fn fixed_parts(route: &str) -> Vec<&str> {
    route.split(['{', '}']).step_by(2).filter(|part| !part.is_empty()).collect()
}

/// Whether a test names the path: all fixed parts, in order, within one string.
fn is_named(route: &str, tests: &str) -> bool {
    let parts = fixed_parts(route);
    let alone = parts.len() == 1 && !route.contains('{');
    tests.split('"').any(|text| {
        if alone {
            return text.split('?').next() == Some(route);
        }
        let mut rest = text;
        parts.iter().all(|part| match rest.split_once(part) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    })
}

#[test]
fn every_route_has_a_test_that_names_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = String::new();
    for path in sources(&folder.join("src")).into_iter().chain(sources(&folder.join("tests"))) {
        tests.extend(tests_of(&path, &std::fs::read_to_string(&path).unwrap()));
    }
    let all = pages().into_iter().chain(across_origins());
    let untested: Vec<_> = all.filter(|route| !is_named(route.path, &tests)).collect();
    assert!(untested.is_empty(), "no test names these routes: {untested:?}");
}

#[test]
fn a_route_that_is_only_part_of_another_is_not_named_by_it() {
    assert!(is_named("/oauth/device", r#"site.get("/oauth/device?user_code=1")"#));
    assert!(!is_named("/oauth/device", r#"site.get("/oauth/device/verify")"#));
    assert!(is_named("/a/{id}/b", r#"format!("/a/{path}/b")"#));
    assert!(!is_named("/a/{id}/b", r#"format!("/a/{path}/c")"#));
}
