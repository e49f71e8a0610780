//! A Logto behind a proxy that kills the command at a given request.

use crate::support::{Elsewhere, Surroundings, binary};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// When the command is killed: at which changing request, and before or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kill {
    Before(usize),
    After(usize),
}

#[derive(Default)]
pub(super) struct Gate {
    /// The requests that changed something, by method and path.
    pub(super) seen: Vec<String>,
    pub(super) kill: Option<Kill>,
    pub(super) child: Option<Child>,
}

pub(super) type Shared = Arc<Mutex<Gate>>;

pub(super) async fn gate(State(gate): State<Shared>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if *request.method() == Method::GET || !path.starts_with("/api/") {
        return next.run(request).await;
    }
    let number = {
        let mut gate = gate.lock().unwrap();
        gate.seen.push(format!("{} {path}", request.method()));
        gate.seen.len() - 1
    };
    if fires(&gate, Kill::Before(number)) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let response = next.run(request).await;
    fires(&gate, Kill::After(number));
    response
}

/// Kills the command at the chosen request.
pub(super) fn fires(gate: &Shared, now: Kill) -> bool {
    let mut gate = gate.lock().unwrap();
    let fires = gate.kill == Some(now);
    if let Some(child) = gate.child.as_mut().filter(|_| fires) {
        child.kill().unwrap();
    }
    fires
}

/// What a tenant contains before the command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tenant {
    Fresh,
    /// With another owner's app, role, people and Hugging Face connector.
    InUse,
}

pub(super) struct Site {
    pub(super) elsewhere: Elsewhere,
    pub(super) gate: Shared,
    pub(super) tenant: Tenant,
}

/// How the command ended.
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) said: String,
    pub(super) seen: Vec<String>,
}

impl Site {
    pub(super) async fn start(tenant: Tenant) -> Self {
        let gated = Shared::default();
        let front = gated.clone();
        let elsewhere = Elsewhere::start_behind(Surroundings::Right, move |router| {
            router.layer(from_fn_with_state(front.clone(), gate))
        })
        .await;
        elsewhere.ca.save(&elsewhere.directory.path().join("ca")).unwrap();
        if tenant == Tenant::InUse {
            let management = elsewhere.management().await;
            let theirs = json!({ "connectorId": "huggingface-universal", "id": "theirs", "syncProfile": true,
                "config": { "clientId": "real", "clientSecret": "s3cret", "scope": "profile" } });
            for (list, body) in [
                ("connectors", theirs),
                ("applications", json!({ "name": "Shop", "type": "SPA" })),
                ("roles", json!({ "name": "Readers", "description": "Of the shop" })),
                ("users", json!({ "username": "bob", "primaryEmail": "bob@example.com" })),
                ("users", json!({ "name": "Grace" })),
            ] {
                management.post(list, &body).await.unwrap();
            }
            let experience = json!({ "socialSignInConnectorTargets": ["huggingface"], "termsOfUseUrl": "https://a.example/",
                "color": { "primaryColor": "#123456", "isDarkModeEnabled": false, "darkPrimaryColor": "#000000" } });
            management.patch("sign-in-exp", &experience).await.unwrap();
        }
        Self { elsewhere, gate: gated, tenant }
    }

    /// Everything that the Management API says about the tenant.
    pub(super) async fn inventory(&self) -> Value {
        let management = self.elsewhere.management().await;
        let read = async |path: &str| management.get(path).await.unwrap().body;
        let mut found = serde_json::Map::new();
        for path in
            ["users?page=1&page_size=100", "applications", "roles", "resources", "connectors", "sign-in-exp"]
        {
            found.insert(path.to_owned(), read(path).await);
        }
        for (list, beneath) in [("applications", "secrets"), ("resources", "scopes"), ("roles", "scopes")] {
            for item in found[list].as_array().unwrap().clone() {
                let path = format!("{list}/{}/{beneath}", item["id"].as_str().unwrap());
                found.insert(path.clone(), read(&path).await);
            }
        }
        Value::Object(found)
    }

    pub(super) fn state_file(&self) -> PathBuf {
        self.elsewhere.state_file.clone()
    }

    /// Runs the command until it ends or is killed.
    pub(super) async fn command(&self, arguments: &[&str], kill: Option<Kill>) -> Ended {
        let directory = self.elsewhere.directory.path();
        let said = directory.join("said");
        let mut child = Command::new(binary());
        child
            .args(arguments)
            .current_dir(directory)
            .env("LOGTO_TESTKIT_M2M", self.elsewhere.m2m())
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(directory.join("shown")).unwrap())
            .stderr(std::fs::File::create(&said).unwrap());
        {
            let mut gate = self.gate.lock().unwrap();
            *gate = Gate { seen: vec![], kill, child: Some(child.spawn().unwrap()) };
        }
        let ended = async {
            loop {
                if let Some(status) = self.gate.lock().unwrap().child.as_mut().unwrap().try_wait().unwrap() {
                    return status;
                }
                kit::Clock::system().sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let status =
            kit::within("the command's end", std::time::Duration::from_secs(60), ended).await.unwrap();
        let seen = std::mem::take(&mut self.gate.lock().unwrap().seen);
        let read = |name| std::fs::read_to_string(directory.join(name)).unwrap_or_default();
        Ended { code: status.code(), said: format!("{}{}", read("shown"), read("said")), seen }
    }

    pub(super) async fn run(&self, scenario: &str, kill: Option<Kill>) -> Ended {
        std::fs::write(self.elsewhere.directory.path().join("story.yaml"), scenario).unwrap();
        let listen = self.elsewhere.huggingface.to_string();
        let mut arguments =
            vec!["run", "story.yaml", "--logto", self.elsewhere.endpoint.as_str(), "--logto-admin"];
        arguments.extend([
            self.elsewhere.admin_endpoint.as_str(),
            "--ca",
            "ca",
            "--huggingface-listen",
            &listen,
        ]);
        arguments.extend(["--state-file", "state.json"]);
        arguments.extend((self.tenant == Tenant::InUse).then_some("--allow-shared-tenant"));
        self.command(&arguments, kill).await
    }

    pub(super) async fn restore(&self, kill: Option<Kill>) -> Ended {
        self.command(&["restore", "state.json"], kill).await
    }
}
