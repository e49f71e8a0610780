//! The secrets that a scenario gives literally. What it names, as `[HF_CLIENT_SECRET]`, is none.

use kit::Secrets;
use serde_json::Value;

use super::change::HuggingFaceChange;
use super::given::GivenOauthApp;
use super::model::{Scenario, Verb};
use crate::placeholder;
use crate::vocabulary::{free_text, free_texts, is_address};

impl Scenario {
    /// The secrets that stand in it literally: what it gives the parties to prove who they are, the
    /// free texts of a connector's configuration, and what addresses hide (user name, password,
    /// query, fragment). Whatever the command shows of its walk does not hold them.
    ///
    /// ```
    /// # use logto_testkit::Scenario;
    /// let text = "description: A wrong secret.\n\
    ///             given: { connector: { client_secret: not-the-Secret-1 } }\n\
    ///             steps: [{ visit: / }]";
    /// let scenario = Scenario::parse(text, "wrong.yaml".as_ref())?;
    /// assert_eq!(scenario.secrets().hide("Basic id:not-the-Secret-1"), "Basic id:[SECRET]");
    /// # Ok::<(), logto_testkit::ScenarioError>(())
    /// ```
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        self.secret_values().into_iter().collect()
    }

    /// The same values, one by one.
    #[must_use]
    pub fn secret_values(&self) -> Vec<String> {
        let mut found = Found::default();
        let given = &self.given;
        found.oauth_app(&given.huggingface.app);
        given.huggingface.other_apps.iter().for_each(|app| found.oauth_app(app));
        found.text(given.connector.client_secret.as_ref());
        for (name, value) in &given.connector.config {
            found.connector(name, value);
        }
        let application = &given.application;
        let uris = [&application.redirect_uris, &application.post_logout_redirect_uris];
        uris.into_iter().flatten().flatten().for_each(|uri| found.address(uri));
        given.users.iter().for_each(|user| found.text(user.password.as_ref()));
        let app = &given.app;
        found.text(app.app_secret.as_ref());
        found.text(app.session_secret.as_ref());
        found.0.extend(
            app.callback_query.iter().flat_map(|query| kit::secret::in_address(&format!("?{query}"))),
        );
        app.extra_parameters
            .iter()
            .flat_map(|all| all.values())
            .for_each(|value| free_text(value, &mut found.0));
        app.logto_endpoint.iter().chain(&given.logto.endpoint).for_each(|url| found.address(url));
        for step in &self.steps {
            found.step(&step.verb);
        }
        found.0
    }
}

#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    fn text(&mut self, text: Option<&String>) {
        self.0.extend(text.filter(|text| placeholder::names(text).is_empty()).cloned());
    }

    fn address(&mut self, address: &str) {
        if is_address(address) || address.starts_with(['/', '[']) {
            let hidden = kit::secret::in_address(address);
            self.0.extend(hidden.into_iter().filter(|text| placeholder::names(text).is_empty()));
        }
    }

    fn oauth_app(&mut self, app: &GivenOauthApp) {
        self.text(app.secret.as_ref());
        app.redirect_uris.iter().flatten().for_each(|uri| self.address(uri));
    }

    /// A member of a connector's configuration: who the client is, and for what it asks, is public.
    fn connector(&mut self, name: &str, value: &Value) {
        if !["clientId", "scope"].contains(&name) {
            free_texts(value, &mut self.0);
        }
    }

    fn step(&mut self, verb: &Verb) {
        match verb {
            Verb::RegisterWithPassword(account) | Verb::SignInWithPassword(account) => {
                self.text(Some(&account.password));
            }
            Verb::FillIn(profile) => self.text(profile.password.as_ref()),
            Verb::Visit(address) => self.address(address),
            Verb::RestartApp(restart) => {
                self.text(restart.app_secret.as_ref());
                self.text(restart.session_secret.as_ref());
            }
            Verb::Administer(call) => {
                let body = call.body.as_ref();
                let config = body.and_then(|body| body.get("config")?.as_object());
                for (name, value) in config.into_iter().flatten() {
                    self.connector(name, value);
                }
                // What Management API calls prove an account or an application with.
                for member in ["password", "secret", "value"] {
                    let text = body.and_then(|body| body.get(member)?.as_str()).map(ToOwned::to_owned);
                    self.text(text.as_ref());
                }
            }
            Verb::AtHuggingFace(change) => {
                let HuggingFaceChange { app, .. } = &**change;
                app.iter().for_each(|app| self.oauth_app(app));
            }
            Verb::Click(_)
            | Verb::ContinueWith(_)
            | Verb::SignInAs(_)
            | Verb::DenyAs(_)
            | Verb::Choose(_)
            | Verb::Reload
            | Verb::Back
            | Verb::Prefetch(_)
            | Verb::LoseCookies(_)
            | Verb::LoseStorage(_)
            | Verb::Wait(_)
            | Verb::Network(_) => {}
        }
    }
}
