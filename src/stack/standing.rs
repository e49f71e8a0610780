//! Sets up parties that were started one by one and keep running, for people to
//! use: those of `docker-compose.yml`.

use std::time::Duration;

use kit::{Client, ClientBuilder, Clock, Connections, Stopwatch};
use url::Url;

use super::app::environment;
use super::assembly::provision;
use super::builder::StackBuilder;
use super::control;
use super::known::Known;
use super::management::{Credentials, Management};
use super::names::Names;
use super::plan;
use super::probe::{self, ProbeError};
use super::steps::{LOGTO, QUICK, StartError, StepError, named, step};
use super::tenant::{Application, Tenant, TenantKind};

/// How long Logto may take to answer; less than the deadline of the step.
const PATIENCE: Duration = Duration::from_secs(45);

/// The addresses of parties that are already running. Every address is the same for
/// browsers, for Logto and for this process.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Logto's `ENDPOINT`, an origin.
    pub logto: Url,
    /// Its `ADMIN_ENDPOINT`, which issues Management API tokens.
    pub logto_admin: Url,
    /// A machine-to-machine application that may use the Management API.
    pub credentials: Credentials,
    /// Origin of the mock Hugging Face.
    pub huggingface: Url,
    /// Origin of its control API.
    pub huggingface_control: Url,
    /// Origin of the app; it need not answer there yet.
    pub app: Url,
    /// Allows a tenant that has applications or social connectors of its own.
    pub allow_shared_tenant: bool,
}

impl Standing {
    /// What the app needs, as environment variables; see [`Stack::environment`](super::Stack::environment).
    #[must_use]
    pub fn environment(&self, known: &Known) -> Vec<(String, String)> {
        environment(&self.app, &self.logto, known)
    }
}

impl StackBuilder {
    /// Sets up a running Logto and Hugging Face as this stack would have been: OAuth app,
    /// connector, application, sign-in experience. All of it stays. Calling it again
    /// restores what is missing and keeps ids and secrets, and the accounts of people
    /// who signed in meanwhile.
    ///
    /// # Errors
    /// [`StartError`] names the step that failed and why.
    pub async fn provision(&self, standing: &Standing) -> Result<Known, StartError> {
        let Standing { logto, logto_admin, huggingface, huggingface_control, app, .. } = standing;
        let client = [logto, logto_admin, huggingface_control]
            .into_iter()
            .filter_map(|url| url.host_str())
            .fold(Client::builder(), ClientBuilder::allow)
            .build()
            .map_err(|cause| StartError { step: "build the HTTP client", cause: cause.into() })?;
        step("wait for Logto", LOGTO, logto_comes_up(&client, logto)).await?;
        let opened = async {
            let management =
                Management::open(client.clone(), logto, logto_admin, &standing.credentials).await?;
            let kind = TenantKind::Lasting { allow_shared: standing.allow_shared_tenant };
            Tenant::open(management, &kind, None, logto, logto_admin, Clock::system().millis()).await
        };
        let mut tenant = step::<_, StepError>("open the tenant", LOGTO, opened).await?;

        let mut names = Names::of(app, logto, huggingface);
        names.learn("CONNECTOR", tenant.connector_id());
        let oauth_app =
            named("register the OAuth app", plan::oauth_app(&self.setup.huggingface.app, &names))?;
        let registered = control::register(&client, huggingface_control, oauth_app);
        let oauth_app = step("register the OAuth app", QUICK, registered).await?;
        let (client_id, client_secret) = (oauth_app.client_id, oauth_app.secret.unwrap_or_default());
        names.learn("HF_CLIENT_ID", &client_id);
        names.learn("HF_CLIENT_SECRET", &client_secret);

        // Another process has the accounts, so identities that name one are refused.
        let plan = named("plan what to create in Logto", plan::plan(&self.setup, &names, &[]))?;
        // Not probed: the first sign-in shows what Logto reaches.
        let Application { id, secret } = provision(&mut tenant, &plan, None, Connections::default).await?;
        Ok(Known {
            app_id: id,
            app_secret: secret,
            connector_id: tenant.connector_id().to_owned(),
            huggingface_client_id: client_id,
            huggingface_client_secret: client_secret,
            second_app: None,
        })
    }
}

/// Waits for a Logto that may still be starting. The error says why it does not answer.
async fn logto_comes_up(client: &Client, logto: &Url) -> Result<(), ProbeError> {
    let clock = Clock::system();
    let began = Stopwatch::start();
    loop {
        match probe::logto_is_up(client, logto).await {
            Err(ProbeError::NoLogto { .. }) if began.elapsed() < PATIENCE => {
                clock.sleep(Duration::from_millis(250)).await;
            }
            probed => return probed,
        }
    }
}
