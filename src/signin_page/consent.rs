//! The page on which a person authorizes a third-party application (contract §1.5; `pages/Consent`
//! of Logto's experience app).

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::Reply;
use super::driver::{SigninPage, granted};
use super::outcome::{Arrival, Consent, SigninPageError};
use super::route::Route;

/// The endpoint of its data and of its button.
const ENDPOINT: &str = "api/interaction/consent";
/// The resource that stands for the organizations of a tenant (`ReservedResource`).
const ORGANIZATIONS: &str = "urn:logto:resource:organizations";
/// What the page keeps in memory between the answer and the click.
const ASKED: &str = "consent";

/// Reads the answer to the page's question.
fn read(reply: &Reply) -> Result<Consent, SigninPageError> {
    let body = &reply.body;
    let missing = |member| SigninPageError::Unexpected { hop: reply.hop, member };
    let application = body.get("application").ok_or_else(|| missing("application"))?;
    let shown = ["displayName", "name"].iter().find_map(|name| application.get(name)?.as_str());
    let resource_scopes = list(body, "missingResourceScopes").filter_map(|group| {
        // The page does not show those of organizations in this list.
        (group.pointer("/resource/id")? != ORGANIZATIONS).then_some(())?;
        let indicator = group.pointer("/resource/indicator")?.as_str()?.to_owned();
        Some((indicator, list(group, "scopes").filter_map(name).collect()))
    });
    Ok(Consent {
        application: shown.ok_or_else(|| missing("application.name"))?.to_owned(),
        user_scopes: list(body, "missingOIDCScope")
            .filter_map(|scope| Some(scope.as_str()?.to_owned()))
            .collect(),
        resource_scopes: resource_scopes.collect(),
        organizations: list(body, "organizations").filter_map(name).collect(),
    })
}

fn list<'v>(value: &'v Value, member: &str) -> impl Iterator<Item = &'v Value> {
    value.get(member).and_then(Value::as_array).into_iter().flatten()
}

fn name(value: &Value) -> Option<String> {
    Some(value.get("name")?.as_str()?.to_owned())
}

/// What the buttons need.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    /// Where “Cancel” leads; a device does not get that button.
    redirect_uri: Option<String>,
    /// The organization that is selected: the first, until the person selects another.
    organization: Option<String>,
}

impl SigninPage<'_> {
    /// What the page does once it is shown: it asks Logto what to ask the person.
    pub(super) async fn consent(&mut self) -> Result<Arrival, SigninPageError> {
        let reply = granted!(self, self.api.call(Method::GET, ENDPOINT, None).await?);
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(ToOwned::to_owned);
        let asked = Asked {
            redirect_uri: text(reply.body.get("redirectUri")),
            organization: text(reply.body.pointer("/organizations/0/id")),
        };
        // A struct of strings can always be written as JSON.
        self.api.remember(ASKED, &serde_json::to_string(&asked).unwrap_or_default());
        Ok(Arrival::AsksToAuthorize(read(&reply)?))
    }

    /// Clicks “Authorize”.
    ///
    /// # Errors
    /// [`SigninPageError::NotAsked`] if the tab does not show the page.
    pub(crate) async fn authorize(&mut self) -> Result<Arrival, SigninPageError> {
        let body = match self.asked()?.organization {
            Some(id) => json!({ "organizationIds": [id] }),
            None => json!({}),
        };
        let reply = granted!(self, self.api.call(Method::POST, ENDPOINT, Some(&body)).await?);
        self.api.leave(reply.text("redirectTo")?).await?;
        Ok(Arrival::Moved)
    }

    /// Clicks “Cancel”: the page opens the application's redirect URI, with no parameter that would
    /// say so.
    ///
    /// # Errors
    /// [`SigninPageError::NotAsked`] if the tab does not show the page, or the page does not show that
    /// button.
    pub(crate) async fn cancel(&mut self) -> Result<Arrival, SigninPageError> {
        let back = self.asked()?.redirect_uri.ok_or(SigninPageError::NotAsked)?;
        self.api.leave(&back).await?;
        Ok(Arrival::Moved)
    }

    fn asked(&self) -> Result<Asked, SigninPageError> {
        let shown = self.route()? == Route::Consent;
        let kept = self.api.remembered(ASKED).filter(|_| shown).ok_or(SigninPageError::NotAsked)?;
        serde_json::from_str(&kept).map_err(|_| SigninPageError::NotAsked)
    }
}
