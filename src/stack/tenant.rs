//! The tenant that a stack uses: surveys it, refuses one that must not be touched,
//! and provisions it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use http::Method;
use serde_json::{Map, Value, json};
use url::Url;

use super::ahead::{Ahead, alike, look, read};
use super::management::{Answer, Management, ManagementError};
use super::planned::{Plan, RoleIds};
use super::restore::Restored;
use super::saved::{SavedState, SavedStateError, StateFile};
use super::steps::StepError;
use super::survey::{APPLICATION_NAME, CONNECTOR_ID, FACTORY, Survey};
use super::tenant_error::TenantError;

/// The connector's target: its name in the sign-in experience.
pub(super) const TARGET: &str = "huggingface";
/// Where the connectors that send codes would send them: a host that does not exist.
const MESSAGES: &str = "https://messages.example/send";
/// The placeholder secret of an application of a type without secrets.
const NO_SECRET: &str = "this-application-has-no-secret";

/// What kind of tenant is behind a Logto.
#[derive(Debug, Clone)]
pub(super) enum TenantKind {
    /// Ours alone, and gone after the run: nothing to survey, nothing to restore.
    Fresh,
    /// In a container that stacks share: proven to be unused when it is opened, so that
    /// nothing has to be restored.
    Own,
    /// A tenant whose set-up stays, and that may be set up already.
    Lasting {
        /// Allows one that has applications or social connectors of its own.
        allow_shared: bool,
    },
    /// A tenant that existed before and is restored afterwards.
    Shared {
        /// Allows one that has users, applications or social connectors of its own.
        allow_shared: bool,
        /// Where to save its state before the first change.
        state_file: PathBuf,
    },
}

/// An application of Logto with its secret.
#[derive(Debug, Clone)]
pub(super) struct Application {
    /// The `client_id` that the app uses.
    pub(super) id: String,
    /// The `client_secret` that the app uses.
    pub(super) secret: String,
}

/// A tenant that is open for provisioning.
#[derive(Debug)]
pub(super) struct Tenant {
    management: Management,
    connector: Connector,
    /// The id that our connector has or will have.
    own_id: String,
    /// Our application from an earlier run, to be reused.
    application: Option<String>,
    /// In a shared tenant, the description that identifies our application.
    mark: Option<String>,
    saved: Option<Mutex<StateFile>>,
}

#[derive(Debug)]
enum Connector {
    Create,
    /// The tenant's own connector, by id.
    Borrow(String),
    /// Our connector, left over from an earlier run.
    Replace,
}

impl Tenant {
    /// Surveys the tenant, and saves its state unless it is ours alone.
    ///
    /// # Errors
    /// [`TenantError::InUse`] if the tenant is in use and that is not allowed.
    pub(super) async fn open(
        management: Management,
        kind: &TenantKind,
        connector_id: Option<&str>,
        logto: &Url,
        logto_admin: &Url,
        now_ms: i64,
    ) -> Result<Self, StepError> {
        let own_id = connector_id.unwrap_or(CONNECTOR_ID).to_owned();
        let (allow_shared, state_file) = match kind {
            TenantKind::Fresh | TenantKind::Own => {
                let connector = Connector::Create;
                return Ok(Self {
                    management,
                    connector,
                    own_id,
                    application: None,
                    mark: None,
                    saved: None,
                });
            }
            TenantKind::Lasting { allow_shared } => (allow_shared, None),
            TenantKind::Shared { allow_shared, state_file } => (allow_shared, Some(state_file)),
        };
        if let Some(state_file) = state_file {
            // What an earlier run left does not mean that the tenant is in use.
            StateFile::check(state_file)?;
        }
        let survey = Survey::of(&management).await?;
        // In a tenant whose set-up stays, the people who sign in have accounts.
        let users = if state_file.is_some() { survey.users } else { 0 };
        if let (Some(found), false) = (survey.in_use(users), allow_shared) {
            return Err(TenantError::InUse { found }.into());
        }
        if own_id != CONNECTOR_ID && survey.connectors.contains(&own_id) {
            return Err(TenantError::ConnectorTaken { id: own_id }.into());
        }
        let connector = match (&survey.borrowed, survey.own_connector) {
            (Some(borrowed), _) => Connector::Borrow(borrowed.id.clone()),
            (None, true) => Connector::Replace,
            (None, false) => Connector::Create,
        };
        let Some(state_file) = state_file else {
            let application = survey.own_application;
            return Ok(Self { management, connector, own_id, application, mark: None, saved: None });
        };
        let mut state = SavedState::new(logto, logto_admin, now_ms, survey.sign_in_experience);
        state.created_connector = survey.borrowed.is_none().then(|| own_id.clone());
        state.borrowed_connector = survey.borrowed;
        state.newest_user_ms = survey.newest_user_ms;
        let saved = Some(Mutex::new(StateFile::create(state_file.clone(), state)?));
        // Not derived from the stack's seed: no two runs have the same mark.
        let mark = Some(format!(
            "Created by a run of logto-testkit ({}); `logto-testkit restore` deletes it",
            kit::Random::from_os().hex(8)
        ));
        Ok(Self { management, connector, own_id, application: None, mark, saved })
    }

