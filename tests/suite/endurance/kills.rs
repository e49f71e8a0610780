//! `kill -9` at every step of a run on a Logto that others use, of `restore`, and of `provision`.
//!
//! Our double plays that Logto. A proxy in front of it counts the requests that change the tenant, and kills
//! the command either before such a request is applied, or after that but before the answer is sent.

#![cfg(unix)]

use std::process::Command;

use serde_json::{Value, json};

use crate::support::in_the_long_form;

mod site;

use site::*;

/// A walk without further changes.
const VISIT: &str = "
description: Ada signs in.
given: { huggingface: { users: [ada] } }
steps:
  - visit: /
  - click: Sign In
  - continue_with: huggingface
  - sign_in_as: ada
";

/// Everything that a scenario can change in a tenant.
const CHANGES: &str = r##"
description: An administrator has a lot to do while Ada signs in.
given:
  huggingface: { users: [ada, grace] }
  application: { secret_expires_in: 3600 }
  users:
    - { username: grace, identities: [{ account: grace }] }
    - { name: Grace }
steps:
  - administer: { call: POST /api/roles, body: { name: Writers, description: Of the run } }
    capture: { ROLE: { answer: /id } }
  - administer: { call: POST /api/resources, body: { name: Library, indicator: "https://library.example/api" } }
    capture: { LIBRARY: { answer: /id } }
  - administer: { call: "POST /api/resources/[LIBRARY]/scopes", body: { name: write, description: To write } }
    capture: { SCOPE: { answer: /id } }
  - administer: { call: "POST /api/roles/[ROLE]/scopes", body: { scopeIds: ["[SCOPE]"] } }
  - administer: { call: POST /api/applications, body: { name: Shop, type: SPA } }
    expect: { answered: { status: 200 } }
  - administer: { call: POST /api/users, body: { username: eve, password: correct-horse-battery } }
    capture: { EVE: { answer: /id } }
  - administer: { call: "POST /api/roles/[ROLE]/users", body: { userIds: ["[EVE]"] } }
  - administer:
      call: POST /api/connectors
      body:
        connectorId: oauth2
        metadata: { target: second, name: { en: Second } }
        config: { authorizationEndpoint: "[HF]/oauth/authorize", tokenEndpoint: "[HF]/oauth/token",
          userInfoEndpoint: "[HF]/oauth/userinfo", clientId: a, clientSecret: b }
    expect: { answered: { status: 200 } }
  - administer: { call: PATCH /api/sign-in-exp, body: { privacyPolicyUrl: "https://b.example/", agreeToTermsPolicy: Automatic } }
  - administer:
      call: PATCH /api/sign-in-exp
      body: { color: { primaryColor: "#abcdef", isDarkModeEnabled: true, darkPrimaryColor: "#fedcba" } }
    expect: { answered: { status: 200 } }
  - visit: /
  - click: Sign In
  - continue_with: huggingface
  - sign_in_as: ada
    capture: { ADA: { claim: sub } }
  - administer: { call: "PATCH /api/users/[ADA]/is-suspended", body: { isSuspended: true } }
  - administer: { call: "DELETE /api/users/[EVE]" }
  - administer: { call: "DELETE /api/connectors/[CONNECTOR]" }
  - administer:
      call: POST /api/connectors
      body: { connectorId: huggingface-universal, id: anew, config: { clientId: "client", clientSecret: "secret" } }
    expect: { answered: { status: 200 } }
"##;

