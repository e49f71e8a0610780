//! A Logto by URL: the same snapshot, and an unchanged tenant.

use logto_testkit::setup::{Connector, ConnectorFactory};
use logto_testkit::stack::{SavedState, StartError, StepError, TenantError};
use logto_testkit::{Scenario, SnapshotResult, compare_snapshot, walk};
use serde_json::{Value, json};

use crate::support::{Elsewhere, Surroundings, command_in, first_visit, root};

async fn get(elsewhere: &Elsewhere, path: &str) -> Value {
    elsewhere.management().await.get(path).await.unwrap().body
}

async fn snapshot_of(elsewhere: &Elsewhere) -> [Value; 4] {
    [
        get(elsewhere, "sign-in-exp").await,
        get(elsewhere, "applications").await,
        get(elsewhere, "connectors").await,
        get(elsewhere, "users").await,
    ]
}

#[tokio::test]
async fn gives_the_reviewed_transcript_and_leaves_the_tenant_as_it_was() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let before = snapshot_of(&elsewhere).await;
    let stack = elsewhere.stack(false).start().await.unwrap();
    assert!(elsewhere.state_file.exists(), "the state is saved before the first change");
    let report = walk(&stack, &first_visit()).await;
    assert!(report.passed(), "{:?}\n{}", report.failures, report.transcript);
    let compared = compare_snapshot(&first_visit(), &report.transcript.to_string()).unwrap();
    assert_eq!(compared, SnapshotResult::Same);
    let restored = stack.stop().await.unwrap();
    assert_eq!(restored.users, 1, "the walk created one user");
    assert_eq!(snapshot_of(&elsewhere).await, before);
    assert!(!elsewhere.state_file.exists());
}

#[tokio::test]
async fn a_tenant_in_use_is_refused_unless_that_is_allowed() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let application = json!({ "name": "Somebody's app", "type": "SPA" });
    elsewhere.management().await.post("applications", &application).await.unwrap();
    let before = snapshot_of(&elsewhere).await;
    let refused = elsewhere.stack(false).start().await.unwrap_err();
    let StartError { cause: StepError::Tenant(TenantError::InUse { found }), .. } = refused else {
        panic!("{refused}")
    };
    assert_eq!(found, "1 application");
    assert!(!elsewhere.state_file.exists());
    elsewhere.stack(true).start().await.unwrap().stop().await.unwrap();
    assert_eq!(snapshot_of(&elsewhere).await, before);
}

#[tokio::test]
async fn an_existing_connector_is_borrowed_and_put_back() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let theirs = json!({
        "connectorId": "huggingface-universal",
        "id": "theirs",
        "config": { "clientId": "real", "clientSecret": "s3cret", "scope": "profile" },
        "syncProfile": true,
    });
    let management = elsewhere.management().await;
    management.post("connectors", &theirs).await.unwrap();
    management
        .patch("sign-in-exp", &json!({ "socialSignInConnectorTargets": ["huggingface"] }))
        .await
        .unwrap();
    let before = snapshot_of(&elsewhere).await;

    let stack = elsewhere.stack(true).start().await.unwrap();
    assert_eq!(stack.known().connector_id, "theirs");
    let report = walk(&stack, &first_visit()).await;
    assert!(report.passed(), "{:?}", report.failures);
    let compared = compare_snapshot(&first_visit(), &report.transcript.to_string()).unwrap();
    assert_eq!(compared, SnapshotResult::Same, "the connector's id is a role");
    let saved: SavedState =
        serde_json::from_str(&std::fs::read_to_string(&elsewhere.state_file).unwrap()).unwrap();
    assert_eq!(saved.borrowed_connector.unwrap().config["clientSecret"], "s3cret");
    stack.stop().await.unwrap();
    assert_eq!(snapshot_of(&elsewhere).await, before);
}

#[tokio::test]
async fn a_generic_connector_is_not_made_beside_one_for_hugging_face() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let theirs = json!({
        "connectorId": "huggingface-universal",
        "id": "theirs",
        "config": { "clientId": "real", "clientSecret": "s3cret" },
    });
    elsewhere.management().await.post("connectors", &theirs).await.unwrap();
    let before = snapshot_of(&elsewhere).await;
    let generic = Connector { factory: ConnectorFactory::OAuth2, ..Default::default() };
    let refused = elsewhere.stack(true).connector(generic).start().await.unwrap_err();
    let StartError { cause: StepError::Tenant(TenantError::TargetTaken { factory }), .. } = refused else {
        panic!("{refused}")
    };
    assert_eq!(factory, "oauth2");
    assert_eq!(snapshot_of(&elsewhere).await, before);
}

