//! A second sample app on the same Logto.

use http::Method;
use kit::{Bound, Party, Running};
use serde_json::{Value, json};
use url::Url;

use super::app::sample;
use super::base::Base;
use super::endpoints::{OtherName, localhost};
use super::known::SecondKnown;
use super::names::Names;
use super::steps::{LOGTO, QUICK, StartError, StepError, bind, named, step};
use super::tenant::Tenant;
use crate::setup::SecondApp;

/// The name that its application has in Logto.
const APPLICATION_NAME: &str = "Second app";

/// A second app whose listener is bound.
pub(super) struct Second {
    bound: Bound,
}

impl Second {
    /// `None` if the set-up has no second app.
    pub(super) async fn bind(wanted: Option<&SecondApp>) -> Result<Option<Self>, StartError> {
        if wanted.is_none() {
            return Ok(None);
        }
        let any = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0));
        Ok(Some(Self { bound: step("bind the second app", QUICK, bind(any)).await? }))
    }

    fn origin(&self) -> Url {
        localhost(self.bound.port())
    }

    /// Its name among the stack's addresses.
    pub(super) fn name(&self) -> OtherName {
        OtherName { name: "SECOND_APP", party: Party::APP, origin: self.origin(), answers: true }
    }

    /// Creates its application, and starts it.
    pub(super) async fn start(
        self,
        base: &Base<'_>,
        tenant: &Tenant,
        names: &mut Names,
        servers: &mut Vec<Running>,
    ) -> Result<SecondKnown, StartError> {
        let wanted = base.settings.setup.second_app.clone().unwrap_or_default();
        let body = named("plan the second application", application(&wanted, names))?;
        let known = step("create the second application in Logto", LOGTO, create(tenant, &body)).await?;
        names.learn("SECOND_APP_ID", &known.app_id);
        names.learn("SECOND_APP_SECRET", &known.app_secret);
        let failed = |cause| StartError { step: "configure the second app", cause };
        let credentials = ("[SECOND_APP_ID]", "[SECOND_APP_SECRET]");
        let config = sample::config(&wanted.app, &self.origin(), credentials, names).map_err(failed)?;
        let context = base.sample_app_context();
        let app = sample::AppServer::new(config, context, wanted.app.replicas.unwrap_or(1))
            .map_err(|cause| failed(cause.into()))?;
        servers.push(self.bound.serve(app.router()));
        Ok(known)
    }
}

fn application(wanted: &SecondApp, names: &Names) -> Result<Value, super::UnknownName> {
    let record = &wanted.application;
    let filled = |given: &Option<Vec<String>>, default: &str| {
        names.fill_all(given.as_deref().unwrap_or(&[default.to_owned()]))
    };
    Ok(json!({
        "name": APPLICATION_NAME,
        "type": "Traditional",
        "oidcClientMetadata": {
            "redirectUris": filled(&record.redirect_uris, "[SECOND_APP]/callback")?,
            "postLogoutRedirectUris": filled(&record.post_logout_redirect_uris, "[SECOND_APP]/")?,
        },
        "customClientMetadata": record.custom_client_metadata,
    }))
}

/// Creates the application as a scenario's administrator would, so that a shared tenant is restored.
async fn create(tenant: &Tenant, body: &Value) -> Result<SecondKnown, StepError> {
    tenant.administer(Method::POST, "applications", Some(body)).await?;
    let all = tenant.management().get("applications").await?;
    let created =
        all.list()?.iter().find(|one| one.get("name").and_then(Value::as_str) == Some(APPLICATION_NAME));
    let id = created.and_then(|created| created.get("id")?.as_str()).ok_or_else(|| all.lacks("id"))?;
    let secrets = tenant.management().get(&format!("applications/{id}/secrets")).await?;
    let secret = secrets.list()?.first().and_then(|secret| secret.get("value")?.as_str());
    let app_secret = secret.ok_or_else(|| secrets.lacks("value"))?.to_owned();
    Ok(SecondKnown { app_id: id.to_owned(), app_secret })
}