/// Kills at every `every`-th step, before and after it, and restores the tenant each time.
async fn at_every_step(scenario: &str, tenant: Tenant, every: usize) {
    let whole = Site::start(tenant).await;
    let before = whole.inventory().await;
    let ended = whole.run(scenario, None).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert_eq!(whole.inventory().await, before, "a run that is not killed puts the tenant back");
    let steps = ended.seen;
    let mut wrong = Vec::new();
    let kills = (0..steps.len()).step_by(every).flat_map(|step| [Kill::Before(step), Kill::After(step)]);
    for kill in kills {
        let site = Site::start(tenant).await;
        let before = site.inventory().await;
        let run = site.run(scenario, Some(kill)).await;
        assert_eq!(run.code, None, "{kill:?}: {}", run.said);
        if let Err(why) = put_back(&site, &before).await {
            wrong.push(format!("{kill:?} of {}, {}: {why}", steps.len(), run.seen.last().unwrap()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} kills after which the tenant is not as it was:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// `restore`, twice: the second time does no harm.
async fn put_back(site: &Site, before: &Value) -> Result<(), String> {
    if !site.state_file().exists() {
        // Nothing was changed yet, or everything has been restored.
        return same(site, before).await;
    }
    let kept = std::fs::read(site.state_file()).unwrap();
    for _ in 0..2 {
        std::fs::write(site.state_file(), &kept).unwrap();
        let restored = site.restore(None).await;
        if restored.code != Some(0) {
            return Err(format!("restore: {:?} {}", restored.code, restored.said));
        }
        same(site, before).await?;
    }
    if site.state_file().exists() { Err("the file still exists".to_owned()) } else { Ok(()) }
}

async fn same(site: &Site, before: &Value) -> Result<(), String> {
    let now = site.inventory().await;
    let places = before.as_object().unwrap().keys().chain(now.as_object().unwrap().keys());
    let other: Vec<String> = places
        .filter(|place| before.get(*place) != now.get(*place))
        .map(|place| {
            format!("{place}: {:?} was {:?}", now.get(place).map(short), before.get(place).map(short))
        })
        .collect();
    if other.is_empty() { Ok(()) } else { Err(other.join("; ")) }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(600).collect()
}

/// Each step takes a fresh Logto, a run and a `restore`.
fn stride() -> usize {
    if in_the_long_form() { 1 } else { 4 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_walk_is_killed_at_every_step() {
    at_every_step(VISIT, Tenant::Fresh, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_run_with_many_changes_is_killed_at_every_step() {
    at_every_step(CHANGES, Tenant::Fresh, stride()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_run_in_a_tenant_of_others_is_killed_at_every_step() {
    at_every_step(CHANGES, Tenant::InUse, stride()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn restore_is_killed_at_every_step() {
    // Shortly before the walk ends, when there is most to put back.
    let kill = {
        let site = Site::start(Tenant::InUse).await;
        let whole = site.run(CHANGES, None).await;
        assert_eq!(whole.code, Some(0), "{}", whole.said);
        let steps = whole.seen;
        let last = steps.iter().rposition(|step| step == "POST /api/connectors").unwrap();
        Some(Kill::After(last))
    };
    let whole = Site::start(Tenant::InUse).await;
    whole.run(CHANGES, kill).await;
    let ended = whole.restore(None).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let mut wrong = Vec::new();
    for again in
        (0..ended.seen.len()).step_by(stride()).flat_map(|step| [Kill::Before(step), Kill::After(step)])
    {
        let site = Site::start(Tenant::InUse).await;
        let before = site.inventory().await;
        site.run(CHANGES, kill).await;
        let killed = site.restore(Some(again)).await;
        assert_eq!(killed.code, None, "{again:?}: {}", killed.said);
        if let Err(why) = put_back(&site, &before).await {
            wrong.push(format!("{again:?} of {}: {why}", ended.seen.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The next run says what to do, changes nothing, and overwrites nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn the_next_run_points_to_the_file() {
    let site = Site::start(Tenant::Fresh).await;
    let before = site.inventory().await;
    let killed = site.run(VISIT, Some(Kill::After(2))).await;
    assert_eq!(killed.code, None);
    let (left, kept) = (site.inventory().await, std::fs::read(site.state_file()).unwrap());
    let next = site.run(VISIT, None).await;
    assert_eq!(next.code, Some(3), "{}", next.said);
    assert!(next.said.contains("run `logto-testkit restore state.json`"), "{}", next.said);
    assert!(!next.said.contains("--allow-shared-tenant"), "{}", next.said);
    assert!(next.seen.is_empty(), "{:?}", next.seen);
    assert_eq!(std::fs::read(site.state_file()).unwrap(), kept);
    assert_eq!(site.inventory().await, left);
    put_back(&site, &before).await.unwrap();
    assert_eq!(site.run(VISIT, None).await.code, Some(0));
}

/// A run that is stopped while it waits for an app started outside the command.
async fn told(site: &Site, signal: &str) -> Ended {
    let directory = site.elsewhere.directory.path();
    std::fs::write(directory.join("story.yaml"), VISIT).unwrap();
    let listen = site.elsewhere.huggingface.to_string();
    let port = kit::spare_port(&kit::Random::from_os()).unwrap();
    let app = format!("http://localhost:{port}");
    let mut arguments =
        vec!["run", "story.yaml", "--logto", site.elsewhere.endpoint.as_str(), "--logto-admin"];
    arguments.extend([site.elsewhere.admin_endpoint.as_str(), "--ca", "ca", "--huggingface-listen", &listen]);
    arguments.extend(["--state-file", "state.json", "--app", &app, "--app-env", "app.env"]);
    let tell = async {
        while !directory.join("app.env").exists() {
            kit::Clock::system().sleep(std::time::Duration::from_millis(10)).await;
        }
        let pid = site.gate.lock().unwrap().child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
    };
    tokio::join!(site.command(&arguments, None), tell).0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_run_that_is_told_to_end_puts_the_tenant_back() {
    for signal in ["INT", "TERM", "HUP"] {
        let site = Site::start(Tenant::Fresh).await;
        let before = site.inventory().await;
        let ended = told(&site, signal).await;
        assert_eq!(ended.code, Some(130), "SIG{signal}: {}", ended.said);
        assert_eq!(site.inventory().await, before, "SIG{signal}: {}", ended.said);
        assert!(!site.state_file().exists(), "SIG{signal}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
#[cfg(debug_assertions)]
async fn a_run_that_panics_puts_the_tenant_back() {
    let site = Site::start(Tenant::Fresh).await;
    let before = site.inventory().await;
    let ended = told(&site, "USR1").await;
    assert_eq!(ended.code, Some(70), "{}", ended.said);
    assert!(ended.said.contains("internal error"), "{}", ended.said);
    assert_eq!(site.inventory().await, before, "{}", ended.said);
    assert!(!site.state_file().exists());
}

/// `restore` during a run would take the tenant away from it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn restore_leaves_a_run_at_work_alone() {
    let site = Site::start(Tenant::Fresh).await;
    let stack = site.elsewhere.stack(false).start().await.unwrap();
    let at_work = site.inventory().await;
    let restored = site.restore(None).await;
    assert_eq!(restored.code, Some(4), "{}", restored.said);
    assert!(restored.said.contains("still using the tenant"), "{}", restored.said);
    assert_eq!(site.inventory().await, at_work);
    stack.stop().await.unwrap();
}

/// What cannot be restored is reported.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn what_was_there_before_is_put_back_or_told() {
    let site = Site::start(Tenant::InUse).await;
    let before = site.inventory().await;
    let of = |list: &str, at: usize| before[list][at]["id"].as_str().unwrap().to_owned();
    let (users, bob) = ("users?page=1&page_size=100", of("users?page=1&page_size=100", 1));
    assert_eq!(before[users][1]["username"], "bob");
    let role = of("roles", 0);
    let scenario = |steps: String| format!("description: x\nsteps:\n{steps}  - visit: /\n");
    let changes = format!(
        "  - administer: {{ call: PATCH /api/users/{bob}/is-suspended, body: {{ isSuspended: true }} }}\n  \
           - administer: {{ call: PUT /api/users/{bob}/identities/other, body: {{ userId: x }} }}\n  \
           - administer: {{ call: PATCH /api/users/{bob}, body: {{ name: Robert }} }}\n  \
           - administer: {{ call: PATCH /api/roles/{role}, body: {{ description: Changed }} }}\n"
    );
    let ended = site.run(&scenario(changes), None).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    same_but_for_dates(&site, &before).await;

    let gone = format!("  - administer: {{ call: DELETE /api/roles/{role} }}\n");
    let ended = site.run(&scenario(gone), None).await;
    assert_eq!(ended.code, Some(4), "{}", ended.said);
    assert!(ended.said.contains(&format!("roles/{role} was deleted")), "{}", ended.said);
    assert!(site.state_file().exists());
}

async fn same_but_for_dates(site: &Site, before: &Value) {
    let without = |mut inventory: Value| {
        for user in inventory["users?page=1&page_size=100"].as_array_mut().unwrap() {
            for moved_on in ["updatedAt", "lastSignInAt", "applicationId"] {
                user[moved_on] = Value::Null;
            }
        }
        inventory
    };
    assert_eq!(without(site.inventory().await), without(before.clone()));
}

/// `provision` leaves what it sets up; a second run repairs what a kill left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn provision_is_killed_at_every_step() {
    let undisturbed = Provisioned::start().await;
    let ended = undisturbed.provision(None).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let expected = undisturbed.set_up().await;
    for kill in (0..ended.seen.len()).flat_map(|step| [Kill::Before(step), Kill::After(step)]) {
        let parties = Provisioned::start().await;
        let killed = parties.provision(Some(kill)).await;
        assert_eq!(killed.code, None, "{kill:?}: {}", killed.said);
        let again = parties.provision(None).await;
        assert_eq!(again.code, Some(0), "{kill:?}: {}", again.said);
        assert_eq!(parties.set_up().await, expected, "{kill:?} of {}", ended.seen.len());
    }
}

struct Provisioned {
    site: Site,
    mock: mock_huggingface::HuggingFace,
    control: kit::Running,
}

impl Provisioned {
    async fn start() -> Self {
        let context = mock_huggingface::Context {
            origin: "http://localhost:3003".parse().unwrap(),
            clock: kit::Clock::system(),
            random: kit::Random::from_os(),
            journal: kit::Journal::new(),
            script: kit::Script::default(),
            client: kit::Client::builder().build().unwrap(),
        };
        let mock = mock_huggingface::HuggingFace::new(mock_huggingface::Config::default(), context);
        let control = kit::Bound::loopback().await.unwrap().serve(mock.control_router());
        Self { site: Site::start(Tenant::Fresh).await, mock, control }
    }

    async fn provision(&self, kill: Option<Kill>) -> Ended {
        let elsewhere = &self.site.elsewhere;
        let control = format!("http://{}", self.control.addr());
        let mut arguments = vec!["provision", "--logto", elsewhere.endpoint.as_str(), "--logto-admin"];
        arguments.extend([elsewhere.admin_endpoint.as_str(), "--huggingface", "http://localhost:3003"]);
        arguments.extend([
            "--huggingface-control",
            &control,
            "--app",
            "http://localhost:3000",
            "--app-env",
            "app.env",
        ]);
        self.site.command(&arguments, kill).await
    }

    /// Without random values.
    async fn set_up(&self) -> Value {
        let inventory = self.site.inventory().await;
        let of = |list: &str, members: &[&str]| -> Value {
            let items = inventory[list].as_array().unwrap().iter();
            items.map(|item| members.iter().map(|member| item[*member].clone()).collect::<Value>()).collect()
        };
        json!({
            "applications": of("applications", &["name", "type", "oidcClientMetadata"]),
            "connectors": of("connectors", &["id", "connectorId", "metadata"]),
            "sign-in-exp": inventory["sign-in-exp"],
            "OAuth apps": self.mock.apps().len(),
        })
    }
}

/// An existing account, which a walk links to the mock: it was there before, and stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn an_account_that_a_walk_links_is_put_back() {
    let site = Site::start(Tenant::InUse).await;
    let ada = json!({ "primaryEmail": "ada@example.com", "name": "Ada of the old days" });
    site.elsewhere.management().await.post("users", &ada).await.unwrap();
    let before = site.inventory().await;
    let story =
        std::fs::read_to_string(crate::support::root().join("scenarios/account/linked-automatically.yaml"));
    // The account is there already.
    let story: String = story
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("  users:"))
        .fold(String::new(), |all, line| all + line + "\n");
    let ended = site.run(&story, None).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    same_but_for_dates(&site, &before).await;
}