    /// The id the connector has or will have.
    #[must_use]
    pub(super) fn connector_id(&self) -> &str {
        match &self.connector {
            Connector::Create | Connector::Replace => &self.own_id,
            Connector::Borrow(id) => id,
        }
    }

    /// The Management API of this tenant.
    #[must_use]
    pub(super) fn management(&self) -> &Management {
        &self.management
    }

    /// Creates the application and the connector. People cannot see either of them yet.
    ///
    /// # Errors
    /// [`StepError`] with Logto's own answer.
    pub(super) async fn provision(&self, plan: &Plan) -> Result<Application, StepError> {
        let mut application = json!({
            "name": APPLICATION_NAME,
            "type": plan.application_kind,
            "oidcClientMetadata": {
                "redirectUris": plan.redirect_uris,
                "postLogoutRedirectUris": plan.post_logout_redirect_uris,
            },
        });
        if !plan.custom_client_metadata.is_empty() {
            application["customClientMetadata"] = json!(plan.custom_client_metadata);
        }
        if plan.third_party {
            application["isThirdParty"] = json!(true);
        }
        if let Some(mark) = &self.mark {
            application["description"] = json!(mark);
        }
        let id = match &self.application {
            Some(id) => {
                if let Value::Object(members) = &mut application {
                    members.remove("type"); // Logto does not accept it in a change, and it is the same.
                }
                self.management.patch(&format!("applications/{id}"), &application).await?.text("id")?
            }
            None => {
                let own = |state: &mut SavedState, id: &str| state.created_application = Some(id.to_owned());
                self.create_in("applications", &application, own).await?
            }
        };
        let secret = self.secret(plan, &id).await?;

        match &self.connector {
            Connector::Create => self.create(plan).await?,
            Connector::Replace => {
                // The factory may differ, and cannot be changed.
                self.management.delete(&format!("connectors/{CONNECTOR_ID}")).await?;
                self.create(plan).await?;
            }
            Connector::Borrow(_) if plan.factory != FACTORY => {
                return Err(TenantError::TargetTaken { factory: plan.factory.id() }.into());
            }
            Connector::Borrow(connector) => {
                let patch = json!({ "config": plan.connector_config, "syncProfile": plan.sync_profile });
                self.management.patch(&format!("connectors/{connector}"), &patch).await?;
            }
        }
        Ok(Application { id, secret })
    }