#[tokio::test]
async fn a_connector_that_a_generic_run_left_over_is_replaced() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let left_over = json!({
        "connectorId": "oauth2",
        "id": "logto-testkit",
        "metadata": { "target": "huggingface", "name": { "en": "Left over" } },
    });
    elsewhere.management().await.post("connectors", &left_over).await.unwrap();
    let stack = elsewhere.stack(false).start().await.unwrap();
    let report = walk(&stack, &first_visit()).await;
    assert!(report.passed(), "{:?}", report.failures);
    let compared = compare_snapshot(&first_visit(), &report.transcript.to_string()).unwrap();
    assert_eq!(compared, SnapshotResult::Same);
    stack.stop().await.unwrap();
    assert_eq!(get(&elsewhere, "connectors").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_the_command_puts_the_tenant_back() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let before = snapshot_of(&elsewhere).await;
    let stack = elsewhere.stack(false).start().await.unwrap();
    walk(&stack, &first_visit()).await;
    // Dropped without `stop`, as after a kill.
    drop(stack);
    assert_ne!(snapshot_of(&elsewhere).await, before);

    // The saved state is not overwritten.
    let again = elsewhere.stack(true).start().await.unwrap_err();
    assert!(again.to_string().contains("logto-testkit restore"), "{again}");

    let file = elsewhere.state_file.to_str().unwrap();
    let environment = [("LOGTO_TESTKIT_M2M", elsewhere.m2m())];
    let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
    let output = command_in(&root(), &["restore", file], &environment);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(snapshot_of(&elsewhere).await, before);
    assert!(!elsewhere.state_file.exists());
}

#[tokio::test]
async fn the_probe_says_that_the_ca_is_missing() {
    let elsewhere = Elsewhere::start(Surroundings::OtherCa).await;
    let before = snapshot_of(&elsewhere).await;
    let error = elsewhere.stack(false).start().await.unwrap_err().to_string();
    assert!(error.contains("does not reach this mock: CA."), "{error}");
    assert!(error.contains("NODE_EXTRA_CA_CERTS"), "{error}");
    assert_eq!(snapshot_of(&elsewhere).await, before, "nothing is left behind");
}

#[tokio::test]
async fn the_probe_says_that_the_port_is_wrong() {
    let elsewhere = Elsewhere::start(Surroundings::OtherPort).await;
    let error = elsewhere.stack(false).start().await.unwrap_err().to_string();
    assert!(error.contains("does not reach this mock: port."), "{error}");
    assert!(!elsewhere.state_file.exists());
}

#[tokio::test]
async fn wrong_credentials_are_told_with_what_to_check() {
    let mut elsewhere = Elsewhere::start(Surroundings::Right).await;
    elsewhere.credentials.secret.push('x');
    let error = elsewhere.stack(false).start().await.unwrap_err().to_string();
    assert!(
        error.contains("step “open the tenant” failed") && error.contains("check the id and secret"),
        "{error}"
    );
}

/// What `given` adds to the tenant for access tokens.
fn with_permissions() -> Scenario {
    Scenario::load(&root().join("scenarios/third-party/resource-scopes.yaml")).unwrap()
}

async fn permissions_of(elsewhere: &Elsewhere) -> [Value; 2] {
    [get(elsewhere, "resources?includeScopes=true").await, get(elsewhere, "roles").await]
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_and_roles_are_deleted_after_the_run_and_after_a_kill() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let before = permissions_of(&elsewhere).await;
    let scenario = with_permissions();
    let stack = elsewhere.stack_for(&scenario, false).start().await.unwrap();
    let [resources, roles] = permissions_of(&elsewhere).await;
    assert_eq!(resources[1]["indicator"], "https://api.bookstore.example/");
    let scopes: Vec<&Value> =
        resources[1]["scopes"].as_array().unwrap().iter().map(|scope| &scope["name"]).collect();
    assert_eq!(scopes, ["read:books", "write:books"]);
    assert_eq!((&roles[1]["name"], &roles[1]["isDefault"]), (&json!("author"), &json!(true)));
    let report = walk(&stack, &scenario).await;
    assert!(report.passed(), "{:?}", report.failures);
    let compared = compare_snapshot(&scenario, &report.transcript.to_string()).unwrap();
    assert_eq!(compared, SnapshotResult::Same);
    stack.stop().await.unwrap();
    assert_eq!(permissions_of(&elsewhere).await, before);

    drop(elsewhere.stack_for(&scenario, false).start().await.unwrap());
    assert_ne!(permissions_of(&elsewhere).await, before);
    let file = elsewhere.state_file.to_str().unwrap();
    let output = command_in(&root(), &["restore", file], &[("LOGTO_TESTKIT_M2M", &elsewhere.m2m())]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(permissions_of(&elsewhere).await, before);
}

#[tokio::test]
async fn the_default_resource_of_a_tenant_is_not_taken_from_it() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let management = elsewhere.management().await;
    let theirs = json!({ "name": "Theirs", "indicator": "https://api.theirs.example/" });
    let id = management.post("resources", &theirs).await.unwrap().text("id").unwrap().to_owned();
    management.patch(&format!("resources/{id}/is-default"), &json!({ "isDefault": true })).await.unwrap();
    let before = permissions_of(&elsewhere).await;
    let scenario = Scenario::load(&root().join("scenarios/resources/default-resource.yaml")).unwrap();
    let refused = elsewhere.stack_for(&scenario, true).start().await.unwrap_err();
    let StartError { cause: StepError::Tenant(TenantError::DefaultResourceTaken { indicator }), .. } =
        refused
    else {
        panic!("{refused}")
    };
    assert_eq!(indicator, "https://api.theirs.example/");
    assert_eq!(permissions_of(&elsewhere).await, before);
}
