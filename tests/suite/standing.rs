//! Parties that were started one by one, and are provisioned to click through.

use kit::{Bound, Clock, Journal, Random, Running, Script};
use logto_testkit::Stack;
use logto_testkit::setup::{Connector, ConnectorFactory};
use logto_testkit::stack::{Known, Standing, StartError, StepError, TenantError};
use mock_huggingface::HuggingFace;
use serde_json::{Value, json};
use url::Url;

use crate::support::{Elsewhere, Surroundings, command};

/// Our double and a mock with its control API, as if each were its own process.
struct Parties {
    elsewhere: Elsewhere,
    mock: HuggingFace,
    control: Running,
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

impl Parties {
    async fn start() -> Self {
        let mock = HuggingFace::new(
            mock_huggingface::Config::default(),
            mock_huggingface::Context {
                origin: url("http://localhost:3003"),
                clock: Clock::system(),
                random: Random::from_os(),
                journal: Journal::new(),
                script: Script::default(),
                client: kit::Client::builder().build().unwrap(),
            },
        );
        let control = Bound::loopback().await.unwrap().serve(mock.control_router());
        Self { elsewhere: Elsewhere::start(Surroundings::Right).await, mock, control }
    }

    fn standing(&self) -> Standing {
        Standing {
            logto: self.elsewhere.endpoint.clone(),
            logto_admin: self.elsewhere.admin_endpoint.clone(),
            credentials: self.elsewhere.credentials.clone(),
            huggingface: url("http://localhost:3003"),
            huggingface_control: url(&format!("http://{}", self.control.addr())),
            app: url("http://localhost:3000"),
            allow_shared_tenant: false,
        }
    }

    async fn provision(&self) -> Result<Known, StartError> {
        let connector = Connector { factory: ConnectorFactory::OAuth2, ..Default::default() };
        Stack::builder().connector(connector).provision(&self.standing()).await
    }

    async fn get(&self, path: &str) -> Value {
        self.elsewhere.management().await.get(path).await.unwrap().body
    }