    /// The secret that the app uses.
    async fn secret(&self, plan: &Plan, id: &str) -> Result<String, StepError> {
        let path = format!("applications/{id}/secrets");
        if let Some((time, clock)) = &plan.secret_lasts {
            // Counted from here: the steps so far may have taken longer than the secret lasts.
            let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
            let at = clock.millis().saturating_add(time);
            let named = json!({ "name": "Temporary secret", "expiresAt": at });
            return Ok(self.management.post(&path, &named).await?.text("value")?);
        }
        let secrets = self.management.get(&path).await?;
        let secret = secrets.list()?.first().and_then(|secret| secret.get("value")?.as_str());
        // Applications whose code is public have no secret.
        let public = matches!(plan.application_kind.as_str(), "SPA" | "Native");
        Ok(secret.or(public.then_some(NO_SECRET)).ok_or_else(|| secrets.lacks("value"))?.to_owned())
    }

    /// Creates an item of a list; returns its id.
    pub(super) async fn create_in(
        &self,
        list: &str,
        body: &Value,
        created: impl FnOnce(&mut SavedState, &str),
    ) -> Result<String, StepError> {
        let begun = self.ahead(&Method::POST, list, Some(body)).await?;
        let answer = self.management.post(list, body).await;
        let id = answer.as_ref().ok().and_then(|answer| answer.text("id").ok());
        if begun {
            self.answered(status(&answer), id.as_deref(), created)?;
        }
        Ok(answer?.text("id")?)
    }

    /// Makes a call for a scenario, after recording what it changes in a shared tenant.
    ///
    /// # Errors
    /// [`StepError`] if Logto does not answer, or the change cannot be recorded.
    pub(super) async fn administer(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, String), StepError> {
        let begun = self.ahead(&method, path, body).await?;
        let answer = self.management.ask(method, path, body).await;
        let (status, id) = match &answer {
            Ok((status, body)) => {
                let body: Value = serde_json::from_str(body).unwrap_or_default();
                (Some(*status), body.get("id").and_then(Value::as_str).map(ToOwned::to_owned))
            }
            Err(_) => (None, None),
        };
        let created = |state: &mut SavedState, id: &str| state.created_besides.push(format!("{path}/{id}"));
        if begun {
            self.answered(status, id.as_deref(), created)?;
        }
        Ok(answer?)
    }

