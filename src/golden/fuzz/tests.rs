use clap::ValueEnum as _;
use kit::Random;
use serde_json::json;

use super::super::record::{Body, Script, Step, record};
use super::super::replay::replay;
use super::super::story::{Setup, Side};
use super::super::target::Target;
use super::draw::Data;
use super::*;

#[test]
fn the_same_seed_draws_the_same_sequences_and_another_seed_others() {
    for &area in Area::value_variants() {
        let data = Data::of(area).unwrap();
        let draw = |seed, case| format!("{:?}", data.draw(&random(seed, case)));
        let of = |seed| (0..20).map(|case| draw(seed, case)).collect::<Vec<_>>();
        assert_eq!(of(7), of(7), "{area:?}");
        assert_ne!(of(7), of(8), "{area:?}");
        // A sequence does not depend on those before it.
        assert_eq!(draw(7, 19), of(7)[19], "{area:?}");
    }
}

#[test]
fn every_step_of_every_area_can_be_drawn_and_no_other_is_named() {
    for &area in Area::value_variants() {
        let data = Data::of(area).unwrap();
        assert_eq!(data.strangers(), Vec::<String>::new(), "{area:?}");
        let mut missing = data.drawable();
        for case in 0..1000 {
            let script = data.draw(&Random::seeded(case));
            assert!(script.setup.application.is_some(), "{area:?}: the set-up can be read");
            for step in script.steps {
                assert!(!step.method.is_empty() && !step.url.is_empty(), "{area:?}: {step:?}");
                missing.retain(|name| *name != step.name);
            }
        }
        assert_eq!(missing, Vec::<String>::new(), "{area:?}");
    }
}

fn step(name: &str) -> Step {
    Step {
        name: name.to_owned(),
        from: Side::App,
        method: "POST".to_owned(),
        url: "[LOGTO]/x".to_owned(),
        query: vec![],
        headers: vec![],
        body: Body::Json(json!({ "needed": 1, "needless": 2 })),
        learn: vec![],
    }
}

#[test]
fn the_shortest_sequence_has_only_what_the_difference_needs() {
    let steps = ["a", "needed", "b", "c", "last"].map(step).to_vec();
    let users = vec![json!({}), json!({})];
    let script = Script { setup: Setup { users, ..Setup::default() }, steps };
    let shows = |script: &Script| {
        let has = |name: &str| script.steps.iter().any(|step| step.name == name);
        let members = script.steps.iter().all(|step| match &step.body {
            Body::Json(body) => step.name != "last" || body.get("needed").is_some(),
            _ => false,
        });
        has("needed") && has("last") && members
    };
    let mut shortest = shrink::Shortest::of(script);
    while let Some(shorter) = shortest.next() {
        shortest.tell(shows(&shorter));
    }
    let found = shortest.found();
    let names: Vec<&str> = found.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["needed", "last"]);
    let bodies: Vec<&Body> = found.steps.iter().map(|step| &step.body).collect();
    assert_eq!(bodies, [&Body::Json(json!({})), &Body::Json(json!({ "needed": 1 }))]);
    assert_eq!(found.setup.users.len(), 0);
}

/// A recording replays without difference, so whatever differs on another Logto is not the
/// recorder's.
#[tokio::test]
async fn what_is_recorded_on_the_double_is_the_same_on_the_double() {
    for &area in Area::value_variants() {
        let data = Data::of(area).unwrap();
        let mut requests = 0;
        for case in 0..12 {
            let script = data.draw(&random(3, case));
            let story = record(&script, &Target::Double, None).await.unwrap();
            requests += story.exchanges.len();
            let differences = replay(&story, &Target::Double).await.unwrap();
            let first = differences.first().map(ToString::to_string);
            assert_eq!(first, None, "{area:?}, sequence {case}");
        }
        assert!(requests > 60, "{area:?}: {requests} requests");
    }
}

#[test]
fn a_kind_is_told_by_what_both_answered() {
    let difference = |field: &str, recorded: &str, here: &str| Difference {
        exchange: 1,
        title: String::new(),
        field: field.to_owned(),
        recorded: recorded.to_owned(),
        here: here.to_owned(),
    };
    let status = difference("status", "400", "422");
    let body = difference("body", r#"{"code":"a.b"}"#, r#"{"code":"c.d"}"#);
    let both = kind("submit", &[&status, &body]).unwrap();
    assert_eq!(both.to_string(), "submit: status: Logto 400 a.b, the double 422 c.d");
    let member = difference("body", "{\n  \"a\": 1,\n  \"b\": 2\n}", "{\n  \"a\": 1,\n  \"b\": 3\n}");
    let one = kind("read", &[&member]).unwrap();
    assert_eq!(one.to_string(), "read: body: Logto \"b\": 2, the double \"b\": 3");
    assert_eq!(kind("read", &[]), None);
    let issues = |path: &str| {
        format!(
            r#"{{"code":"guard.invalid_input","data":{{"issues":[{{"path":["x"],"code":"a"}},{{"path":["{path}",0],"code":"b"}}]}}}}"#
        )
    };
    let refused = difference("body", &issues("y"), &issues("z"));
    let one = kind("write", &[&refused]).unwrap();
    let shown = "write: body: Logto y.0: b guard.invalid_input, the double z.0: b guard.invalid_input";
    assert_eq!(one.to_string(), shown);
}