    /// As the page calls it when a person signs in.
    async fn person(&self, username: &str) {
        let person = json!({ "username": username });
        self.elsewhere.management().await.post("users", &person).await.unwrap();
    }
}

#[tokio::test]
async fn people_are_sent_to_the_mock_and_come_back_to_the_app() {
    let parties = Parties::start().await;
    let known = parties.provision().await.unwrap();

    let connectors = parties.get("connectors").await;
    let [connector] = &connectors.as_array().unwrap()[..] else { panic!("{connectors}") };
    assert_eq!(
        (&connector["connectorId"], &connector["metadata"]["target"]),
        (&json!("oauth2"), &json!("huggingface"))
    );
    let config = &connector["config"];
    assert_eq!(config["authorizationEndpoint"], "http://localhost:3003/oauth/authorize");
    assert_eq!(config["tokenEndpoint"], "http://localhost:3003/oauth/token");

    let apps = parties.mock.apps();
    let [app] = &apps[..] else { panic!("{apps:?}") };
    let callback = format!("{}callback/{}", parties.elsewhere.endpoint, known.connector_id);
    assert_eq!((&app.redirect_uris, &app.client_id), (&vec![callback], &known.huggingface_client_id));
    assert_eq!((&config["clientId"], &config["clientSecret"]), (&json!(app.client_id), &json!(app.secret)));

    let application = parties.get(&format!("applications/{}", known.app_id)).await;
    assert_eq!(application["oidcClientMetadata"]["redirectUris"], json!(["http://localhost:3000/callback"]));
    let experience = parties.get("sign-in-exp").await;
    assert_eq!(experience["socialSignInConnectorTargets"], json!(["huggingface"]));
}

#[tokio::test]
async fn a_second_time_mends_what_is_missing_and_keeps_the_rest() {
    let parties = Parties::start().await;
    let first = parties.provision().await.unwrap();
    parties.person("ada").await;
    // As a walk leaves it: its own connector is gone, and so is the page's button.
    let management = parties.elsewhere.management().await;
    management.delete("connectors/logto-testkit").await.unwrap();
    management.patch("sign-in-exp", &json!({ "socialSignInConnectorTargets": [] })).await.unwrap();

    let second = parties.provision().await.unwrap();
    assert_eq!(first, second, "an app that runs with the first one's credentials goes on");
    assert_eq!(parties.get("applications").await.as_array().unwrap().len(), 1);
    assert_eq!(parties.get("users").await.as_array().unwrap().len(), 1);
    assert_eq!(
        parties.get("connectors/logto-testkit").await["config"]["clientSecret"],
        second.huggingface_client_secret
    );
    assert_eq!(parties.mock.apps().len(), 1);
    // A restarted mock knows nothing.
    parties.mock.reset();
    parties.mock.remove_app(&second.huggingface_client_id);
    let third = parties.provision().await.unwrap();
    assert_ne!(third.huggingface_client_id, second.huggingface_client_id);
    assert_eq!(
        parties.get("connectors/logto-testkit").await["config"]["clientId"],
        third.huggingface_client_id
    );
}

#[tokio::test]
async fn a_tenant_of_others_is_left_alone() {
    let parties = Parties::start().await;
    let application = json!({ "name": "Somebody's app", "type": "SPA" });
    parties.elsewhere.management().await.post("applications", &application).await.unwrap();
    let refused = parties.provision().await.unwrap_err();
    assert!(matches!(refused.cause, StepError::Tenant(TenantError::InUse { .. })), "{refused}");
    assert_eq!(parties.get("connectors").await, json!([]));
}

#[tokio::test]
async fn a_server_that_is_no_control_api_is_told_by_its_address() {
    let parties = Parties::start().await;
    let standing = Standing { huggingface_control: parties.elsewhere.endpoint.clone(), ..parties.standing() };
    let refused = Stack::builder().provision(&standing).await.unwrap_err();
    assert!(matches!(refused.cause, StepError::Control(_)), "{refused}");
    assert!(refused.to_string().contains("step “register the OAuth app” failed"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_writes_what_the_app_needs() {
    let parties = Parties::start().await;
    let directory = tempfile::tempdir().unwrap();
    let (m2m, env) = (directory.path().join("m2m"), directory.path().join("app.env"));
    std::fs::write(&m2m, parties.elsewhere.m2m() + "\n").unwrap();
    let standing = parties.standing();
    let (logto, admin, control) = (&standing.logto, &standing.logto_admin, &standing.huggingface_control);
    let arguments = [
        "provision",
        &format!("--logto={logto}"),
        &format!("--logto-admin={admin}"),
        &format!("--logto-m2m-file={}", m2m.display()),
        "--huggingface=http://localhost:3003",
        &format!("--huggingface-control={control}"),
        "--app=http://localhost:3000",
        &format!("--app-env={}", env.display()),
    ];
    let output = command(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let applications = parties.get("applications").await;
    let id = applications[0]["id"].as_str().unwrap();
    let written = std::fs::read_to_string(&env).unwrap();
    let secret =
        parties.get(&format!("applications/{id}/secrets")).await[0]["value"].as_str().unwrap().to_owned();
    let endpoint = logto.origin().ascii_serialization();
    assert_eq!(
        written,
        format!(
            "APP_BASE_URL=http://localhost:3000\nLOGTO_ENDPOINT={endpoint}\nLOGTO_APP_ID={id}\nLOGTO_APP_SECRET={secret}\n"
        )
    );
    // It requests an e-mail address, which shows more of the sign-in.
    assert_eq!(parties.get("connectors/logto-testkit").await["config"]["scope"], "openid profile email");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_tells_whether_a_server_is_up() {
    let parties = Parties::start().await;
    let up = format!("{}api/status", parties.elsewhere.endpoint);
    assert_eq!(command(&["probe", &up]).status.code(), Some(0));
    let nothing = format!("{}api/nothing", parties.elsewhere.endpoint);
    let told = command(&["probe", &nothing]);
    assert_eq!(told.status.code(), Some(1));
    let address = parties.control.addr();
    parties.control.shutdown().await.unwrap();
    let told = command(&["probe", &format!("http://{address}/clock")]);
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&told.stderr).contains("is not up: cannot connect"), "{told:?}");
}

#[test]
fn a_ca_that_is_there_is_kept_where_that_is_enough() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("ca");
    let create =
        |more: &[&str]| command(&[&["ca", "create", folder.to_str().unwrap()], more].concat()).status.code();
    assert_eq!(create(&["--if-missing"]), Some(0));
    let made = std::fs::read(folder.join("ca.pem")).unwrap();
    assert_eq!(create(&["--if-missing"]), Some(0));
    assert_eq!(std::fs::read(folder.join("ca.pem")).unwrap(), made);
    assert_eq!(create(&[]), Some(2), "without --if-missing, an existing CA is an error");
    std::fs::write(folder.join("ca.pem"), "nothing\n").unwrap();
    assert_eq!(create(&["--if-missing"]), Some(2), "a CA that cannot be used is reported");
}