    /// Records what a call is about to do to a shared tenant. Returns whether the answer will show what
    /// became of a creation.
    async fn ahead(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<bool, StepError> {
        let Some(state) = self.state() else { return Ok(false) };
        match look(&self.management, &state, method, path, body).await? {
            Ahead::Nothing => {}
            Ahead::Creates(creation) => {
                self.note(|state| state.creating.push(creation))?;
                return Ok(true);
            }
            Ahead::CreatesAt(place) => self.note(|state| state.created_besides.push(place))?,
            Ahead::Changes { place, before } => {
                self.note(|state| drop(state.before.insert(place, before)))?;
            }
            Ahead::ForGood => self.note(|state| state.not_undone.push(format!("{method} /api/{path}")))?,
        }
        Ok(false)
    }

    /// Records what became of the latest creation, according to the answer, if one came.
    fn answered(
        &self,
        status: Option<u16>,
        id: Option<&str>,
        created: impl FnOnce(&mut SavedState, &str),
    ) -> Result<(), SavedStateError> {
        match (status, id) {
            (Some(200..300), Some(id)) => self.note(|state| {
                state.creating.pop();
                created(state, id);
            }),
            (Some(400..500), _) => self.note(|state| drop(state.creating.pop())),
            // The item may exist: restoring the tenant searches for it.
            _ => Ok(()),
        }
    }

    async fn create(&self, plan: &Plan) -> Result<(), StepError> {
        let mut connector = json!({
            "connectorId": plan.factory.id(),
            "id": self.own_id,
            "config": plan.connector_config,
        });
        if plan.factory != FACTORY {
            connector["metadata"] = json!({ "target": plan.target, "name": { "en": "Hugging Face" } });
        }
        if plan.sync_profile {
            connector["syncProfile"] = json!(true);
        }
        self.management.post("connectors", &connector).await?;
        Ok(())
    }

    /// Switches the connector on in the sign-in experience, as the guide says:
    /// sign-up identifier "None", the social button shown; then creates accounts.
    ///
    /// # Errors
    /// [`StepError`] with Logto's own answer.
    pub(super) async fn switch_on(&self, plan: &Plan, roles: &RoleIds) -> Result<(), StepError> {
        for connector in &plan.message_connectors {
            let body = json!({ "connectorId": connector.factory(), "config": { "endpoint": MESSAGES } });
            let own =
                |state: &mut SavedState, id: &str| state.created_besides.push(format!("connectors/{id}"));
            self.create_in("connectors", &body, own).await?;
        }
        let mut experience = json!({
            "signUp": { "identifiers": [], "password": false, "verify": false },
            "signIn": { "methods": [] },
            "socialSignIn": {},
            "socialSignInConnectorTargets": [plan.target],
            "signInMode": "SignInAndRegister",
        });
        if let Value::Object(members) = &mut experience {
            members.extend(plan.sign_in_experience.clone());
        }
        self.management.patch("sign-in-exp", &experience).await?;
        for (at, user) in plan.users.iter().enumerate() {
            let own = |state: &mut SavedState, id: &str| state.created_users.push(id.to_owned());
            let id = self.create_in("users", &Value::Object(user.clone()), own).await?;
            for identity in plan.identities.iter().filter(|identity| identity.user == at) {
                let path = format!("users/{id}/identities/{}", identity.target);
                let details = json!({ "id": identity.user_id });
                let body = json!({ "userId": identity.user_id, "details": details });
                self.management.put(&path, &body).await?;
            }
            let named = plan.permissions.user_roles.get(at).map(Vec::as_slice).unwrap_or_default();
            roles.give(&self.management, &id, named).await?;
        }
        Ok(())
    }

    /// Records the people at the mock Hugging Face, each with an e-mail address if they have one: a walk may
    /// link an account of a shared tenant that has the same address.
    ///
    /// # Errors
    /// [`StepError`] if Logto does not return those accounts, or they cannot be recorded.
    pub(super) async fn note_people(&self, people: Vec<(String, Option<String>)>) -> Result<(), StepError> {
        if self.saved.is_none() {
            return Ok(());
        }
        let mut before = Map::new();
        let (ids, addresses): (Vec<String>, Vec<Option<String>>) = people.into_iter().unzip();
        for address in addresses.into_iter().flatten() {
            for place in alike(&self.management, "users", &json!({ "primaryEmail": address })).await? {
                if let Some(user) = read(&self.management, &place).await? {
                    before.insert(place, user);
                }
            }
        }
        Ok(self.note(|state| {
            state.people = ids;
            state.before.extend(before);
        })?)
    }

    /// What has been recorded so far; `None` for a tenant that is not restored.
    fn state(&self) -> Option<SavedState> {
        let saved = self.saved.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        Some(saved.state().clone())
    }

    fn note(&self, change: impl FnOnce(&mut SavedState)) -> Result<(), SavedStateError> {
        match &self.saved {
            Some(saved) => saved.lock().unwrap_or_else(PoisonError::into_inner).note(change),
            None => Ok(()),
        }
    }

    /// Restores a shared tenant; a fresh one needs nothing.
    ///
    /// # Errors
    /// [`SavedStateError`] says what could not be restored and which file holds its state.
    pub(super) async fn restore(self) -> Result<Restored, SavedStateError> {
        match self.saved {
            Some(saved) => {
                saved.into_inner().unwrap_or_else(PoisonError::into_inner).restore(&self.management).await
            }
            None => Ok(Restored::default()),
        }
    }
}

/// The status of an answer, if one came.
fn status(answer: &Result<Answer, ManagementError>) -> Option<u16> {
    match answer {
        Ok(_) => Some(200),
        Err(ManagementError::Refused { status, .. }) => Some(*status),
        Err(_) => None,
    }
}
