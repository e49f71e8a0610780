//! What others do during a sign-in: an administrator of Logto, the owner of the OAuth
//! app, Hugging Face itself.

use mock_huggingface::User;
use serde_json::Value;

use super::action::ActionError;
use super::person::{Answered, Person};
use crate::scenario::{AdminCall, HuggingFaceChange, KeyRotation};
use crate::setup::AppRestart;

/// How far the app's clock may be from the stack's: both are read in whole seconds, one after the other.
const CLOCKS_APART: jiff::SignedDuration = jiff::SignedDuration::from_secs(5);
/// How often, and at which interval, the app's clock is read until it has moved.
const CLOCK_LOOKS: usize = 12;
const CLOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(250);

/// The path of the item that a call created in a list of the tenant, if it created one.
fn created(method: &http::Method, path: &str, answered: &Answered) -> Option<String> {
    let list = *method == http::Method::POST && !path.contains('/') && (200..300).contains(&answered.status);
    let id = answered.json().get("id").filter(|_| list)?.as_str()?.to_owned();
    Some(format!("{path}/{id}"))
}

impl Person<'_> {
    pub(super) async fn administer(&mut self, call: &AdminCall) -> Result<(), ActionError> {
        let filled = AdminCall {
            call: self.fill(&call.call)?,
            body: call.body.as_ref().map(|body| self.filled(body)).transpose()?,
        };
        let (method, path) = filled.parts().ok_or_else(|| ActionError::NoCall(filled.call.clone()))?;
        let (status, body) = self.stack.administer(method.clone(), path, filled.body.as_ref()).await?;
        self.answered = Some(Answered { status, body });
        let created = self.answered.as_ref().and_then(|answered| created(&method, path, answered));
        if let Some(created) = created {
            self.applications.extend(created.strip_prefix("applications/").map(ToOwned::to_owned));
        }
        Ok(())
    }

    pub(super) async fn restart_app(&mut self, restart: &AppRestart) -> Result<(), ActionError> {
        let filled = |text: &Option<String>| text.as_ref().map(|text| self.fill(text)).transpose();
        let change = AppRestart {
            session_secret: filled(&restart.session_secret)?,
            app_secret: filled(&restart.app_secret)?,
        };
        Ok(self.stack.restart_app(change).await?)
    }

    /// Checks that the clock of an app of your own moved with that of the stack.
    pub(super) async fn check_app_clock(&self) -> Result<(), ActionError> {
        if self.stack.own_app().is_none() {
            return Ok(());
        }
        let mut shows = None;
        for _ in 0..CLOCK_LOOKS {
            shows = self.stack.app_time().await;
            let apart = shows.map(|shows| self.stack.clock().now().duration_since(shows).abs());
            if apart.is_some_and(|apart| apart <= CLOCKS_APART) {
                return Ok(());
            }
            kit::Clock::system().sleep(CLOCK_PAUSE).await;
        }
        let shows = shows
            .map_or("is not in its answers (no `Date` header)".to_owned(), |shows| format!("shows {shows}"));
        Err(ActionError::AppClock { shows, stack: self.stack.clock().now() })
    }

    pub(super) async fn change_huggingface(&mut self, change: &HuggingFaceChange) -> Result<(), ActionError> {
        let site = self.stack.huggingface();
        let client_id = self.stack.known().huggingface_client_id.clone();
        if let Some(mut app) = site.apps().into_iter().find(|app| app.client_id == client_id) {
            if let Some(fields) = &change.app {
                if fields.client_id.as_ref().is_some_and(|other| *other != app.client_id) {
                    site.remove_app(&app.client_id);
                }
                app = fields.applied(app, |uri| self.fill(uri))?;
            }
            if change.refresh_secret {
                // Generated if none is given.
                app.secret = None;
            }
            site.add_app(app);
        }
        if change.delete_app && !site.remove_app(&client_id) {
            return Err(ActionError::NotAtSite { what: "OAuth app", name: client_id });
        }
        if let Some(account) = &change.account {
            site.add_user(User::clone(account));
        }
        if let Some(username) = &change.delete_account
            && !site.remove_user(username)
        {
            return Err(ActionError::NotAtSite { what: "account", name: username.clone() });
        }
        if let Some(username) = &change.revoke_for
            && !site.revoke(username, &client_id)
        {
            return Err(ActionError::NotAtSite { what: "permission given by", name: username.clone() });
        }
        if let Some(switches) = &change.switches {
            site.set_switches(mock_huggingface::Switches::clone(switches));
        }
        if let Some(answers) = &change.answers {
            self.stack.script().clear();
            for answer in answers {
                self.stack.script().add(answer.clone());
            }
        }
        match change.rotate_id_token_key {
            Some(rotation) => Ok(site.rotate_id_token_key(rotation == KeyRotation::Published).await?),
            None => Ok(()),
        }
    }

    /// Replaces the names in every text of a value.
    fn filled(&self, value: &Value) -> Result<Value, ActionError> {
        Ok(match value {
            Value::String(text) => Value::String(self.fill(text)?),
            Value::Array(items) => {
                items.iter().map(|item| self.filled(item)).collect::<Result<Vec<_>, _>>()?.into()
            }
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| Ok((self.fill(name)?, self.filled(value)?)));
                Value::Object(members.collect::<Result<_, ActionError>>()?)
            }
            other => other.clone(),
        })
    }
}
